"""Which of the named loops dominate when, under each strategy: Loops That Matter, by pysimlin.

The score of a loop is the product of its links' scores: how much of each variable's change comes
through the link (Schoenberg, Davidsen and Eberlein 2020; flows into stocks as in Schoenberg,
Hayward and Eberlein 2023). Divided by the sum of the absolute scores of all named loops of a region
at that moment it is the loop's share, positive where it reinforces and negative where it balances.
Every named loop of `model.diagrams.loops` is followed along one chain of influences; loops that the
overview does not name are left out, so the shares compare the named ones with one another.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.support.errors import InputError
from smecluster.model.support.graphs import find_shortest_path
from smecluster.model.vensim.regions import REGION
from smecluster.model.vensim.source import fold_name
from smecluster.model.vensim.values import set_values
from smecluster.policies.prose import join_names
from smecluster.policies.strategy import Strategy

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

STEP = 0.125  # Year; scores are ratios of changes, which a longer step only smooths

_MARGIN = "profit before income tax, profit, profit margin, Expected margin"
_ENTRY = "effect of profitability on entry, wanted entry, spontaneous entry, Imitative SMEs"
_SUPPLY = "firm equivalents, input index, potential output"
_PRICE = "competing supply, relative supply, effect of saturation on price"

# The chain of influences along which each named loop is followed; what stands between two names is
# the shortest connection.
CHAINS: Mapping[str, str] = {
    "R1 agglomeration": "total firms, effect of agglomeration, productivity, potential output,"
    f" value added, {_MARGIN}, {_ENTRY}, SMEs",
    "R2 spin-offs": "SMEs, entrepreneurial supply, wanted entry, spontaneous entry, Imitative SMEs",
    "R3 labour pool and talent": "Talent, effect of skill, productivity, value added,"
    " desired employment, hiring, Employment, draw on talent, recruitment",
    "R4 innovation network": "Network density, innovation capacity, technology start ups,"
    " Upgraded SMEs, SMEs, total firms, cluster mass, network formation",
    "R5 brand and quality": "Upgraded SMEs, average quality, reputation recovery,"
    f" Collective reputation, effect of reputation on price, price index, value added, {_MARGIN},"
    " effect of margin on exit, upgraded exit",
    "R6 credit and growth": "lending, funds for investment, domestic investment,"
    " Productive capital, input index, potential output, value added, credit demand",
    "R7 transaction cost and scale": "total firms, cluster mass, network formation,"
    " Network density, dealing conditions, transaction cost share,"
    " effect of transaction cost on entry, wanted entry, spontaneous entry, Imitative SMEs, SMEs",
    "R8 service quality and revenue": "tax revenue, ordinary spending, effort, response,"
    " service gains, Service quality, service ratio, dealing conditions, transaction cost share,"
    " effect of transaction cost on entry, wanted entry, spontaneous entry, Imitative SMEs,"
    f" {_SUPPLY}, value added, other local taxes",
    "B1 market saturation and price war": f"Imitative SMEs, {_SUPPLY}, {_PRICE}, price index,"
    f" value added, {_MARGIN}, effect of profitability on entry, wanted entry, spontaneous entry",
    "B2 congestion and land": "spontaneous entry, occupation, Serviced land, site availability",
    "B3 wages": "value added, desired employment, tightness, indicated wage, annual wage,"
    f" wage bill, {_MARGIN}, {_ENTRY}, {_SUPPLY}",
    "B4 quality erosion": f"Upgraded SMEs, {_SUPPLY}, {_PRICE}, price pressure, quality erosion",
    "B5 relocation of external firms": f"External firms, {_SUPPLY}, value added,"
    " desired employment, tightness, indicated wage, annual wage, relative wage, cost pressure,"
    " external exit",
    "B6 debt and default": "SME loans, leverage ratio, default rate, Perceived default rate,"
    " credit conditions, lending",
    "B7 free riding on the brand": "Regional brand, free riding on brand, quality erosion,"
    " Upgraded SMEs, upgraded share, private marketing, brand building",
    "B8 the budget": "Local public debt, debt ratio, effect of debt on spending,"
    " ordinary spending, planned spending, new borrowing",
}


def dominance(
    model: Model,
    strategies: Sequence[Strategy],
    *,
    step: float = STEP,
    progress: Progress | None = None,
) -> xr.DataArray:
    """Find the share of each named loop in each region, year by year.

    Parameters
    ----------
    model : Model
        The model; a Vensim file.
    strategies : sequence of Strategy
        The strategies.
    step : float
        Time step, Year.
    progress : callable, optional
        Told how many strategies are done, and how many there are.

    Returns
    -------
    xarray.DataArray
        Share of the sum of the named loops' absolute scores, Dmnl, mean of the year's steps, along
        (strategy, loop, Region, time); NaN where nothing moves.

    Raises
    ------
    InputError
        If pysimlin is not installed, or cannot follow a loop in this model.
    """
    if model.xmile:
        raise InputError("Loops That Matter is offered for Vensim files only")
    parts = []
    for strategy in strategies:
        parts.append(_yearly(_shares(_scores(model, strategy, step)), model, step))
        if progress is not None:
            progress(len(parts), len(strategies))
    names = [strategy.name for strategy in strategies]
    return xr.concat(parts, "strategy").assign_coords(strategy=names)


def table(shares: xr.DataArray, since: float) -> pd.DataFrame:
    """Sum dominance up from a year on.

    Parameters
    ----------
    shares : xarray.DataArray
        From `dominance`.
    since : float
        First year that counts.

    Returns
    -------
    pandas.DataFrame
        A row a strategy, region and loop: its mean share (Dmnl, negative where it balances), the
        share of the years in which it is the largest, and in which it is more than half.
    """
    late = shares.sel(time=slice(since, None))
    size = abs(late)
    known = late.notnull().any("loop")
    largest = (size == size.max("loop")) & known
    data = xr.Dataset(
        {
            "share": late.mean("time"),
            "largest": largest.sum("time") / known.sum("time"),
            "more than half": (size > 0.5).sum("time") / known.sum("time"),
        }
    )
    return data.to_dataframe().reset_index()[
        ["strategy", REGION, "loop", "share", "largest", "more than half"]
    ]


def _scores(model: Model, strategy: Strategy, step: float) -> dict[str, Array]:
    """Run the model in pysimlin and read the score of each loop: (regions, steps)."""
    try:
        import simlin
    except ImportError:
        raise InputError(
            "Loops That Matter needs pysimlin, which is not installed: "
            "pip install 'smecluster[loops]'"
        ) from None
    values = {**strategy.inputs(model), "TIME STEP": step, "SAVEPER": step}
    with tempfile.TemporaryDirectory(prefix="smecluster-") as folder:
        path = Path(folder) / "model.mdl"
        path.write_text(set_values(model.text, values), encoding="utf-8")
        try:
            loaded = simlin.load(str(path))
            chains = _closed(loaded)
            with loaded.edit() as (_, patch):
                for label, variables in chains.items():
                    patch.set_loop_name(label, variables)
            run = loaded.simulate(enable_ltm=True)
            run.run_to_end()
            return _by_region(run, [_canonical(region) for region in model.regions])
        except simlin.SimlinError as error:
            told = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"pysimlin cannot follow the loops: {told[0][:160]}") from error


def _closed(loaded: Any) -> dict[str, list[str]]:
    """Close each chain to a loop of the engine's own variables."""
    follows: dict[str, list[str]] = defaultdict(list)
    for link in loaded.get_links():
        follows[link.from_var].append(link.to_var)
    closed = {}
    for label, chain in CHAINS.items():
        names = [_canonical(name) for name in chain.split(",")]
        variables: list[str] = []
        for begin, end in zip(names, [*names[1:], names[0]], strict=True):
            path = find_shortest_path(follows, begin, end, set(names) - {begin, end})
            if path is None:
                raise InputError(f"loop {label!r}: {begin!r} does not act on {end!r} in this model")
            variables += path[:-1]
        closed[label] = variables
    return closed


def _by_region(run: Any, regions: Sequence[str]) -> dict[str, Array]:
    """Add up what the engine scores for each named loop within each region.

    A loop through a list of levers is scored lever by lever; what passes through two regions is
    no loop of either and is left out.
    """
    found: dict[str, Array] = {}
    for loop in run.get_loops_runtime():
        if loop.name not in CHAINS:
            continue
        where = {region for region in regions for name in loop.variables if _holds(name, region)}
        if not where and run.get_loop_element_count(loop.id) == len(regions):
            scores = [run.get_loop_score(loop.id, region) for region in regions]
        elif len(where) == 1:
            (own,) = where
            score = run.get_loop_score(loop.id)
            scores = [score if region == own else 0 * score for region in regions]
        elif not where and len(regions) == 1:
            scores = [run.get_loop_score(loop.id)]
        else:
            continue
        found[loop.name] = found.get(loop.name, 0.0) + np.nan_to_num(np.array(scores))
    for label in CHAINS:
        if label not in found:
            raise InputError(f"pysimlin finds no loop along the chain of {label!r} in this model")
    return found


def _shares(scores: dict[str, Array]) -> Array:
    """Divide by the sum of the absolute scores: (loops, regions, steps)."""
    stacked = np.array([scores[label] for label in CHAINS])
    total = np.abs(stacked).sum(0)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, stacked / total, np.nan)


def _yearly(shares: Array, model: Model, step: float) -> xr.DataArray:
    times = model.time.initial + step * np.arange(shares.shape[-1])
    data = xr.DataArray(
        shares,
        {"time": np.floor(times + step / 2)},
        ("loop", REGION, "time"),
        attrs={"unit": "Dmnl"},
    )
    yearly: xr.DataArray = data.groupby("time").mean(keep_attrs=True)
    # Some versions of xarray forget the names of other dimensions where they take groups' means.
    return yearly.transpose("loop", REGION, "time").assign_coords(
        {"loop": list(CHAINS), REGION: list(model.regions)}
    )


def _holds(name: str, region: str) -> bool:
    inside = name.partition("[")[2].rstrip("]")
    return region in [part.strip() for part in inside.split(",")]


def _canonical(name: str) -> str:
    return fold_name(name.strip()).replace(" ", "_")


def answer(shares: xr.DataArray, strategies: Sequence[Strategy], since: float) -> list[str]:
    """Say which loops dominate under each strategy.

    Parameters
    ----------
    shares : xarray.DataArray
        From `dominance`.
    strategies : sequence of Strategy
        The strategies, the one to compare with first.
    since : float
        First year that counts.

    Returns
    -------
    list of str
        A sentence a region on the first strategy, then one a strategy on what it changes most.
    """
    mean = table(shares, since).set_index(["strategy", REGION, "loop"])["share"].sort_index()
    first, *others = strategies
    said = []
    for region in shares[REGION].values:
        own = mean.loc[first.name].loc[region].sort_values(key=abs, ascending=False)
        largest = [f"{loop} ({100 * abs(share):.0f} %)" for loop, share in own.head(3).items()]
        said.append(
            f"{region}, {first.title.lower()}, from {since:g} on: of what the named loops do, most "
            f"is done by {join_names(largest)}."
        )
    for strategy in others:
        moved = mean.loc[strategy.name].abs() - mean.loc[first.name].abs()
        region, loop = moved.abs().idxmax()
        change = 100 * float(moved.loc[region, loop])
        said.append(
            f"Under '{strategy.title}' dominance moves most in {region}: {loop} has "
            f"{abs(change):.0f} points {'more' if change > 0 else 'less'} of it."
            if abs(change) >= 1
            else f"Under '{strategy.title}' dominance hardly moves: no loop's share changes by a "
            "point."
        )
    return said
