"""Shares of value added that a lever gets beyond its plausible span (`levers.toml`)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.runs import simulate
from smecluster.model.settings import override_inputs
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import LEVELS, LEVER
from smecluster.policies.plan import Plan

if TYPE_CHECKING:
    from smecluster.model import Model

_SLACK = 1e-6  # relative; a span's end belongs to it


class SpanWarning(UserWarning):
    """A strategy spends more on a lever than is plausible."""


@dataclass(frozen=True)
class SpanExcess:
    """A lever that gets more than its plausible span.

    Attributes
    ----------
    strategy, lever : str
        Whose money, and on what.
    region : str or None
        Where it is most; None for the centre.
    share : float
        Largest yearly money on the lever, policy as now included, over the value added that its
        cost basis names, Dmnl.
    low, high : float
        The plausible span, Dmnl.
    """

    strategy: str
    lever: str
    region: str | None
    share: float
    low: float
    high: float

    def describe(self) -> str:
        """Say it in one line."""
        where = "" if self.region is None else f" in {self.region}"
        basis = "the region's value added" if self.region else "the regions' value added"
        return (
            f"{self.strategy} spends {100 * self.share:.2g} % of {basis} on {self.lever!r}{where}, "
            f"more than its plausible span of {100 * self.low:g} to {100 * self.high:g} %"
        )


def check_spans(
    model: Model, plans: Sequence[Plan], start: float, settings: Mapping[str, Any] | None = None
) -> tuple[SpanExcess, ...]:
    """Compare what plans spend on each lever with its plausible span.

    Parameters
    ----------
    model : Model
        The model; its own values are used, in the base future.
    plans : sequence of Plan
        The plans, with the money that they have.
    start : float
        First year that counts.
    settings : mapping, optional
        Other inputs that hold in every run.

    Returns
    -------
    tuple of SpanExcess
        A lever at most once for each plan: where its share is largest.
    """
    beyond: list[SpanExcess] = []
    for plan in plans:
        if not plan.has_money:
            continue
        run = simulate(
            model,
            override_inputs(model, plan.inputs, settings),
            outputs=[*plan.menu.spending.values(), "value added"],
            years=list(np.arange(start, model.time.final + 1)),
            within_ranges=False,
        )
        supply = run["value added"]
        for level in LEVELS:
            basis = supply if level == "local" else supply.sum("Region")
            # Of the years, the one in which the lever gets most; of the regions likewise.
            most = (plan.menu.sum_spending(run, level) / basis).max("time")
            for lever in map(str, most[LEVER].values):
                low, high = find_lever(lever, level, plan.menu).share
                here = np.atleast_1d(most.sel({LEVER: lever}).values)
                at = int(here.argmax())
                region = None if level == "central" else model.regions[at]
                if plan.lever_inputs(lever, level) and here[at] > high * (1 + _SLACK):
                    beyond.append(SpanExcess(plan.name, lever, region, float(here[at]), low, high))
    return tuple(beyond)


def warn_spans(beyond: Sequence[SpanExcess]) -> None:
    """Warn of each lever that gets more than its plausible span."""
    for one in beyond:
        warnings.warn(one.describe(), SpanWarning, stacklevel=2)
