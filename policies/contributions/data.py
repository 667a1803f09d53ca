"""What the levers of a strategy bring, as data: along draws, levers, years and places."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.policies.budget import Budget
from smecluster.policies.ensemble.cases import DRAW
from smecluster.policies.spans import SpanExcess
from smecluster.policies.strategy import Strategy

DISCOUNTED, MONEY = "Discounted value added", "money"
ON_AVERAGE, ALONE, LAST = "contribution", "alone", "last"
BASE, WHOLE, REST, SYNERGY = "baseline", "whole effect", "rest", "synergy"

_NOTHING = 1e-6  # a rest below this share of the whole effect is rounding


@dataclass(frozen=True)
class Contributions:
    """What the levers of a strategy bring, in every draw.

    Attributes
    ----------
    strategy : Strategy
        The strategy, its money as written.
    baseline : Strategy
        What it is compared with.
    budget : Budget or None
        The additional money that it has; None where it is as written.
    start : float
        Year from which money and discounted sums count.
    levers : tuple of str
        The levers that have money.
    shares : xarray.Dataset
        For each outcome, in its unit, along (measure, draw, lever, time, place): the
        ``contribution`` (Shapley value), what the lever brings ``alone``, and what is lost when
        it is the ``last`` to go.
    sums : xarray.Dataset
        For each outcome along (measure, draw, time, place): ``baseline``; ``whole effect``, the
        strategy less the baseline; ``rest``, the strategy without its levers less the baseline;
        ``synergy``, what the levers bring together beyond the sum of what each brings alone.
        Baseline, rest and contributions add up to what the strategy reaches. Along (draw)
        ``money``, present value of the strategy's money beyond policy as now, Myuan.
    errors : xarray.Dataset
        Standard error of the contributions' mean over the draws, along (lever, time, place);
        zero where all coalitions were run.
    pairs : xarray.DataArray or None
        Interaction of each two levers in discounted value added of all regions at the end, Myuan,
        along (draw, lever, other); None where coalitions were drawn.
    exact : bool
        Whether all coalitions were run.
    coalitions, runs, drawn : int
        How many coalitions, how many runs in all, and how many constants the draws vary.
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    failed : tuple
        Labels of the draws that are left out because one of their runs failed.
    spans : tuple of SpanExcess
        Levers that get more than is plausible, with the money that is compared.
    step_error : float or None
        From `measure_step_error`; None if the step was the model's own.
    """

    strategy: Strategy
    baseline: Strategy
    budget: Budget | None
    start: float
    levers: tuple[str, ...]
    shares: xr.Dataset
    sums: xr.Dataset
    errors: xr.Dataset
    pairs: xr.DataArray | None
    exact: bool
    coalitions: int
    runs: int
    drawn: int
    all_varied: bool = False
    failed: tuple[object, ...] = ()
    spans: tuple[SpanExcess, ...] = ()
    step_error: float | None = None

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that intervals mean something."""
        return self.shares.sizes[DRAW] > 1

    @property
    def end(self) -> float:
        """Last year."""
        return float(self.shares["time"].values[-1])

    def at_the_end(self, values: xr.Dataset) -> xr.DataArray:
        """Give discounted value added of all regions at the end, Myuan."""
        return values[DISCOUNTED].sel({"time": self.end, PLACE: TOTAL}, drop=True)

    @property
    def has_rest(self) -> bool:
        """Whether the strategy does something without its levers."""
        ends = abs(self.at_the_end(self.sums)).max(DRAW)
        return float(ends.sel(measure=REST)) > _NOTHING * float(ends.sel(measure=WHOLE))


def measure_step_error(rough: Contributions, fine: Contributions) -> float:
    """Measure how far the time step moves the contributions.

    Parameters
    ----------
    rough, fine : Contributions
        The same strategy with a long and with a short time step; the fine one may have only some
        of the draws.

    Returns
    -------
    float
        Largest difference of any lever's contribution to discounted value added of all regions,
        over the whole effect, Dmnl.
    """
    at = {"time": fine.end, PLACE: TOTAL, DRAW: fine.shares[DRAW].values}
    rough_, fine_ = (
        one.shares[DISCOUNTED].sel(at).sel(measure=ON_AVERAGE) for one in (rough, fine)
    )
    whole = fine.sums[DISCOUNTED].sel(at).sel(measure=WHOLE)
    return float((abs(rough_ - fine_) / abs(whole)).max())
