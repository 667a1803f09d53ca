"""Forecasts of the figures that a fit did not see: the model's and the rivals', with scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.benchmarks.nation import DRIVERS, list_drivers
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.data.targets import SEGMENT as TARGET
from smecluster.calibration.evaluation.dated_tables import Outlook, count_power
from smecluster.calibration.evaluation.error_forecasts import forecast_errors
from smecluster.calibration.evaluation.protocol import Protocol
from smecluster.calibration.evaluation.scoring import Scored, score_mixture, score_student
from smecluster.calibration.evaluation.simple_forecasts import forecast_simply
from smecluster.calibration.joint.correlations import FAMILIES
from smecluster.calibration.joint.run import LIKELIHOOD
from smecluster.calibration.problem.assembly import REMEMBERED, Problem
from smecluster.model import Model, simulate
from smecluster.model.presentation.language.catalogue import mark

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Forecasters with the model's structure.
MODEL, CUT = mark("model"), mark("loops cut")
#: Columns of a table of forecasts, after those of the series.
COLUMNS = [
    *("year", "last", "figures", "forecaster", "value", "median", "low", "high"),
    *("crps", "log score", "level"),
]


@dataclass(frozen=True)
class Task:
    """Figures to forecast from others.

    Attributes
    ----------
    problem : Problem
        All figures.
    kept, wanted : array of bool, shape (figures,)
        Those that may be used, and those to forecast.
    """

    problem: Problem
    kept: Flags
    wanted: Flags

    def list_series(self) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
        """List the series with figures to forecast: name, figures so far, figures wanted."""
        figures = self.problem.measurements.assign(kept=self.kept, wanted=self.wanted)
        for name, rows in figures.groupby("observable", sort=False):
            rows = rows.sort_values("year")
            if rows["wanted"].any():
                yield str(name), rows[rows["kept"]], rows[rows["wanted"]]

    @property
    def years(self) -> Floats:
        """The years of all figures that are used or wanted."""
        figures = self.problem.measurements
        return np.unique(figures["year"].to_numpy(dtype=float)[self.kept | self.wanted])


def make_task(problem: Problem, kept: Flags, wanted: Flags, least: int) -> Task:
    """Make a task of what can be forecast.

    Parameters
    ----------
    problem : Problem
        All figures.
    kept, wanted : array of bool, shape (figures,)
        What may be used, and what is wished.
    least : int
        A series with fewer figures to use is not forecast. Targets never are.

    Returns
    -------
    Task
    """
    figures = problem.measurements
    counts = figures["observable"].map(figures[kept]["observable"].value_counts()).fillna(0)
    possible = (figures["segment"] != TARGET) & (counts >= least) & wanted & ~kept
    return Task(problem, kept, possible.to_numpy(dtype=bool))


def forecast_by_model(
    task: Task, name: str, paths: Floats, years: Floats, ensemble: int, seed: int
) -> pd.DataFrame:
    """Forecast by draws of the model and what persists of their errors.

    Parameters
    ----------
    task : Task
        What to forecast.
    name : str
        What the forecaster is called.
    paths : array of float, shape (draws, series, years)
        As `calibration.evaluation.blind_fit.run_paths` gives them.
    years : array of float, shape (years,)
        Their years.
    ensemble : int
        Members for the CRPS.
    seed : int
        Seed of the members.

    Returns
    -------
    pandas.DataFrame
        A row a figure: region, variable, segment, and `COLUMNS`: its year, the last year used,
        how many figures were used, the forecaster, the logarithms of the figure, of the median
        forecast and of the ends of its 90 % interval, and the scores
        (`calibration.evaluation.scoring.Scored`).
    """
    place = {year: at for at, year in enumerate(years.tolist())}
    number = {each: at for at, each in enumerate(task.problem.observables.index)}
    stated = task.problem.observables["error"].to_dict()
    compared = task.problem.observables["compare"].to_dict()
    family = FAMILIES[LIKELIHOOD]()
    rng = np.random.default_rng(seed)
    found = []
    for observable, old, new in task.list_series():
        columns = [[place[float(year)] for year in part["year"]] for part in (old, new)]
        logs = _take_logs(paths[:, number[observable]], columns[0] + columns[1])
        mixture = forecast_errors(
            old["year"].to_numpy(dtype=float),
            logs[:, columns[0]] - np.log(old["value"].to_numpy(dtype=float)),
            new["year"].to_numpy(dtype=float),
            logs[:, columns[1]],
            float(stated[observable]),
            compared[observable] == "scale",
            family,
            np.where(old["status"] == "remembered", REMEMBERED, 1.0),
        )
        actual = np.log(new["value"].to_numpy(dtype=float))
        found.append(_tabulate(old, new, name, score_mixture(mixture, actual, ensemble, rng)))
    return _join(found)


def forecast_by_rivals(
    task: Task,
    national: Mapping[str, Floats],
    years: Floats,
    outlook: Outlook | None,
    protocol: Protocol,
) -> pd.DataFrame:
    """Forecast by the rivals of `simple_forecasts`.

    Parameters
    ----------
    task : Task
        What to forecast.
    national : mapping of str to array of float, shape (years,)
        National variables; see `run_nation`.
    years : array of float, shape (years,)
        Their years.
    outlook : Outlook or None
        How uncertain national output is; None where it is known.
    protocol : Protocol
        The settings.

    Returns
    -------
    pandas.DataFrame
        As `forecast_by_model`.
    """
    place = {year: at for at, year in enumerate(years.tolist())}
    found = []
    for _, old, new in task.list_series():
        up, down = DRIVERS.get(str(old["variable"].iloc[0]), DRIVERS["value added"])
        path = sum((np.log(national[each]) for each in up), np.zeros(len(years)))
        path = path - sum((np.log(national[each]) for each in down), np.zeros(len(years)))
        before, ahead = (part["year"].to_numpy(dtype=float) for part in (old, new))
        variance = np.zeros(len(ahead))
        if outlook is not None:
            power = count_power(task.problem.model, up, down, protocol.drivers)
            variance = power**2 * outlook.measure_variance(ahead - outlook.origin)
        forecasts = forecast_simply(
            before,
            np.log(old["value"].to_numpy(dtype=float)),
            ahead,
            (path[[place[year] for year in before]], path[[place[year] for year in ahead]]),
            variance,
            protocol.rivals,
        )
        actual = np.log(new["value"].to_numpy(dtype=float))
        found += [
            _tabulate(old, new, name, score_student(forecast, actual))
            for name, forecast in forecasts.items()
        ]
    return _join(found)


def run_nation(model: Model, outlook: Outlook | None, years: Floats) -> dict[str, Floats]:
    """Run the national variables that a rival needs.

    Parameters
    ----------
    model : Model
        The model.
    outlook : Outlook or None
        The dated tables as seen from an origin; None for those of the model's file.
    years : array of float, shape (years,)
        Which years.

    Returns
    -------
    dict of str to array of float, shape (years,)
    """
    tables = {} if outlook is None else dict(outlook.tables)
    given = {**tables, "FINAL TIME": float(years[-1])}
    run = simulate(model, given, outputs=list_drivers(), years=years.tolist())
    return {name: run[name].to_numpy().astype(float) for name in list_drivers()}


def _take_logs(paths: Floats, needed: list[int]) -> Floats:
    """Take logarithms of the draws that can be run; where none can, of nothing: the score shows."""
    fine = np.all(paths[:, needed] > 0, axis=1)
    return np.log(paths[fine]) if fine.any() else np.zeros_like(paths)


def _tabulate(old: pd.DataFrame, new: pd.DataFrame, name: str, scored: Scored) -> pd.DataFrame:
    table: pd.DataFrame = new[[*SERIES, "year"]].assign(
        last=int(old["year"].iloc[-1]),
        figures=len(old),
        forecaster=name,
        value=np.log(new["value"].to_numpy(dtype=float)),
        median=scored.median,
        low=scored.low,
        high=scored.high,
        crps=scored.crps,
    )
    return table.assign(**{"log score": scored.log_score, "level": scored.level})


def _join(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=[*SERIES, *COLUMNS])
    return pd.concat(parts, ignore_index=True)
