"""The lines of the account: what the nation gains and loses in a year, and who gains and loses it.

The lines say what the net national benefit is made of. The parties say whose it is, from other
variables of the model: what is paid to workers, owners, lenders and governments. So their sum is a
check on the account, not another way to write it. Each line is written out in docs/accounts.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.menu import Menu

#: The account of the model itself, present value since 1978, Myuan.
BENEFIT = "Net national benefit account"
DISCOUNT = "discount factor"
#: A dimension of parts: lines of the account, or items of a party by region.
LINE, ITEM = "line", "item"
#: Where something is national, in the column of regions.
NATION = "nation"


@dataclass(frozen=True)
class Line:
    """A line of the account.

    Attributes
    ----------
    name : str
        What tables call it.
    sign : int
        1 where more of it is a benefit, -1 where more of it is a cost.
    """

    name: str
    sign: int

    @property
    def is_cost(self) -> bool:
        """Whether more of it is a cost."""
        return self.sign < 0


OUTPUT = Line(mark("value added of the regions"), 1)
ELSEWHERE = Line(mark("value added of the rest of China"), 1)
BUYERS = Line(mark("what buyers get for their money"), 1)
LABOUR = Line(mark("what workers would earn elsewhere"), -1)
CAPITAL = Line(mark("what capital would earn elsewhere"), -1)
FOREIGN = Line(mark("profit of foreign owners"), -1)
RESOURCES = Line(mark("resources that policy uses"), -1)
BURDEN = Line(mark("burden of raising the money spent"), -1)
RELIEF = Line(mark("burden saved by what comes back in taxes"), 1)
HARVESTS = Line(mark("harvests of the land taken"), -1)
LINES = (
    OUTPUT,
    ELSEWHERE,
    BUYERS,
    LABOUR,
    CAPITAL,
    FOREIGN,
    RESOURCES,
    BURDEN,
    RELIEF,
    HARVESTS,
)

RESIDENTS, OWNERS, REST, CUSTOMERS, CENTRE, FOREIGNERS = (
    mark("residents of the regions"),
    mark("owners and lenders"),
    mark("rest of China"),
    mark("buyers in all of China"),
    mark("centre"),
    mark("foreigners"),
)


@dataclass(frozen=True)
class Item:
    """What one party gains or loses.

    Attributes
    ----------
    party : str
        Whose it is.
    name : str
        What tables call it.
    """

    party: str
    name: str

    @property
    def counts(self) -> bool:
        """Whether it is part of the nation's benefit."""
        return self.party != FOREIGNERS


WAGES = Item(RESIDENTS, "wages beyond what workers would earn elsewhere")
GRANTS = Item(RESIDENTS, "grants to talent and trainees")
LOCAL = Item(RESIDENTS, "local budgets, at what public money costs")
FARMS = Item(RESIDENTS, "harvests of the land taken")
PROFITS = Item(OWNERS, "profit after tax and interest, beyond what capital would earn elsewhere")
SITES = Item(OWNERS, "payments for sites")
SUBSIDIES = Item(OWNERS, "subsidies and public funds")
LOANS = Item(OWNERS, "interest on local public debt")
SALES = Item(REST, "value added that moves")
INDEX = Item(CUSTOMERS, "what buyers get for their money")
NATIONAL = Item(CENTRE, "central budget, at what public money costs")
ABROAD = Item(FOREIGNERS, "profit of foreign owners, which does not count")
ITEMS = (
    WAGES,
    GRANTS,
    LOCAL,
    FARMS,
    PROFITS,
    SITES,
    SUBSIDIES,
    LOANS,
    SALES,
    INDEX,
    NATIONAL,
    ABROAD,
)

# Levers whose transfers go to people; those of all others go to firms and funds.
_TO_PEOPLE = ("talent introduction", "talent training")

_COST_OF_FUNDS, _RENT = "marginal cost of funds", "farm rent"
_SPENT, _USED = "public money", "use of resources by a lever"
_TO_SITES, _GENERAL = "share of land revenue for servicing", "general services share"
#: What the account is computed from, besides the model's own account.
VARIABLES = (
    DISCOUNT,
    _COST_OF_FUNDS,
    _RENT,
    _SPENT,
    _USED,
    _TO_SITES,
    _GENERAL,
    "value added",
    "value added elsewhere",
    "consumer benefit",
    "labour cost elsewhere",
    "capital cost elsewhere",
    "foreign surplus",
    "public resources",
    "land taken",
    "land holding cost",
    "land revenue",
    "debt interest",
    "debt repayment",
    "VAT paid",
    "other local taxes",
    "income tax paid",
    "wage bill",
    "profit",
    "interest cost",
    "tax revenue",
    "ordinary transfers",
    "budget income",
    "bail outs",
    "planned spending",
    "central fiscal balance",
)


def measure_lines(run: xr.Dataset) -> xr.DataArray:
    """Measure the lines of the account.

    Parameters
    ----------
    run : xarray.Dataset
        Runs with `VARIABLES`.

    Returns
    -------
    xarray.DataArray
        Myuan/Year along ``line`` and the runs' dimensions, regions added up, with the sign of a
        benefit: their sum is the model's ``net benefit flow``.
    """
    extra = run[_COST_OF_FUNDS] - 1
    sites = run[_TO_SITES] * run["land revenue"] + run["land holding cost"]
    spent = run[_SPENT].sum(Menu.dimension) + sites + run["debt interest"]
    back = run["VAT paid"] + run["other local taxes"] + run["income tax paid"]
    regional = {
        OUTPUT: run["value added"],
        LABOUR: run["labour cost elsewhere"],
        CAPITAL: run["capital cost elsewhere"],
        FOREIGN: run["foreign surplus"],
        RESOURCES: run["public resources"],
        BURDEN: extra * spent,
        RELIEF: extra * (back + run["land revenue"]),
        HARVESTS: run[_RENT] * run["land taken"],
    }
    national = {ELSEWHERE: run["value added elsewhere"], BUYERS: run["consumer benefit"]}
    flows = {line: values.sum(REGION, skipna=False) for line, values in regional.items()} | national
    joined = xr.concat([line.sign * flows[line] for line in LINES], LINE)
    names = np.array([line.name for line in LINES], dtype=object)
    return joined.assign_coords({LINE: names}).assign_attrs(unit="Myuan/Year")


def measure_items(run: xr.Dataset) -> xr.DataArray:
    """Measure what each party gains, from what is paid to whom.

    Parameters
    ----------
    run : xarray.Dataset
        Runs with `VARIABLES`.

    Returns
    -------
    xarray.DataArray
        Myuan/Year along ``item``, ``Region`` (the regions, then `NATION`) and the runs'
        dimensions; nothing where an item is of no region, or not of the nation. Without the
        foreigners' their sum is the net benefit flow, since value added is paid out as wages,
        interest, taxes and profit.
    """
    cost = run[_COST_OF_FUNDS]
    given = run[_SPENT] * (1 - run[_USED])
    people = [name for name in given[Menu.dimension].values if name in _TO_PEOPLE]
    to_people = given.sel({Menu.dimension: people}).sum(Menu.dimension)
    # What is left of the local budget after policy goes to general services: residents have it.
    policy = (
        run["planned spending"]
        - run[_GENERAL] * (run["tax revenue"] + run["ordinary transfers"])
        - run["debt repayment"]
    )
    budget = run["budget income"] + run["bail outs"] - policy
    domestic = run["profit"] - run["foreign surplus"]
    regional = {
        WAGES: run["wage bill"] - run["labour cost elsewhere"],
        GRANTS: to_people,
        LOCAL: cost * budget,
        FARMS: -run[_RENT] * run["land taken"],
        PROFITS: domestic + run["interest cost"] - run["capital cost elsewhere"],
        SITES: -run["land revenue"],
        SUBSIDIES: given.sum(Menu.dimension) - to_people,
        LOANS: run["debt interest"],
        ABROAD: run["foreign surplus"],
    }
    national = {
        SALES: run["value added elsewhere"],
        INDEX: run["consumer benefit"],
        NATIONAL: cost * run["central fiscal balance"],
    }
    regions = run[REGION]
    rows = []
    for item in ITEMS:
        if item in regional:
            nation = xr.zeros_like(run[DISCOUNT])
            rows.append(_beside(regional[item], nation))
        else:
            rows.append(_beside(xr.zeros_like(run["value added"]), national[item]))
    joined = xr.concat(rows, ITEM)
    places = np.array([*map(str, regions.values), NATION], dtype=object)
    return joined.assign_coords(
        {ITEM: np.array([item.name for item in ITEMS], dtype=object), REGION: places}
    ).assign_attrs(unit="Myuan/Year")


def _beside(regional: xr.DataArray, nation: xr.DataArray) -> xr.DataArray:
    named = nation.expand_dims({REGION: [NATION]})
    return xr.concat([regional, named], REGION, coords="minimal", compat="override")
