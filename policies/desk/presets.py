"""Strategies as positions of the desk's sliders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smecluster.model.support.errors import InputError
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
        that differ, what the other level pays, an end of policy as now) keeps one out.
    model : Model
        The model.

    Returns
    -------
    list of dict
        ``name``, ``title``, ``description`` and ``settings``: for each level the money of each
        lever as a share of value added, first year, time constant of the ramp, first year without.
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
                    "settings": {
                        level: _read_sliders(plan, None if level == "central" else plan.regions[0])
                        for level in ("central", "local")
                    },
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
                "each level one share of value added, the same in all regions, without a trigger, "
                "an end of policy as now or payments between levels"
            )


def fits_sliders(plan: Plan) -> bool:
    """Say whether the sliders can say all that a plan does."""
    spending = [plan.spending_of(region) for region in plan.regions]
    local = [one for one in spending if one is not None and one.has_money]
    alike = {_compare(one) for one in local}
    every = [*local, *filter(None, [plan.spending_of(None)])]
    return (
        len(alike) <= 1
        and len(local) in (0, len(plan.regions))
        and plan.inputs["history end"] > 2060
        and not any(one.amount or one.trigger or one.paid_by_others for one in every)
    )


def _compare(spending: Spending) -> tuple[Any, ...]:
    allocation = tuple(sorted(spending.allocation.items()))
    return (spending.share, spending.start, spending.ramp, spending.end, allocation)


def _read_sliders(plan: Plan, region: str | None) -> dict[str, Any]:
    spending = plan.spending_of(region)
    if spending is None or not spending.has_money:
        return {"levers": {}}
    return {
        "levers": {
            lever: spending.share * part for lever, part in spending.allocation.items() if part
        },
        "start": spending.start,
        "ramp": spending.ramp,
        "end": spending.end,
    }
