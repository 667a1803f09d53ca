"""Find the size at which a region, scaled from another, has a given value added in a year.

And find which of its parameters its value added can say nothing about.

Value added is not quite proportional to the size of the other values: regions share one nation's
buyers, investors and talent, and a government pays the fixed cost of a programme whatever its size.
So the factor is found by running the model, beside the shipped regions and with the shipped
calibration.

Bring a region's values to another size: what is counted in firms, people, money or land scales.

`calibration.data.constants` decides which values those are; shares, rates and amounts per head are
kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.choosing import find_calibration
from smecluster.calibration.data.case import Case
from smecluster.calibration.data.constants import (
    BY_NAME,
    SCALED,
    Constant,
    Point,
    is_extensive,
    join_element,
)
from smecluster.calibration.further import load_beside
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.problem.parameters import Parameter, place_in_region
from smecluster.model import Model, simulate_many
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION

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


# Bring a region's values to another size: what is counted in firms, people, money or land scales.


@dataclass(frozen=True)
class Treatment:
    """What was done with one value.

    Attributes
    ----------
    name : str
        The constant, or the table.
    unit : str
        Unit of the model.
    before, after : float or None
        Value of the like region and of the new one, in `unit`; None for a table.
    done : str
        ``kept``, or ``times`` and the factor.
    reason : str
        Why.
    left : str
        What is left to the user; may be empty.
    """

    name: str
    unit: str
    before: float | None
    after: float | None
    done: str
    reason: str
    left: str


def scale_constants(
    values: Iterable[Constant], factor: float, like: str
) -> tuple[tuple[Constant, ...], tuple[Treatment, ...]]:
    """Scale a region's constants.

    Parameters
    ----------
    values : iterable of Constant
        Those of the like region.
    factor : float
        Size of the new region over that of the like one, Dmnl.
    like : str
        Name of the like region.

    Returns
    -------
    tuple of Constant, tuple of Treatment
        The new region's constants, each with the status ``scaled from`` `like`, and what was done.

    Raises
    ------
    InputError
        If a scaled value leaves its plausible range, or a unit does not tell.
    """
    found, done = [], []
    for value in values:
        scales = is_extensive(value.variable, value.unit)
        new = round_number(value.value * factor) if scales else value.value
        name = join_element(value.variable, value.element)
        if scales:
            _check_range(name, new, value)
        words = _describe_change(scales, factor)
        source = f"{words}; {like} has {value.value:g}: {value.source}"
        found.append(replace(value, value=new, status=f"{SCALED}{like}", source=source))
        reason = BY_NAME[value.variable][1] if value.variable in BY_NAME else _explain(scales)
        left = "" if scales else "check whether it applies"
        done.append(Treatment(name, value.unit, value.value, new, words, reason, left))
    return tuple(found), tuple(done)


def scale_points(
    points: Iterable[Point], factor: float, like: str
) -> tuple[tuple[Point, ...], tuple[Treatment, ...]]:
    """Scale the values of a region's tables (never their years); as `scale_constants`."""
    found: list[Point] = []
    done: dict[str, Treatment] = {}
    for point in points:
        scales = is_extensive(point.variable, point.unit)
        words = _describe_change(scales, factor)
        new = round_number(point.y * factor) if scales else point.y
        source = f"{words}; {like} has {point.y:g}: {point.source}"
        found.append(replace(point, y=new, status=f"{SCALED}{like}", source=source))
        name = join_element(point.variable, point.element)
        left = f"dated history of {like}: write the region's own"
        done[name] = Treatment(name, point.unit, None, None, words, _explain(scales), left)
    return tuple(found), tuple(done.values())


def scale_parameters(
    parameters: Iterable[Parameter], values: Sequence[Constant], factor: float, like: str
) -> Iterator[dict[str, str]]:
    """Scale priors and bounds of the parameters to estimate.

    Parameters
    ----------
    parameters : iterable of Parameter
        Those of the like region.
    values : sequence of Constant
        Constants of either region: their units and ranges, which no bound may leave.
    factor, like
        As in `scale_constants`.

    Yields
    ------
    dict of str to str
        A row of ``parameters.csv``.

    Raises
    ------
    InputError
        If a scaled prior lies outside its range.
    """
    known = {join_element(value.variable, value.element): value for value in values}
    for each in parameters:
        name = each.name
        value = known.get(name)
        scales = value is not None and is_extensive(value.variable, value.unit)
        size = factor if scales else 1.0
        lower, upper, mean = (round_number(x * size) for x in (each.lower, each.upper, each.mean))
        if scales and value is not None:
            _check_range(f"prior of {name}", mean, value)
            lower = lower if value.low is None else min(max(lower, value.low), mean)
            upper = upper if value.high is None else max(min(upper, value.high), mean)
        # The width of a logarithm has no size.
        sd = each.sd if each.scale == "log" else round_number(each.sd * size)
        yield {
            "name": name,
            "scale": each.scale,
            "lower": f"{lower:.12g}",
            "upper": f"{upper:.12g}",
            "prior mean": f"{mean:.12g}",
            "prior sd": f"{sd:.12g}",
            "status": f"{SCALED}{like}",
            "source": f"{_describe_change(scales, factor)}; {like} has {each.mean:g}: "
            f"{each.source}",
        }


def bound_factor(values: Iterable[Constant]) -> tuple[float, float]:
    """Find the factors of size with which every value stays within its plausible range.

    Parameters
    ----------
    values : iterable of Constant
        Those of the like region.

    Returns
    -------
    low, high : float
        Dmnl; 0 and infinity where nothing limits them.
    """
    low, high = 0.0, float("inf")
    for value in values:
        if value.value <= 0 or not is_extensive(value.variable, value.unit):
            continue
        if value.low is not None and value.low > 0:
            low = max(low, value.low / value.value)
        if value.high is not None:
            high = min(high, value.high / value.value)
    return low, high


def round_number(value: float) -> float:
    """Round to nine figures: what a reader can check, and closer than any tolerance."""
    return float(f"{value:.9g}")


def _check_range(name: str, new: float, value: Constant) -> None:
    low, high = value.low, value.high
    if (low is not None and new < low) or (high is not None and new > high):
        ends = " to ".join("-" if end is None else f"{end:g}" for end in (low, high))
        raise InputError(
            f"{name!r} would be {new:g} {value.unit}, outside its range {ends}: choose a like "
            "region that is closer in size"
        )


def _describe_change(scales: bool, factor: float) -> str:
    return f"times {factor:.6g}" if scales else "kept"


def _explain(scales: bool) -> str:
    return "counts things: scales with size" if scales else "a share or a rate: no size"
