"""The histories beside two rivals: growth like the nation, and the model with its loops cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.histories import Histories, compare_histories, pair_with_run
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.forecasts.loops_cut import (
    GROWTH,
    LEVEL,
    VALUE_ADDED,
    fit_without_loops,
)
from smecluster.calibration.forecasts.outlook import follow_nation, list_drivers
from smecluster.model import Model, simulate
from smecluster.model.presentation.language.catalogue import mark

#: Columns of mean absolute errors, per cent of the figures.
MODEL, NATION, CUT = mark("model"), mark("like the nation"), mark("loops cut")
#: With fewer figures a series cannot tell growth from level.
ENOUGH = 3
#: The loops explain a series if the model's error is at most this share of either rival's; they
#: do not if a rival's is no larger than the model's.
EARNED = 0.8
#: Verdicts.
EXPLAINED, LITTLE, NOT = mark("explained"), mark("a little better"), mark("not explained")


@dataclass(frozen=True)
class Benchmarks:
    """The model beside its rivals.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a series with at least `ENOUGH` figures: region, variable, segment, figures (how
        many), first, last (year), `MODEL`, `NATION`, `CUT` (mean absolute error in per cent of the
        figures) and verdict.
    fitted : dict of str to float
        The constants that were fitted again for the model with its loops cut.
    """

    table: pd.DataFrame
    fitted: dict[str, float]


def compare_with_benchmarks(
    model: Model, cases: Sequence[Case], include: Iterable[str] = ()
) -> Benchmarks:
    """Hold the histories against growth like the nation and the model with its loops cut.

    Parameters
    ----------
    model : Model
        The calibrated model.
    cases : sequence of Case
        Cases whose figures are used.
    include : iterable of str
        As for `calibration.data.histories.compare_histories`.

    Returns
    -------
    Benchmarks
        A row a series.

    Raises
    ------
    InputError
        As for `compare_histories`.
    """
    found: Histories = compare_histories(model, cases, include, list_drivers())
    figures = found.table
    measured = figures[figures["variable"] == VALUE_ADDED]
    regions = [case.place.name for case in cases if case.place.name in set(measured["region"])]
    cut, inputs = fit_without_loops(model, figures, regions)
    run = simulate(
        cut, inputs, outputs=list(dict.fromkeys(figures["variable"])), within_ranges=False
    )
    without = pair_with_run(figures.drop(columns=["model", "factor", "fitted"]), run)
    forecasts = {
        MODEL: figures["fitted"].to_numpy(float),
        NATION: follow_nation(figures, found.paths),
        CUT: without["fitted"].to_numpy(float),
    }
    rows = []
    for key, series in figures.groupby(list(SERIES), sort=False, dropna=False):
        if len(series) < ENOUGH:
            continue
        actual = series["value"].to_numpy(float)
        here = figures.index.get_indexer(series.index)
        errors = {
            name: float(100 * np.mean(np.abs(values[here] / actual - 1)))
            for name, values in forecasts.items()
        }
        years = int(series["year"].min()), int(series["year"].max())
        rows.append((*key, len(series), *years, *errors.values(), _judge_errors(errors)))
    columns = [*SERIES, "figures", "first", "last", *forecasts, "verdict"]
    fitted = {
        name: value for name, value in inputs.items() if name.partition("[")[0] in (GROWTH, LEVEL)
    }
    return Benchmarks(pd.DataFrame(rows, columns=columns), fitted)


def _judge_errors(errors: dict[str, float]) -> str:
    return judge(errors[MODEL], min(errors[NATION], errors[CUT]))


def judge(model: float, rival: float) -> str:
    """Say whether the loops explain a series, from its error and the better rival's, per cent."""
    if model >= rival:
        return NOT
    return EXPLAINED if model <= EARNED * rival else LITTLE
