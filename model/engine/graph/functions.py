"""The functions of Vensim and XMILE as operations of a `engine.graph.graph.Graph`.

The definitions are those of Vensim's reference manual; where that is silent, Vensim's own output
(``python -m tests.parity``) decides, and else PySD 3.14.3 (``pysd.py_backend.functions``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from smecluster.model.engine.graph.graph import Graph
from smecluster.model.engine.graph.moments import Moment, Span

# Vensim treats anything smaller as zero (Vensim help, XIDZ and ZIDZ).
SMALL = 1e-6


# How far from a whole number of time steps a time may be, in time steps.
NEAR = 1e-5

# From which argument on Stirling's series is used, and its coefficients: Bernoulli's numbers
# B(2n) / (2n (2n - 1)).
_STIRLING = 10
_STIRLING_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


@dataclass(frozen=True)
class Domain:
    """For which arguments a function is computed.

    Attributes
    ----------
    build : callable
        ``build(graph, span, *arguments) -> node``, true inside the domain.
    outside : str
        What is the matter outside it: the reason of a run that fails there.
    advice : str
        What to do instead.
    """

    build: Callable[..., int]
    outside: str
    advice: str


@dataclass(frozen=True)
class Function:
    """A function of scalars.

    Attributes
    ----------
    arity : int
        Number of arguments.
    build : callable
        ``build(graph, moment, *arguments) -> node``.
    domains : tuple of Domain
        Where it is computed; everywhere if empty.
    """

    arity: int
    build: Callable[..., int]
    domains: tuple[Domain, ...] = ()


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


def _x_modulo(graph: Graph, _: Moment, x: int, unit: int) -> int:
    """Build XMILE's ``x MOD unit``: Knuth's, with the sign of the unit, and x where that is 0."""
    none = graph.add("eq", unit, graph.const(0))
    safe = choose(graph, none, graph.const(1), unit)
    return choose(graph, none, x, remainder(graph, x, safe))


def _log(graph: Graph, _: Moment, x: int, base: int) -> int:
    return graph.add("div", graph.add("ln", x), graph.add("ln", base))


def _gamma_ln(graph: Graph, _: Moment, x: int) -> int:
    """Build the logarithm of the gamma function, within 1e-14 of it.

    Stirling's series from 10 on, and below the recurrence ``gamma(x + 1) = x gamma(x)``
    (Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.15 and 6.1.41).
    """
    add, const = graph.add, graph.const
    small = less(graph, x, const(_STIRLING))
    z = choose(graph, small, add("add", x, const(_STIRLING)), x)
    passed = x
    for count in range(1, _STIRLING):
        passed = add("mul", passed, add("add", x, const(count)))
    inverse = add("div", const(1), z)
    square = add("mul", inverse, inverse)
    series = const(0)
    for coefficient in reversed(_STIRLING_SERIES):
        series = add("add", const(coefficient), add("mul", series, square))
    node = add("mul", add("sub", z, const(0.5)), add("ln", z))
    node = add("add", add("sub", node, z), const(math.log(2 * math.pi) / 2))
    node = add("add", node, add("mul", series, inverse))
    return add("sub", node, choose(graph, small, add("ln", passed), const(0)))


def _step(graph: Graph, moment: Moment, height: int, start: int) -> int:
    half = graph.add("div", moment.step, graph.const(2))
    begun = less(graph, start, graph.add("add", moment.time, half))
    return graph.add("mul", height, graph.number(begun))


def _ramp(graph: Graph, moment: Moment, slope: int, start: int, end: int | None = None) -> int:
    until = moment.time if end is None else graph.add("min", end, moment.time)
    begun = less(graph, start, graph.add("add", moment.time, graph.const(SMALL)))
    rise = graph.add("sub", until, start)
    return graph.add("mul", graph.add("mul", graph.number(begun), slope), rise)


def _middle(graph: Graph, moment: Moment) -> int:
    """Build the middle of the step that begins: far from any time on the grid of steps."""
    return graph.add("add", moment.time, graph.add("div", moment.step, graph.const(2)))


def _last(graph: Graph, moment: Moment, width: int) -> int:
    """Build how long a pulse lasts: one time step if its width is 0."""
    none = graph.add("eq", width, graph.const(0))
    return choose(graph, none, moment.step, width)


def _once(graph: Graph, moment: Moment, start: int, width: int) -> int:
    """Build Vensim's definition, which rounding errors of the time do not touch.

    Reference manual: ``IF THEN ELSE(Time + TIME STEP / 2 > start :AND: Time + TIME STEP / 2 <
    start + width, 1, 0)``.
    """
    middle = _middle(graph, moment)
    return graph.add(
        "and", less(graph, start, middle), less(graph, middle, graph.add("add", start, width))
    )


def _repeated(
    graph: Graph, moment: Moment, start: int, interval: int, width: int, end: int | None
) -> int:
    """Build whether the last of the starts, an interval apart, is less than a width ago."""
    middle = _middle(graph, moment)
    since = remainder(graph, graph.add("sub", middle, start), interval)
    running = graph.add("and", less(graph, start, middle), less(graph, since, width))
    if end is not None:
        # The step at the end still counts; Vensim's own output shows it.
        late = graph.add("mul", moment.step, graph.const(NEAR))
        in_time = at_most(graph, moment.time, graph.add("add", end, late))
        begun = at_most(graph, graph.add("sub", middle, since), graph.add("add", end, late))
        running = graph.add("and", graph.add("and", running, in_time), begun)
    return running


def remainder(graph: Graph, x: int, unit: int) -> int:
    """Build Python's ``x % unit``."""
    rest = graph.add(
        "sub", x, graph.add("mul", unit, graph.add("floor", graph.add("div", x, unit)))
    )
    # The quotient may round up to the next whole number.
    short = less(graph, graph.add("mul", rest, unit), graph.const(0))
    return choose(graph, short, graph.add("add", rest, unit), rest)


def _pulse(graph: Graph, moment: Moment, start: int, width: int) -> int:
    return graph.number(_once(graph, moment, start, _last(graph, moment, width)))


def _pulse_train(
    graph: Graph, moment: Moment, start: int, interval: int, width: int, end: int
) -> int:
    long = _last(graph, moment, width)
    return graph.number(_repeated(graph, moment, start, interval, long, end))


def _height(graph: Graph, moment: Moment, on: int, size: int) -> int:
    """Build XMILE's pulse: its size is spread over one time step."""
    return choose(graph, on, graph.add("div", size, moment.step), graph.const(0))


def _x_pulse(graph: Graph, moment: Moment, start: int, size: int) -> int:
    return _height(graph, moment, _once(graph, moment, start, moment.step), size)


def _x_pulse_train(graph: Graph, moment: Moment, start: int, interval: int, size: int) -> int:
    """Build XMILE's repeated pulse; with an interval of 0 there is one (XMILE 1.0, PULSE)."""
    single = graph.add("eq", interval, graph.const(0))
    safe = choose(graph, single, graph.const(1), interval)
    often = _repeated(graph, moment, start, safe, moment.step, None)
    on = choose(graph, single, _once(graph, moment, start, moment.step), often)
    return _height(graph, moment, on, size)


# Domains ----------------------------------------------------------------------------------


def is_long(graph: Graph, time: int, count: int, step: int) -> int:
    """Build whether a time is at least so many time steps."""
    return at_most(graph, graph.add("mul", graph.const(count * (1 - NEAR)), step), time)


def _is_whole(graph: Graph, time: int, step: int) -> int:
    """Build whether a time is a whole number of time steps."""
    steps = graph.add("div", time, step)
    whole = graph.add("floor", graph.add("add", steps, graph.const(0.5)))
    return at_most(graph, graph.add("abs", graph.add("sub", steps, whole)), graph.const(NEAR))


def _lasts(graph: Graph, span: Span, time: int) -> int:
    """Build whether a time is a whole number of time steps, and at least one."""
    whole = _is_whole(graph, time, span.step)
    return graph.add("and", whole, is_long(graph, time, 1, span.step))


def _starts(graph: Graph, span: Span, start: int) -> int:
    """Build whether a time is one at which a step of the run begins."""
    return _is_whole(graph, graph.add("sub", start, span.initial), span.step)


def _on_grid(name: str) -> Domain:
    return Domain(
        lambda graph, span, *given: _starts(graph, span, given[0]),
        f"{name} that starts between two time steps",
        "let it start a whole number of TIME STEPs after INITIAL TIME",
    )


_WHOLE_INTERVAL = Domain(
    lambda graph, span, *given: graph.add(
        "or", graph.add("eq", given[1], graph.const(0)), _lasts(graph, span, given[1])
    ),
    "PULSE whose interval is no whole number of time steps",
    "make it one, or 0 for a single pulse",
)

_POSITIVE = Domain(
    lambda graph, span, *given: less(graph, graph.const(0), given[0]),
    "GAMMA LN of a number that is not positive",
    "give it a positive one",
)


def _direct(op: str) -> Callable[..., int]:
    return lambda graph, _, *args: graph.add(op, *(graph.number(arg) for arg in args))


def _numbers(build: Callable[..., int]) -> Callable[..., int]:
    """Let truth values count as 1 and 0 in the arguments."""
    return lambda graph, moment, *args: build(graph, moment, *map(graph.number, args))


# By Vensim's names, folded; XMILE's that mean something else begin with an x.
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
    # XMILE's INT goes down, Vensim's INTEGER towards 0.
    "xint": Function(1, _direct("floor")),
    "log": Function(2, _numbers(_log)),
    "modulo": Function(2, _numbers(_modulo)),
    "xmodulo": Function(2, _numbers(_x_modulo)),
    "gamma ln": Function(1, _numbers(_gamma_ln), (_POSITIVE,)),
    "quantum": Function(2, _numbers(_quantum)),
    "xidz": Function(3, _numbers(xidz)),
    "zidz": Function(2, _numbers(zidz)),
    "if then else": Function(3, lambda graph, _, *args: choose(graph, *args)),
    "step": Function(2, _numbers(_step)),
    "ramp": Function(3, _numbers(_ramp)),
    "xramp": Function(2, _numbers(_ramp)),
    "pulse": Function(2, _numbers(_pulse)),
    "pulse train": Function(4, _numbers(_pulse_train)),
    "xpulse": Function(2, _numbers(_x_pulse), (_on_grid("PULSE"),)),
    "xpulse train": Function(3, _numbers(_x_pulse_train), (_on_grid("PULSE"), _WHOLE_INTERVAL)),
    "pi": Function(0, lambda graph, _: graph.const(3.141592653589793)),
}
