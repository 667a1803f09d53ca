"""Turning published figures into measurements of the model's variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from smecluster.calibration.data import units
from smecluster.calibration.data.case_file import Measure, Place
from smecluster.calibration.data.deflate import (
    BASE_YEAR,
    build_index,
    deflate,
    find_exchange_rate,
)
from smecluster.calibration.data.selection import choose_figures
from smecluster.calibration.data.series import STATUSES, Row
from smecluster.model.support.errors import InputError

#: Columns of a table of measurements.
COLUMNS = (
    "variable",
    "region",
    "year",
    "value",
    "unit",
    "status",
    "source",
    "note",
    "qualifier",
    "compare",
    "segment",
)
_MONEY = ("yuan", "US dollar")
_CONSTANT = re.compile(r"constant (\d{4}) prices")


def qualify_series(series: str, own: str) -> str:
    """Write a series as ``region/series``; without a region it belongs to the case."""
    return series if "/" in series else f"{own}/{series}"


def check_measure(measure: Measure, row: Row, place: Place) -> None:
    """Refuse a figure whose unit or price basis does not fit the variable.

    Parameters
    ----------
    measure : Measure
        The measure; rows of other series pass.
    row : Row
        A published figure.
    place : Place
        The case's region, for series without a region.

    Raises
    ------
    InputError
        With the allowed units or price bases.
    """
    for position, series in enumerate(measure.series):
        if qualify_series(series, place.table) == row.name:
            _check_quantity(measure, position, row)
            _check_prices(measure, row)


def derive_measurements(
    measure: Measure,
    place: Place,
    by_name: Mapping[str, Sequence[Row]],
    include: Iterable[str],
) -> Iterator[tuple[object, ...]]:
    """Derive the records of one measure, one a year.

    Parameters
    ----------
    measure : Measure
        The measure.
    place : Place
        The case's region, for series without a region.
    by_name : mapping of str to sequence of Row
        Figures by ``region/series``.
    include : iterable of str
        Statuses to use in addition to ``read`` and ``derived``.

    Yields
    ------
    tuple
        Cells in the order of `COLUMNS`.

    Raises
    ------
    InputError
        If a year has no deflator or exchange rate, or a ratio's divisor is 0.
    """
    chosen = [
        choose_figures(
            (
                row
                for row in by_name[qualify_series(series, place.table)]
                if _is_wanted(measure, row)
            ),
            include,
        )
        for series in measure.series
    ]
    index = _find_index(measure, place, by_name, include)
    common = set(chosen[0]).intersection(*chosen[1:])
    first, last = measure.years
    for year in sorted(common):
        if not first <= year <= last or year in measure.exclude:
            continue
        rows = [by_year[year] for by_year in chosen]
        used = [*rows, *(find_exchange_rate(row.year) for row in rows if _is_foreign(row))]
        yield (
            measure.variable,
            place.name,
            year,
            _combine(measure, rows, index),
            measure.unit,
            _combine_status(used),
            "+".join(dict.fromkeys(row.source for row in used)),
            "; ".join(dict.fromkeys(row.note for row in used if row.note)),
            next((row.qualifier for row in rows if row.qualifier != "exact"), "exact"),
            measure.compare,
            measure.segment,
        )


def list_rebased(
    measure: Measure, place: Place, by_name: Mapping[str, Sequence[Row]]
) -> dict[int, float]:
    """List the years in whose constant prices a measure's figures are, where these are converted.

    Parameters
    ----------
    measure : Measure
        The measure.
    place : Place
        The case's region, for series without a region.
    by_name : mapping of str to sequence of Row
        Figures by ``region/series``.

    Returns
    -------
    dict of int to float
        What money in prices of each year is multiplied by to be in prices of 2010 (dimensionless).

    Raises
    ------
    InputError
        If a year has no deflator.
    """
    if measure.combine == "ratio" or measure.prices == "current":
        return {}
    bases = {
        base
        for series in measure.series
        for row in by_name[qualify_series(series, place.table)]
        if _is_wanted(measure, row)
        and units.find_unit(row.unit).quantity in _MONEY
        and (base := _find_other_base(row, measure)) is not None
    }
    index = _find_index(measure, place, by_name, STATUSES)
    return {base: deflate(1.0, base, index) for base in sorted(bases)}


def _find_index(
    measure: Measure,
    place: Place,
    by_name: Mapping[str, Sequence[Row]],
    include: Iterable[str],
) -> Mapping[int, float] | None:
    """Find the price index that a measure names; None where it takes the nation's."""
    if not measure.deflator:
        return None
    own = by_name[qualify_series(measure.deflator, place.table)]
    return build_index(choose_figures(own, include))


def _is_wanted(measure: Measure, row: Row) -> bool:
    if measure.only_sources and row.source not in measure.only_sources:
        return False
    return row.source not in measure.not_sources


def _is_foreign(row: Row) -> bool:
    return units.find_unit(row.unit).quantity == "US dollar"


def _check_quantity(measure: Measure, position: int, row: Row) -> None:
    given = units.find_unit(row.unit).quantity
    if measure.combine == "less share" and position == 1:
        allowed: tuple[str, ...] = ("share",)
    elif measure.combine == "ratio" or measure.compare == "scale":
        return
    else:
        target = units.find_model_unit(measure.unit).quantity
        allowed = _MONEY if target == "yuan" else (target,)
    if given not in allowed:
        fitting = [name for name, unit in units.PUBLISHED.items() if unit.quantity in allowed]
        raise InputError(
            f"{row.series!r} is in {row.unit!r} ({given}), but it measures "
            f"{measure.variable!r} in {measure.unit}: allowed are {', '.join(fitting[:6])}"
        )


def _check_prices(measure: Measure, row: Row) -> None:
    """Refuse to deflate constant prices, or not to deflate current ones."""
    money = units.find_unit(row.unit).quantity in _MONEY
    if not money or measure.combine == "ratio":
        return
    current = _is_current(row)
    if measure.prices != "published" and current != (measure.prices == "current"):
        raise InputError(
            f"{row.series!r} has the price basis {row.price_basis!r}, but "
            f"{measure.variable!r} takes prices = {measure.prices!r}: 'current' for money in "
            "current prices, 'none' for money in constant prices, 'published' for a series of both"
        )
    if not current and measure.compare == "level" and find_base_year(row) is None:
        raise InputError(
            f"{row.series!r} has the price basis {row.price_basis!r}, but {measure.variable!r} is "
            "in prices of 2010: write the year ('constant 2000 prices', which are converted), or "
            "compare the figures up to a factor (compare = 'scale')"
        )


def find_base_year(row: Row) -> int | None:
    """Find the year in whose constant prices a figure is; None where its price basis has none."""
    found = _CONSTANT.fullmatch(row.price_basis)
    return int(found.group(1)) if found else None


def _is_current(row: Row) -> bool:
    return row.price_basis.startswith(("current prices", "nominal"))


def _combine(measure: Measure, rows: list[Row], index: Mapping[int, float] | None) -> float:
    amounts = [_convert(row) for row in rows]
    if measure.prices != "current":
        amounts = [_rebase(x, row, measure, index) for x, row in zip(amounts, rows, strict=True)]
    if measure.combine == "ratio":
        if amounts[1] == 0:
            raise InputError(f"{rows[1].name} {rows[1].year} is 0 and cannot be divided by")
        value = amounts[0] / amounts[1]
    elif measure.combine == "less share":
        value = amounts[0] * (1 - amounts[1])
    else:
        value = sum(amounts)
    if measure.prices == "current":
        value = deflate(value, rows[0].year, index)
    return value / units.find_model_unit(measure.unit).factor


def _rebase(amount: float, row: Row, measure: Measure, index: Mapping[int, float] | None) -> float:
    """Convert money from the prices that a figure is published in to those of 2010."""
    if measure.combine == "ratio" or units.find_unit(row.unit).quantity not in _MONEY:
        return amount
    year = row.year if _is_current(row) else _find_other_base(row, measure)
    return amount if year is None else deflate(amount, year, index)


def _find_other_base(row: Row, measure: Measure) -> int | None:
    """Find the year of constant prices that are converted; None where they stay as they are."""
    base = find_base_year(row)
    # Known only up to a factor, constant prices of any year are as good as those of 2010.
    return None if base == BASE_YEAR or measure.compare == "scale" else base


def _convert(row: Row) -> float:
    """Convert a figure to its quantity's base unit, US dollars to yuan."""
    unit = units.find_unit(row.unit)
    amount = row.value * unit.factor
    return amount * find_exchange_rate(row.year).value if _is_foreign(row) else amount


def _combine_status(rows: list[Row]) -> str:
    worst = max((row.status for row in rows), key=STATUSES.index)
    return "derived" if len(rows) > 1 and worst == "read" else worst
