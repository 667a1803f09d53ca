"""Functions that are more than a formula of their arguments, by name, in Vensim and in XMILE."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from smecluster.model.reading.syntax import (
    Call,
    Delay,
    DelayFixed,
    DelayN,
    Forecast,
    Initial,
    Integ,
    NetPresentValue,
    Reference,
    SampleIfTrue,
    Smooth,
    SmoothN,
    Tree,
    Trend,
)

Build = Callable[..., Tree]


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
    "trend": Trend,
    "forecast": lambda x, time, horizon: Forecast(x, time, horizon, 0),
    "sample if true": SampleIfTrue,
    "npv": NetPresentValue,
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
    "trend": _choose(two=lambda x, time: Trend(x, time, 0), three=Trend),
    "forcst": _choose(three=lambda x, t, h: Forecast(x, t, h, 0), four=Forecast),
    "safediv": _choose(two=_call("zidz"), three=_call("xidz")),
    "if then else": _call("if then else"),
    "ramp": _choose(two=_call("xramp"), three=_call("ramp")),
    "pulse": _choose(
        two=lambda size, start: Call(Reference("xpulse"), (start, size)),
        three=lambda size, start, interval: Call(
            Reference("xpulse train"), (start, interval, size)
        ),
    ),
    "sum": _call("sum xmile"),
    "prod": _call("prod xmile"),
    "mean": _call("mean xmile"),
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
    "max": _choose(one=_call("vmax xmile"), two=_call("max")),
    "min": _choose(one=_call("vmin xmile"), two=_call("min")),
    "int": _call("integer"),
    "log10": lambda x: Call(Reference("log"), (x, 10.0)),
}
