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


def deflate(value: float, year: int) -> float:
    """Convert money from prices of a year to prices of 2010.

    Parameters
    ----------
    value : float
        Amount in current prices of `year`.
    year : int
        Calendar year.

    Returns
    -------
    float
        Amount in constant prices of 2010.

    Raises
    ------
    InputError
        If the deflator does not cover the year.
    """
    return value / _look_up(read_deflator(), year, "deflator")


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
