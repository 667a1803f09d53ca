"""The methods by name: what each gives, how many runs it wants, and how its indices read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from smecluster.model.errors import UnknownNameError
from smecluster.model.presentation.language.catalogue import mark
from smecluster.sensitivity.methods.delta import estimate_delta
from smecluster.sensitivity.methods.effective import (
    LEAST_RUNS,
    LEAST_TRAJECTORIES,
    count_effective,
    count_hits,
)
from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Estimate, Estimates, Sample
from smecluster.sensitivity.methods.fast import estimate_fast, estimate_rbd_fast
from smecluster.sensitivity.methods.hdmr import RESAMPLES, estimate_hdmr, is_determined
from smecluster.sensitivity.methods.morris import estimate_morris
from smecluster.sensitivity.methods.pawn import estimate_pawn
from smecluster.sensitivity.methods.regional import count_notable, estimate_regional
from smecluster.sensitivity.methods.sobol import count_block, estimate_sobol


def _count_runs(sample: Sample) -> Array:
    """Effective runs of a plain sample."""
    return count_effective(sample.y)


def _count_points(sample: Sample) -> Array:
    """Effective runs among the two independent ones of each point of a Saltelli design."""
    step = count_block(len(sample.rows), sample.second_order)
    ends = sample.y.reshape(-1, step, sample.y.shape[1])[:, [0, -1]]
    return count_effective(ends.reshape(-1, sample.y.shape[1]))


def _count_trajectories(sample: Sample) -> Array:
    """Effective trajectories: those that hold nearly all of the variance."""
    return count_effective(sample.y, len(sample.rows) + 1)


def _count_on_curves(sample: Sample) -> Array:
    """Effective runs of the curve that has fewest: each factor has only its own."""
    curves = np.split(sample.y, len(sample.names))
    fewest: Array = np.min([count_effective(curve) for curve in curves], axis=0)
    return fewest


def _count_ranked(sample: Sample) -> Array:
    """Effective runs of a statistic of ranks, which tails do not matter for: the hits."""
    return count_hits(sample.y)


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
    count_effective : callable
        Takes the runs; gives how many of them the indices of each output rest on: (outputs,).
    least : float
        Effective runs below which an interval is not to be trusted.
    indicative : tuple of str
        Indices whose intervals do not hold even where tails are light, however many runs there
        are: they leave out the bias of the estimator.
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
    count_effective: Callable[[Sample], Array] = _count_runs
    least: float = LEAST_RUNS
    indicative: tuple[str, ...] = ()

    @property
    def brief(self) -> Method:
        """The same for the headline, in as little time as that takes."""
        return self if self.quick is None else replace(self, estimate=self.quick)

    @property
    def shares(self) -> bool:
        """Whether the headline index is a number between 0 and 1 for every output."""
        return self.headline != "mu star"


def _estimate_given_data(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Delta and first order, and their parts if there are runs enough for HDMR."""
    found = estimate_delta(sample, bootstrap)
    parts: dict[str, Estimate] = {}
    if is_determined(len(sample.y), len(sample.names)):
        fitted = estimate_hdmr(sample, bootstrap).indices
        parts = {name: fitted[name] for name in ("own", "shared")}
    return Estimates({**found.indices, **parts}, found.floor)


# Delta divides the runs into classes, and its intervals leave out what that does to its indices.
_OF_CLASSES = ("delta", "first order")

_METHODS = (
    Method(
        "sobol",
        mark("Sobol' indices"),
        estimate_sobol,
        "total",
        512,
        mark("base points"),
        given_data=False,
        powers_of_two=True,
        resamples=10_000,
        count_effective=_count_points,
    ),
    Method(
        "morris",
        mark("Morris screening"),
        estimate_morris,
        "mu star",
        20,
        mark("trajectories"),
        given_data=False,
        resamples=10_000,
        count_effective=_count_trajectories,
        least=LEAST_TRAJECTORIES,
    ),
    Method(
        "fast",
        "FAST",
        estimate_fast,
        "total",
        512,
        mark("runs a factor"),
        given_data=False,
        resamples=200,
        count_effective=_count_on_curves,
        indicative=("first order", "total"),
    ),
    Method("rbd-fast", "RBD-FAST", estimate_rbd_fast, "first order", 1000, "runs"),
    Method(
        "delta",
        "delta",
        estimate_delta,
        "delta",
        1000,
        "runs",
        resamples=40,
        indicative=_OF_CLASSES,
    ),
    Method("pawn", "PAWN", estimate_pawn, "PAWN", 1000, "runs", count_effective=_count_ranked),
    Method("hdmr", "HDMR", estimate_hdmr, "first order", 1000, "runs", resamples=RESAMPLES),
    Method(
        "regional",
        mark("regional analysis"),
        estimate_regional,
        "separation",
        1000,
        "runs",
        count_effective=count_notable,
    ),
    Method(
        "given-data",
        mark("indices from given data"),
        _estimate_given_data,
        "first order",
        1000,
        "runs",
        resamples=40,
        quick=estimate_delta,
        indicative=_OF_CLASSES,
    ),
)
#: Indices that sentences name.
INDICES = (
    mark("first order"),
    mark("total"),
    mark("delta"),
    mark("separation"),
    mark("own"),
    mark("runs"),
    mark("mu star"),
)
METHODS: Mapping[str, Method] = {method.name: method for method in _METHODS}


def find_method(name: str) -> Method:
    """Find a method by its name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METHODS:
        raise UnknownNameError("method", name, METHODS)
    return METHODS[name]
