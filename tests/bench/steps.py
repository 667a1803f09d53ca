"""What each step of the kernel's work on speed gains, by switching it off.

python -m tests.bench.steps
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from unittest import mock

import numpy as np

from smecluster import model
from smecluster.model.engine.compile import schedule, simplify
from smecluster.model.engine.compile.codegen import generate_code
from smecluster.model.engine.compile.kernel import TOGETHER, Batch, Kernel, assemble
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.graph import Graph, Node, list_operands
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from tests.bench.__main__ import OUTPUTS, RUNS, SCALE_STEP, varied_inputs

REPEATS = 7


def main() -> None:
    """Print the table."""
    m = model.load()
    program = m.program
    parameters = InputIndex(program).resolve({"TIME STEP": SCALE_STEP}).parameters(program)
    clock = compute_times(program, parameters, {})
    nodes = select_outputs(program, OUTPUTS).nodes
    varied = varied_inputs(program)
    draw = np.random.default_rng(3)
    inputs = {place: parameters[place] * draw.uniform(0.99, 1.01, RUNS) for place in varied}
    batch = Batch(clock.all, clock.kept, parameters, inputs, {}, RUNS)

    def measure(varying: Sequence[int], width: int) -> float:
        code = generate_code(schedule.make_schedule(program, nodes), varying, width)
        kernel = Kernel(program, code.layout, assemble(code))
        taken = []
        for _ in range(REPEATS + 1):
            began = time.process_time()
            kernel.run(batch, len(nodes))
            taken.append(time.process_time() - began)
        return statistics.median(taken[1:]) / RUNS * 1e6

    print(f"{len(clock.all) - 1} steps, microseconds a run on one core, median of {REPEATS}\n")
    whole = measure(varied, TOGETHER)
    print(f"{'everything on':50} {whole:8.0f}")
    for name, switches in _switches():
        with ExitStack() as stack:
            for switch in switches:
                stack.enter_context(switch)
            found = measure(varied, TOGETHER)
        print(f"{name:50} {found:8.0f} {found / whole:6.2f}")
    every = measure(range(len(parameters)), TOGETHER)
    print(f"{'every input treated as varying':50} {every:8.0f} {every / whole:6.2f}")
    for width in (2, 4, 8):
        found = measure(varied, width)
        name = f"{width} runs together instead of {TOGETHER}"
        print(f"{name:50} {found:8.0f} {found / whole:6.2f}")


def _switches() -> Iterator[tuple[str, list[Any]]]:
    checks: Callable[..., Any] = schedule.find_checks
    yield "no check of the domain (unsafe)", [mock.patch.object(schedule, "find_checks", _none)]
    yield (
        "every operation that can fail checked",
        [mock.patch.object(schedule, "find_checks", lambda g, a, b: checks(g, a, b, every=True))],
    )
    yield "powers not joined", [_rule(lambda self, p, op: op == "pow")]
    yield "powers not split into logarithm and exponential", [_rule(lambda self, p, op: False)]
    yield (
        "and divisions by constants kept",
        [mock.patch.object(schedule, "simplify_graph", _as_written)],
    )


def _rule(rule: Callable[..., bool]) -> Any:
    return mock.patch.object(simplify._Rewriter, "_pays", rule)


def _none(*_: Any) -> list[Any]:
    return []


def _as_written(nodes: Sequence[Node]) -> tuple[Graph, list[int]]:
    graph, new = Graph(), list[int]()
    for node in nodes:
        used = list_operands(node)
        payload = node[1 : len(node) - len(used)]
        new.append(graph.add(node[0], *payload, *(new[operand] for operand in used)))
    return graph, new


if __name__ == "__main__":
    main()
