"""How strongly each named loop works at every moment of a run: Loops That Matter, by pysimlin.

The score of a loop is the product of its links' scores: how much of each variable's change comes
through the link (Schoenberg, Davidsen and Eberlein 2020; flows into stocks as in Schoenberg,
Hayward and Eberlein 2023). Every named loop of `model.loops` is followed along one chain of
influences, or along the two through which it works and whose scores are added.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import set_values
from smecluster.model.errors import InputError
from smecluster.model.support.graphs import find_shortest_path

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]

# The engine wants one name a chain.
_CHAIN = ", chain "

_EARNINGS = "profit before income tax, profit, earnings of owners, Expected earnings"
_FOUNDING = "entry conditions, wanted entry, wanted founding, founding, Firms"
_ENTRY = f"effect of earnings on entry, {_FOUNDING}"
_SUPPLY = "capability, input index, output, net output"
_BUDGET = "ordinary budget, ordinary spending, effort, response"
_DEALING = "dealing conditions, transaction cost share"
_SALES = "appeal without brand, appeal, revenue, relative price"
_CROWDED = f"value added, {_EARNINGS}, {_ENTRY}, {_SUPPLY}"

# The chains of influences along which each named loop is followed, one or several; what stands
# between two names is the shortest connection. Quantity is followed as value added at an unchanging
# price, except where the loop is about the price.
CHAINS: Mapping[str, tuple[str, ...]] = {
    "R1 agglomeration": (
        f"total firms, cluster mass, division of labour, output, net output, value added,"
        f" {_EARNINGS}, {_ENTRY}",
        f"tax revenue, {_BUDGET}, absorbed money, infrastructure starts,"
        f" infrastructure completions, Infrastructure capital, infrastructure ratio, {_DEALING},"
        f" {_FOUNDING}, {_SUPPLY}, value added, other local taxes",
    ),
    "R2 spin-offs": ("SMEs, wanted entry, wanted founding, founding, Firms, Imitative SMEs",),
    "R3 labour pool and talent": (
        "Talent, effective labour, input index, output, net output, value added,"
        " desired employment, feasible employment, Employment, draw on talent, recruitment",
    ),
    "R4 innovation network": (
        "Network density, usable knowledge ratio, innovation capacity,"
        " effect of innovation capacity, wanted start ups, wanted founding, founding, Firms,"
        " total firms, cluster mass, proximity",
    ),
    "R5 brand and quality": (
        "Upgraded SMEs, upgraded share, private marketing, Regional brand, brand effect, appeal,"
        f" revenue, relative price, value added, {_EARNINGS}, effect of earnings on exit,"
        " hazard of local firms, exit, Firms",
        "Firms, capability, share of kind, average quality, Log reputation,"
        f" log quality appeal, {_SALES}, value added, {_EARNINGS},"
        " effect of earnings on exit, hazard of local firms, exit",
    ),
    "R6 credit and growth": (
        "value added, desired capital, capital gap, wanted investment, outside money, investment,"
        f" Capital, {_SUPPLY}",
    ),
    "R7 transaction cost and scale": (
        f"total firms, cluster mass, proximity, Network density, {_DEALING}, {_FOUNDING}",
    ),
    "R8 service quality and revenue": (
        f"tax revenue, {_BUDGET}, Service quality, {_DEALING}, net output, value added,"
        " other local taxes",
    ),
    # The price of what is made falls with its quantity, and by less because sales rise with it.
    "B1 market saturation and price war": (
        f"relative price, {_CROWDED}",
        f"{_SALES}, {_CROWDED}",
    ),
    "B2 congestion and land": ("founding, occupation, Serviced land, site availability",),
    "B3 wages": (
        "value added, desired employment, tightness, annual wage, wage bill,"
        f" {_EARNINGS}, {_ENTRY}, {_SUPPLY}",
    ),
    "B4 quality erosion": (
        f"Firms, {_SUPPLY}, relative price, price pressure, quality erosion, conversion out",
    ),
    "B5 relocation of external firms": (
        f"Firms, {_SUPPLY}, value added, desired employment, tightness, annual wage,"
        " relative wage, cost pressure, relocation hazard, exit",
    ),
    "B6 debt and default": (
        "SME loans, leverage ratio, default rate, Perceived default rate, credit conditions,"
        " credit access, working lending",
    ),
    "B7 free riding on the brand": (
        "Regional brand, free riding on brand, quality erosion, conversion out, Firms,"
        " Upgraded SMEs, upgraded share, private marketing",
    ),
    "B8 the budget": (
        "Local public debt, room to borrow, ordinary budget, ordinary spending,"
        " planned spending, shortfall, wish to borrow, new borrowing",
    ),
}


def import_simlin() -> Any:
    """Import pysimlin.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import simlin
    except ImportError:
        raise InputError(
            "Loops That Matter needs pysimlin, which is not installed: "
            "pip install 'smecluster[loops]'"
        ) from None
    return simlin


def score_loops(model: Model, inputs: Mapping[str, Any], step: float) -> dict[str, Array]:
    """Run the model in pysimlin and read the score of each loop.

    Parameters
    ----------
    model : Model
        The model; a Vensim file.
    inputs : mapping
        Values of its inputs.
    step : float
        Time step, Year.

    Returns
    -------
    dict of str to numpy.ndarray
        Scores by loop, along (regions, steps).

    Raises
    ------
    InputError
        If pysimlin is not installed or cannot follow a loop in this model.
    """
    simlin = import_simlin()
    values = {**inputs, "TIME STEP": step, "SAVEPER": step}
    with tempfile.TemporaryDirectory(prefix="smecluster-") as folder:
        path = Path(folder) / "model.mdl"
        path.write_text(set_values(model.text, values), encoding="utf-8")
        try:
            loaded = simlin.load(str(path))
            chains = _close_chains(loaded)
            # The engine objects to variables that have no equation for some elements, and runs.
            with loaded.edit(allow_errors=True) as (_, patch):
                for label, closed in chains.items():
                    for at, variables in enumerate(closed):
                        patch.set_loop_name(f"{label}{_CHAIN}{at}", variables)
            run = loaded.simulate(enable_ltm=True)
            run.run_to_end()
            return _sum_by_region(run, [_spell(region) for region in model.regions])
        except simlin.SimlinError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"pysimlin cannot follow the loops: {lines[0][:160]}") from error


def _close_chains(loaded: Any) -> dict[str, list[list[str]]]:
    """Close each chain to a loop of the engine's own variables."""
    follows: dict[str, list[str]] = defaultdict(list)
    for link in loaded.get_links():
        follows[link.from_var].append(link.to_var)
    return {
        label: [_close_chain(label, chain, follows) for chain in chains]
        for label, chains in CHAINS.items()
    }


def _close_chain(label: str, chain: str, follows: Mapping[str, list[str]]) -> list[str]:
    names = [_spell(name) for name in chain.split(",")]
    variables: list[str] = []
    for begin, end in zip(names, [*names[1:], names[0]], strict=True):
        path = find_shortest_path(follows, begin, end, set(names) - {begin, end})
        if path is None:
            raise InputError(f"loop {label!r}: {begin!r} does not act on {end!r} in this model")
        variables += path[:-1]
    return variables


def _sum_by_region(run: Any, regions: Sequence[str]) -> dict[str, Array]:
    """Add up what the engine scores for each named loop within each region.

    A loop through kinds of firms, markets or levers is scored one by one; what passes through two
    regions is no loop of either and is left out.
    """
    scores_of: dict[str, Array] = {}
    for loop in run.get_loops_runtime():
        label = (loop.name or "").partition(_CHAIN)[0]
        if label not in CHAINS:
            continue
        where = {region for region in regions for name in loop.variables if _lies_in(name, region)}
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
        scores_of[label] = scores_of.get(label, 0.0) + np.nan_to_num(np.array(scores))
    for label in CHAINS:
        if label not in scores_of:
            raise InputError(f"pysimlin finds no loop along the chain of {label!r} in this model")
    return scores_of


def _lies_in(name: str, region: str) -> bool:
    inside = name.partition("[")[2].rstrip("]")
    return region in [part.strip() for part in inside.split(",")]


def _spell(name: str) -> str:
    return fold_name(name.strip()).replace(" ", "_")
