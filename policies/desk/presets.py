"""Strategies as positions of the desk's sliders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smecluster.model.errors import InputError
from smecluster.policies.plan import Plan, Spending

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.policies.strategy import Strategy


def make_presets(strategies: Iterable[Strategy], model: Model) -> list[dict[str, Any]]:
    """Turn strategies into positions of the sliders.

    Parameters
    ----------
    strategies : iterable of Strategy
        The strategies. What the sliders cannot say (money that is an amount, a trigger, regions
        with other years, what the other level pays, an end of policy as now) keeps one out.
    model : Model
        The model.

    Returns
    -------
    list of dict
        ``name``, ``title``, ``description`` and ``settings`` (see `read_sliders`).
    """
    presets = []
    for strategy in strategies:
        plan = strategy.plan(model)
        if fits_sliders(plan):
            presets.append(
                {
                    "name": strategy.name,
                    "title": strategy.title,
                    "description": strategy.description,
                    "settings": read_sliders(plan),
                }
            )
    return presets


def check_presets(strategies: Iterable[Strategy], model: Model) -> None:
    """Refuse a strategy that the sliders cannot show.

    Raises
    ------
    InputError
        If there is one.
    """
    for strategy in strategies:
        if not fits_sliders(strategy.plan(model)):
            raise InputError(
                f"strategy {strategy.name!r} does more than the desk's sliders can show: they give "
                "each government shares of value added, in the same years in all regions, without "
                "a trigger, an end of policy as now or payments between levels"
            )


def fits_sliders(plan: Plan) -> bool:
    """Say whether the sliders can say all that a plan does."""
    spending = [plan.spending_of(region) for region in plan.regions]
    local = [one for one in spending if one is not None and one.has_money]
    every = [*local, *filter(None, [plan.spending_of(None)])]
    return (
        len({(one.start, one.ramp, one.end) for one in local}) <= 1
        and plan.inputs["history end"] > 2060
        and not any(one.amount or one.trigger or one.paid_by_others for one in every)
    )


def read_sliders(plan: Plan) -> dict[str, dict[str, Any]]:
    """Write a plan as positions of the sliders.

    Parameters
    ----------
    plan : Plan
        A plan that fits (`fits_sliders`).

    Returns
    -------
    dict
        For each level ``levers``, the money of each lever as a share of value added a year, and,
        where there is money, ``start`` (a year), ``ramp`` (a time constant, years) and ``end``
        (the first year without). Where regions differ, ``places`` gives the levers of each.
    """
    places = {region: _list_money(plan.spending_of(region)) for region in plan.regions}
    alike = len({tuple(sorted(levers.items())) for levers in places.values()}) == 1
    local: dict[str, Any] = {"levers": next(iter(places.values())) if alike else {}}
    if not alike:
        local["places"] = places
    spending = [plan.spending_of(region) for region in plan.regions]
    central = plan.spending_of(None)
    return {
        "central": {"levers": _list_money(central), **_list_times([central])},
        "local": {**local, **_list_times(spending)},
    }


def _list_money(spending: Spending | None) -> dict[str, float]:
    if spending is None or not spending.has_money:
        return {}
    return {lever: spending.share * part for lever, part in spending.allocation.items() if part}


def _list_times(spending: Iterable[Spending | None]) -> dict[str, Any]:
    chosen = next((one for one in spending if one is not None and one.has_money), None)
    if chosen is None:
        return {}
    return {"start": chosen.start, "ramp": chosen.ramp, "end": chosen.end}
