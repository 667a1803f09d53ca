"""Tables of an assignment: lever by lever, every case, the divisions and what parts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.policies.assignment.divisions import NOBODY, RUNNING, WHO
from smecluster.policies.assignment.measures import (
    DIVISION,
    LEVER,
    PAPER,
    WHO_RUNS,
    Driver,
    find_driver,
    measure_benefit,
    rank_who,
)
from smecluster.policies.ensemble.cases import DRAW
from smecluster.policies.ensemble.gains import BENEFIT, GAINED, HORIZON
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN, compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.assignment.result import Assignment

TABLES = ("assignment", "cases", "divisions", "who-runs-what", "draws")
_NONE = "-"
# Columns of whole divisions that hold money, Myuan.
_MONEY = ("low", "median", "high", "value added gained", "more than the paper's")


def make_tables(assignment: Assignment) -> dict[str, pd.DataFrame]:
    """Make the tables of an assignment, by the name of their file.

    Parameters
    ----------
    assignment : Assignment
        The assignment.

    Returns
    -------
    dict
        `TABLES`. Money of levers is yuan a yuan, of divisions Myuan in present value.
    """
    return {
        "assignment": tabulate_levers(assignment),
        "cases": _tabulate_cases(assignment),
        "divisions": tabulate_divisions(assignment),
        "who-runs-what": tabulate_tasks(assignment),
        "draws": _tabulate_draws(assignment),
    }


def tabulate_levers(assignment: Assignment) -> pd.DataFrame:
    """Make a row of every lever: who is best, how often, what that brings and what turns it.

    Returns
    -------
    pandas.DataFrame
        Columns: lever; paper; best; next (who comes second); ahead (draws in which the best is
        ahead of the next) of draws; a column for each who runs it with the median net national
        benefit, yuan a yuan; gain (value added of the regions, yuan a yuan, by the best); the
        drawn constant that turns best against next, at which value, and whether above it; best by
        the last year of the money; end of the plausible span where the money goes beyond it.
    """
    rows = []
    for lever in assignment.names:
        benefit = measure_benefit(assignment, lever)
        order = rank_who(benefit)
        row: dict[str, Any] = {LEVER: lever, "paper": assignment.paper[lever]}
        if not order:
            rows.append(row | {"best": _NONE, "next": _NONE, "draws": 0})
            continue
        lead = measure_lead(assignment, lever)
        driver = find_driver(assignment.draws, lead)
        known = np.isfinite(lead)
        row |= {
            "best": order[0],
            "next": order[1],
            "ahead": int((lead > 0).sum()),
            "draws": int(known.sum()),
            **{who: float(benefit.sel({WHO_RUNS: who}).median()) for who in RUNNING},
            "gain": measure_gain(assignment, lever, order[0]),
            **_describe_driver(driver),
            "best sooner": _rank_sooner(assignment, lever),
            "span": assignment.spans.get(lever, np.nan),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def measure_lead(assignment: Assignment, lever: str) -> np.ndarray:
    """Give how far the best is ahead of the next in each draw, yuan a yuan."""
    benefit = measure_benefit(assignment, lever)
    first, second, *_ = rank_who(benefit)
    lead = benefit.sel({WHO_RUNS: first}) - benefit.sel({WHO_RUNS: second})
    return np.asarray(lead.values, dtype=float)


def measure_gain(assignment: Assignment, lever: str, who: str) -> float:
    """Give the value added of the regions that a yuan on a lever brings, median, yuan a yuan."""
    if who == NOBODY:
        return 0.0
    own = assignment.levers[GAINED].sel({LEVER: lever, WHO_RUNS: who, HORIZON: assignment.horizon})
    return float((own / assignment.budget.money).median())


def _rank_sooner(assignment: Assignment, lever: str) -> str:
    """Give who is best where only the years of the money count."""
    first = float(assignment.levers[HORIZON].values[0])
    order = rank_who(measure_benefit(assignment, lever, first))
    return order[0] if order else _NONE


def _describe_driver(driver: Driver | None) -> dict[str, Any]:
    if driver is None:
        return {"turned by": "", "at": np.nan, "when": "", "parts": np.nan}
    return {
        "turned by": driver.name,
        "at": driver.tips_at,
        "when": "above" if driver.above else "below",
        "parts": driver.right,
    }


def _tabulate_cases(assignment: Assignment) -> pd.DataFrame:
    """Make a row of every lever, who runs it and horizon."""
    rows = []
    money = assignment.budget.money
    for lever in assignment.names:
        for who in RUNNING:
            for year in assignment.levers[HORIZON].values:
                own = assignment.levers.sel({LEVER: lever, WHO_RUNS: who, HORIZON: year})
                (low, middle, high), known = compute_quantiles(own[BENEFIT].values / money)
                rows.append(
                    {
                        LEVER: lever,
                        WHO_RUNS: who,
                        HORIZON: int(year),
                        LOW: float(low),
                        MEDIAN: float(middle),
                        HIGH: float(high),
                        "value added gained": float((own[GAINED] / money).median()),
                        "draws above zero": int((own[BENEFIT] > 0).sum()),
                        "draws": int(known),
                    }
                )
    return pd.DataFrame(rows)


def pick_unseen(assignment: Assignment) -> xr.Dataset:
    """Give the divisions' results at the horizon, in the draws on which none was chosen."""
    results = assignment.results.sel({HORIZON: assignment.horizon}, drop=True)
    unseen = [draw for draw in results[DRAW].values if draw not in assignment.chosen_on]
    return results.sel({DRAW: unseen}) if unseen else results


def tabulate_divisions(assignment: Assignment) -> pd.DataFrame:
    """Make a row of every division: worth, and what the paper's is short of it, Myuan."""
    unseen = pick_unseen(assignment)
    names = list(assignment.divisions)
    rows = []
    for name in names:
        own = unseen.sel({DIVISION: name})
        (low, middle, high), known = compute_quantiles(own[BENEFIT].values)
        row: dict[str, Any] = {
            DIVISION: name,
            LOW: float(low),
            MEDIAN: float(middle),
            HIGH: float(high),
            "value added gained": float(own[GAINED].median()),
        }
        if PAPER in names:
            more = (own[BENEFIT] - unseen[BENEFIT].sel({DIVISION: PAPER})).values
            row |= {
                "more than the paper's": float(np.nanmedian(more)) if known else np.nan,
                "draws ahead": int((more > 0).sum()),
            }
        rows.append(row | {"draws": int(known)})
    return pd.DataFrame(rows)


def tabulate_tasks(assignment: Assignment) -> pd.DataFrame:
    """Make a row of every lever: who runs it in each division, and its part of the money."""
    rows = []
    for lever in assignment.names:
        row: dict[str, Any] = {LEVER: lever}
        row |= {name: division[lever] for name, division in assignment.divisions.items()}
        for name, division in assignment.divisions.items():
            running = [one for one in assignment.names if division[one] != NOBODY]
            whole = sum(assignment.mix[one] for one in running)
            part = assignment.mix[lever] / whole if lever in running else 0.0
            row[f"{name}: part of the money [%]"] = 100 * part
        rows.append(row)
    return pd.DataFrame(rows)


def _tabulate_draws(assignment: Assignment) -> pd.DataFrame:
    """Make a row of every draw and case, so that anybody can count again."""
    parts = []
    for lever in assignment.names:
        benefit = measure_benefit(assignment, lever)
        columns = {who: benefit.sel({WHO_RUNS: who}).values for who in WHO}
        parts.append(pd.DataFrame({LEVER: lever, DRAW: benefit[DRAW].values, **columns}))
    return pd.concat(parts, ignore_index=True)


def label_units(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Bring the tables to the units of the screen, and say them; levers are in yuan a yuan."""
    from smecluster.model.presentation.exports import convert_units

    whole = tables["divisions"]
    units = {name: "Myuan" for name in _MONEY if name in whole}
    return {**tables, "divisions": convert_units(whole, units)}
