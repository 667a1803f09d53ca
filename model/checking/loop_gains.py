"""The gain of every reinforcing loop: how much of a push comes back to where it was given.

National conditions are those of one year for ever, nobody runs a programme, and the model comes
to rest. Each loop is then cut (`model.vensim.cutting`) and what is read at the cut is moved up and
down by a thousandth; the gain is the change, at rest again, of what would be fed back, both in
logarithms. With all loops cut at once this gives a matrix, from cuts to cuts; its diagonal holds
each loop's gain *alone*. What a loop gains *among the others* follows from the matrix by closing
them, and its largest eigenvalue is the gain of all loops *together*: below 1, every push dies away
and the model comes to rest; above 1 it would grow for ever. Balancing loops are at work all the
time, unless a brake is held still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.runs import simulate, simulate_many
from smecluster.model.support.errors import InputError
from smecluster.model.system import Model, load
from smecluster.model.vensim.cutting import Cut, apply_cuts
from smecluster.model.vensim.regions import REGION

if TYPE_CHECKING:
    import xarray as xr

# Where each reinforcing loop of `model.diagrams.loops` is cut. A loop that works through several
# channels has a cut in each.
NAMED: tuple[Cut, ...] = (
    Cut("R1 agglomeration", "total firms", ("effect of agglomeration",)),
    Cut("R1 agglomeration", "Infrastructure capital", ("infrastructure service ratio",)),
    Cut("R2 spin-offs", "SMEs", ("entrepreneurial supply",)),
    Cut("R3 labour pool and talent", "Employment", ("draw on talent",)),
    Cut("R3 labour pool and talent", "innovation capacity", ("draw on talent",)),
    Cut("R3 labour pool and talent", "annual wage", ("draw on talent",)),
    Cut(
        "R4 innovation network",
        "Network density",
        ("innovation capacity", "effective research"),
    ),
    Cut(
        "R5 brand and quality",
        "Collective reputation",
        ("effect of reputation on price", "effect of brand on price"),
    ),
    Cut("R6 credit and growth", "lending", ("funds for investment",)),
    Cut("R7 transaction cost and scale", "Network density", ("dealing conditions",)),
    Cut("R8 service quality and revenue", "Service quality", ("service ratio",)),
)
# Reinforcing loops that the overview diagram does not name: none is left closed behind the cuts.
FURTHER: tuple[Cut, ...] = (
    Cut("capital and output", "Productive capital", ("input index",)),
    Cut("work and output", "Employment", ("input index",)),
    Cut("research and knowledge", "Firm knowledge", ("knowledge per worker",)),
    Cut("size and external firms", "Perceived value added", ("size for site choice",)),
    Cut(
        "embeddedness of external firms",
        "Embeddedness",
        ("looseness of external firms", "wanted localisation"),
    ),
    Cut(
        "trust",
        "Business trust",
        ("network formation", "credit conditions", "dealing conditions", "informal finance"),
    ),
    Cut("land revenue and sites", "land revenue", ("affordable servicing",)),
)
CUTS = NAMED + FURTHER

_MARKET = Cut(
    "market saturation", "effect of saturation on price", ("price index", "price pressure")
)
_LAND = Cut(
    "land",
    "site availability",
    (
        "spontaneous entry",
        "technology start ups",
        "localisation",
        "upgrading",
        "external arrivals",
        "cost pressure",
    ),
)
_WAGES = Cut("wages", "annual wage", ("desired employment", "wage bill", "relative wage"))
_FOUNDERS = Cut("founders", "scarcity of founders", ("entrepreneurial supply",))
# Balancing loops that are held still, to see what the reinforcing ones would do without them.
BRAKES: Mapping[str, tuple[Cut, ...]] = {
    "all balancing loops at work": (),
    "the market takes any amount at the same price": (_MARKET,),
    "land and founders never run short": (_LAND, _FOUNDERS),
    "neither market nor land, founders or wages hold back": (_MARKET, _LAND, _FOUNDERS, _WAGES),
}

ALL_REGIONS = "all regions"

# At rest the step does not matter; a long one saves time.
_STEP = 0.125
_YEARS = 1200
_LATE = 200
_FLAT = 1.0e-6
_PUSH = 1.0e-3


@dataclass(frozen=True)
class Gain:
    """The gain of one channel of a loop in one region.

    Attributes
    ----------
    cut : Cut
        Where the loop is cut.
    region : str
        The region.
    alone : float
        Gain (Dmnl) with every other reinforcing loop cut.
    among : float
        Gain (Dmnl) with every other reinforcing loop of all regions at work.
    """

    cut: Cut
    region: str
    alone: float
    among: float


@dataclass(frozen=True)
class Gains:
    """The gains of all reinforcing loops at one point.

    Attributes
    ----------
    year : float
        Whose national conditions hold for ever.
    single : tuple of Gain
        One for each cut and region.
    together : mapping of str to mapping of str to float
        Gain (Dmnl) of all loops together, by the brakes that are held still (`BRAKES`), then by
        region and for ``"all regions"``.
    """

    year: float
    single: tuple[Gain, ...]
    together: Mapping[str, Mapping[str, float]]


def compute_gains(m: Model | None = None, year: float = 2020) -> Gains:
    """Work out the gains of all reinforcing loops.

    Parameters
    ----------
    m : Model, optional
        The shipped model if left out.
    year : float, optional
        Year whose national conditions hold for ever.

    Returns
    -------
    Gains

    Raises
    ------
    InputError
        If the model lacks a variable that is cut, or does not come to rest.
    """
    m = load() if m is None else m
    together = {}
    single: tuple[Gain, ...] = ()
    for brake, held in BRAKES.items():
        matrix = loop_matrix(m, CUTS, held, year)
        if not held:
            single = _single(m, matrix)
        count = len(m.regions)
        together[brake] = {
            **{name: _largest(matrix[at::count, at::count]) for at, name in enumerate(m.regions)},
            ALL_REGIONS: _largest(matrix),
        }
    return Gains(year, single, together)


def loop_matrix(
    m: Model, cuts: Sequence[Cut], held: Sequence[Cut] = (), year: float = 2020
) -> NDArray[np.float64]:
    """Work out how each cut answers to each.

    Parameters
    ----------
    m : Model
        The model.
    cuts : sequence of Cut
        Where loops are cut, in every region.
    held : sequence of Cut
        What is held still beside them.
    year : float, optional
        Year whose national conditions hold for ever.

    Returns
    -------
    array of float, shape (cuts x regions, cuts x regions)
        d ln (would-be value in the row) / d ln (value read at the cut in the column), at rest.
        Regions vary fastest.

    Raises
    ------
    InputError
        If the model lacks a variable that is cut, or does not come to rest.
    """
    rest = m.time.initial + _YEARS
    run: dict[str, Any] = {
        "driver freeze year": year,
        "labour growth table": [(m.time.initial, 0.0), (m.time.final, 0.0)],
        "history switch": 0,
        "TIME STEP": _STEP,
        "SAVEPER": 1,
        "FINAL TIME": rest,
    }
    variables = list(dict.fromkeys(cut.variable for cut in (*cuts, *held)))
    closed = simulate(m, run, outputs=variables, years=[rest])
    values = {
        f"{cut.constant}[{region}]": float(closed[cut.variable].sel({REGION: region}).item())
        for cut in (*cuts, *held)
        for region in m.regions
    }
    pushed = list(values)[: len(cuts) * len(m.regions)]
    rows = [values]
    for name in pushed:
        rows += [{**values, name: values[name] * math.exp(push)} for push in (_PUSH, -_PUSH)]
    opened = Model(apply_cuts(m.text, (*cuts, *held)), m.path)
    years = [rest - _LATE, rest]
    found = simulate_many(opened, pd.DataFrame(rows), variables, years, base=run)
    before, after = (_logarithms(found.sel(time=at), cuts, m.regions) for at in years)
    _refuse_unrest(before, after, pushed, "does not come to rest")
    reference = np.log([values[name] for name in pushed])[:, None]
    _refuse_unrest(reference, after[:, :1], pushed, "comes to rest elsewhere when it is cut")
    return (after[:, 1::2] - after[:, 2::2]) / (2 * _PUSH)


def _logarithms(
    found: xr.Dataset, cuts: Sequence[Cut], regions: Sequence[str]
) -> NDArray[np.float64]:
    """Give the would-be values: a row for each cut and region, a column for each run."""
    return np.array(
        [
            np.log(found[cut.variable].sel({REGION: region}).values)
            for cut in cuts
            for region in regions
        ]
    )


def _refuse_unrest(
    one: NDArray[np.float64], other: NDArray[np.float64], names: Sequence[str], what: str
) -> None:
    gap = np.abs(one - other).max(axis=1)
    # The comparison is turned round so that a run that failed is refused too.
    if not gap.max() <= _FLAT:
        raise InputError(
            f"the model {what}, so loops have no gain: see {names[int(gap.argmax())]!r}"
        )


def _largest(matrix: NDArray[np.float64]) -> float:
    """Give the largest size of an eigenvalue: what a push grows by in one turn of all loops."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _single(m: Model, matrix: NDArray[np.float64]) -> tuple[Gain, ...]:
    """Read the single gains off the matrix."""
    found = []
    for at in range(len(matrix)):
        cut, region = CUTS[at // len(m.regions)], m.regions[at % len(m.regions)]
        among = float(closed_but(matrix, [at])[0, 0])
        found.append(Gain(cut, region, float(matrix[at, at]), among))
    return tuple(found)


def closed_but(matrix: NDArray[np.float64], kept: Sequence[int]) -> NDArray[np.float64]:
    """Close all loops again except some.

    Parameters
    ----------
    matrix : array of float, shape (n, n)
        From `loop_matrix`.
    kept : sequence of int
        The rows of the cuts that stay open.

    Returns
    -------
    array of float, shape (kept, kept)
        The matrix of these cuts with the others closed: the direct answer and the one that
        comes round through the others.
    """
    rest = [at for at in range(len(matrix)) if at not in kept]
    inner = np.eye(len(rest)) - matrix[np.ix_(rest, rest)]
    round_about = matrix[np.ix_(kept, rest)] @ np.linalg.solve(inner, matrix[np.ix_(rest, kept)])
    return np.asarray(matrix[np.ix_(kept, kept)] + round_about)
