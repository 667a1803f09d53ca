"""Current prices to prices of 2010, US dollars to yuan.

All regions use the national GDP deflator (World Bank), so a yuan has the same purchasing power
everywhere. Regional growth measured this way is below the regions' own published real growth, which
implies lower inflation than the national one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from smecluster.calibration.data.selection import choose_figures
from smecluster.calibration.data.series import CASES, SOURCES, Row, read_series, read_sources
from smecluster.calibration.data.units import CHAIN, find_unit
from smecluster.model.support.errors import InputError
from smecluster.model.support.workspace import locate

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
