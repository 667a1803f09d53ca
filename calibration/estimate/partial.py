"""Partial fits: one sector of the model at a time, driven by published figures.

A parameter that is estimated with the whole model may compensate for errors elsewhere. Here the
loops through a sector are cut at measured variables and the figures are fed in: its parameters have
only its own series to fit. If the two estimates differ by more than their errors allow, the
structure between them is in doubt. Sources: Oliva 2003, European Journal of Operational Research
151; Homer 2012, System Dynamics Review 28(3).

Between and beyond its figures, a driver follows the model's own path, scaled to pass through every
figure: the logarithm of the ratio of figure to model is interpolated, and constant before the first
and after the last figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from smecluster.calibration.estimate.fit import compute_jacobian, descend
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.courses import add_courses, name_course
from smecluster.calibration.problem.objective import Objective
from smecluster.model.engine.read.values import find_element
from smecluster.model.engine.run.runs import simulate
from smecluster.model.errors import InputError
from smecluster.model.file.cutting import Cut, apply_cuts
from smecluster.model.file.model import Model
from smecluster.model.file.regions import REGION
from smecluster.model.inputs import Schema, read_toml, validate

Floats = NDArray[np.float64]

#: The shipped sectors.
SECTORS = Path(__file__).parents[1] / "partial.toml"
#: Estimates within so many standard errors of each other agree.
AGREE = 2.0
_LOOP = "history"
_COLUMNS = (
    *("sector", "name", "unit", "figures", "estimate", "low", "high", "whole"),
    *("prior share", "difference", "agrees"),
)


Text = Annotated[str, Field(min_length=1)]


class _Record(Schema):
    model_config = ConfigDict(str_strip_whitespace=True)


class Driver(_Record):
    """A measured variable that a sector takes from the figures."""

    variable: Text
    in_: tuple[Text, ...] = Field(min_length=1, alias="in", description="equations that read it")

    @property
    def cut(self) -> Cut:
        """The cut of the loops through it."""
        return Cut(_LOOP, self.variable, self.in_)


class Sector(_Record):
    """A sector to fit alone."""

    name: Text
    says: Text = Field(description="what it determines, given what")
    parameters: tuple[Text, ...] = Field(min_length=1)
    series: tuple[Text, ...] = Field(min_length=1, description="variables it is fitted to")
    driver: tuple[Driver, ...] = Field(min_length=1)


class _Sectors(_Record):
    sector: tuple[Sector, ...] = Field(min_length=1)


def read_sectors(path: Path = SECTORS) -> tuple[Sector, ...]:
    """Read the sectors to fit alone.

    Parameters
    ----------
    path : Path
        The TOML file.

    Returns
    -------
    tuple of Sector

    Raises
    ------
    InputError
        If the file is malformed: the place in it, what was given and what is allowed.
    """
    return validate(_Sectors, read_toml(path), str(path)).sector


def isolate_sector(problem: Problem, sector: Sector, values: Mapping[str, float]) -> Problem:
    """Isolate a sector in the estimation problem.

    Parameters
    ----------
    problem : Problem
        The whole problem.
    sector : Sector
        The sector.
    values : mapping of str to float
        Values of the rest of the model, in the model's units.

    Returns
    -------
    Problem
        With the sector driven by the figures, and only its own figures and parameters.

    Raises
    ------
    InputError
        If the model lacks a variable, an equation does not read it, or no region has figures for
        all drivers and for the sector's series, and parameters of the sector.
    """
    regions, names = _select_regions(problem, sector)
    if not names:
        raise InputError(
            f"sector {sector.name!r}: no region has its parameters and figures for "
            f"{', '.join(driver.variable for driver in sector.driver)} and of its series"
        )
    figures = problem.measurements
    kept = figures["variable"].isin(sector.series) & figures["region"].isin(regions)
    constants = [driver.cut.constant for driver in sector.driver]
    text = apply_cuts(problem.model.text, [driver.cut for driver in sector.driver])
    model = Model(add_courses(text, constants), problem.model.path)
    base = {**problem.base, **values}
    path = simulate(
        problem.model,
        {**base, "SAVEPER": 1.0},
        outputs=[driver.variable for driver in sector.driver],
        within_ranges=False,
    )
    for driver in sector.driver:
        for region in problem.model.regions:
            own = _select_driver(problem, driver.variable) & (figures["region"] == region)
            course = f"{name_course(driver.cut.constant)}[{region}]"
            of_model = path[driver.variable].sel({REGION: region})
            base[course] = _bend_path(
                of_model["time"].to_numpy(), of_model.to_numpy(), figures.loc[own]
            )
    for name in names:
        base.pop(name, None)
    return replace(problem, model=model, base=base).select(kept).with_parameters(names)


def fit_sectors(
    problem: Problem,
    optimum: Floats,
    chosen: Iterable[Sector] | None = None,
    *,
    max_evaluations: int = 200,
) -> pd.DataFrame:
    """Fit sectors alone, and compare with the whole calibration.

    The rest of the model keeps the estimates of the whole calibration; each descent starts at the
    prior mean.

    Parameters
    ----------
    problem : Problem
        The whole problem, with its errors.
    optimum : array of float, shape (parameters,)
        The whole calibration's optimum, in the scale of the estimation.
    chosen : iterable of Sector, optional
        The sectors; by default the shipped ones. Sectors without figures or parameters in the
        problem are left out.
    max_evaluations : int
        Points after which a descent ends.

    Returns
    -------
    pandas.DataFrame
        A row a sector and parameter: ``sector``, ``name``, ``unit``, ``figures`` (of the
        sector), ``estimate`` of the partial fit and its 95 % interval ``low`` to ``high``,
        ``whole`` (estimate of the whole calibration), all in `unit`; ``prior share`` (standard
        error over the prior's standard deviation: near 1 the sector's figures add nothing);
        ``difference`` (partial less whole, in standard errors of the difference, as if the two
        were independent) and ``agrees``, which is whether it is below 2.

    Raises
    ------
    InputError
        If a sector does not match the model.
    """
    whole = Objective(problem)
    values = dict(zip(whole.names, whole.to_natural(optimum).tolist(), strict=True))
    errors = dict(zip(whole.names, _compute_standard_errors(whole, optimum), strict=True))
    scaled = dict(zip(whole.names, np.asarray(optimum, dtype=float), strict=True))
    rows: list[dict[str, Any]] = []
    for sector in read_sectors() if chosen is None else chosen:
        if not _select_regions(problem, sector)[1]:
            continue
        part = isolate_sector(problem, sector, values)
        objective = Objective(part)
        found = descend(objective, objective.prior_mean, max_evaluations=max_evaluations)
        sd = _compute_standard_errors(objective, found.x)
        low = objective.to_natural(np.maximum(found.x - 1.96 * sd, objective.lower))
        high = objective.to_natural(np.minimum(found.x + 1.96 * sd, objective.upper))
        estimates = objective.to_natural(found.x)
        for at, name in enumerate(objective.names):
            difference = (found.x[at] - scaled[name]) / np.hypot(sd[at], errors[name])
            rows.append(
                {
                    "sector": sector.name,
                    "name": name,
                    "unit": problem.model.variables[name.partition("[")[0]].unit,
                    "figures": len(part.measurements),
                    "estimate": estimates[at],
                    "low": low[at],
                    "high": high[at],
                    "whole": values[name],
                    "prior share": sd[at] / objective.prior_sd[at],
                    "difference": difference,
                    "agrees": bool(abs(difference) < AGREE),
                }
            )
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _compute_standard_errors(objective: Objective, x: Floats) -> Floats:
    slope = compute_jacobian(objective, x)
    return np.sqrt(np.diag(np.linalg.inv(slope.T @ slope)))


def _select_regions(problem: Problem, sector: Sector) -> tuple[set[str], list[str]]:
    """Select the regions with figures for all drivers and the series, and the parameters.

    Without figures for a driver, a region would be fitted to the model's own path.
    """
    figures = problem.measurements
    regions = set(figures["region"][figures["variable"].isin(sector.series)])
    for driver in sector.driver:
        regions &= set(figures["region"][_select_driver(problem, driver.variable)])
    own = [name for name in problem.names if name.partition("[")[0] in sector.parameters]
    every = problem.model.regions
    names = [name for name in own if regions and find_element(name, every) in {None, *regions}]
    return regions, names


def _select_driver(problem: Problem, variable: str) -> pd.Series[bool]:
    """Select the figures of a driver, in the variable's own unit."""
    figures = problem.measurements
    compare = figures["observable"].map(problem.observables["compare"])
    return (figures["variable"] == variable) & (compare == "level")


def _bend_path(years: Floats, path: Floats, figures: pd.DataFrame) -> list[tuple[float, float]]:
    """Scale the model's path to pass through the figures."""
    known = figures.groupby("year")["value"].mean()
    if known.empty:
        return [(float(year), float(value)) for year, value in zip(years, path, strict=True)]
    at = known.index.to_numpy(dtype=float)
    ratio = np.log(known.to_numpy(dtype=float) / np.interp(at, years, path))
    bent = path * np.exp(np.interp(years, at, ratio))
    return [(float(year), float(value)) for year, value in zip(years, bent, strict=True)]
