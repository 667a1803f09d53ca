"""Tables of the account: lines, parties, what stands beside it, and every draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.policies.accounting.lines import (
    FOREIGNERS,
    ITEM,
    ITEMS,
    LINE,
    LINES,
)
from smecluster.policies.accounting.measures import (
    ACCOUNT,
    BESIDE,
    ITEMS_PAID,
    LINES_PAID,
    PARTY,
    YEAR,
    sum_parties,
)
from smecluster.policies.ensemble.cases import DRAW, STRATEGY
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN, compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account

#: Columns: in how many draws it is a gain, of how many that have a result.
GAINS, DRAWS = "draws above zero", "draws"
# Columns that hold no money, and those whose unit may stand in the row.
_PLAIN = {"strategy", "draw", "line", "party", "item", "place", "per yuan"}
_YUAN = ("low", "median", "high")
TABLES = ("account", "parties", "items", "beside", "draws")


def make_tables(account: Account) -> dict[str, pd.DataFrame]:
    """Make the tables of an account.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    dict
        `TABLES`. Money is present value, Myuan, unless a column ``unit`` says otherwise; costs
        are below zero.
    """
    return {
        "account": tabulate_lines(account),
        "parties": tabulate_parties(account),
        "items": _tabulate_items(account),
        "beside": _tabulate_beside(account),
        "draws": _tabulate_draws(account),
    }


def tabulate_lines(account: Account) -> pd.DataFrame:
    """Make a row of every line of every strategy, the sum last."""
    rows = []
    for name in account.names:
        money = account.money.sel({STRATEGY: name}).values
        paid = account.changes[LINES_PAID].sel({STRATEGY: name})
        for line in LINES:
            values = paid.sel({LINE: line.name}).values
            rows.append({STRATEGY: name, LINE: line.name, **_summarise(values, money)})
        whole = account.benefit(name).values
        rows.append({STRATEGY: name, LINE: ACCOUNT, **_summarise(whole, money)})
    return pd.DataFrame(rows)


def tabulate_parties(account: Account) -> pd.DataFrame:
    """Make a row of every party of every strategy, the sum last; foreigners count beside it."""
    sums = sum_parties(account)
    rows = []
    for name in account.names:
        money = account.money.sel({STRATEGY: name}).values
        own = sums.sel({STRATEGY: name})
        for party in own[PARTY].values:
            values = own.sel({PARTY: party}).values
            rows.append({STRATEGY: name, PARTY: str(party), **_summarise(values, money)})
        whole = own.sum(PARTY, skipna=False).values
        rows.append({STRATEGY: name, PARTY: ACCOUNT, **_summarise(whole, money)})
        abroad = _of_party(account, name, FOREIGNERS).values
        rows.append({STRATEGY: name, PARTY: FOREIGNERS, **_summarise(abroad, money)})
    return pd.DataFrame(rows)


def residents_by_region(account: Account, name: str, party: str) -> xr.DataArray:
    """Add up what a party gains in each place, Myuan, along (Region, draw)."""
    items = [item.name for item in ITEMS if item.party == party]
    paid = account.changes[ITEMS_PAID].sel({STRATEGY: name, ITEM: items})
    return paid.sum(ITEM, skipna=False).transpose(REGION, DRAW)


def _of_party(account: Account, name: str, party: str) -> xr.DataArray:
    return residents_by_region(account, name, party).sum(REGION, skipna=False)


def _tabulate_items(account: Account) -> pd.DataFrame:
    rows = []
    paid = account.changes[ITEMS_PAID]
    for name in account.names:
        money = account.money.sel({STRATEGY: name}).values
        for item in ITEMS:
            own = paid.sel({STRATEGY: name, ITEM: item.name})
            for place in own[REGION].values:
                values = own.sel({REGION: place}).values
                if not np.nan_to_num(values).any():
                    continue  # the item has no such place
                row: dict[str, Any] = {STRATEGY: name, PARTY: item.party, ITEM: item.name}
                rows.append({**row, "place": str(place), **_summarise(values, money)})
    columns = [STRATEGY, PARTY, ITEM, "place", *_summarise(np.zeros(1), np.ones(1))]
    return pd.DataFrame(rows, columns=columns)


def _tabulate_beside(account: Account) -> pd.DataFrame:
    rows = []
    for name in account.names:
        for outcome in BESIDE:
            change = account.changes[outcome].sel({STRATEGY: name})
            level = account.levels[outcome]
            unit = account.changes[outcome].attrs["unit"]
            for year in change[YEAR].values:
                base = level.sel({YEAR: year})
                here = change.sel({YEAR: year})
                (low, middle, high), _ = compute_quantiles(here.values)
                relative = 100 * float((here / base).median())
                rows.append(
                    {
                        STRATEGY: name,
                        "outcome": outcome,
                        YEAR: int(year),
                        "unit": unit,
                        LOW: float(low),
                        MEDIAN: float(middle),
                        HIGH: float(high),
                        "baseline": float(base.median()),
                        "change [%]": relative,
                    }
                )
    return pd.DataFrame(rows)


def _tabulate_draws(account: Account) -> pd.DataFrame:
    """Make a row of every strategy and draw, so that anybody can count again."""
    lines = account.changes[LINES_PAID]
    table = pd.DataFrame(
        {
            STRATEGY: np.repeat(account.names, account.changes.sizes[DRAW]),
            DRAW: np.tile(account.changes[DRAW].values, len(account.names)),
        }
    )
    columns = [account.changes[ACCOUNT], account.money]
    for label, values in zip((ACCOUNT, "additional money"), columns, strict=True):
        table[label] = values.transpose(STRATEGY, DRAW).values.ravel()
    for line in LINES:
        own = lines.sel({LINE: line.name}).transpose(STRATEGY, DRAW)
        table[line.name] = own.values.ravel()
    return table


def _summarise(values: np.ndarray, money: np.ndarray) -> dict[str, float | int]:
    (low, middle, high), known = compute_quantiles(np.asarray(values, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.abs(money) > 1.0, values / money, np.nan)
    per_yuan = np.nanmedian(ratio) if np.isfinite(ratio).any() else np.nan
    return {
        LOW: float(low),
        MEDIAN: float(middle),
        HIGH: float(high),
        "per yuan": float(per_yuan),
        GAINS: int((values > 0).sum()),
        DRAWS: int(known),
    }


def label_units(table: pd.DataFrame) -> pd.DataFrame:
    """Bring a table of an account to the units of the screen, and say them."""
    from smecluster.model.presentation.exports import convert_units

    if "unit" in table:
        return convert_units(table, values=[*_YUAN, "baseline"])
    money = [name for name in table if name not in _PLAIN and not str(name).startswith("draws")]
    return convert_units(table, dict.fromkeys(map(str, money), "Myuan"))
