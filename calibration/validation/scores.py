"""Scores of fits and forecasts, a row a series."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from smecluster.calibration.data.histories import measure_log_error
from smecluster.calibration.data.series import SERIES

#: The forecast that a model must beat.
RIVAL = "random walk"


def score_forecasts(
    forecasts: pd.DataFrame, models: Sequence[str], naive: Sequence[str], rival: str = RIVAL
) -> pd.DataFrame:
    """Score forecasts of each series against naive ones.

    The skill of a forecast is 1 - its log error / that of the naive forecast: 1 is perfect, 0
    as good as the naive one, below 0 worse.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        A row a figure: region, variable, segment, value, and a column for each forecast.
    models : sequence of str
        Columns with the model's forecasts.
    naive : sequence of str
        Columns with naive forecasts.
    rival : str
        The naive forecast that ``skill`` is measured against.

    Returns
    -------
    pandas.DataFrame
        A row a series: region, variable, segment, figures, the log error of each forecast
        (see `measure_log_error`), then for each model ``skill`` against `rival` and
        ``skill over <name>`` against the other naive forecasts; the columns of models after
        the first are named ``<model>: skill`` and so on.
    """
    rows = []
    for key, series in forecasts.groupby(SERIES, sort=False):
        errors = {
            name: measure_log_error(series[name], series["value"]) for name in (*models, *naive)
        }
        row: dict[str, object] = dict(zip(SERIES, key, strict=True))
        row |= {"figures": len(series), **errors}
        for model in models:
            head = "" if model == models[0] else f"{model}: "
            row[f"{head}skill"] = _compute_skill(errors[model], errors[rival])
            for other in naive:
                if other != rival:
                    row[f"{head}skill over {other}"] = _compute_skill(errors[model], errors[other])
        rows.append(row)
    return pd.DataFrame(rows)


def measure_share_better(skill: pd.Series[float]) -> float:
    """Measure the share of series with positive skill, of those that have one."""
    known = skill.dropna()
    return float((known > 0).mean()) if len(known) else float("nan")


def _compute_skill(error: float, naive: float) -> float:
    """Compute the skill; missing if the naive forecast has no error."""
    return 1 - error / naive if naive > 0 else float("nan")
