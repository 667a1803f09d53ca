"""Plans whose consequences count beyond the years of their money.

Money is matched from the budget's first year to its last, as in every comparison: what policy as
now spends more in later years, because value added has grown, is a consequence and no programme
money. With the money that this gives, plans are run on to the horizon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON
from smecluster.policies.ensemble.worlds import ADDITIONAL, EXACT, FACTOR, MONEY, Ensemble
from smecluster.policies.plan import Plan

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Keep = Callable[[xr.Dataset], xr.Dataset]
Progress = Callable[[int, int], None]

#: Last year to which the national drivers go.
LAST_HORIZON = 2060
# Numbers above this are not written out.
_WRITABLE = 1e308
_FINAL = "FINAL TIME"


def check_horizons(horizons: Sequence[float], start: float) -> None:
    """Refuse horizons that are no whole years after the start, or beyond the model's drivers.

    Parameters
    ----------
    horizons : sequence of float
        Last years that count.
    start : float
        First year that counts.

    Raises
    ------
    InputError
        If there is none, one is given twice, or one lies outside.
    """
    if not horizons:
        raise InputError(f"give a horizon, a year in {start + 1:g}..{LAST_HORIZON}")
    for year in horizons:
        if not (start < year <= LAST_HORIZON and float(year).is_integer()):
            # Whole numbers of Python have no limit, but their formats do.
            given = f"{year:g}" if abs(year) < _WRITABLE else f"a number beyond {_WRITABLE:g}"
            raise InputError(
                f"horizon must be a whole year in {start + 1:g}..{LAST_HORIZON}, not {given}"
            )
        if list(horizons).count(year) > 1:
            raise InputError(f"horizon {year:g} is given twice")


def extend_run(model: Model, horizon: float) -> dict[str, float]:
    """Give the input that lets runs go as far as both the money and its consequences.

    Parameters
    ----------
    model : Model
        The model; money counts to the last year of its own clock.
    horizon : float
        Last year that counts.

    Returns
    -------
    dict of str to float
        Nothing where the model's own clock is enough.
    """
    return {_FINAL: float(horizon)} if horizon > model.time.final else {}


def check_extension(settings: Mapping[str, Any] | None) -> None:
    """Refuse settings that give runs another last year than the horizon does.

    Raises
    ------
    InputError
        If they do.
    """
    if _FINAL in (settings or {}):
        raise InputError(f"{_FINAL!r} is what the horizon sets: leave it out of the settings")


class Worlds:
    """Draws in which plans are brought to a budget and then run on to the last horizon.

    Parameters
    ----------
    model : Model
        The model.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    start, money_end : float
        First and last year of the money.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.

    Attributes
    ----------
    runs : int
        How many runs were made.
    """

    def __init__(
        self,
        model: Model,
        draws: pd.DataFrame,
        start: float,
        money_end: float,
        settings: Mapping[str, Any] | None = None,
        workers: int | None = None,
    ) -> None:
        check_extension(settings)
        self.model, self.draws, self.workers = model, draws, workers
        self.settings = dict(settings or {})
        self.start, self.money_end = start, money_end
        self.runs = 0
        self._near = self._ensemble(draws, money_end)
        self._far: dict[float, Ensemble] = {}

    def match(
        self,
        plans: Sequence[Plan],
        budget: float,
        *,
        tolerance: float = EXACT,
        checkpoints: Checkpoints | None = None,
        name: str = "money",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Bring plans to a budget in every draw.

        Parameters
        ----------
        plans : sequence of Plan
            The plans.
        budget : float
            Additional money of each, present value, Myuan.
        tolerance : float
            What the money may differ from the budget by, relative.
        checkpoints, name, progress
            As in `policies.ensemble.worlds.Ensemble.run`.

        Returns
        -------
        xarray.Dataset
            ``factor``, ``programme money``, ``additional programme money`` and ``failure reason``
            along (strategy, draw).
        """
        found = self._near.run(
            plans,
            [],
            [self.start, self.money_end],
            budget=budget,
            tolerance=tolerance,
            keep=_keep_nothing,
            checkpoints=checkpoints,
            name=name,
            progress=progress,
        )
        self.runs += int(found.attrs["runs"])
        return found.isel({FUTURE: 0}, drop=True)

    def run(
        self,
        plans: Sequence[Plan],
        matched: xr.Dataset,
        outputs: Sequence[str],
        years: Sequence[float],
        keep: Keep,
        *,
        at_a_time: int | None = None,
        checkpoints: Checkpoints | None = None,
        name: str = "consequences",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Run plans, with the money that they were given, to the last of the years.

        Parameters
        ----------
        plans : sequence of Plan
            The plans.
        matched : xarray.Dataset
            From `match`, of the same plans.
        outputs, years, keep
            As in `policies.ensemble.worlds.Ensemble.run`.
        at_a_time : int, optional
            Draws that are run at a time, where much is kept of each; they change no digit.
        checkpoints, name, progress
            As there.

        Returns
        -------
        xarray.Dataset
            What is kept, and what `match` gave, along (strategy, draw, ...); missing where either
            failed.
        """
        size = at_a_time or len(self.draws)
        last = float(years[-1])
        parts = []
        for begin in range(0, len(self.draws), size):
            piece = self.draws.iloc[begin : begin + size]
            far = self._find_far(last) if size >= len(self.draws) else self._ensemble(piece, last)
            given = matched[FACTOR].sel({DRAW: list(piece.index)}).fillna(1.0)
            parts.append(
                far.run(
                    plans,
                    outputs,
                    years,
                    factors=given.expand_dims({FUTURE: [far.futures[0].name]}),
                    keep=keep,
                    checkpoints=checkpoints,
                    name=f"{name} {begin}",
                    progress=_report_part(progress, begin, len(piece), len(self.draws)),
                )
            )
        self.runs += sum(int(part.attrs["runs"]) for part in parts)
        joined = parts[0] if len(parts) == 1 else xr.concat(parts, DRAW, combine_attrs="override")
        result = joined.isel({FUTURE: 0}, drop=True)
        first, later = matched[REASON], result[REASON]
        reason = first.where(first != "", later)
        kept = result.drop_vars([FACTOR, MONEY, REASON, *({ADDITIONAL} & {*result})])
        units = {name: kept[name].attrs for name in kept}
        kept = kept.where(reason == "")
        kept = kept.assign({name: kept[name].assign_attrs(units[name]) for name in units})
        return kept.assign({one: matched[one] for one in (FACTOR, MONEY, ADDITIONAL)}).assign(
            {REASON: reason}
        )

    def _find_far(self, last: float) -> Ensemble:
        if last not in self._far:
            self._far[last] = self._ensemble(self.draws, last)
        return self._far[last]

    def _ensemble(self, draws: pd.DataFrame, last: float) -> Ensemble:
        return Ensemble(
            self.model,
            draws,
            settings={**self.settings, _FINAL: float(last)},
            workers=self.workers,
            same_code=True,
        )


def list_steps(
    model: Model, settings: Mapping[str, Any] | None, start: float, last: float
) -> list[float]:
    """List the steps of runs from one year to another, both included.

    Parameters
    ----------
    model : Model
        The model.
    settings : mapping, optional
        Inputs that hold in every run; a time step among them counts.
    start, last : float
        First and last year.

    Returns
    -------
    list of float
        Times, Year.
    """
    step = float((settings or {}).get("TIME STEP", model.time.step))
    count = round((last - start) / step)
    return [float(start + at * step) for at in range(count + 1)]


def _keep_nothing(run: xr.Dataset) -> xr.Dataset:
    return run[[]]


def _report_part(progress: Progress | None, begin: int, count: int, total: int) -> Progress | None:
    """Report the progress of some of the draws as a part of all of them."""
    if progress is None:
        return None

    def report(done: int, about: int) -> None:
        progress(round(begin * about / count) + done, round(total * about / count))

    return report
