"""Bring a region's values to another size: what is counted in firms, people, money or land scales.

The unit decides. A stock or flow of such things (``Myuan``, ``firm/Year``) is extensive and is
multiplied by the factor of size; a share, a rate or an amount per head (``Dmnl``, ``1/Year``,
``Myuan/person``) is intensive and is kept. `BY_NAME` decides where the unit does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smecluster.calibration.data.constants import SCALED, Constant, Point, join_element
from smecluster.calibration.problem.parameters import Parameter
from smecluster.model.support.errors import InputError

#: What a larger region has more of.
SIZES = ("firm", "person", "Myuan", "yuan", "km2", "patent")
_RATES = ("Dmnl", "1", "Year")
#: Where the unit does not tell, whether a value scales, and why.
BY_NAME: Mapping[str, tuple[bool, str]] = {
    "critical mass": (
        True,
        "a number of firms; the shipped ones rise with the region, and a small region would "
        "otherwise be below it for its size alone",
    ),
    "market share at reference": (
        True,
        "a share of the whole market: twice the region sells twice as much",
    ),
    "proximity to external capital": (
        False,
        "per unit of local output; size enters the choice of site by itself",
    ),
}


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


def is_extensive(name: str, unit: str) -> bool:
    """Decide whether a value scales with the size of its region.

    Parameters
    ----------
    name : str
        Name in the model, without its region.
    unit : str
        Unit of the model.

    Returns
    -------
    bool
        True if twice the region has twice the value.

    Raises
    ------
    InputError
        If the unit does not tell and `BY_NAME` does not either.
    """
    if name in BY_NAME:
        return BY_NAME[name][0]
    above, _, below = unit.partition("/")
    counted, per = _count_sizes(above), _count_sizes(below)
    power = None if counted is None or per is None else counted - per
    if power not in (0, 1):
        raise InputError(
            f"{name!r} in {unit!r}: the unit does not tell whether it scales with size"
        )
    return power == 1


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


def _count_sizes(text: str) -> int | None:
    """Count the things in a product of units that a larger region has more of.

    None if it holds a word that is neither such a thing nor a rate: then the name must tell.
    """
    words = [word for word in re.split(r"[()*\s]+", text) if word]
    if any(word not in SIZES and word not in _RATES for word in words):
        return None
    return sum(word in SIZES for word in words)


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
