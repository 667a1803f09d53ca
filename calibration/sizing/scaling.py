"""Bring a region's values to another size: what is counted in firms, people, money or land scales.

`calibration.data.extensive` decides which values those are; shares, rates and amounts per head are
kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from smecluster.calibration.data.constants import SCALED, Constant, Point, join_element
from smecluster.calibration.data.extensive import BY_NAME, is_extensive
from smecluster.calibration.problem.parameters import Parameter
from smecluster.model.support.errors import InputError


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
