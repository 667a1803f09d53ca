"""Functions that are more than a formula of their arguments, by name, in Vensim and in XMILE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from smecluster.model.engine.read.syntax import (
    Arithmetic,
    Call,
    Delay,
    DelayFixed,
    DelayN,
    Depreciation,
    Initial,
    Integ,
    NetPresentValue,
    Reference,
    SampleIfTrue,
    Smooth,
    SmoothN,
    Tree,
)

Build = Callable[..., Tree]

_STEP = Reference("TIME STEP")


def _call(name: str) -> Build:
    return lambda *arguments: Call(Reference(name), arguments)


def _choose(**by_count: Build) -> Build:
    """Choose by the number of arguments: ``two``, ``three``, ..."""
    counts = ("none", "one", "two", "three", "four", "five")

    def build(*arguments: Tree) -> Tree:
        if len(arguments) >= len(counts) or counts[len(arguments)] not in by_count:
            raise TypeError
        return by_count[counts[len(arguments)]](*arguments)

    return build


def _gather(whole: str, sign: str) -> Build:
    """Let a function take all elements of one argument, or several arguments."""

    def build(*arguments: Tree) -> Tree:
        if len(arguments) < 2:
            return _choose(one=_call(whole))(*arguments)
        return _join(sign, *arguments)

    return build


def _mean(*arguments: Tree) -> Tree:
    total = _gather("mean xmile", "+")(*arguments)
    return _join("/", total, float(len(arguments))) if len(arguments) > 1 else total


def _extreme(name: str) -> Build:
    """Let a function of two numbers take all elements of one argument, or several arguments."""

    def build(*arguments: Tree) -> Tree:
        if len(arguments) < 2:
            return _choose(one=_call(f"v{name} xmile"))(*arguments)
        return reduce(lambda left, right: Call(Reference(name), (left, right)), arguments)

    return build


def _pink_noise(mean: Tree, spread: Tree, time: Tree, seed: Tree) -> Tree:
    """Write pink noise out: white noise in a first-order average (Vensim reference manual).

    The white noise is so much wider that the average's spread is the one asked for at any time
    step; the average begins with a draw of that spread.
    """
    draw = Reference("random plain normal")
    whole = Call(Reference("sqrt"), (_join("-", _join("/", _join("*", 2, time), _STEP), 1),))
    white = Call(draw, (mean, _join("*", spread, whole), seed))
    return Smooth(white, time, Call(draw, (mean, spread, seed)), 1)


def _average(x: Tree, time: Tree, below: Tree) -> Tree:
    """Write out the running average of TREND and FORECAST, which starts below its input."""
    return Smooth(x, time, _join("/", x, _join("+", 1.0, below)), 1)


def _trend(x: Tree, time: Tree, growth: Tree) -> Tree:
    """Write out ``TREND``: the growth of the input above its average (Vensim reference manual)."""
    average = _average(x, time, _join("*", growth, time))
    size = _join("*", time, Call(Reference("abs"), (average,)))
    return Call(Reference("zidz"), (_join("-", x, average), size))


def _forecast(x: Tree, time: Tree, horizon: Tree, growth: Tree) -> Tree:
    """Write out ``FORECAST``: the input, grown on by its trend (Vensim reference manual)."""
    average = _average(x, time, growth)
    trend = Call(Reference("zidz"), (_join("-", x, average), _join("*", time, average)))
    return _join("*", x, _join("+", 1.0, _join("*", trend, horizon)))


def _join(sign: str, *parts: Tree) -> Tree:
    return Arithmetic((sign,) * (len(parts) - 1), parts)


VENSIM: Mapping[str, Build] = {
    "initial": Initial,
    "reinitial": Initial,
    "integ": lambda flow, initial: Integ(flow, initial),
    "delay1": lambda x, time: Delay(x, time, x, 1),
    "delay1i": lambda x, time, start: Delay(x, time, start, 1),
    "delay3": lambda x, time: Delay(x, time, x, 3),
    "delay3i": lambda x, time, start: Delay(x, time, start, 3),
    "delay n": DelayN,
    "delay fixed": DelayFixed,
    "smooth": lambda x, time: Smooth(x, time, x, 1),
    "smoothi": lambda x, time, start: Smooth(x, time, start, 1),
    "smooth3": lambda x, time: Smooth(x, time, x, 3),
    "smooth3i": lambda x, time, start: Smooth(x, time, start, 3),
    "smooth n": SmoothN,
    "trend": _trend,
    "forecast": lambda x, time, horizon: _forecast(x, time, horizon, 0.0),
    "random pink noise": _pink_noise,
    "sample if true": SampleIfTrue,
    "npv": NetPresentValue,
    "depreciate straightline": Depreciation,
    "pulse train": lambda start, width, interval, end: Call(
        Reference("pulse train"), (start, interval, width, end)
    ),
    "game": lambda x: x,
    "if then else": _call("if then else"),
}

XMILE: Mapping[str, Build] = {
    "init": Initial,
    "delay": _choose(two=lambda x, time: DelayFixed(x, time, x), three=DelayFixed),
    "delay1": _choose(two=lambda x, t: Delay(x, t, x, 1), three=lambda x, t, i: Delay(x, t, i, 1)),
    "delay3": _choose(two=lambda x, t: Delay(x, t, x, 3), three=lambda x, t, i: Delay(x, t, i, 3)),
    "delayn": _choose(
        three=lambda x, time, n: DelayN(x, time, x, n),
        four=lambda x, time, n, start: DelayN(x, time, start, n),
    ),
    "smth1": _choose(two=lambda x, t: Smooth(x, t, x, 1), three=lambda x, t, i: Smooth(x, t, i, 1)),
    "smth3": _choose(two=lambda x, t: Smooth(x, t, x, 3), three=lambda x, t, i: Smooth(x, t, i, 3)),
    "smthn": _choose(
        three=lambda x, time, n: SmoothN(x, time, x, n),
        four=lambda x, time, n, start: SmoothN(x, time, start, n),
    ),
    "trend": _choose(two=lambda x, time: _trend(x, time, 0.0), three=_trend),
    "forcst": _choose(three=lambda x, t, h: _forecast(x, t, h, 0.0), four=_forecast),
    "safediv": _choose(two=_call("zidz"), three=_call("xidz")),
    "if then else": _call("if then else"),
    "ramp": _choose(two=_call("xramp"), three=_call("ramp")),
    "pulse": _choose(
        two=lambda size, start: Call(Reference("xpulse"), (start, size)),
        three=lambda size, start, interval: Call(
            Reference("xpulse train"), (start, interval, size)
        ),
    ),
    "sum": _gather("sum xmile", "+"),
    "prod": _gather("prod xmile", "*"),
    "mean": _mean,
    "size": _choose(one=_call("size xmile")),
    "previous": lambda x, start: DelayFixed(x, _STEP, start),
    "uniform": _choose(
        two=lambda low, high: Call(Reference("random uniform"), (low, high, 0.0)),
        three=_call("random uniform"),
    ),
    "normal": _choose(
        two=lambda mean, sd: Call(Reference("random plain normal"), (mean, sd, 0.0)),
        three=_call("random plain normal"),
    ),
    "exprnd": _choose(
        one=lambda mean: Call(Reference("random plain exponential"), (mean, 0.0)),
        two=_call("random plain exponential"),
    ),
    "random": _choose(
        two=lambda low, high: Call(Reference("random uniform"), (low, high, 0.0)),
        three=_call("random uniform"),
    ),
    "max": _extreme("max"),
    "min": _extreme("min"),
    "int": _call("xint"),
    "log10": lambda x: Call(Reference("log"), (x, 10.0)),
}
