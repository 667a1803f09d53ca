"""Partial fits: one sector of the model at a time, driven by published figures.

A parameter that is estimated with the whole model may make up for what is wrong elsewhere. Here
the loops through a sector are cut at measured variables and the figures are fed in, so that its
parameters answer for nothing but its own series; where the two estimates differ by more than
their errors allow, the structure between them is in doubt. Sources: Oliva 2003, European Journal
of Operational Research 151; Homer 2012, System Dynamics Review 28(3).

Between its figures and beyond them a driver follows the model's own path, bent so that it passes
through every figure: the ratio of figure to model is interpolated in its logarithm and held
before the first and after the last.
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
from smecluster.model.runs import simulate
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.model.system import Model
from smecluster.model.vensim.cutting import Cut, apply_cuts
from smecluster.model.vensim.regions import REGION

Floats = NDArray[np.float64]

#: The sectors that come with the project.
SECTORS = Path(__file__).parents[1] / "partial.toml"
#: Estimates that differ by fewer standard errors agree.
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
    """A measured variable that a sector reads from the figures."""

    variable: Text
    in_: tuple[Text, ...] = Field(min_length=1, alias="in", description="equations that read it")

    @property
    def cut(self) -> Cut:
        """Where the loops through it are cut."""
        return Cut(_LOOP, self.variable, self.in_)


class Sector(_Record):
    """A sector that is fitted alone."""

    name: Text
    says: Text = Field(description="what it determines, given what")
    parameters: tuple[Text, ...] = Field(min_length=1)
    series: tuple[Text, ...] = Field(min_length=1, description="variables it is fitted to")
    driver: tuple[Driver, ...] = Field(min_length=1)


class _Sectors(_Record):
    sector: tuple[Sector, ...] = Field(min_length=1)


def read_sectors(path: Path = SECTORS) -> tuple[Sector, ...]:
    """Read the sectors that are fitted alone.

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
    """Cut a sector out of the estimation problem.

    Parameters
    ----------
    problem : Problem
        The whole problem.
    sector : Sector
        The sector.
    values : mapping of str to float
        Inputs at which the rest of the model stands, in the model's units.

    Returns
    -------
    Problem
        Of a model whose sector is driven by the figures, with the sector's figures and
        parameters alone.

    Raises
    ------
    InputError
        If the model lacks a variable or an equation does not read it, or no region has figures
        of all drivers and of the sector's series, and parameters of it.
    """
    regions, names = _select_regions(problem, sector)
    if not names:
        raise InputError(
            f"sector {sector.name!r}: no region has parameters of it and figures of "
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
    """Fit sectors alone and compare with the whole calibration.

    The rest of the model stands at the whole calibration's estimates; each descent begins at
    the prior's mean.

    Parameters
    ----------
    problem : Problem
        The whole problem, with its errors.
    optimum : array of float, shape (parameters,)
        The whole calibration's optimum, in the scale of the estimation.
    chosen : iterable of Sector, optional
        The sectors; those of the project if left out. A sector that the problem has no figures
        or parameters of is left out.
    max_evaluations : int
        After so many points a descent ends.

    Returns
    -------
    pandas.DataFrame
        A row a sector and parameter: ``sector``, ``name``, ``unit``, ``figures`` (of the
        sector), ``estimate`` of the partial fit and its 95 % interval ``low`` to ``high``,
        ``whole`` (estimate of the whole calibration), all in `unit`; ``prior share`` (standard
        error over the prior's standard deviation: near 1 the sector's figures say nothing);
        ``difference`` (partial less whole, in standard errors of the difference, as if the two
        were independent) and ``agrees``, which is whether it is below 2.

    Raises
    ------
    InputError
        If a sector does not fit the model.
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
    """Find the regions with figures of all drivers and of the series, and the parameters.

    A region without figures of a driver would be fitted to the model's own path.
    """
    figures = problem.measurements
    regions = set(figures["region"][figures["variable"].isin(sector.series)])
    for driver in sector.driver:
        regions &= set(figures["region"][_select_driver(problem, driver.variable)])
    own = [name for name in problem.names if name.partition("[")[0] in sector.parameters]
    names = [name for name in own if regions and _find_region(name) in {"", *regions}]
    return regions, names


def _select_driver(problem: Problem, variable: str) -> pd.Series[bool]:
    """Find the figures that drive: those in the variable's own unit."""
    figures = problem.measurements
    compare = figures["observable"].map(problem.observables["compare"])
    return (figures["variable"] == variable) & (compare == "level")


def _find_region(name: str) -> str:
    """Give the region of a parameter, empty where all share it."""
    return name.partition("[")[2].rstrip("]")


def _bend_path(years: Floats, path: Floats, figures: pd.DataFrame) -> list[tuple[float, float]]:
    """Bend the model's path so that it passes through the figures."""
    known = figures.groupby("year")["value"].mean()
    if known.empty:
        return [(float(year), float(value)) for year, value in zip(years, path, strict=True)]
    at = known.index.to_numpy(dtype=float)
    ratio = np.log(known.to_numpy(dtype=float) / np.interp(at, years, path))
    bent = path * np.exp(np.interp(years, at, ratio))
    return [(float(year), float(value)) for year, value in zip(years, bent, strict=True)]
