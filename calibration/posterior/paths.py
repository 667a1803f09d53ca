"""The calibrated model's paths through all years, including those without figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.problem.objective import Objective
from smecluster.model.engine.run.runs import simulate_many
from smecluster.model.file.regions import REGION

_LEVELS = (0.05, 0.95)


def simulate_paths(
    objective: Objective, x: ArrayLike, draws: ArrayLike | None = None
) -> pd.DataFrame:
    """Simulate each measured variable of each region over the years of all figures.

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array_like, shape (parameters,)
        The optimum, in the scale of the estimation.
    draws : array_like, shape (draws, parameters), optional
        Draws of the posterior, in the same scale.

    Returns
    -------
    pandas.DataFrame
        A row a year: region, variable, unit (the model's), year, value, and the ends ``low`` and
        ``high`` of the 90 % interval over the draws (missing without draws). If all figures of a
        variable are known only up to a factor, the draws are brought to the same level first, about
        which such figures say nothing.
    """
    problem = objective.problem
    figures = problem.measurements.assign(
        compare=problem.measurements["observable"].map(problem.observables["compare"])
    )
    points = np.atleast_2d(np.asarray(x, dtype=float))
    if draws is not None:
        points = np.concatenate([points, np.asarray(draws, dtype=float)])
    last = float(np.ceil(figures["year"].max()))
    run = simulate_many(
        problem.model,
        objective.to_inputs(points),
        outputs=list(dict.fromkeys(figures["variable"])),
        workers=objective.workers,
        base={"FINAL TIME": last, **problem.base, "SAVEPER": 1.0},
        within_ranges=False,
    )
    years = run["time"].to_numpy()
    tables = []
    for (region, variable, unit), mine in figures.groupby(
        ["region", "variable", "unit"], sort=False
    ):
        values = run[variable].sel({REGION: region}).transpose("run", "time").to_numpy()
        if (mine["compare"] == "scale").all():
            values = _level(values, np.isin(years, mine["year"]))
        columns = {"region": region, "variable": variable, "unit": unit, "year": years}
        tables.append(pd.DataFrame(columns).assign(**_summarise(values)))
    return pd.concat(tables, ignore_index=True)


def _level(values: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bring runs to the mean logarithm of the first one over the years with figures."""
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(values[:, known]).mean(axis=1)
    return np.asarray(values * np.exp(level[0] - level)[:, None])


def _summarise(values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    best, drawn = values[0], values[1:]
    # Failed runs are left out.
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    missing = np.full((2, len(best)), np.nan)
    low, high = np.quantile(drawn, _LEVELS, axis=0) if len(drawn) else missing
    return {"value": best, "low": low, "high": high}
