"""The methods by name: what each gives, how many runs it wants, and how its indices read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from smecluster.model.support.errors import UnknownNameError
from smecluster.sensitivity.methods.delta import delta
from smecluster.sensitivity.methods.estimates import Bootstrap, Estimate, Estimates, Sample
from smecluster.sensitivity.methods.fast import balanced, fast
from smecluster.sensitivity.methods.hdmr import RESAMPLES, determined, hdmr
from smecluster.sensitivity.methods.morris import morris
from smecluster.sensitivity.methods.pawn import pawn
from smecluster.sensitivity.methods.regional import regional
from smecluster.sensitivity.methods.sobol import sobol

# How an index reads in a figure or a table, by name.
TITLES: Mapping[str, str] = {
    "first order": "first-order index: share of variance explained alone",
    "total": "total index: share of variance explained alone and with others",
    "interactions": "share of variance explained only together with others",
    "sum of first order": "share of variance explained by the factors one by one",
    "second order": "share of variance explained by a pair beyond its parts",
    "mu star": "mean absolute effect of going through the whole range",
    "mu": "mean effect of going through the whole range",
    "sigma": "spread of that effect: interactions and curvature",
    "delta": "delta: shift of the output's distribution",
    "PAWN": "PAWN: median distance of distributions",
    "PAWN maximum": "PAWN: greatest distance of distributions",
    "own": "share of variance from the factor itself",
    "shared": "share of variance from what goes along with the factor",
    "separation": "separation of notable from other runs",
    "shift": "by how much the factor lies higher in notable runs",
}


@dataclass(frozen=True)
class Method:
    """A method of sensitivity analysis.

    Parameters
    ----------
    name : str
        As in a study file.
    title : str
        As in a sentence.
    estimate : callable
        Takes the runs and how intervals are drawn.
    headline : str
        The index that factors are ranked by.
    advised : int
        Size from which results are usually worth reading.
    sized : str
        What the size counts.
    given_data : bool
        Whether any random sample will do, also one of dependent factors.
    powers_of_two : bool
        Whether the size must be a power of two for the points to be balanced.
    resamples : int
        Of the bootstrap at most: some take a second for each hundred.
    quick : callable, optional
        Gives the headline alone, where all indices take much longer.
    """

    name: str
    title: str
    estimate: Callable[[Sample, Bootstrap], Estimates]
    headline: str
    advised: int
    sized: str
    given_data: bool = True
    powers_of_two: bool = False
    resamples: int = 100
    quick: Callable[[Sample, Bootstrap], Estimates] | None = None

    @property
    def brief(self) -> Method:
        """The same for the headline, in as little time as that takes."""
        return self if self.quick is None else replace(self, estimate=self.quick)

    @property
    def shares(self) -> bool:
        """Whether the headline index is a number between 0 and 1, whatever the output."""
        return self.headline != "mu star"


def _given_data(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Delta and first order, and their parts if there are runs enough for HDMR."""
    found = delta(sample, bootstrap)
    parts: dict[str, Estimate] = {}
    if determined(len(sample.y), len(sample.names)):
        fitted = hdmr(sample, bootstrap).indices
        parts = {name: fitted[name] for name in ("own", "shared")}
    return Estimates({**found.indices, **parts}, found.floor)


_METHODS = (
    Method("sobol", "Sobol' indices", sobol, "total", 512, "base points", False, True, 10_000),
    Method(
        "morris", "Morris screening", morris, "mu star", 20, "trajectories", False, False, 10_000
    ),
    Method("fast", "FAST", fast, "total", 512, "runs a factor", False, False, 200),
    Method("rbd-fast", "RBD-FAST", balanced, "first order", 1000, "runs"),
    Method("delta", "delta", delta, "delta", 1000, "runs", resamples=40),
    Method("pawn", "PAWN", pawn, "PAWN", 1000, "runs"),
    Method("hdmr", "HDMR", hdmr, "first order", 1000, "runs", resamples=RESAMPLES),
    Method("regional", "regional analysis", regional, "separation", 1000, "runs"),
    Method(
        "given-data",
        "indices from given data",
        _given_data,
        "first order",
        1000,
        "runs",
        resamples=40,
        quick=delta,
    ),
)
METHODS: Mapping[str, Method] = {method.name: method for method in _METHODS}


def reading(index: str, *, dependent: bool) -> str:
    """Say how an index reads, also where factors depend on one another."""
    if dependent and index == "first order":
        return "share of variance explained by a factor and what goes along with it"
    return TITLES[index]


def find(name: str) -> Method:
    """Find a method by its name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METHODS:
        raise UnknownNameError("method", name, METHODS)
    return METHODS[name]
