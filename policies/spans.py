"""Shares of value added that a lever gets beyond its plausible span (`levers.toml`)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.engine.run.runs import simulate
from smecluster.model.engine.run.settings import override_inputs
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import LEVER
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
    region : str
        Where it is most.
    share : float
        Largest yearly money on the lever, of both levels and policy as now included, over the
        region's value added, Dmnl.
    low, high : float
        The plausible span, Dmnl.
    """

    strategy: str
    lever: str
    region: str
    share: float
    low: float
    high: float

    def describe(self) -> str:
        """Say it in one line."""
        return say(
            "under {strategy} both levels together spend {share} % of value added in {region} on "
            "'{lever}', more than its plausible span of {low} to {high} %",
            strategy=say.name(self.strategy),
            share=f"{100 * self.share:.2g}",
            region=say.name(self.region),
            lever=say.name(self.lever),
            low=f"{100 * self.low:g}",
            high=f"{100 * self.high:g}",
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
        # Of the years, the one in which the lever gets most; of the regions likewise.
        most = (plan.menu.sum_spending(run) / run["value added"]).max("time")
        for lever in map(str, most[LEVER].values):
            low, high = find_lever(lever).share
            here = most.sel({LEVER: lever})
            region = str(here.idxmax("Region").item())
            share = float(here.max())
            if plan.lever_inputs(lever) and share > high * (1 + _SLACK):
                beyond.append(SpanExcess(plan.name, lever, region, share, low, high))
    return tuple(beyond)


def warn_spans(beyond: Sequence[SpanExcess]) -> None:
    """Warn of each lever that gets more than its plausible span."""
    for one in beyond:
        warnings.warn(one.describe(), SpanWarning, stacklevel=2)
