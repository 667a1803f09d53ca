"""What a run brings to whom: residents of each region, the centre's taxpayers, the rest of China.

The lines are those of the model's net national benefit, divided so that the parts sum to the whole
in every year. Residents of a region get what its workers and owners earn beyond what they would
earn elsewhere, less farm rent, with taxes and charges paid and subsidies received; its government's
balance, a yuan of which is worth the marginal cost of funds; and their part of what all of China
gets, which goes by the region's value added over what domestic buyers spend: the benefit of buyers,
and the balance of the centre, since all tax bases pay for it. The rest goes to the rest of China.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import xarray as xr

from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT

_NATION = "Net national benefit account"
_REGIONAL = (
    "value added",
    "labour cost elsewhere",
    "capital cost elsewhere",
    "foreign surplus",
    "public resources",
    "need for public money",
    "land taken",
    "shortfall",
    "bail outs",
    "tax revenue",
    "ordinary transfers",
    "debt repayment",
    "land revenue",
    "programme money paid by region",
    "debt over its limit",
    LOCAL_ACCOUNT,
)
_NATIONAL = (
    "value added elsewhere",
    "consumer benefit",
    "discount factor",
    "programme money paid by centre",
    "farm rent",
    "general services share",
    "marginal cost of funds",
    _NATION,
    CENTRAL_ACCOUNT,
    "expenditure",
)
#: Variables of the model that accounts are made of.
OUTPUTS = (*_REGIONAL, *_NATIONAL)
_DOMESTIC = "national"


@dataclass(frozen=True)
class Account:
    """What runs bring; present values in Myuan, from the first year to the last.

    Attributes
    ----------
    size : array of float, shape (..., regions)
        Value added.
    growth : array of float, shape (..., regions)
        Logarithm of value added in the last year over that in the first, Dmnl.
    revenue : array of float, shape (..., regions)
        Own revenue: taxes that the region keeps, and what it gets for land.
    residents : array of float, shape (..., regions)
        What the region's residents get, their government's programme paid.
    paid : array of float, shape (..., regions)
        Programme money that the region's budget pays, policy as now included.
    elsewhere : array of float, shape (...)
        What the rest of China gets.
    nation : array of float, shape (...)
        Net national benefit by the model's own account.
    cost : array of float, shape (...)
        What a yuan of public money costs taxpayers, Dmnl.
    centre : array of float, shape (...)
        Programme money that the centre pays, policy as now included.
    money : array of float, shape (...)
        Programme money of all governments by the model's own accounts, policy as now included.
    debt : array of float, shape (..., regions)
        The highest debt over that at which lenders refuse half of what is asked, Dmnl.
    """

    size: Floats
    growth: Floats
    revenue: Floats
    residents: Floats
    paid: Floats
    elsewhere: Floats
    nation: Floats
    cost: Floats
    centre: Floats
    money: Floats
    debt: Floats

    @staticmethod
    def join(parts: Sequence[Account]) -> Account:
        """Put runs one after the other."""
        return Account(
            **{
                one.name: np.concatenate([getattr(part, one.name) for part in parts])
                for one in fields(Account)
            }
        )

    def reshape(self, shape: tuple[int, ...]) -> Account:
        """Lay the runs out in another shape."""
        return Account(
            **{
                one.name: (values := getattr(self, one.name)).reshape(*shape, *values.shape[1:])
                for one in fields(Account)
            }
        )


def read_account(run: xr.Dataset) -> Account:
    """Make the accounts of some runs.

    Parameters
    ----------
    run : xarray.Dataset
        Results with `OUTPUTS` in every year.

    Returns
    -------
    Account
        Along runs. Years count by the trapezium rule.
    """
    flow = {name: run[name].transpose("run", "time", "Region").values for name in _REGIONAL}
    common = {
        name: run[name].transpose("run", "time").values
        if "time" in run[name].dims
        else np.broadcast_to(run[name].values[..., None], (run.sizes["run"], run.sizes["time"]))
        for name in _NATIONAL
        if name != "expenditure"
    }
    spent = run["expenditure"].sel(Market=_DOMESTIC).transpose("run", "time").values
    residents, elsewhere = split_benefit(flow, common, spent)
    weight = common["discount factor"] * _trapezium(run["time"].values)

    def add_up(values: Floats) -> Floats:
        return np.asarray(np.einsum("rt...,rt->r...", values, weight))

    size = flow["value added"]
    return Account(
        size=add_up(size),
        growth=np.log(size[:, -1] / size[:, 0]),
        revenue=add_up(flow["tax revenue"] + flow["land revenue"]),
        residents=add_up(residents),
        paid=add_up(flow["programme money paid by region"]),
        elsewhere=add_up(elsewhere),
        nation=_rise(common[_NATION]),
        cost=common["marginal cost of funds"][:, 0],
        centre=add_up(common["programme money paid by centre"]),
        money=_rise(flow[LOCAL_ACCOUNT].sum(axis=-1)) + _rise(common[CENTRAL_ACCOUNT]),
        debt=flow["debt over its limit"].max(axis=1),
    )


def split_benefit(
    flow: dict[str, Floats], common: dict[str, Floats], spent: Floats
) -> tuple[Floats, Floats]:
    """Divide the net national benefit of each year among residents and the rest of China.

    Parameters
    ----------
    flow, common : dict of array of float, shape (runs, years, regions) or (runs, years)
        Variables of the model.
    spent : array of float, shape (runs, years)
        What domestic buyers spend, Myuan/Year.

    Returns
    -------
    tuple of array of float
        What residents of each region get, and the rest of China, Myuan/Year.
    """
    need = flow["need for public money"]
    private = (
        flow["value added"]
        - flow["labour cost elsewhere"]
        - flow["capital cost elsewhere"]
        - flow["foreign surplus"]
        - flow["public resources"]
        + need
        - common["farm rent"][..., None] * flow["land taken"]
    )
    general = common["general services share"][..., None]
    own = (
        flow["bail outs"]
        - flow["shortfall"]
        + flow["debt repayment"]
        + general * (flow["tax revenue"] + flow["ordinary transfers"])
    )
    cost = common["marginal cost of funds"]
    central = -need.sum(axis=-1) - own.sum(axis=-1)
    shared = common["consumer benefit"] + cost * central
    # As the game finds it: nobody gains by changing who counts for how much.
    part = flow["value added"][:, :1] / spent[:, :1, None]
    residents = private + cost[..., None] * own + part * shared[..., None]
    elsewhere = common["value added elsewhere"] + shared * (1 - part.sum(axis=-1))
    return residents, elsewhere


def _rise(account: Floats) -> Floats:
    """Give what an account along (run, year) has grown by."""
    return np.asarray(account[:, -1] - account[:, 0])


def _trapezium(years: Floats) -> Floats:
    """Weigh years so that a sum is the integral by the trapezium rule."""
    weight = np.zeros(len(years))
    step = np.diff(years)
    weight[:-1] += step / 2
    weight[1:] += step / 2
    return weight
