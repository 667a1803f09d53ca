"""Regions never used: made from a shipped case and one figure, predicted, and fitted afterwards.

All stand in the model at once, beside the shipped regions; each is taken out of the rest of China.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.forecasts.blind_fit import Blind, forget_estimates, run_paths
from smecluster.calibration.forecasts.rolling import MODEL, Bench, Task, make_task
from smecluster.calibration.importing.sized_case import new_sized_case
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.priors.table import build_priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.workspace import locate

Floats = NDArray[np.float64]

FOLDER = Path(__file__).parents[1] / "unused"
#: Columns of the table: which case it was made from, and the size of that.
LIKE, SIZE = "like", "times its size"
#: Mean absolute errors of the model, per cent: predicted, and fitted to the same figures.
FITTED = "fitted"


class Assigned(Schema):
    """A region, the case that it is made from, and the one figure that is used."""

    name: str
    like: str
    gdp: Annotated[float, Field(gt=0)]
    year: int


class Assignment(Schema):
    """Which region is made from which case."""

    figures: str
    series: Annotated[tuple[str, ...], Field(min_length=1)]
    region: Annotated[tuple[Assigned, ...], Field(min_length=1)]


def read_assignment(path: str | Path | None = None) -> Assignment:
    """Read which region is made from which case.

    Parameters
    ----------
    path : str or Path, optional
        Another file.

    Returns
    -------
    Assignment

    Raises
    ------
    InputError
        If the file is malformed.
    """
    place = locate(FOLDER / "assignment.toml") if path is None else Path(path)
    return validate(Assignment, read_toml(place), str(place))


def predict_unseen(bench: Bench) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict the regions that were never used, then fit them.

    Parameters
    ----------
    bench : Bench
        Its settings and stages are used; its figures are those of the shipped cases.

    Returns
    -------
    forecasts : pandas.DataFrame
        As `calibration.forecasts.rolling.forecast_by_model`; drivers are known.
    made : pandas.DataFrame
        A row a region: ``region``, ``like``, ``times its size`` (Dmnl), ``year`` of the figure
        that was used, how many ``figures`` were predicted, and the mean absolute error of the
        model in per cent of them when ``fitted`` to all.
    """
    assignment = read_assignment()
    tell = bench.stages.track("regions never used")
    with TemporaryDirectory(prefix="smecluster-") as folder:
        sized = []
        for each in assignment.region:
            table = locate(FOLDER / assignment.figures)
            target = Path(folder) / each.name
            given = each.like, each.gdp, each.year, table, assignment.series
            sized.append(new_sized_case(target, *given))
        cases: list[str | Path] = [*list_cases(), *(each.folder for each in sized)]
        problem = forget_estimates(assemble_together([load_case(case) for case in cases], (), {}))
    priors = build_priors(problem.model, problem.parameters)
    whole = replace(bench, problem=problem, priors=priors)
    used = {one.region: each.year for one, each in zip(sized, assignment.region, strict=True)}
    figures = problem.measurements
    own = figures["region"].isin(used).to_numpy()
    only = (figures["region"].map(used) == figures["year"]).to_numpy()
    tell(1, 3)
    draws = bench.protocol.unseen.draws
    task = make_task(problem, ~own | only, own, 1)
    blind = whole.fit("regions never used", problem, task.kept, {}, draws)
    make = partial(_forecast, whole, task, blind)
    forecasts = bench.stages.compute_table("forecasts of regions never used", make)
    tell(2, 3)
    every = np.ones(len(figures), dtype=bool)
    fitted = whole.fit("regions fitted at last", problem, every, {}, draws, blind.mode)
    errors = _measure_errors(whole, task, fitted)
    tell(3, 3)
    counts = figures[task.wanted].groupby("region").size()
    made = pd.DataFrame(
        [(one.region, one.like, one.factor, one.year, int(counts[one.region])) for one in sized],
        columns=["region", LIKE, SIZE, "year", "figures"],
    )
    return forecasts, made.assign(**{FITTED: made["region"].map(errors)})


def _forecast(bench: Bench, task: Task, blind: Blind) -> pd.DataFrame:
    found = [bench.forecast_simply(task, None), bench.forecast(MODEL, task, blind, None, {})]
    return pd.concat(found, ignore_index=True)


def _measure_errors(bench: Bench, task: Task, blind: Blind) -> dict[str, float]:
    """Measure the mean absolute error of the median path at the wanted figures, by region."""
    years = task.years
    fitting = bench.protocol.model
    paths = run_paths(
        task.problem, bench.priors, blind.points, None, {}, years, fitting, 1, bench.workers
    )
    middle = np.nanmedian(paths, axis=0)
    return {
        str(new["region"].iloc[0]): _compare(task.problem, name, new, middle, years)
        for name, _, new in task.list_series()
    }


def _compare(
    problem: Problem, observable: str, new: pd.DataFrame, middle: Floats, years: Floats
) -> float:
    row = middle[list(problem.observables.index).index(observable)]
    found = row[np.searchsorted(years, new["year"].to_numpy(dtype=float))]
    return float(100 * np.mean(np.abs(found / new["value"].to_numpy(dtype=float) - 1)))
