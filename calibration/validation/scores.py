"""Scores of fits and forecasts, a row a series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.validation.histories import Theil, decompose_error

#: With fewer figures, R2 and the shares of the error mean nothing.
_ENOUGH = 3
#: The forecast that a model must beat.
RIVAL = "random walk"


def measure_log_error(forecast: ArrayLike, values: ArrayLike) -> float:
    """Measure the root mean square of ln(forecast / figure), Dmnl; 0.1 is about 10 %."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.log(np.asarray(forecast, dtype=float) / np.asarray(values, dtype=float))
    return float(np.sqrt(np.mean(errors**2)))


def score_fits(figures: pd.DataFrame) -> pd.DataFrame:
    """Score the fit of a model to each series.

    Parameters
    ----------
    figures : pandas.DataFrame
        A row a figure: region, variable, segment, compare, status, value, and ``fitted``, the
        model's value in the figure's unit.

    Returns
    -------
    pandas.DataFrame
        A row a series: region, variable, segment, compare, figures (how many), remembered (of
        them, from memory), R2 = 1 - SSE / SST about the figures' mean, MAPE in percent of the
        figures, U^M, U^S, U^C (see `calibration.validation.histories.decompose_error`) and log
        RMSE (see `measure_log_error`). R2 and the shares are missing below three figures, all
        measures where a factor was fitted to a single figure.
    """
    rows = []
    for key, series in figures.groupby(SERIES, sort=False):
        actual, fitted = (series[name].to_numpy(float) for name in ("value", "fitted"))
        error = fitted - actual
        mape, distance = (
            100 * float(np.mean(np.abs(error / actual))),
            measure_log_error(fitted, actual),
        )
        spread = float(np.sum((actual - actual.mean()) ** 2))
        enough = len(series) >= _ENOUGH
        r2 = 1 - float(error @ error) / spread if enough and spread > 0 else np.nan
        shares = decompose_error(fitted, actual) if enough else Theil(*[np.nan] * 3)
        compare = series["compare"].iloc[0]
        if compare == "scale" and len(series) == 1:
            mape = distance = np.nan
        remembered = int((series["status"] == "remembered").sum())
        rows.append((*key, compare, len(series), remembered, r2, mape, *shares, distance))
    columns = [*SERIES, "compare", "figures", "remembered", "R2", "MAPE"]
    return pd.DataFrame(rows, columns=[*columns, "U^M", "U^S", "U^C", "log RMSE"])


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
