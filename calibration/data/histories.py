"""The base case beside the published figures: the fit of each series, and turning points.

Value added predicted from one figure, beside two rivals that any model should beat.

The model's path is taken as it is: nothing is fitted here. Whether it is blind depends on the
region: a case made by ``smecluster case new --gdp`` knows one figure of its region, a calibrated
one all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.case_file import Turn
from smecluster.calibration.data.series import SERIES
from smecluster.model import Model, simulate
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.catalogue import mark

#: With fewer figures, shares of the error mean nothing.
_ENOUGH = 3


class Theil(NamedTuple):
    """Shares of the mean squared error, Dmnl; together 1.

    Attributes
    ----------
    bias : float
        U^M: model and figures differ in their means.
    variation : float
        U^S: they differ in their variation.
    covariation : float
        U^C: they vary at different times.
    """

    bias: float
    variation: float
    covariation: float


@dataclass(frozen=True)
class Histories:
    """The base case beside the published figures.

    Attributes
    ----------
    paths : xarray.Dataset
        The base case: every measured variable by time and Region.
    table : pandas.DataFrame
        A row a figure; see `pair_with_run`.
    fit : pandas.DataFrame
        A row a series; see `measure_fit`.
    turns : pandas.DataFrame
        A row a turning point; see `compare_turning_points`.
    """

    paths: xr.Dataset
    table: pd.DataFrame
    fit: pd.DataFrame
    turns: pd.DataFrame


def compare_histories(
    model: Model,
    cases: Sequence[Case],
    include: Iterable[str] = (),
    variables: Iterable[str] = (),
) -> Histories:
    """Run the base case and compare it with the figures of the cases.

    The base case is the model as loaded: with the dated policy history, without a strategy.

    Parameters
    ----------
    model : Model
        The model, with the regions of the cases.
    cases : sequence of Case
        Cases whose figures are used.
    include : iterable of str
        ``"remembered"`` adds figures from memory.
    variables : iterable of str
        Further variables to keep.

    Returns
    -------
    Histories
        Paths, figures, fit and turning points.

    Raises
    ------
    InputError
        If a case measures a variable that the model does not have or has in another unit, or
        `include` holds an unknown status.
    """
    for case in cases:
        _check_measures(model, case)
    parts = [case.measurements(tuple(include)) for case in cases]
    figures = pd.concat(parts, ignore_index=True)
    run = simulate(model, outputs=list(dict.fromkeys([*variables, *figures["variable"]])))
    run = run.sel({REGION: [case.place.name for case in cases]})
    table = pair_with_run(figures, run)
    return Histories(run, table, measure_fit(table), compare_turning_points(cases, table))


def pair_with_run(figures: pd.DataFrame, run: xr.Dataset) -> pd.DataFrame:
    """Pair each published figure with the run's value of the same year.

    A year's figure is compared with the value at that date (2010: Time = 2010). If a series is
    known only up to a factor, the factor makes the mean error of the logarithms zero.

    Parameters
    ----------
    figures : pandas.DataFrame
        See `calibration.Case.measurements`.
    run : xarray.Dataset
        Dimensions time and Region.

    Returns
    -------
    pandas.DataFrame
        The figures of the run's years with three more columns: ``model`` (in the model's unit),
        ``factor`` (figure over model; 1 if levels are compared), and ``fitted`` (model times
        factor, in the figure's unit).
    """
    table = figures[figures["year"].isin(run["time"].values)].reset_index(drop=True)
    table["model"] = [
        float(run[row.variable].sel({REGION: row.region, "time": row.year}))
        for row in table.itertuples(index=False)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        table["factor"] = np.log((table["value"] / table["model"]).astype(float))
    factor = np.exp(table.groupby(SERIES, sort=False)["factor"].transform("mean"))
    table["factor"] = factor.where(table["compare"] == "scale", 1.0)
    table["fitted"] = table["model"] * table["factor"]
    return table


def measure_fit(table: pd.DataFrame) -> pd.DataFrame:
    """Measure the fit of the model to each series.

    Parameters
    ----------
    table : pandas.DataFrame
        See `pair_with_run`.

    Returns
    -------
    pandas.DataFrame
        A row a series: region, variable, segment, compare, factor, figures (how many), first
        and last (year), MAPE (mean absolute error in percent of the figures) and bias (mean
        error in percent of the mean figure), both missing if a factor was fitted to a
        single figure, and U^M, U^S, U^C (see `decompose_error`; missing below three figures).
    """
    rows = []
    for key, series in table.groupby(SERIES, sort=False):
        actual = series["value"].to_numpy(float)
        fitted = series["fitted"].to_numpy(float)
        error = fitted - actual
        with np.errstate(divide="ignore", invalid="ignore"):
            mape = 100 * np.mean(np.abs(error / actual))
            bias = 100 * error.mean() / actual.mean()
        shares = decompose_error(fitted, actual) if len(series) >= _ENOUGH else Theil(*[np.nan] * 3)
        compare, factor = series["compare"].iloc[0], series["factor"].iloc[0]
        if compare == "scale" and len(series) == 1:
            mape = bias = np.nan
        years = series["year"].min(), series["year"].max()
        rows.append((*key, compare, factor, len(series), *years, mape, bias, *shares))
    columns = [*SERIES, "compare", "factor", "figures", "first", "last", "MAPE", "bias"]
    return pd.DataFrame(rows, columns=[*columns, "U^M", "U^S", "U^C"])


def decompose_error(simulated: NDArray[np.float64], actual: NDArray[np.float64]) -> Theil:
    """Decompose the mean squared error into bias, unequal variation and unequal covariation.

    MSE = (mean S - mean A)^2 + (s_S - s_A)^2 + 2 (1 - r) s_S s_A, with standard deviations
    of the population; each term over MSE. Source: Sterman 1984, Appropriate summary
    statistics for evaluating the historical fit of system dynamics models, Dynamica 10(2).

    Parameters
    ----------
    simulated, actual : array of float
        Values of the same years, in one unit.

    Returns
    -------
    Theil
        The shares, Dmnl; missing if there is no error.
    """
    error = float(np.mean((simulated - actual) ** 2))
    if error == 0:
        return Theil(np.nan, np.nan, np.nan)
    spread = simulated.std(), actual.std()
    together = np.mean((simulated - simulated.mean()) * (actual - actual.mean()))
    return Theil(
        float((simulated.mean() - actual.mean()) ** 2) / error,
        float((spread[0] - spread[1]) ** 2) / error,
        float(2 * (spread[0] * spread[1] - together)) / error,
    )


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
        figures, U^M, U^S, U^C (see `decompose_error`) and log
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


def compare_turning_points(cases: Sequence[Case], table: pd.DataFrame) -> pd.DataFrame:
    """Compare the figures and the model at the turning points of the cases.

    Parameters
    ----------
    cases : sequence of Case
        The cases.
    table : pandas.DataFrame
        See `pair_with_run`.

    Returns
    -------
    pandas.DataFrame
        A row a turning point: region, variable, kind, years, unit, then before and after for
        figures and model. For slower growth these are mean growth rates, % a year, compounded;
        for a fall the values of the two years. ``in figures`` and ``in model`` say
        whether there is less after than before; years without figures leave gaps.
    """
    columns = ["region", "variable", "kind", "years", "unit", "figures before", "figures after"]
    columns += ["model before", "model after", "in figures", "in model"]
    rows = []
    series = dict(list(table.groupby(SERIES, sort=False)))
    for case in cases:
        for turn in case.turns:
            key = (case.place.name, turn.variable, turn.segment)
            found = series[key].set_index("year") if key in series else table.iloc[:0]
            growing = turn.kind == "slower growth"
            unit = "% a year" if growing else found["unit"].max()
            given = _compare_sides(turn, found["value"])
            simulated = _compare_sides(turn, found["model"])
            shown = given[1] < given[0], simulated[1] < simulated[0]
            years = "-".join(map(str, turn.years))
            place = (case.place.name, turn.variable, turn.kind, years, unit)
            rows.append((*place, *given, *simulated, *shown))
    return pd.DataFrame(rows, columns=columns)


def _compare_sides(turn: Turn, by_year: pd.Series[float]) -> tuple[float, float]:
    """Compute the values before and after a turning point."""
    values = [float(by_year.get(year, np.nan)) for year in turn.years]
    if turn.kind == "fall":
        return values[0], values[1]
    growth = [
        100 * ((values[at + 1] / values[at]) ** (1 / (turn.years[at + 1] - turn.years[at])) - 1)
        for at in range(2)
    ]
    return growth[0], growth[1]


def _check_measures(model: Model, case: Case) -> None:
    """Refuse a measure whose variable or unit the model does not have."""
    for measure in case.measures:
        known = model.variables.get(measure.variable)
        where = f"{case.path / 'case.toml'}: measure {measure.variable!r}"
        if known is None or known.dims != (REGION,):
            regional = [name for name, each in model.variables.items() if each.dims == (REGION,)]
            raise InputError(
                f"{where}: {UnknownNameError('regional variable', measure.variable, regional)}"
            )
        if measure.compare == "level" and measure.unit != known.unit:
            raise InputError(
                f"{where} is in {measure.unit!r}, but the model has it in {known.unit!r}; other "
                "units are allowed where compare = 'scale'"
            )


# Value added predicted from one figure, beside two rivals that any model should beat.

VALUE_ADDED = "value added"
#: The variable that national growth is read from; the model is handed it.
NATION = "national market index"
#: Columns of forecasts.
RIVALS = (mark("model"), mark("like the nation"), mark("no change"))


def compare_with_rivals(found: Histories, origin: int) -> pd.DataFrame:
    """Score the model and two rivals on the figures after a year.

    ``like the nation`` grows from the figure of that year with the national market, in prices of
    2010; ``no change`` stays there.

    Parameters
    ----------
    found : Histories
        Figures and paths, with `NATION` among the variables.
    origin : int
        The year whose figure the rivals start from.

    Returns
    -------
    pandas.DataFrame
        A row a series of value added: region, variable, segment, origin, figures (how many after
        it), first, last, and for each of `RIVALS` its MAPE, and ``... at last``: its value over
        the figure in the last year, Dmnl.

    Raises
    ------
    InputError
        If the year is not one of the run's, or no series of value added has a figure in it and
        another one after it.
    """
    if origin not in found.paths["time"].values:
        first, last = (float(found.paths["time"].values[at]) for at in (0, -1))
        raise InputError(f"--rivals {origin}: the run has the years {first:g} to {last:g}")
    nation = found.paths[NATION]
    table = found.table[found.table["variable"] == VALUE_ADDED]
    rows = []
    for key, series in table.groupby(SERIES, sort=False):
        start = series.loc[series["year"] == origin, "value"].to_numpy(float)
        later = series[series["year"] > origin].sort_values("year")
        if not len(start) or later.empty:
            continue
        years, actual = later["year"].to_numpy(), later["value"].to_numpy(float)
        growth = nation.sel(time=years).to_numpy() / float(nation.sel(time=origin))
        forecasts = {
            "model": later["fitted"].to_numpy(float),
            "like the nation": start[0] * growth,
            "no change": np.full(len(later), start[0]),
        }
        scores = [100 * np.mean(np.abs(forecasts[name] / actual - 1)) for name in RIVALS]
        ends = [forecasts[name][-1] / actual[-1] for name in RIVALS]
        rows.append((*key, origin, len(later), years[0], years[-1], *scores, *ends))
    if not rows:
        raise InputError(
            f"--rivals {origin}: no value added has a figure of {origin} and one after it; "
            f"{_list_years(table)}"
        )
    columns = [*SERIES, "origin", "figures", "first", "last", *RIVALS]
    return pd.DataFrame(rows, columns=[*columns, *(f"{name} at last" for name in RIVALS)])


def _list_years(table: pd.DataFrame) -> str:
    """Say from when on each region has figures."""
    first = table.groupby("region", sort=False)["year"].min()
    return ", ".join(f"{region} begins in {year}" for region, year in first.items()) or "none has"
