"""Strategies: as written, compared, shared among levers, optimised, timed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .labels import (
    LONG_STEP,
    choose_draws,
    label_dataset,
    label_rows,
    label_table,
    load_shipped,
    run_command,
)
from .parts import COST, EFFECT, PLAIN, SEARCH, part

if TYPE_CHECKING:
    import xarray as xr

    from smecluster.policies.comparison.result import Comparison


@part("strategies", PLAIN)
def collect_strategies() -> dict[str, Any]:
    """Run every shipped strategy as written."""
    from smecluster.policies.strategy import names

    found: dict[str, Any] = {}
    for name in names():
        outcomes = found.setdefault(name, {})
        for row in run_command("run", name, "--json")["outcomes"]:
            if row["place"] == "total" and row["time"] in (2030, 2040):
                years = outcomes.setdefault(f"{row['outcome']} [{row['unit']}]", {})
                years[f"{row['time']:g}"] = row["value"]
    return found


@part("comparison", COST)
def collect_comparison() -> dict[str, Any]:
    """Compare three strategies at the best fit, and two of them on ten draws."""
    from smecluster.policies.comparison.compute import compare
    from smecluster.policies.strategy import load as load_strategy

    model = load_shipped()
    three = [load_strategy(name) for name in ("central", "local", "mixed")]
    best = compare(model, three)
    drawn = compare(model, three[:2], choose_draws(model, 10))
    ended = compare(model, three[:2], baseline=load_strategy("end-all-policy"))
    return {
        "best fit": _judge(best),
        "ten draws": _judge(drawn),
        "against the end of all policy": _judge(ended),
        "runs": {"best fit": best.runs, "ten draws": drawn.runs},
    }


@part("futures", COST)
def collect_futures() -> dict[str, Any]:
    """Compare two strategies in three futures on twelve draws: regret, and who is good enough."""
    from smecluster.policies.comparison.compute import compare
    from smecluster.policies.futures import load_futures
    from smecluster.policies.robustness.compute import judge_strategies
    from smecluster.policies.strategy import load as load_strategy
    from smecluster.policies.study import Need

    model = load_shipped()
    compared = compare(
        model,
        [load_strategy(name) for name in ("central", "local")],
        choose_draws(model, 12),
        load_futures(["demand", "credit"]),
        settings=LONG_STEP,
    )
    judged = judge_strategies(compared, [Need(outcome="gained per yuan", at_least=1)])
    tables = {"regret [Myuan]": judged.regrets, "share good enough": judged.shares}
    found: dict[str, Any] = {}
    for title, table in tables.items():
        for row in table.reset_index(drop="future" in table).to_dict("records"):
            where = f"{row.pop('strategy')} in {row.pop('future')}"
            found.setdefault(title, {})[where] = row
    return found


@part("contributions", COST)
def collect_contributions() -> dict[str, Any]:
    """Share the effect of two strategies among their levers, on three draws."""
    from smecluster.model.writing.result import label_units
    from smecluster.policies.contributions.compute import compute_contributions
    from smecluster.policies.contributions.result import describe_contributions
    from smecluster.policies.strategy import load as load_strategy

    model = load_shipped()
    found: dict[str, Any] = {}
    for name in ("central", "local"):
        shared = compute_contributions(
            model, load_strategy(name), choose_draws(model, 3), settings=LONG_STEP, pairs=4
        )
        described = describe_contributions([shared])
        for title in ("levers", "pairs"):
            table = label_units(described.tables[title]).drop(columns="strategy")
            found.setdefault(name, {})[title] = label_table(table)
    return found


@part("best-use", SEARCH)
def collect_best_use() -> dict[str, Any]:
    """Search shortly for the best use of the money, beside two strategies, on unseen draws."""
    from smecluster.policies.optimisation.compute import optimise
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.strategy import load as load_strategy

    model = load_shipped()
    draws = choose_draws(model, 5)
    best = optimise(
        model,
        [load_strategy("central"), load_strategy("local")],
        draws.iloc[:2],
        draws.iloc[2:],
        Search(generations=1, population=8, climb=1),
        several=False,
    )
    return {
        name: label_table(table, ["best use ahead in"]) for name, table in best.tables().items()
    }


@part("windows", COST)
def collect_windows() -> dict[str, Any]:
    """Map when help pays, on two draws."""
    from smecluster.model.writing.result import label_units
    from smecluster.policies.strategy import load as load_strategy
    from smecluster.policies.timing import map_timing

    model = load_shipped()
    found = map_timing(
        model,
        load_strategy("combination"),
        choose_draws(model, 2),
        starts=[2000, 2010, 2020],
        sizes=[0.5, 1, 2],
        settings=LONG_STEP,
    )
    return {name: label_table(label_units(table)) for name, table in found.tables.items()}


@part("statistics", COST)
def collect_statistics() -> dict[str, Any]:
    """Value the cluster statistics of the local strategy, on three draws."""
    from smecluster.policies.futures import load as load_future
    from smecluster.policies.statistics_value.compute import value_statistics
    from smecluster.policies.strategy import load as load_strategy

    model = load_shipped()
    found = value_statistics(
        model,
        load_strategy("local"),
        choose_draws(model, 3),
        [load_future("base"), load_future("scandal")],
        settings=LONG_STEP,
    )
    return {name: label_table(table) for name, table in found.tables().items()}


def _judge(found: Comparison) -> dict[str, Any]:
    """Say of each strategy what it gains and costs: 5, 50 and 95 % points over the draws."""
    debt = found.changes["Local public debt"]
    judged: dict[str, Any] = {"budget": found.describe_budget()}
    for name in found.names:
        money = found.money.sel(strategy=name)
        judged[name] = {
            f"gain, {place} [bn yuan]": _points(found.gained.sel(strategy=name, place=place) / 1000)
            for place in found.gained["place"].values
        }
        judged[name] |= {
            "gain per yuan": _points(found.per_yuan.sel(strategy=name)),
            "additional money [bn yuan]": _points(money / 1000),
            "local public debt [bn yuan]": _points(debt.sel(strategy=name, place="total") / 1000),
        }
    total = found.gained.sel(place="total", future="base")
    first = total["strategy"].values[total.argmax("strategy").values]
    judged["ahead in so many draws"] = {name: int((first == name).sum()) for name in found.names}
    return judged


def _points(values: xr.DataArray) -> dict[str, float]:
    import numpy as np

    if values.size == 1:
        return {"value": float(values.values.item())}
    return {f"{at:g} %": float(np.nanpercentile(values.values, at)) for at in (5, 50, 95)}


@part("account", COST)
def collect_account() -> dict[str, Any]:
    """Draw up the accounts of two strategies, on two draws."""
    import smecluster as sc

    model = load_shipped()
    found = sc.account(
        ["central", "local"], model, draws=choose_draws(model, 2), settings=LONG_STEP
    )
    return {"changes": label_dataset(found.changes), "gap is rounding": found.measure_gap() < 1e-6}


@part("assign", COST)
def collect_assign() -> dict[str, Any]:
    """Assign three levers, and find the best whole division of them, on three draws."""
    import smecluster as sc

    model = load_shipped()
    found = sc.assign(
        ["talent training", "innovation network", "quality supervision"],
        model,
        draws=choose_draws(model, 3),
        settings=LONG_STEP,
    )
    divisions = {name: ", ".join(one.who) for name, one in found.divisions.items()}
    return {
        "levers": label_dataset(found.levers),
        "divisions": divisions,
        "results": label_dataset(found.results),
    }


@part("map", COST)
def collect_map() -> dict[str, Any]:
    """Map two strategies at three budgets to two horizons, on two draws."""
    import smecluster as sc

    model = load_shipped()
    found = sc.money_map(
        ["central", "local"],
        model,
        draws=choose_draws(model, 2),
        budgets=["0.1%", "0.5%", "3%"],
        horizons=[2040, 2060],
        settings=LONG_STEP,
    )
    return label_dataset(found.changes)


@part("why", EFFECT)
def collect_why() -> dict[str, Any]:
    """Find the links that carry the effect of a lever."""
    import smecluster as sc

    found = sc.why("quality supervision", model=load_shipped(), year=2030, settings=LONG_STEP)
    tables = {name: found.tables[name] for name in ("chains", "links", "moves")}
    return {
        "effect": found.facts["size"],
        "chains": label_rows(tables["chains"].head(8), ["chain"], ["carries [%]"]),
        "links": label_rows(tables["links"].head(20), ["variable", "read by"], ["carries [%]"]),
        "moves": label_rows(tables["moves"].head(20), ["variable", "unit"], ["without", "with"]),
        "counts": {name: len(table) for name, table in tables.items()},
    }


@part("dominance", EFFECT)
def collect_dominance() -> dict[str, Any]:
    """Find which named loops dominate, under two strategies."""
    from smecluster.policies.notebook.analyses import measure_dominance

    shares = measure_dominance(["as-now", "local"], load_shipped()).data
    return label_dataset(shares.sel(time=[2000, 2030]))


@part("returns", EFFECT)
def collect_returns() -> dict[str, Any]:
    """Find what a yuan on each of three levers returns."""
    from smecluster.policies.returns.compute import compute_returns

    levers = ["talent training", "infrastructure investment", "quality supervision"]
    table = compute_returns(load_shipped(), levers, [0.005]).table
    numbers = [str(name) for name in table.select_dtypes("float") if name != "share"]
    return label_rows(table, ["lever", "level", "place"], [*numbers, "flag"])


@part("game", SEARCH)
def collect_game() -> dict[str, Any]:
    """Play the game of governments with one aim, on two draws, and check it on two more."""
    import smecluster as sc

    found = sc.game(
        ["local", "central"],
        load_shipped(),
        draws=2,
        unseen=2,
        aims=("growth",),
        information="none",
        starts=1,
        settings=LONG_STEP,
    )
    tables = found.tables()
    return {name: label_table(tables[name]) for name in ("arrangements", "mixes", "unseen")}
