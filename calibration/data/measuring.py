"""Turning published figures into measurements of the model's variables.

Current prices to prices of 2010, US dollars to yuan.

All regions use the national GDP deflator (World Bank), so a yuan has the same purchasing power
everywhere. Regional growth measured this way is below the regions' own published real growth, which
implies lower inflation than the national one.

Sums that count something twice: a series beside one that contains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, permutations
from types import MappingProxyType
from typing import TypeVar

from smecluster.calibration.data import units
from smecluster.calibration.data.case_file import CaseFile, Measure, Place, Spot
from smecluster.calibration.data.series import (
    CASES,
    SOURCES,
    STATUSES,
    Row,
    choose_figures,
    read_series,
    read_sources,
)
from smecluster.calibration.data.units import CHAIN, find_unit
from smecluster.model.errors import InputError
from smecluster.model.support.workspace import locate

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


# Current prices to prices of 2010, US dollars to yuan.

BASE_YEAR = 2010
DEFLATOR = "gdp_deflator_index_1978eq100"
EXCHANGE_RATE = "fx_cny_per_usd_annual_average"
NATIONAL = CASES / "national" / "series.csv"

_Value = TypeVar("_Value")


@lru_cache(maxsize=1)
def read_deflator() -> Mapping[int, float]:
    """Read the national GDP deflator.

    Returns
    -------
    mapping of int to float
        Price level by year, Dmnl, 2010 = 1.
    """
    index = {year: row.value for year, row in _read_national(DEFLATOR).items()}
    return MappingProxyType({year: value / index[BASE_YEAR] for year, value in index.items()})


def find_exchange_rate(year: int) -> Row:
    """Find the average exchange rate of a year.

    Parameters
    ----------
    year : int
        Calendar year.

    Returns
    -------
    Row
        Yuan per US dollar, with status and source. Before 1994 this is the official rate of a
        dual-rate system.

    Raises
    ------
    InputError
        If there is no rate for the year.
    """
    return _look_up(_read_national(EXCHANGE_RATE), year, "exchange rate")


def deflate(value: float, year: int, index: Mapping[int, float] | None = None) -> float:
    """Convert money from prices of a year to prices of 2010.

    Parameters
    ----------
    value : float
        Amount in current prices of `year`.
    year : int
        Calendar year.
    index : mapping of int to float, optional
        Price level by year, Dmnl, 2010 = 1; the national deflator if left out.

    Returns
    -------
    float
        Amount in constant prices of 2010.

    Raises
    ------
    InputError
        If the deflator does not cover the year.
    """
    return value / _look_up(read_deflator() if index is None else index, year, "deflator")


def build_index(rows: Mapping[int, Row]) -> Mapping[int, float]:
    """Build a region's own price level from its published index.

    Parameters
    ----------
    rows : mapping of int to Row
        The index by year: of one base year, or each year relative to the one before.

    Returns
    -------
    mapping of int to float
        Price level by year, Dmnl, 2010 = 1; without gaps around 2010 where the index is chained.

    Raises
    ------
    InputError
        If it does not cover 2010, or mixes both kinds.
    """
    kinds = {find_unit(row.unit).quantity for row in rows.values()}
    name = next(iter(rows.values())).name if rows else "deflator"
    if len(kinds) != 1 or BASE_YEAR not in rows:
        raise InputError(
            f"{name} cannot deflate: an index of one kind that covers {BASE_YEAR} is needed"
        )
    if kinds != {CHAIN}:
        level = {year: row.value / rows[BASE_YEAR].value for year, row in rows.items()}
        return MappingProxyType(level)
    level = {BASE_YEAR: 1.0}
    for year in range(BASE_YEAR + 1, max(rows) + 1):
        if year not in rows:
            break
        level[year] = level[year - 1] * rows[year].value / 100
    for year in range(BASE_YEAR, min(rows) - 1, -1):
        if year not in rows:
            break
        level[year - 1] = level[year] * 100 / rows[year].value
    return MappingProxyType(dict(sorted(level.items())))


@lru_cache(maxsize=4)
def _read_national(series: str) -> Mapping[int, Row]:
    rows = read_series(locate(NATIONAL), read_sources(locate(SOURCES)))
    # Three early exchange rates are from memory; they keep that status.
    chosen = choose_figures((row for row in rows if row.series == series), include=("remembered",))
    return MappingProxyType(chosen)


def _look_up(table: Mapping[int, _Value], year: int, kind: str) -> _Value:
    try:
        return table[year]
    except KeyError:
        raise InputError(f"no {kind} for {year}: it covers {min(table)} to {max(table)}") from None


# Sums that count something twice: a series beside one that contains it.

_Figures = Mapping[int, float]

#: Names of whole and part that statistical yearbooks share.
_WHOLE, _PART = "gdp", "va_"
# A whole differs from the sum of its parts by what they were rounded to.
_ROUNDING = 0.002
# In fewer years it may be chance.
_YEARS = 3
# How many further parts are tried: with more series in the same unit, fewer of them.
_FURTHER = ((30, 3), (200, 2), (2000, 1))


def find_overlaps(file: CaseFile, rows: Sequence[Row]) -> Iterator[tuple[Spot, str]]:
    """Find the sums in which a series stands beside one that contains it.

    A series contains another if it is gross domestic product and the other the value added of a
    sector (``gdp`` and ``va_...``), or if in every year with figures, at least three, it is the sum
    of the other and of up to three further series of the folder.

    Parameters
    ----------
    file : CaseFile
        The content of ``case.toml``.
    rows : sequence of Row
        The case's figures.

    Yields
    ------
    Spot, str
        The place in ``case.toml``, and what is counted twice.
    """
    sums = [(at, each) for at, each in enumerate(file.measure) if each.combine == "sum"]
    if not sums:
        return
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for at, measure in sums:
        text = _explain_overlap(measure, file.region.table, by_name)
        if text:
            yield ("measure", at, "series"), text


def _explain_overlap(measure: Measure, own: str, by_name: Mapping[str, Sequence[Row]]) -> str:
    names = [qualify_series(series, own) for series in measure.series]
    twice = "which counts it twice: leave one of them out"
    for name in names:
        if names.count(name) > 1:
            return f"{measure.variable!r} sums {name!r} and {name!r}, {twice}"
    for whole, part in permutations(names, 2):
        region, _, series = whole.rpartition("/")
        if series == _WHOLE and part.startswith(f"{region}/{_PART}"):
            return f"{measure.variable!r} sums {whole!r} and its part {part!r}, {twice}"
        further = _find_rest(whole, part, by_name)
        if further is not None:
            sum_ = " + ".join([part, *further])
            return f"{measure.variable!r} sums {whole!r} and its part {part!r}, {twice} ({sum_})"
    return ""


def _find_rest(
    whole: str, part: str, by_name: Mapping[str, Sequence[Row]]
) -> tuple[str, ...] | None:
    """Find the series that make up a whole together with a part; None if it does not contain it."""
    if whole not in by_name or part not in by_name:
        return None
    kind = _describe_kind(by_name[whole])
    if _describe_kind(by_name[part]) != kind:
        return None
    totals, parts = _read_figures(by_name[whole]), _read_figures(by_name[part])
    others = {
        name: _read_figures(rows)
        for name, rows in by_name.items()
        if name not in (whole, part) and _describe_kind(rows) == kind
    }
    most = next((count for size, count in _FURTHER if len(others) <= size), 0)
    for count in range(most + 1):
        for further in combinations(others, count):
            if _adds_up(totals, [parts, *(others[name] for name in further)]):
                return further
    return None


def _adds_up(totals: _Figures, parts: Sequence[_Figures]) -> bool:
    """Say whether parts add up to a total in every year in which all have a figure."""
    years = [year for year in totals if all(year in figures for figures in parts)]
    if len(years) < _YEARS or not all(
        abs(totals[year] - sum(figures[year] for figures in parts)) <= _ROUNDING * abs(totals[year])
        for year in years
    ):
        return False
    # What is lost in the rounding may be anything.
    return all(
        any(abs(figures[year]) > 2 * _ROUNDING * abs(totals[year]) for year in years)
        for figures in parts
    )


def _read_figures(rows: Sequence[Row]) -> dict[int, float]:
    chosen = choose_figures(rows, ("remembered",))
    return {year: row.value * find_unit(row.unit).factor for year, row in chosen.items()}


def _describe_kind(rows: Sequence[Row]) -> tuple[str, str]:
    """Give what must agree for figures to be added: quantity and price basis."""
    return find_unit(rows[0].unit).quantity, rows[0].price_basis.partition(",")[0]
