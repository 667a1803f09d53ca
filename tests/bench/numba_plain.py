"""The same equations as one plain Numba function, to see what writing LLVM directly is worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smecluster.model.engine.graph.graph import LOGICAL, Program, list_operands
from smecluster.model.engine.graph.interpreter import order_nodes

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "lt": "<", "le": "<="}
_INFIX |= {"eq": "==", "ne": "!=", "and": "and", "or": "or"}
_CALLS = {"exp": "exp", "ln": "log", "sqrt": "sqrt", "abs": "fabs", "trunc": "trunc"}
_CALLS |= {"floor": "floor", "min": "min", "max": "max"}


def source(program: Program, wanted: Sequence[int]) -> str:
    """Write the function: one run, scalar variables, a loop over the steps.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to keep.

    Returns
    -------
    str
        Python.
    """
    first = [initial for initial, _ in program.states]
    after = [following for _, following in program.states]
    lines = ["def run(params, times, save, out, tables):"]
    begun = order_nodes(program, first)
    lines += [f"    {line}" for line in _lines(program, begun, "i")]
    lines += [f"    s{place} = {_name(program, node, 'i')}" for place, node in enumerate(first)]
    lines += ["    for k in range(len(times)):", "        t = times[k]"]
    lines += [
        f"        {line}" for line in _lines(program, order_nodes(program, [*after, *wanted]), "v")
    ]
    lines += ["        if save[k] >= 0:"]
    lines += [
        f"            out[{place}, save[k]] = {_name(program, node, 'v')}"
        for place, node in enumerate(wanted)
    ]
    lines += [f"        n{place} = {_name(program, node, 'v')}" for place, node in enumerate(after)]
    lines += [f"        s{place} = n{place}" for place in range(len(after))]
    return "\n".join(lines) + "\n"


def compiled(program: Program, wanted: Sequence[int]) -> Callable[..., None]:
    """Compile the function with Numba.

    Parameters
    ----------
    program, wanted
        As for `source`.

    Returns
    -------
    callable
        ``run(params, times, save, out, tables)``.
    """
    import math

    import numba
    import numpy as np

    @numba.njit
    def table(points: Any, x: float) -> float:
        return float(np.interp(x, points[0], points[1]))

    functions = ("exp", "log", "sqrt", "fabs", "trunc", "floor")
    scope: dict[str, Any] = {name: getattr(math, name) for name in functions}
    scope["table"] = table
    # What is executed was written above: numbers and generated names.
    exec(source(program, wanted), scope)
    compiled_run: Callable[..., None] = numba.njit(scope["run"])
    return compiled_run


def _lines(program: Program, order: Sequence[int], letter: str) -> list[str]:
    lines = []
    for place in order:
        op, *rest = program.nodes[place]
        used = [_name(program, operand, letter) for operand in list_operands(program.nodes[place])]
        if op in ("const", "true", "state", "time"):
            continue
        if op == "param":
            written = f"params[{rest[0]}]"
        elif op in _INFIX:
            written = f"{used[0]} {_INFIX[op]} {used[1]}"
        elif op in _CALLS:
            written = f"{_CALLS[op]}({', '.join(used)})"
        elif op == "table":
            written = f"table(tables[{rest[0]}], {used[0]})"
        else:
            simple = {"neg": "-{0}", "not": "not {0}", "select": "{1} if {0} else {2}"}
            written = (simple | {"float": "1.0 if {0} else 0.0"})[op].format(*used)
        assert op in LOGICAL or written
        lines.append(f"{letter}{place} = {written}")
    return lines


def _name(program: Program, place: int, letter: str) -> str:
    op, *rest = program.nodes[place]
    if op in ("const", "true"):
        return f"({rest[0]!r})"
    if op == "state":
        return f"s{rest[0]}"
    return "t" if op == "time" else f"{letter}{place}"
