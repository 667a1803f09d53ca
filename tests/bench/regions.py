"""What many regions cost: the shipped model for up to three hundred of them, the whole country.

python -m tests.bench.regions            # 1, 3, 6, 12, 30, 100 and 300 regions
python -m tests.bench.regions 3 30
python -m tests.bench.regions 300 --runs 100

Each number of regions is measured in a process of its own with an empty cache: translation,
compilation and the first run of one to the end with five outputs; that run again; a thousand runs
with twenty constants varied, which compiles for many runs first; and the most memory that all this
took. The regions are copies of the shipped ones under other names, each so much smaller that all
together are as large as the shipped three: full copies would outgrow the nation. Processor time,
one thread.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

COUNTS = (1, 3, 6, 12, 30, 100, 300)
RUNS = 1000


def main() -> None:
    """Print a row for each number of regions."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.regions")
    parser.add_argument("counts", type=int, nargs="*", metavar="REGIONS")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    counts = chosen.counts or COUNTS
    if chosen.inside:
        measure(counts[0], chosen.inside, chosen.runs)
        return
    print(f"{'':>8} {'first run':>16} {'again':>8} {f'{chosen.runs} runs':>12} {'memory':>14}")
    print(
        f"{'regions':>8} {'s':>8} {'MB':>7} {'ms':>8} {'ms a run':>12} {'compile s':>10} {'MB':>6}"
    )
    for count in counts:
        more = ("--runs", str(chosen.runs), "--inside")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [sys.executable, "-m", "tests.bench.regions", str(count), *more, folder],
                check=True,
                env={**os.environ, "SMECLUSTER_CACHE": folder},
            )


def measure(count: int, folder: Path, runs: int = RUNS) -> None:
    """Print the row of one number of regions.

    Parameters
    ----------
    count : int
        How many regions.
    folder : Path
        Where the model's file goes.
    runs : int
        How many runs are made at once.
    """
    from smecluster import model
    from smecluster.calibration.data.constants import is_extensive
    from smecluster.model.engine.compile.kernel import TOGETHER, Batch, load_kernel
    from smecluster.model.engine.graph.clock import compute_times
    from smecluster.model.engine.graph.inputs import InputIndex
    from smecluster.model.engine.graph.outputs import select_outputs
    from smecluster.model.file.regions import read_regions, set_regions
    from tests.bench.__main__ import OUTPUTS, varied_inputs

    shipped = model.load().text
    known = read_regions(shipped)
    units = {name: variable.unit for name, variable in model.load().variables.items()}
    size = min(1.0, len(known) / count)

    def scale(name: str, value: object) -> object:
        if not is_extensive(name, units[name]):
            return value
        if isinstance(value, dict):
            return {element: number * size for element, number in value.items()}
        return float(value) * size  # type: ignore[arg-type]

    chosen = [
        replace(
            known[at % len(known)],
            name=f"region {at + 1}",
            constants={
                name: scale(name, x) for name, x in known[at % len(known)].constants.items()
            },
        )
        for at in range(count)
    ]
    path = folder / "regions.mdl"
    path.write_text(set_regions(shipped, chosen), encoding="utf-8")

    began = time.process_time()
    m = model.load(path)
    model.simulate(m, outputs=OUTPUTS)
    first = time.process_time() - began
    memory = _most_memory()
    began = time.process_time()
    model.simulate(m, outputs=OUTPUTS)
    again = time.process_time() - began

    program = m.program
    parameters = InputIndex(program).resolve({}).parameters(program)
    clock = compute_times(program, parameters, {})
    nodes = select_outputs(program, OUTPUTS).nodes
    varied = varied_inputs(program)
    draw = np.random.default_rng(1)
    inputs = {place: parameters[place] * draw.uniform(0.99, 1.01, runs) for place in varied}
    began = time.process_time()
    kernel = load_kernel(program, nodes, varied, TOGETHER)
    compiling = time.process_time() - began
    batch = Batch(clock.all, clock.kept, parameters, inputs, {}, runs)
    began = time.process_time()
    kernel.run(batch, len(nodes))
    each = (time.process_time() - began) / runs
    print(
        f"{count:8} {first:8.1f} {memory:7.0f} {again * 1e3:8.0f} {each * 1e3:12.2f} "
        f"{compiling:10.1f} {_most_memory():6.0f}",
        flush=True,
    )


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
