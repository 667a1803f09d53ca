"""The gain of every reinforcing loop: how much of a push returns to where it was given.

National conditions stay those of one year, nobody runs a programme, and the model comes to rest.
Each loop is then cut (`model.file.cutting`) and the value read at the cut is raised and lowered
by a thousandth. The gain is the change of the value that would be fed back, at rest again, both in
logarithms. With all loops cut at once this gives a matrix from cuts to cuts; its diagonal holds the
gain of each loop *alone*. The gain of a loop *among the others* follows by closing the others in
the matrix, and the largest eigenvalue of the matrix is the gain of all loops *together*: below 1
every push dies away and the model comes to rest; above 1 it would grow without end. Balancing loops
work all the time, unless a brake is held constant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.engine.run.runs import simulate, simulate_many
from smecluster.model.errors import InputError
from smecluster.model.file.cutting import Cut, apply_cuts
from smecluster.model.file.model import Model, load
from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.catalogue import mark

if TYPE_CHECKING:
    import xarray as xr

# Where each reinforcing loop of `model.loops` is cut. A loop with several channels has a
# cut in each.
NAMED: tuple[Cut, ...] = (
    Cut("R1 agglomeration", "cluster mass", ("division of labour",)),
    Cut(
        "R1 agglomeration",
        "infrastructure ratio",
        ("effect of infrastructure", "dealing conditions", "site attractiveness"),
    ),
    Cut("R2 spin-offs", "SMEs", ("wanted entry",)),
    Cut("R3 labour pool and talent", "Employment", ("draw on talent",)),
    Cut("R3 labour pool and talent", "innovation capacity", ("draw on talent",)),
    Cut("R3 labour pool and talent", "relative wage", ("draw on talent",)),
    Cut(
        "R4 innovation network",
        "Network density",
        ("usable knowledge ratio", "innovation capacity", "knowledge gains"),
    ),
    Cut(
        "R5 brand and quality",
        "average quality",
        ("Log reputation", "poor quality ratio", "log quality appeal"),
    ),
    Cut("R5 brand and quality", "Regional brand", ("brand effect",)),
    Cut("R6 credit and growth", "value added", ("desired capital",)),
    Cut("R6 credit and growth", "credit access", ("served share", "working lending")),
    Cut("R7 transaction cost and scale", "Network density", ("dealing conditions",)),
    Cut("R8 service quality and revenue", "Service quality", ("dealing conditions",)),
)
# Reinforcing loops that the overview does not name, so no loop stays closed behind the cuts.
FURTHER: tuple[Cut, ...] = (
    Cut(mark("variety of products"), "cluster mass", ("appeal without brand",)),
    Cut(mark("work and output"), "Employment", ("effective labour",)),
    Cut(mark("research and knowledge"), "Firm knowledge", ("knowledge per worker",)),
    Cut(mark("size and external firms"), "Perceived value added", ("site attractiveness",)),
    Cut(
        mark("embeddedness of external firms"),
        "Embeddedness",
        ("looseness of external firms", "wanted localisation", "local content ratio"),
    ),
    Cut(
        mark("trust"),
        "Business trust",
        ("Network density", "credit conditions", "dealing conditions", "informal lending"),
    ),
    Cut(mark("land revenue and sites"), "land revenue", ("money for servicing",)),
)
CUTS = NAMED + FURTHER

_MARKET = Cut("market saturation", "relative price", ("value added", "price pressure"))
# A balancing loop held constant, to see what the reinforcing ones would do without it. Without the
# limits of land and labour nothing holds the model at rest.
WHOLE = mark("all balancing loops at work")
BRAKES: Mapping[str, tuple[Cut, ...]] = {
    WHOLE: (),
    mark("the market takes any amount at the same price"): (_MARKET,),
}

ALL_REGIONS = mark("all regions")

# At rest the time step does not matter; a long one saves time.
_STEP = 0.125
_YEARS = 2400
_LATE = 200
_FOR_EVER = 1.0e12  # Year
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
        The year whose national conditions last.
    single : tuple of Gain
        One for each cut and region.
    together : mapping of str to mapping of str to float
        Gain (Dmnl) of all loops together, by the brakes held constant (`BRAKES`), then by region
        and for ``"all regions"``.
    """

    year: float
    single: tuple[Gain, ...]
    together: Mapping[str, Mapping[str, float]]


def compute_gains(m: Model | None = None, year: float = 2020) -> Gains:
    """Compute the gains of all reinforcing loops.

    Parameters
    ----------
    m : Model, optional
        The shipped model if left out.
    year : float, optional
        Year whose national conditions last.

    Returns
    -------
    Gains

    Raises
    ------
    InputError
        If the year is outside of the model's time, or the model lacks a variable that is cut or
        does not come to rest.
    """
    m = load() if m is None else m
    if not m.time.initial <= year <= m.time.final:
        raise InputError(
            f"year = {year:g} is not in {m.time.initial:g}..{m.time.final:g}, the model's time"
        )
    together = {}
    single: tuple[Gain, ...] = ()
    for brake, held in BRAKES.items():
        matrix = compute_matrix(m, CUTS, held, year)
        if not held:
            single = _read_single(m, matrix)
        count = len(m.regions)
        together[brake] = {
            **{
                name: _compute_largest(matrix[at::count, at::count])
                for at, name in enumerate(m.regions)
            },
            ALL_REGIONS: _compute_largest(matrix),
        }
    return Gains(year, single, together)


def compute_matrix(
    m: Model, cuts: Sequence[Cut], held: Sequence[Cut] = (), year: float = 2020
) -> NDArray[np.float64]:
    """Compute how each cut responds to each.

    Parameters
    ----------
    m : Model
        The model.
    cuts : sequence of Cut
        Where loops are cut, in every region.
    held : sequence of Cut
        What is held constant besides.
    year : float, optional
        Year whose national conditions last.

    Returns
    -------
    array of float, shape (cuts x regions, cuts x regions)
        d ln (value fed back in the row) / d ln (value read at the cut in the column), at rest.
        Regions vary fastest.

    Raises
    ------
    InputError
        If the model lacks a variable that is cut, or does not come to rest.
    """
    rest = m.time.initial + _YEARS
    run: dict[str, Any] = {
        "driver freeze year": year,
        **_make_constant(m),
        "history switch": 0,
        "TIME STEP": _STEP,
        "SAVEPER": 1,
        "FINAL TIME": rest,
    }
    variables = list(dict.fromkeys(cut.variable for cut in (*cuts, *held)))
    closed = simulate(m, run, outputs=variables, years=[rest], within_ranges=False)
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
    runs = simulate_many(
        opened, pd.DataFrame(rows), variables, years, base=run, within_ranges=False
    )
    before, after = (_compute_logarithms(runs.sel(time=at), cuts, m.regions) for at in years)
    _check_rest(before, after, pushed, "does not come to rest")
    reference = np.log([values[name] for name in pushed])[:, None]
    _check_rest(reference, after[:, :1], pushed, "comes to rest at other values when it is cut")
    return (after[:, 1::2] - after[:, 2::2]) / (2 * _PUSH)


def _make_constant(m: Model) -> dict[str, Any]:
    """Give the inputs with which nobody is born, retires or learns: only moves are left."""
    nothing = [(m.time.initial, 0.0), (m.time.final, 0.0)]
    return {
        "birth table": nothing,
        "graduate share table": nothing,
        "completion share": 0,
        **dict.fromkeys(("working life", "years of retirement", "age of starting work"), _FOR_EVER),
    }


def _compute_logarithms(
    runs: xr.Dataset, cuts: Sequence[Cut], regions: Sequence[str]
) -> NDArray[np.float64]:
    """Give logarithms of the values fed back: a row a cut and region, a column a run."""
    return np.array(
        [
            np.log(runs[cut.variable].sel({REGION: region}).values)
            for cut in cuts
            for region in regions
        ]
    )


def _check_rest(
    one: NDArray[np.float64], other: NDArray[np.float64], names: Sequence[str], what: str
) -> None:
    gap = np.abs(one - other).max(axis=1)
    # Written with `not`, the comparison also refuses a run that failed (NaN).
    if not gap.max() <= _FLAT:
        raise InputError(
            f"the model {what}, so loops have no gain: see {names[int(gap.argmax())]!r}"
        )


def _compute_largest(matrix: NDArray[np.float64]) -> float:
    """Give the largest modulus of an eigenvalue: the growth of a push in one round of all loops."""
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _read_single(m: Model, matrix: NDArray[np.float64]) -> tuple[Gain, ...]:
    """Read the gains of single loops from the matrix."""
    gains = []
    for at in range(len(matrix)):
        cut, region = CUTS[at // len(m.regions)], m.regions[at % len(m.regions)]
        among = float(close_loops(matrix, [at])[0, 0])
        gains.append(Gain(cut, region, float(matrix[at, at]), among))
    return tuple(gains)


def close_loops(matrix: NDArray[np.float64], kept: Sequence[int]) -> NDArray[np.float64]:
    """Close all loops except some.

    Parameters
    ----------
    matrix : array of float, shape (n, n)
        From `loop_matrix`.
    kept : sequence of int
        The rows of the cuts that stay open.

    Returns
    -------
    array of float, shape (kept, kept)
        The matrix of these cuts with the others closed: direct responses and those that come
        through the others.
    """
    rest = [at for at in range(len(matrix)) if at not in kept]
    inner = np.eye(len(rest)) - matrix[np.ix_(rest, rest)]
    round_about = matrix[np.ix_(kept, rest)] @ np.linalg.solve(inner, matrix[np.ix_(rest, kept)])
    return np.asarray(matrix[np.ix_(kept, kept)] + round_about)
