"""Returns of the levers: what a yuan of additional money on each of them brings.

One lever at one level gets additional money on top of policy as now, in one region or in all, from
2025 to 2040; value added and net national benefit are read in 2060, discounted, and divided by
what the governments' programmes cost more, also discounted. A strategy's one mix would take the
centre's money to all regions; here it writes a mix for each, so that its money goes to the place
that is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model import Model, simulate, simulate_many
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.menu import CENTRAL_ACCOUNT, LEVELS, LOCAL_ACCOUNT, Level, Menu, read_menu
from smecluster.policies.returns.published import read_published

#: Additional money a year as a share of the value added of the place, Dmnl.
SHARES = (0.001, 0.005, 0.01)
#: First year of the money, first year without it, and the year in which returns are read.
START, END, HORIZON = 2025.0, 2041.0, 2060.0
#: A lever that returns more, or less, than these (yuan a yuan) is explained or mended.
MOST, LEAST = 5.0, -1.0
EVERYWHERE = "all regions"
#: Why a return is to be explained, in the table.
ABOVE, BELOW, FAILED = f"above {MOST:g}", f"below {LEAST:g}", "failed"
#: Columns of returns, yuan a yuan.
OWN, REGIONS, NET = "value added there", "value added of the regions", "net national benefit"

_SUPPLY, _BENEFIT = "Discounted value added", "Net national benefit account"
_NEED, _SIZE = "need share", "Centrally perceived value added"


@dataclass(frozen=True)
class _Case:
    lever: str
    level: Level
    place: str
    share: float


@dataclass(frozen=True)
class LeverReturns:
    """What a yuan on each lever brings.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a lever, level, place and share: lever; level; place, a region or `EVERYWHERE`; share
        (money a year over the value added of the place, Dmnl); money (additional, discounted,
        Myuan); `OWN`, `REGIONS` and `NET` (yuan a yuan, missing where the run failed); flag
        ("above 5", "below -1" or nothing); published (range of published returns, or a dash) and
        source.
    """

    table: pd.DataFrame

    @property
    def flagged(self) -> pd.DataFrame:
        """The rows that return more than `MOST` or less than `LEAST`."""
        return self.table[self.table["flag"] != ""]


def compute_returns(
    model: Model, levers: Sequence[str] = (), shares: Sequence[float] = SHARES
) -> LeverReturns:
    """Give each lever additional money at each level, in each region and in all.

    Parameters
    ----------
    model : Model
        A model with an account of the net national benefit.
    levers : sequence of str
        Levers; all where empty.
    shares : sequence of float
        Money a year over the value added of the place, Dmnl.

    Returns
    -------
    LeverReturns
        A row a lever, level, place and share.

    Raises
    ------
    InputError
        If the model lacks the account, or has no such lever.
    """
    menu = read_menu(model)
    if _BENEFIT not in model.variables:
        raise InputError(f"returns need a model with {_BENEFIT!r}; {model.path.name} lacks it")
    for name in levers:
        if name not in menu.levers:
            raise UnknownNameError("lever", name, menu.levers)
    cases = [
        _Case(lever, level, place, share)
        for lever in levers or menu.levers
        for level in LEVELS
        for place in (EVERYWHERE, *menu.regions)
        for share in shares
    ]
    base = {"FINAL TIME": max(model.time.final, HORIZON), **_idle(menu)}
    years = list(range(int(START), int(END)))
    now = simulate(
        model, base, outputs=[_SUPPLY, _BENEFIT, *ACCOUNTS, _NEED, _SIZE], years=[*years, HORIZON]
    )
    reach = _reach(now.sel(time=years))
    rows = pd.DataFrame([_inputs(menu, case, reach) for case in cases]).fillna(0.0)
    runs = simulate_many(
        model, rows, [_SUPPLY, _BENEFIT, *ACCOUNTS], [HORIZON], base=base, within_ranges=False
    )
    change = (runs - now.drop_vars([_NEED, _SIZE])).sel(time=HORIZON)
    return LeverReturns(_tabulate(cases, change))


def _idle(menu: Menu) -> dict[str, float]:
    """No money of any strategy, and all start and end together."""
    values: dict[str, float] = {}
    for region in (*menu.regions, None):
        values |= dict.fromkeys(menu.name_money(region), 0.0)
        values |= menu.set_programme("programme start", region, START)
        values |= menu.set_programme("programme end", region, END)
    return values


def _reach(now: xr.Dataset) -> dict[str, float]:
    """Give what the centre must budget for a region to get a share of its own value added.

    Its money goes to all regions by need; what is not in a region's mix is not spent there.
    """
    size = now[_SIZE].sum("time")
    received = (now[_NEED] * now[_SIZE].sum(REGION)).sum("time")
    return {
        str(region): float((size / received).sel({REGION: region}))
        for region in size[REGION].values
    }


def _inputs(menu: Menu, case: _Case, reach: dict[str, float]) -> dict[str, float]:
    places = menu.regions if case.place == EVERYWHERE else (case.place,)
    values: dict[str, float] = {}
    if case.level == "local":
        for place in menu.regions:
            share = case.share if place in places else 0.0
            values |= menu.set_programme("programme share", place, share)
            for lever in menu.levers:
                values |= menu.set_allocation(lever, place, float(lever == case.lever))
        return values
    factor = 1.0 if case.place == EVERYWHERE else reach[case.place]
    values |= menu.set_programme("programme share", None, factor * case.share)
    for lever in menu.levers:
        for name in menu.set_allocation(lever, None, 0.0):
            here = lever == case.lever and any(f"[{place}, " in name for place in places)
            values[name] = float(here)
    return values


def _tabulate(cases: Sequence[_Case], change: xr.Dataset) -> pd.DataFrame:
    published = read_published()
    money = change[LOCAL_ACCOUNT].sum(REGION, skipna=False) + change[CENTRAL_ACCOUNT]
    paid = np.asarray(money.values, dtype=float)
    supply = change[_SUPPLY].transpose("run", REGION)
    regions = [str(name) for name in supply[REGION].values]
    total = supply.values.sum(axis=1)
    own = [
        total[row] if case.place == EVERYWHERE else supply.values[row, regions.index(case.place)]
        for row, case in enumerate(cases)
    ]
    table = pd.DataFrame(
        {
            "lever": [case.lever for case in cases],
            "level": [case.level for case in cases],
            "place": [case.place for case in cases],
            "share": [case.share for case in cases],
            "money": paid,
            OWN: np.asarray(own) / paid,
            REGIONS: total / paid,
            NET: change[_BENEFIT].values / paid,
        }
    )
    table["flag"] = list(_flags(table[[REGIONS, NET]].to_numpy(float)))
    found = [published.get(case.lever) for case in cases]
    table["published"] = ["-" if one is None else one.span for one in found]
    table["source"] = ["" if one is None else one.source for one in found]
    return table


def _flags(returns: NDArray[np.float64]) -> Iterator[str]:
    for row in returns:
        if not np.isfinite(row).all():
            yield FAILED
            continue
        marks = [
            text
            for text, met in (
                (ABOVE, (row > MOST).any()),
                (BELOW, (row < LEAST).any()),
            )
            if met
        ]
        yield ", ".join(marks)
