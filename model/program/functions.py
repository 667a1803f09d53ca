"""The functions of Vensim and XMILE as operations of a `model.program.graph.Graph`.

The definitions follow PySD 3.14.3 (``pysd.py_backend.functions``), the reference engine, down
to its tolerances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smecluster.model.program.graph import Graph

# Vensim treats anything smaller as zero (Vensim help, XIDZ and ZIDZ).
SMALL = 1e-6


@dataclass(frozen=True)
class Moment:
    """The time at which an expression is evaluated.

    Attributes
    ----------
    time : int
        Node of the time.
    step : int
        Node of the time step.
    """

    time: int
    step: int


@dataclass(frozen=True)
class Function:
    """A function of scalars.

    Attributes
    ----------
    arity : int
        Number of arguments.
    build : callable
        ``build(graph, moment, *arguments) -> node``.
    """

    arity: int
    build: Callable[..., int]


def less(graph: Graph, a: int, b: int) -> int:
    """Build ``a < b``."""
    return graph.add("lt", graph.number(a), graph.number(b))


def at_most(graph: Graph, a: int, b: int) -> int:
    """Build ``a <= b``."""
    return graph.add("le", graph.number(a), graph.number(b))


def choose(graph: Graph, condition: int, yes: int, no: int) -> int:
    """Build ``yes`` where the condition holds, else ``no``."""
    return graph.add("select", graph.truthful(condition), graph.number(yes), graph.number(no))


def xidz(graph: Graph, _: Moment | None, above: int, below: int, otherwise: int) -> int:
    """Build ``above / below``, or ``otherwise`` where ``below`` is zero."""
    none = less(graph, graph.add("abs", below), graph.const(SMALL))
    safe = choose(graph, none, graph.const(1), below)
    return choose(graph, none, otherwise, graph.add("div", above, safe))


def zidz(graph: Graph, moment: Moment | None, above: int, below: int) -> int:
    """Build ``above / below``, or 0 where ``below`` is zero."""
    return xidz(graph, moment, above, below, graph.const(0))


def _quantum(graph: Graph, _: Moment, x: int, unit: int) -> int:
    none = less(graph, unit, graph.const(SMALL))
    safe = choose(graph, none, graph.const(1), unit)
    whole = graph.add("mul", unit, graph.add("trunc", graph.add("div", x, safe)))
    return choose(graph, none, x, whole)


def _modulo(graph: Graph, moment: Moment, x: int, unit: int) -> int:
    return graph.add("sub", x, _quantum(graph, moment, x, unit))


def _log(graph: Graph, _: Moment, x: int, base: int) -> int:
    return graph.add("div", graph.add("ln", x), graph.add("ln", base))


def _step(graph: Graph, moment: Moment, height: int, start: int) -> int:
    half = graph.add("div", moment.step, graph.const(2))
    begun = less(graph, start, graph.add("add", moment.time, half))
    return graph.add("mul", height, graph.number(begun))


def _ramp(graph: Graph, moment: Moment, slope: int, start: int, end: int | None = None) -> int:
    until = moment.time if end is None else graph.add("min", end, moment.time)
    begun = less(graph, start, graph.add("add", moment.time, graph.const(SMALL)))
    rise = graph.add("sub", until, start)
    return graph.add("mul", graph.add("mul", graph.number(begun), slope), rise)


def _once(graph: Graph, moment: Moment, start: int, width: int) -> int:
    begun = at_most(graph, graph.add("sub", start, graph.const(SMALL)), moment.time)
    return graph.add("and", begun, less(graph, moment.time, graph.add("add", start, width)))


def _repeated(
    graph: Graph, moment: Moment, start: int, interval: int, width: int, end: int | None
) -> int:
    """Build Python's ``%`` of the time since the start, as in PySD."""
    once = graph.add("eq", interval, graph.const(0))
    every = choose(graph, once, graph.const(1), interval)
    since = graph.add("sub", moment.time, start)
    within = less(
        graph, remainder(graph, graph.add("add", since, graph.const(SMALL)), every), width
    )
    running = graph.add("and", at_most(graph, start, moment.time), within)
    if end is not None:
        running = graph.add("and", running, less(graph, moment.time, end))
    single = graph.add("and", once, _once(graph, moment, start, width))
    again = graph.add("and", graph.add("not", once), running)
    return graph.add("or", single, again)


def remainder(graph: Graph, x: int, unit: int) -> int:
    """Build Python's ``x % unit``."""
    rest = graph.add(
        "sub", x, graph.add("mul", unit, graph.add("floor", graph.add("div", x, unit)))
    )
    # The quotient may round up to the next whole number.
    short = less(graph, graph.add("mul", rest, unit), graph.const(0))
    return choose(graph, short, graph.add("add", rest, unit), rest)


def _pulse(graph: Graph, moment: Moment, start: int, width: int) -> int:
    return graph.number(_once(graph, moment, start, width))


def _pulse_train(
    graph: Graph, moment: Moment, start: int, interval: int, width: int, end: int
) -> int:
    return graph.number(_repeated(graph, moment, start, interval, width, end))


def _height(graph: Graph, moment: Moment, on: int, size: int) -> int:
    """Build XMILE's pulse: its size is spread over one time step."""
    return choose(graph, on, graph.add("div", size, moment.step), graph.const(0))


def _half(graph: Graph, moment: Moment) -> int:
    return graph.add("mul", graph.const(0.5), moment.step)


def _x_pulse(graph: Graph, moment: Moment, start: int, size: int) -> int:
    return _height(graph, moment, _once(graph, moment, start, _half(graph, moment)), size)


def _x_pulse_train(graph: Graph, moment: Moment, start: int, interval: int, size: int) -> int:
    on = _repeated(graph, moment, start, interval, _half(graph, moment), None)
    return _height(graph, moment, on, size)


def _direct(op: str) -> Callable[..., int]:
    return lambda graph, _, *args: graph.add(op, *(graph.number(arg) for arg in args))


def _numbers(build: Callable[..., int]) -> Callable[..., int]:
    """Let truth values count as 1 and 0 in the arguments."""
    return lambda graph, moment, *args: build(graph, moment, *map(graph.number, args))


# By the names that PySD's translator gives them.
FUNCTIONS: dict[str, Function] = {
    **{
        name: Function(1, _direct(name))
        for name in (
            *("abs", "exp", "ln", "sqrt", "sin", "cos", "tan"),
            *("arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
        )
    },
    "min": Function(2, _direct("min")),
    "max": Function(2, _direct("max")),
    "power": Function(2, _direct("pow")),
    "integer": Function(1, _direct("trunc")),
    "log": Function(2, _numbers(_log)),
    "modulo": Function(2, _numbers(_modulo)),
    "quantum": Function(2, _numbers(_quantum)),
    "xidz": Function(3, _numbers(xidz)),
    "zidz": Function(2, _numbers(zidz)),
    "if then else": Function(3, lambda graph, _, *args: choose(graph, *args)),
    "step": Function(2, _numbers(_step)),
    "ramp": Function(3, _numbers(_ramp)),
    "xramp": Function(2, _numbers(_ramp)),
    "pulse": Function(2, _numbers(_pulse)),
    "pulse train": Function(4, _numbers(_pulse_train)),
    "xpulse": Function(2, _numbers(_x_pulse)),
    "xpulse train": Function(3, _numbers(_x_pulse_train)),
    "pi": Function(0, lambda graph, _: graph.const(3.141592653589793)),
}
