"""The calibrated model's paths of all years, for figures that have gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from calibration.payoff import Payoff
from model.rewrite import REGION
from model.runs import simulate


def paths(payoff: Payoff, x: ArrayLike) -> pd.DataFrame:
    """Follow each measured variable of each region through the years of all figures.

    Parameters
    ----------
    payoff : Payoff
        The payoff.
    x : array_like, shape (parameters,)
        A point, in the scale of the estimation.

    Returns
    -------
    pandas.DataFrame
        A row a year: region, variable, unit (the model's), year, value.
    """
    problem = payoff.problem
    figures = problem.measurements
    values = payoff.natural(np.asarray(x, dtype=float)).tolist()
    last = float(np.ceil(figures["year"].max()))
    inputs = {"FINAL TIME": last, **problem.base, **dict(zip(payoff.names, values, strict=True))}
    run = simulate(
        problem.model,
        {**inputs, "SAVEPER": 1.0},
        outputs=list(dict.fromkeys(figures["variable"])),
    )
    measured = figures[["region", "variable", "unit"]].drop_duplicates()
    tables = [
        pd.DataFrame(
            {
                "region": row.region,
                "variable": row.variable,
                "unit": row.unit,
                "year": run["time"].to_numpy(),
                "value": run[row.variable].sel({REGION: row.region}).to_numpy(),
            }
        )
        for row in measured.itertuples(index=False)
    ]
    return pd.concat(tables, ignore_index=True)
