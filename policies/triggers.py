"""Triggers that were passed in the past, for runs that cannot begin where the plan does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smecluster.model.engine.run.runs import simulate
from smecluster.model.engine.run.settings import override_inputs
from smecluster.model.errors import InputError
from smecluster.policies.plan import Plan

if TYPE_CHECKING:
    from smecluster.model import Model


def settle_triggers(model: Model, plan: Plan, settings: Mapping[str, Any] | None = None) -> Plan:
    """Start programmes in `Plan.start` whose triggers are passed by then.

    Inputs alone would start them in the past. `policies.ensemble.worlds.Ensemble` does without: it
    runs the years before by themselves.

    Parameters
    ----------
    model : Model
        The model.
    plan : Plan
        The plan.
    settings : mapping, optional
        Other inputs of the run.

    Returns
    -------
    Plan
        The plan, in which a programme whose trigger is passed in `Plan.start` begins then.

    Raises
    ------
    InputError
        If a trigger was passed before that year and is no longer: its programme cannot wait again.
    """
    if not plan.waits or plan.start <= model.time.initial:
        return plan
    masses = plan.menu.masses
    inputs = override_inputs(model, plan.without_programmes().inputs, settings)
    outputs = list(dict.fromkeys(masses.values()))
    run = simulate(model, inputs, outputs=outputs, within_ranges=False)
    run = run.sel(time=slice(None, plan.start))
    settled = []
    for one in plan.spending:
        if one.trigger is not None:
            mass = run[masses[one.level]]
            if one.region is not None:
                mass = mass.sel(Region=one.region)
            passed = (mass >= one.trigger).values
            if passed[-1]:
                one = replace(one, start=plan.start, trigger=None)
            elif passed.any():
                raise InputError(
                    f"strategy {plan.name!r}: its trigger of {one.trigger:g} times the critical "
                    f"mass was passed before {plan.start:g} and is no longer: give a start year"
                )
        settled.append(one)
    return replace(plan, spending=tuple(settled))
