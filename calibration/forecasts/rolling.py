"""Forecasts of the figures that a fit did not see: the model's and the rivals', with scores.

Origins that roll, and regions left out: the model against its rivals, kept part by part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.data.constants import TARGET
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.forecasts.blind_fit import Blind, fit_blindly, run_paths
from smecluster.calibration.forecasts.distributions import (
    Scored,
    forecast_errors,
    forecast_simply,
    score_mixture,
    score_student,
)
from smecluster.calibration.forecasts.loops_cut import cut_loops
from smecluster.calibration.forecasts.outlook import (
    DRIVERS,
    Outlook,
    count_power,
    list_drivers,
    look_ahead,
)
from smecluster.calibration.forecasts.protocol import EXTRAPOLATED, KNOWN, Protocol
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.run import LIKELIHOOD
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import REMEMBERED, Problem
from smecluster.calibration.stages import Stages
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
        As `calibration.forecasts.blind_fit.run_paths` gives them.
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
        (`calibration.forecasts.distributions.Scored`).
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


# Origins that roll, and regions left out: the model against its rivals, kept part by part.


@dataclass(frozen=True)
class Bench:
    """What is evaluated: figures, priors, protocol, and where finished parts are kept.

    Attributes
    ----------
    problem : Problem
        All figures, without what the calibration has estimated from them; see
        `calibration.forecasts.blind_fit.forget_estimates`.
    priors : Priors
        Of its model.
    protocol : Protocol
        The settings.
    stages : Stages
        Where finished parts are kept.
    workers : int
        Threads; their number changes no digit.
    """

    problem: Problem
    priors: Priors
    protocol: Protocol
    stages: Stages
    workers: int = 1

    def fit(
        self,
        name: str,
        problem: Problem,
        kept: Flags,
        base: Mapping[str, Any],
        draws: int,
        start: Floats | None = None,
    ) -> Blind:
        """Fit to the figures that may be used, or load the finished fit of that name."""
        make = partial(
            fit_blindly,
            problem,
            kept,
            self.priors,
            base,
            self.protocol.model,
            draws,
            start,
            self.workers,
        )
        arrays = self.stages.compute_arrays(
            f"fit of {name}",
            lambda: {each: np.asarray(value) for each, value in vars(make()).items()},
            tells=True,
        )
        mode, points = (np.asarray(arrays[each], dtype=float) for each in ("mode", "points"))
        return Blind(mode, points, int(arrays["solved"]))

    def forecast(
        self,
        name: str,
        task: Task,
        blind: Blind,
        outlook: Outlook | None,
        base: Mapping[str, Any],
    ) -> pd.DataFrame:
        """Forecast by the model, or by one of another structure, from its draws."""
        fitting = self.protocol.model
        scenarios = self.protocol.drivers.scenarios
        years = task.years
        paths = run_paths(
            task.problem,
            self.priors,
            blind.points,
            outlook,
            base,
            years,
            fitting,
            scenarios,
            self.workers,
        )
        return forecast_by_model(task, name, paths, years, fitting.ensemble, fitting.seed)

    def forecast_simply(self, task: Task, outlook: Outlook | None) -> pd.DataFrame:
        """Forecast by the rivals."""
        years = task.years
        national = run_nation(task.problem.model, outlook, years)
        return forecast_by_rivals(task, national, years, outlook, self.protocol)


def roll_origins(bench: Bench, origins: Sequence[int] = ()) -> pd.DataFrame:
    """Forecast from every origin, as if nothing after it were known.

    Parameters
    ----------
    bench : Bench
        What is evaluated.
    origins : sequence of int
        Rising; those of the protocol if empty.

    Returns
    -------
    pandas.DataFrame
        As `calibration.forecasts.rolling.forecast_by_model`, with ``origin``, ``horizon`` (years
        after it) and ``drivers`` (`KNOWN` or `EXTRAPOLATED`).
    """
    years = tuple(origins) or bench.protocol.origins.years
    structures = _list_structures(bench)
    starts: dict[str, Floats] = {}
    parts = []
    tell = bench.stages.track("origins")
    for number, origin in enumerate(years):
        task = _task_from(bench, origin)
        outlook = look_ahead(
            bench.problem.model, origin, int(task.years[-1]), bench.protocol.drivers
        )
        fits = {}
        for name, (problem, base, draws) in structures.items():
            # The last origin's mode knows less than this one's may.
            start = starts.get(name)
            given = {**base, **outlook.tables}
            fits[name] = bench.fit(f"{name} to {origin}", problem, task.kept, given, draws, start)
            starts[name] = fits[name].mode
        make = partial(_forecast_from, bench, structures, task, outlook, fits)
        parts.append(bench.stages.compute_table(f"forecasts from {origin}", make))
        tell(number + 1, len(years))
    return pd.concat(parts, ignore_index=True)


def leave_regions_out(bench: Bench) -> pd.DataFrame:
    """Forecast each region from its first figures and from all figures of the others.

    Parameters
    ----------
    bench : Bench
        What is evaluated.

    Returns
    -------
    pandas.DataFrame
        As `calibration.forecasts.rolling.forecast_by_model`, with ``left out``; drivers are
        known.
    """
    figures = bench.problem.measurements
    regions = list(dict.fromkeys(figures["region"]))
    first = figures.sort_values("year").groupby("observable").cumcount().reindex(figures.index)
    parts = []
    tell = bench.stages.track("regions left out")
    for number, region in enumerate(regions):
        own = (figures["region"] == region).to_numpy()
        early = (first < bench.protocol.regions.figures).to_numpy()
        task = make_task(bench.problem, ~own | early, own, bench.protocol.regions.figures)
        blind = bench.fit(
            f"{MODEL} without {region}", bench.problem, task.kept, {}, bench.protocol.model.draws
        )
        make = partial(_forecast_known, bench, task, blind)
        table = bench.stages.compute_table(f"forecasts of {region}", make)
        parts.append(table.assign(**{"left out": region}))
        tell(number + 1, len(regions))
    return pd.concat(parts, ignore_index=True)


def _list_structures(bench: Bench) -> dict[str, tuple[Problem, dict[str, Any], int]]:
    """List the structures that forecast: problem, what all runs set, draws."""
    from dataclasses import replace

    cut, inputs = cut_loops(bench.problem.model)
    return {
        MODEL: (bench.problem, {}, bench.protocol.model.draws),
        CUT: (replace(bench.problem, model=cut), inputs, bench.protocol.cut.draws),
    }


def _task_from(bench: Bench, origin: int) -> Task:
    years = bench.problem.measurements["year"].to_numpy(dtype=float)
    horizons = bench.protocol.origins.horizons
    wanted = np.isin(years - origin, horizons)
    return make_task(bench.problem, years <= origin, wanted, bench.protocol.origins.figures)


def _forecast_from(
    bench: Bench,
    structures: Mapping[str, tuple[Problem, dict[str, Any], int]],
    task: Task,
    outlook: Outlook,
    fits: Mapping[str, Blind],
) -> pd.DataFrame:
    parts = []
    for drivers, seen in ((KNOWN, None), (EXTRAPOLATED, outlook)):
        found = [bench.forecast_simply(task, seen)]
        for name, (problem, base, _) in structures.items():
            own = Task(problem, task.kept, task.wanted)
            found.append(bench.forecast(name, own, fits[name], seen, base))
        parts.append(pd.concat(found, ignore_index=True).assign(drivers=drivers))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(origin=outlook.origin, horizon=table["year"] - outlook.origin)


def _forecast_known(bench: Bench, task: Task, blind: Blind) -> pd.DataFrame:
    found = [bench.forecast_simply(task, None), bench.forecast(MODEL, task, blind, None, {})]
    return pd.concat(found, ignore_index=True)
