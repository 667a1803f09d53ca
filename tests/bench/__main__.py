"""Measure the kernel against other engines and against C, and what a user waits for.

python -m tests.bench                  # engines, C limit, cold start, waiting
python -m tests.bench --against ../old # waiting in a former checkout as well
python -m tests.bench --scale 1000000  # time and memory up to so many runs
python -m tests.bench --model A.mdl    # another model, beside PySD and pysimlin
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smecluster import model
from smecluster.model.engine.compile.kernel import Batch, load_kernel
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from tests.bench.models import ENGINES, write_head
from tests.bench.models import measure as measure_model

OUTPUTS = ("value added", "Employment", "innovation capacity", "fiscal balance", "Regional brand")
VARIED = 20
RUNS = 512
REPEATS = 5
# With an eighth of the model's own steps, 10^6 runs take minutes.
SCALE_STEP = 0.125


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--scale", type=int, metavar="RUNS", help="time and memory up to RUNS runs")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="a former edition")
    parser.add_argument("--model", type=Path, action="append", metavar="PATH", help="another model")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="for --model: all")
    parser.add_argument("--runs", type=int, default=1000, help="for --model: at once")
    chosen = parser.parse_args()
    if chosen.model:
        print(f"{platform.machine()}, {_processor()}, Python {platform.python_version()}")
        print(f"{os.cpu_count()} processors; seconds, in brackets those of the processor\n")
        print(*write_head(chosen.runs), sep="\n")
        for path in chosen.model:
            for row in measure_model(path, tuple(chosen.engine or ENGINES), chosen.runs):
                print(row, flush=True)
        return
    m = model.load()
    print(f"{m.path.name}: {len(m.program.nodes)} operations, {len(m.program.states)} states")
    print(f"{platform.machine()}, {_processor()}, Python {platform.python_version()}\n")
    if chosen.scale:
        scale(m, chosen.scale)
    else:
        engines(m)
        cold_start()
        from tests.bench.startup import measure

        measure(chosen.against)


def engines(m: model.Model) -> None:
    """Compare engines: one core, one run, the same inputs."""
    program = m.program
    parameters = InputIndex(program).resolve({}).parameters(program)
    clock = compute_times(program, parameters, {})
    chosen = select_outputs(program, OUTPUTS)
    varied = varied_inputs(program)
    draw = np.random.default_rng(1)
    inputs = {place: parameters[place] * draw.uniform(0.99, 1.01, RUNS) for place in varied}
    batch = Batch(clock.all, clock.kept, parameters, inputs, {}, RUNS)

    began = time.perf_counter()
    code = load_kernel(program, chosen.nodes, varied)
    compiling = time.perf_counter() - began
    rows: list[tuple[str, float]] = []

    def measure(name: str, work: Callable[[], Any], per: float) -> None:
        rows.append((name, median(work) / per))

    measure(f"kernel, {RUNS} runs", lambda: code.run(batch, len(chosen.nodes)), RUNS)
    model.simulate(m)
    measure("kernel, simulate(): one run, all variables, labelled", lambda: model.simulate(m), 1)
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("gcc"):
            from tests.bench.c_limit import Limit

            limit = Limit(program, chosen.nodes, varied, Path(folder))
            found, expected = limit.prepared(batch, clock)(), code.run(batch, len(chosen.nodes))
            np.testing.assert_allclose(found, expected.values, 1e-6)  # it is the same model
            rows.append((f"C -O3 -march=native -ffast-math, {RUNS} runs", limit.time(batch, clock)))
    simulation = _simlin(m)
    if simulation is not None:
        measure("pysimlin, simulation reused", simulation, 1)
    rows.append(("PySD (extrapolated from 32 steps)", _pysd(m, len(clock.all) - 1)))
    base = rows[0][1]
    print(f"{len(clock.all) - 1} steps, {len(OUTPUTS)} outputs yearly, {VARIED} inputs varied;")
    print(f"one core, processor time, median of {REPEATS}\n")
    print(f"{'':55} {'ms a run':>10} {'x kernel':>10}")
    for name, seconds in rows:
        print(f"{name:55} {seconds * 1e3:10.3f} {seconds / base:10.2f}")
    print(f"\ncompiling the kernel (or reading it, where it was kept): {compiling:.2f} s")


def median(work: Callable[[], Any]) -> float:
    """Give the median processor time of a piece of work, after a first time."""
    work()
    taken = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def scale(m: model.Model, most: int) -> None:
    """Run more and more runs, their results handed over in pieces."""
    columns = [m.program.parameters[place] for place in varied_inputs(m.program)]
    names = [p.name + (f"[{', '.join(p.cell)}]" if p.cell else "") for p in columns]

    def table(runs: int) -> Iterator[pd.DataFrame]:
        draw = np.random.default_rng(2)
        for begin in range(0, runs, 10_000):
            count = min(10_000, runs - begin)
            factors = draw.uniform(0.99, 1.01, (count, len(columns)))
            yield pd.DataFrame(factors * [p.value for p in columns], columns=names)

    print(f"{len(OUTPUTS)} outputs yearly, {os.cpu_count()} threads, time step {SCALE_STEP}\n")
    print(f"{'runs':>10} {'seconds':>10} {'ms a run':>10} {'MB':>8}")
    runs = 1000
    while runs <= most:
        began = time.perf_counter()
        done = 0
        for piece in model.stream(m, table(runs), OUTPUTS, base={"TIME STEP": SCALE_STEP}):
            done += piece.sizes["run"]
        assert done == runs
        taken = time.perf_counter() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{runs:10} {taken:10.1f} {taken / runs * 1e3:10.3f} {memory:8.0f}", flush=True)
        runs *= 10


def cold_start() -> None:
    """Time a first use, which compiles, and a second process."""
    work = "from smecluster import model; m = model.load(); model.simulate(m)"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SMECLUSTER_CACHE": folder}
        print()
        for which in ("first use", "second process"):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", work], check=True, env=environment)
            print(f"{which}: import, load and run in {time.perf_counter() - began:.2f} s")


def varied_inputs(program: Program) -> list[int]:
    """Choose constants whose small changes leave the model in its domain."""
    good = [
        place
        for place, parameter in enumerate(program.parameters)
        if parameter.kind == "constant"
        and not parameter.cell
        and 0 < parameter.value < 100
        and parameter.value != 1
        and not parameter.name.isupper()
    ]
    return good[:VARIED]


def _simlin(m: model.Model) -> Callable[[], None] | None:
    try:
        import simlin
    except ImportError:
        return None
    simulation = simlin.load(str(m.path)).simulate()

    def again() -> None:
        simulation.reset()
        simulation.run_to_end()

    return again


def _pysd(m: model.Model, steps: int) -> float:
    """Time a run of PySD by what its steps cost: a whole run takes half an hour."""
    from smecluster.model.engine.reference.pysd import Reference

    program = m.program
    directory = InputIndex(program)
    chosen = select_outputs(program, OUTPUTS)
    taken = []
    with Reference(m.text, m.program) as reference:
        for count in (16, 48):
            step = m.time.step
            inputs = directory.resolve({"FINAL TIME": m.time.initial + count * step})
            clock = compute_times(program, inputs.parameters(program), {})
            began = time.process_time()
            reference.run(inputs, chosen, clock)
            taken.append(time.process_time() - began)
    each = (taken[1] - taken[0]) / 32
    return taken[0] + (steps - 16) * each


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    main()
