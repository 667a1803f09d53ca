"""Measure whole sensitivity studies, stored and analysed; print one table.

python -m tests.bench.studies                # 43,008 runs of forty factors, the model's own step
python -m tests.bench.studies 43008 1000000  # ... and so many, in coarse steps
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from smecluster import model
from smecluster.sensitivity.analysis.compute import analyse
from smecluster.sensitivity.design.study import load_study
from smecluster.sensitivity.running import plan_runs, run_study
from smecluster.sensitivity.store import folder as store
from tests.bench.__main__ import SCALE_STEP

FACTORS = 40
# From so many runs on steps are coarse.
MANY = 100_000
_ONE = "--one"


def main(arguments: list[str]) -> None:
    """Print the table: each study has a process to itself, whose memory is its own."""
    if arguments[:1] == [_ONE]:
        one(int(arguments[1]))
        return
    print(f"{FACTORS} factors, value added in 13 years at all places, {os.cpu_count()} threads\n")
    print(
        f"{'runs':>10} {'step':>9} {'work':>9} {'seconds':>8} {'busy':>7} {'a second':>9} {'MB':>6}"
    )
    for runs in arguments or ["43008"]:
        subprocess.run([sys.executable, "-m", "tests.bench.studies", _ONE, runs], check=True)


def one(runs: int) -> None:
    """Make and analyse one study."""
    m = model.load()
    step = SCALE_STEP if runs >= MANY else m.time.step
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forty.toml"
        path.write_text(written(m, -(-runs // (FACTORS + 2)), step))
        manifest = plan_runs(load_study(path), m)
        began = time.perf_counter(), time.process_time()
        made = run_study(manifest, m, Path(folder) / "store")
        tell(made.runs, step, "runs", began)
        began = time.perf_counter(), time.process_time()
        analyse(store.read_store(Path(folder) / "store"))
        tell(made.runs, step, "analysis", began)


def tell(runs: int, step: float, work: str, began: tuple[float, float]) -> None:
    """Print a row: time by the clock, time of processors, and the most memory held so far."""
    seconds, busy = time.perf_counter() - began[0], time.process_time() - began[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = runs / seconds
    print(
        f"{runs:10} {step:9.6f} {work:>9} {seconds:8.1f} {busy:7.1f} {rate:9.0f} {memory:6.0f}",
        flush=True,
    )


def written(m: model.Model, size: int, step: float) -> str:
    """Write a study of forty constants, each within a hundredth of its value."""
    names = [
        parameter.name
        for parameter in m.program.parameters
        if parameter.kind == "constant"
        and not parameter.cell
        and not parameter.name.isupper()
        and parameter.value > 0
        and _has_room(m, parameter.name, parameter.value)
    ]
    factors = "".join(f'[[factor]]\ninput = "{name}"\nwithin = 0.01\n' for name in names[:FACTORS])
    return (
        f'title = "Forty"\n[settings]\n"TIME STEP" = {step}\n'
        f'[method]\nname = "sobol"\nsize = {size}\n{factors}'
        '[[output]]\noutcome = "value added"\nplace = "all"\nseries = [1980, 2040, 5]\n'
    )


def _has_room(m: model.Model, name: str, value: float) -> bool:
    variable = m.document.variable(name)
    if variable.low is None or variable.high is None:
        return False
    return variable.low <= 0.99 * value and 1.01 * value <= variable.high


if __name__ == "__main__":
    main(sys.argv[1:])
