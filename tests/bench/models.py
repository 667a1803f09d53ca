"""What models of other people cost: first use, one run and a thousand, in three programs.

python -m tests.bench --model World3-03.mdl --model Population.mdl
python -m tests.bench --model Earth4All.mdl --engine kernel --runs 100

The models are not part of the program: give the paths of your own copies, in whose folder PySD
leaves its translation. Each engine has a process of its own with an empty cache. *First use* is
everything from the program's start to the results of a first run: imports, translation,
compilation, the run of all variables. *Again* is a second run. *Runs* vary twenty constants by a
hundredth (pysimlin repeats one run) and keep five stocks; their first time holds what is compiled
for them. PySD's are extrapolated from one, and that from its first 64 steps where a run has more
than 300. *Load* is that of the minute before. The gap is the largest difference to the kernel among
all series that both compute, each held against its own largest value.
"""

from __future__ import annotations

import time

_BEGAN = time.perf_counter()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

ENGINES = ("kernel", "PySD", "pysimlin")
RUNS = 1000
VARIED = 20
# PySD takes so long for a step that a long run is measured by its first steps.
LONG, MEASURED = 300, 64
_TIMES = frozenset({"time", "final time"})


def main() -> None:
    """Print the row of one engine and model: called by `measure`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.models")
    parser.add_argument("path", type=Path)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("runs", type=int)
    parser.add_argument("folder", type=Path, help="where results are handed over")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    work = {"kernel": _measure_kernel, "PySD": _measure_pysd, "pysimlin": _measure_simlin}
    row, results = work[chosen.engine](chosen.path, chosen.runs)
    np.savez(chosen.folder / f"{chosen.engine}.npz", **results)
    print(json.dumps(row))


def write_head(runs: int = RUNS) -> list[str]:
    """Write the first two lines of the table."""
    heads = ("model", "engine", "first use", "again", f"{runs} runs, first", f"{runs} runs, again")
    return [f"| {' | '.join((*heads, 'load', 'gap'))} |", "|---|---|" + "---:|" * 6]


def measure(path: Path, engines: tuple[str, ...] = ENGINES, runs: int = RUNS) -> Iterator[str]:
    """Measure a model, and write a row of the table for each engine.

    Parameters
    ----------
    path : Path
        The model's file.
    engines : tuple of str
        Some of `ENGINES`.
    runs : int
        How many runs are made at once.

    Yields
    ------
    str
        Wall time and, in brackets, processor time, both in s; or why the engine does not run it.
    """
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines:
            begin = f"| {path.stem} | {engine} |"
            load = os.getloadavg()[0]
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.models", path, engine, str(runs), folder],
                env={**os.environ, "SMECLUSTER_CACHE": str(Path(folder) / engine)},
                capture_output=True,
                text=True,
            )
            if done.returncode:
                yield f"{begin} does not run it: {_find_reason(done.stderr)} |||| {load:.1f} | |"
                continue
            row = json.loads(done.stdout.splitlines()[-1])
            cells = [f"{wall:.3g} ({busy:.3g})" for wall, busy in row["seconds"]]
            if row.get("note"):
                cells[-1] += f", {row['note']}"
            gap = "" if engine == "kernel" else f"{_find_gap(Path(folder), engine):.0e}"
            yield f"{begin} {' | '.join((*cells, f'{load:.1f}', gap))} |"


def _find_reason(text: str) -> str:
    """Find the line of an error that says what is wrong: the last that begins with its kind."""
    lines = [line.strip() for line in text.strip().splitlines()] or ["no message"]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    return (named or lines)[-1][:160].replace("|", "/")


def _find_gap(folder: Path, engine: str) -> float:
    if not (folder / "kernel.npz").exists():
        return float("nan")
    own, other = np.load(folder / "kernel.npz"), np.load(folder / f"{engine}.npz")
    # PySD's run is ended early where it is measured by its first steps.
    common = [name for name in own.files if name in other.files and name not in _TIMES]
    places = np.abs(own["time"][:, None] - other["time"][None, :]) < 1e-6
    mine, theirs = np.nonzero(places)
    gaps = [0.0]
    for name in common:
        a, b = own[name][mine], other[name][theirs]
        gaps.append(float(np.abs(a - b).max() / (np.abs(a).max() or 1)))
    return max(gaps) if common else float("nan")


class _Watch:
    """Seconds on the wall and of the processor since the last look."""

    def __init__(self) -> None:
        self.last = (_BEGAN, 0.0)  # the processor's count from the program's start

    def look(self) -> tuple[float, float]:
        now = (time.perf_counter(), time.process_time())
        taken = (now[0] - self.last[0], now[1] - self.last[1])
        self.last = now
        return taken

    def time(self, work: Callable[[], Any]) -> tuple[float, float]:
        self.last = (time.perf_counter(), time.process_time())
        work()
        return self.look()


Measured = tuple[dict[str, Any], dict[str, Any]]


def _measure_kernel(path: Path, runs: int) -> Measured:
    watch = _Watch()
    from smecluster import model

    m = model.load(path)
    result = model.simulate(m)
    seconds = [watch.look()]
    seconds.append(watch.time(lambda: model.simulate(m)))
    from tests.bench.__main__ import varied_inputs
    from tests.parity.engines import run_kernel
    from tests.parity.published import Case

    draw = np.random.default_rng(1)
    columns = [m.program.parameters[place] for place in varied_inputs(m.program)][:VARIED]
    table = {column.name: column.value * draw.uniform(0.99, 1.01, runs) for column in columns}
    stocks = [name for name, v in m.variables.items() if v.kind == "stock" and name in result][:5]

    def many() -> None:
        # Some models start outside the ranges that their authors call plausible.
        model.simulate_many(m, table, stocks, within_ranges=False)

    for _ in range(2):
        seconds.append(watch.time(many))
    return {"seconds": seconds}, _pack(run_kernel(Case("", path, path, (), random=False)))


def _measure_pysd(path: Path, runs: int) -> Measured:
    watch = _Watch()
    import pysd

    made = pysd.read_vensim(str(path)) if path.suffix == ".mdl" else pysd.read_xmile(str(path))
    initial, final, step = (
        float(getattr(made.components, name)())
        for name in ("initial_time", "final_time", "time_step")
    )
    steps = round((final - initial) / step)
    long = steps > LONG
    reading = watch.look()

    def run(last: float = final) -> Any:
        return made.run(final_time=last, flatten_output=True)

    if not long:
        table = run()
        seconds = [_add(reading, watch.look())]
        again = watch.time(run)
    else:
        begins = watch.time(lambda: run(initial))
        table = run(initial + MEASURED * step)
        several = watch.look()
        again = tuple(
            a + max(b - a, 0) / MEASURED * steps for a, b in zip(begins, several, strict=True)
        )
        seconds = [_add(reading, again)]
    many = tuple(runs * part for part in again)
    seconds += [again, many, many]
    note = f"from {MEASURED} of {steps} steps of one" if long else "from one"
    times = {"time": table.index.to_numpy(dtype=float)}
    from tests.parity.published import split_column

    for name in table.columns:
        if np.issubdtype(table[name].dtype, np.number):
            times["\n".join(split_column(str(name)))] = table[name].to_numpy(dtype=float)
    return {"seconds": seconds, "note": note}, times


def _measure_simlin(path: Path, runs: int) -> Measured:
    watch = _Watch()
    import simlin

    simulation = simlin.load(str(path)).simulate()
    simulation.run_to_end()
    names = simulation.get_var_names()
    for name in names:
        simulation.get_series(name)
    seconds = [watch.look()]

    def again() -> None:
        simulation.reset()
        simulation.run_to_end()

    seconds.append(watch.time(again))
    for _ in range(2):
        seconds.append(watch.time(lambda: [again() for _ in range(runs)]))
    from tests.parity.engines import run_simlin
    from tests.parity.published import Case

    return {"seconds": seconds}, _pack(run_simlin(Case("", path, path, (), random=False)))


def _add(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _pack(results: Any) -> dict[str, Any]:
    """Give each series by its key, and the times that all have."""
    packed = {"\n".join(key): np.array(series.values) for key, series in results.items()}
    packed["time"] = np.array(next(iter(results.values())).times)
    return packed


if __name__ == "__main__":
    main()
