"""What a run costs in two editions of the model, side by side.

python -m tests.bench.editions --against ../old/model/sme_cluster.mdl

Each edition takes its own step from its first to its last year: 512 runs, five outputs yearly, one
core. The same kernel computes both, in turns, so that other work on the machine disturbs both
alike. The ratios to C and to pysimlin are those of `tests.bench`. Nothing here is asserted by a
test.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from smecluster import model
from smecluster.model.engine.compile.kernel import Batch, Kernel, load_kernel
from smecluster.model.engine.graph.clock import Times, compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from tests.bench.__main__ import OUTPUTS, RUNS, _simlin, median, varied_inputs
from tests.bench.c_limit import Limit

TURNS = 15


class Edition:
    """An edition of the model, ready to be run.

    Parameters
    ----------
    path : Path or None
        Its file; the shipped one if None.
    """

    def __init__(self, path: Path | None) -> None:
        self.model = model.load(path)
        program = self.model.program
        parameters = InputIndex(program).resolve({}).parameters(program)
        self.clock: Times = compute_times(program, parameters, {})
        self.wanted = select_outputs(program, OUTPUTS).nodes
        self.varied = varied_inputs(program)
        draw = np.random.default_rng(1)
        inputs = {p: parameters[p] * draw.uniform(0.99, 1.01, RUNS) for p in self.varied}
        self.batch = Batch(self.clock.all, self.clock.kept, parameters, inputs, {}, RUNS)
        self.kernel: Kernel = load_kernel(program, self.wanted, self.varied)

    def time(self) -> float:
        """Give the processor time of all runs, in seconds a run."""
        began = time.process_time()
        self.kernel.run(self.batch, len(self.wanted))
        return (time.process_time() - began) / RUNS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.editions")
    parser.add_argument("--against", type=Path, metavar="MODEL", required=True, help="a former one")
    editions = {"former": Edition(parser.parse_args().against), "this": Edition(None)}
    taken: dict[str, list[float]] = {name: [] for name in editions}
    for _ in range(TURNS):
        for name, one in editions.items():
            taken[name].append(one.time())
    print(f"{RUNS} runs, {len(OUTPUTS)} outputs yearly, one core, median of {TURNS} in turns\n")
    print(f"{'edition':10} {'steps':>8} {'us a run':>10} {'x C':>8} {'x pysimlin':>12}")
    for name, one in editions.items():
        own = statistics.median(taken[name])
        with tempfile.TemporaryDirectory() as folder:
            limit = Limit(one.model.program, one.wanted, one.varied, Path(folder))
            in_c = own / limit.time(one.batch, one.clock)
        again = _simlin(one.model)
        rust = f"{median(again) / own:12.0f}" if again else f"{'-':>12}"
        print(f"{name:10} {len(one.clock.all) - 1:8} {own * 1e6:10.0f} {in_c:8.2f} {rust}")
    ratio = statistics.median(taken["this"]) / statistics.median(taken["former"])
    print(f"\nprocessor time of a run, this over the former: {ratio:.3f}")
    print(f"quickest of each: {min(taken['this']) / min(taken['former']):.3f}")


if __name__ == "__main__":
    main()
