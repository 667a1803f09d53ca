"""Origins that roll, and regions left out: the model against its rivals, kept part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.benchmarks.loops_cut import cut_loops
from smecluster.calibration.evaluation.blind_fit import Blind, fit_blindly, run_paths
from smecluster.calibration.evaluation.dated_tables import Outlook, look_ahead
from smecluster.calibration.evaluation.forecasts import (
    CUT,
    MODEL,
    Task,
    forecast_by_model,
    forecast_by_rivals,
    make_task,
    run_nation,
)
from smecluster.calibration.evaluation.protocol import EXTRAPOLATED, KNOWN, Protocol
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.stages import Stages

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bench:
    """What is evaluated: figures, priors, protocol, and where finished parts are kept.

    Attributes
    ----------
    problem : Problem
        All figures, without what the calibration has estimated from them; see
        `calibration.evaluation.blind_fit.forget_estimates`.
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
        As `calibration.evaluation.forecasts.forecast_by_model`, with ``origin``, ``horizon`` (years
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
        As `calibration.evaluation.forecasts.forecast_by_model`, with ``left out``; drivers are
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
