"""Find the size at which a region, scaled from another, has a given value added in a year.

And find which of its parameters its value added can say nothing about.

Value added is not quite proportional to the size of the other values: regions share one nation's
buyers, investors and talent, and a government pays the fixed cost of a programme whatever its size.
So the factor is found by running the model, beside the shipped regions and with the shipped
calibration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.choosing import find_calibration
from smecluster.calibration.data.case import Case
from smecluster.calibration.data.constants import join_element
from smecluster.calibration.data.extensive import is_extensive
from smecluster.calibration.further import load_beside
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.problem.parameters import place_in_region
from smecluster.calibration.sizing.scaling import bound_factor, round_number
from smecluster.model import Model, simulate_many
from smecluster.model.file.regions import REGION
from smecluster.model.support.errors import InputError

VALUE_ADDED = "value added"
#: How close the written case comes to the value that was asked for, as a share of it.
TOLERANCE = 1e-3
# The first search spans this factor on either side of proportionality.
_REACH = 64.0
_FIRST, _NEXT = 49, 9
# Halvings of the interval, each by the runs of `_NEXT`, until it is closer than any figure.
_ROUNDS = 4
# A smaller relative change of a path is rounding.
_STILL = 1e-9


def find_factor(case: Case, name: str, target: float, year: int, part_of: str = "") -> float:
    """Find the factor of size that gives a region its value added.

    Parameters
    ----------
    case : Case
        The like region.
    name : str
        The new region, which stands beside the shipped ones.
    target : float
        Its value added, Myuan/Year in prices of 2010.
    year : int
        The year in which it has that.
    part_of : str
        Region of the model that it is taken out of, if there is one.

    Returns
    -------
    float
        The factor for all that scales, Dmnl. Where several give the value, the closest to
        proportionality.

    Raises
    ------
    InputError
        If the like region has no value added in the year, or no size within the ranges of the
        model has the value.
    """
    low, high = bound_factor(case.constants)
    renamed = _rename(case, name, part_of)
    model, parts = load_beside(renamed, find_calibration())
    netting = Netting(model, parts) if parts else None
    first = _run(model, renamed, np.array([1.0]), year, netting)[0]
    if not first > 0:
        raise InputError(f"{case.place.name} has no value added in {year}: choose another year")
    guess = target / first
    factors = np.geomspace(max(low, guess / _REACH), min(high, guess * _REACH), _FIRST)
    if not low < high or factors[0] >= factors[-1]:
        raise InputError(_explain_range(case.place.name, target, year, first, (low, high)))
    for _ in range(_ROUNDS):
        found = _run(model, renamed, factors, year, netting)
        above = np.where(np.isfinite(found), np.sign(found - target), np.nan)
        crossings = np.flatnonzero(above[:-1] * above[1:] <= 0)
        if not len(crossings):
            ran = found[np.isfinite(found)]
            # A run may fail at an extreme size.
            has = f"has {ran.min():,.0f} to {ran.max():,.0f}" if len(ran) else "cannot be run"
            raise InputError(
                f"{_describe(target, year)}: {case.place.name} at {factors[0]:.3g} to "
                f"{factors[-1]:.3g} times its size {has}; choose a like region that is closer in "
                "size"
            )
        at = crossings[np.argmin(np.abs(np.log(factors[crossings] / guess)))]
        ends, levels = np.log(factors[at : at + 2]), np.log(found[at : at + 2])
        factors = np.geomspace(np.exp(ends[0]), np.exp(ends[1]), _NEXT)
    share = 0.5 if levels[0] == levels[1] else (np.log(target) - levels[0]) / np.diff(levels)[0]
    return round_number(float(np.exp(ends[0] + share * (ends[1] - ends[0]))))


def find_idle(
    case: Case,
    name: str,
    factor: float,
    parameters: Sequence[str],
    years: Sequence[int],
    part_of: str = "",
) -> tuple[str, ...]:
    """Find the parameters that move no value added, so that no figure of it can estimate them.

    Parameters
    ----------
    case, name
        As for `find_factor`.
    factor : float
        The size of the region over that of the like one, Dmnl.
    parameters : sequence of str
        Constants of the region.
    years : sequence of int
        Years of its figures; all of the run if empty.
    part_of : str
        As for `find_factor`.

    Returns
    -------
    tuple of str
        Those that, made larger and smaller by a tenth, move none of them.
    """
    renamed = _rename(case, name, part_of)
    model, parts = load_beside(renamed, find_calibration())
    sized = _tabulate(renamed, np.array([factor]))
    known = {join_element(value.variable, value.element): value.value for value in case.constants}
    table = pd.concat([sized] * (1 + 2 * len(parameters)), ignore_index=True)
    for at, parameter in enumerate(parameters):
        column = place_in_region(parameter, name)
        value = float(sized[column].iloc[0]) if column in sized else known[parameter]
        if column not in table:
            table[column] = value
        table.loc[1 + 2 * at, column], table.loc[2 + 2 * at, column] = value * 1.1, value * 0.9
    if parts:
        table = Netting(model, parts).net_inputs(table, every=True)
    run = simulate_many(
        model, table, outputs=[VALUE_ADDED], years=years or None, within_ranges=False
    )
    paths = run[VALUE_ADDED].sel({REGION: name}).values
    moved = np.abs(paths[1:] / paths[0] - 1).max(axis=1) > _STILL
    return tuple(
        parameter for at, parameter in enumerate(parameters) if not moved[2 * at : 2 * at + 2].any()
    )


def _tabulate(case: Case, factors: NDArray[np.float64]) -> pd.DataFrame:
    """Tabulate what scales with the size of a region: a row a factor."""
    name = case.place.name
    return pd.DataFrame(
        {
            place_in_region(join_element(value.variable, value.element), name): value.value
            * factors
            for value in case.constants
            if value.value and is_extensive(value.variable, value.unit)
        }
    )


def _rename(case: Case, name: str, part_of: str) -> Case:
    """Give a like region the name of the new one, and say what that is part of."""
    new = {"name": name, "part_of": part_of, "codes": ()}
    return replace(case, place=case.place.model_copy(update=new))


def _run(
    model: Model,
    case: Case,
    factors: NDArray[np.float64],
    year: int,
    netting: Netting | None = None,
) -> NDArray[np.float64]:
    """Run a region of the model at each factor of size; Myuan/Year."""
    table = _tabulate(case, factors)
    if netting is not None:
        table = netting.net_inputs(table, every=True)
    # The ends of the ranges are met up to rounding here; the written values are held against them.
    run = simulate_many(model, table, outputs=[VALUE_ADDED], years=[year], within_ranges=False)
    return np.asarray(run[VALUE_ADDED].sel({REGION: case.place.name}).values[:, 0], dtype=float)


def _describe(target: float, year: int) -> str:
    return f"no size has a value added of {target:,.0f} Myuan (prices of 2010) in {year}"


def _explain_range(
    like: str, target: float, year: int, first: float, ends: tuple[float, float]
) -> str:
    return (
        f"{_describe(target, year)}: {like} has {first:,.0f}, and its values can be {ends[0]:.3g} "
        f"to {ends[1]:.3g} times as large; choose a like region that is closer in size"
    )
