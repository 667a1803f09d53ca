"""The units of published figures, and the model's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from smecluster.calibration.data.unit_words import read_words
from smecluster.model.support.errors import InputError, suggest_name


@dataclass(frozen=True)
class Unit:
    """A unit: what it measures, and its size.

    Attributes
    ----------
    quantity : str
        Kind of quantity; units of the same quantity convert into each other.
    factor : float
        Size in the quantity's base unit.
    prices : str
        The price basis that the unit names, as in the column ``price_basis``; empty for none.
    """

    quantity: str
    factor: float
    prices: str = ""


def _define(quantity: str, **factors: float) -> dict[str, Unit]:
    return {name.replace("_", " "): Unit(quantity, factor) for name, factor in factors.items()}


# As the shipped tables write them. Base units: yuan, US$, person, one (things counted), km2, and a
# share of one.
PUBLISHED: dict[str, Unit] = {
    **_define("yuan", yuan=1.0, million_yuan=1e6, billion_yuan=1e9, trillion_yuan=1e12),
    "10 thousand yuan": Unit("yuan", 1e4),
    "RMB billion": Unit("yuan", 1e9),
    "100 million yuan": Unit("yuan", 1e8),
    **_define("US dollar", million_USD=1e6, billion_USD=1e9),
    "100 million USD": Unit("US dollar", 1e8),
    **_define("person", persons=1.0, million_persons=1e6, million=1e6),
    "full-time employees": Unit("person", 1.0),
    "10 thousand persons": Unit("person", 1e4),
    "10,000 persons": Unit("person", 1e4),
    **_define("count", count=1.0, enterprises=1.0, companies=1.0, firms=1.0, households=1.0),
    "high-tech enterprises": Unit("count", 1.0),
    "certified new-technology enterprises": Unit("count", 1.0),
    "small, medium and large enterprises": Unit("count", 1.0),
    "IT companies (as mirror puts it)": Unit("count", 1.0),
    "factories (about)": Unit("count", 1.0),
    "firms per year": Unit("count", 1.0),
    "new S&T enterprises": Unit("count", 1.0),
    "new manufacturing and R&D-type S&T firms": Unit("count", 1.0),
    "newly recognised (certified) high-tech enterprises": Unit("count", 1.0),
    "firms replaced per year (每年的更新量)": Unit("count", 1.0),
    "grants": Unit("count", 1.0),
    "grants (estimate)": Unit("count", 1.0),
    "万个": Unit("count", 1e4),
    "km2": Unit("area", 1.0),
    "percent": Unit("share", 0.01),
    "percent per year": Unit("share", 0.01),
    "percent of employees": Unit("share", 0.01),
    "percent of employees (253.7 per thousand)": Unit("share", 0.01),
    "index 1978=100": Unit("index", 0.01),
    "CNY per US$": Unit("exchange rate", 1.0),
}

#: The quantity of an index of which each figure is relative to the year before.
CHAIN = "chain index"
_INDEX = re.compile(r"(?:index |指数)?\s*\(?((?:19|20)\d\d)(?:年)?\s*=\s*100\)?")
_CHAIN = re.compile(r"(?:index )?\(?(?:previous year|preceding year|上年)\s*=\s*100\)?")
_EXAMPLES = (
    "'million yuan', '亿元', '万元', '100 million USD', 'persons', '万人', 'firms', '家', 'km2', "
    "'hectares', 'mu', 'percent', 'index 2000=100'"
)

# The part of a model unit before "/" gives the quantity of a measured variable.
MODEL: dict[str, Unit] = {
    "Myuan": Unit("yuan", 1e6),
    "yuan": Unit("yuan", 1.0),
    "person": Unit("person", 1.0),
    "firm": Unit("count", 1.0),
    "patent": Unit("count", 1.0),
    "km2": Unit("area", 1.0),
    "Dmnl": Unit("share", 1.0),
    "1": Unit("share", 1.0),
}


@lru_cache(maxsize=256)
def find_unit(name: str) -> Unit:
    """Find a unit of the published tables.

    Parameters
    ----------
    name : str
        The unit as written in the table: one of `PUBLISHED`, or in words that
        `calibration.data.unit_words` reads, English or Chinese.

    Returns
    -------
    Unit
        Quantity, size, and the prices if it names them.

    Raises
    ------
    InputError
        If the unit is unknown; a unit of the same quantity is suggested, never one of another
        currency.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]
    index = _INDEX.fullmatch(name.strip())
    if index:
        return Unit("index", 0.01)
    if _CHAIN.fullmatch(name.strip()):
        return Unit(CHAIN, 0.01)
    found = read_words(name)
    if found.quantity and not found.rest:
        return Unit(found.quantity, found.factor, found.prices)
    if found.quantity:
        known = [unit for unit, one in PUBLISHED.items() if one.quantity == found.quantity]
        raise InputError(
            f"unknown unit {name!r}: {found.rest!r} is no number or unit; written as in "
            f"{', '.join(known[:4]) or 'hectares, mu'}"
        )
    if found.factor != 1.0 and found.rest == name:
        raise InputError(
            f"unknown unit {name!r}: a number alone is none; write 亿元, 万人, million yuan, ..."
        )
    close = suggest_name(name, PUBLISHED)
    hint = f"did you mean {close!r}?" if close else f"allowed are {_EXAMPLES}"
    raise InputError(f"unknown unit {name!r}: {hint}")


def find_model_unit(name: str) -> Unit:
    """Find a unit of the model, such as ``Myuan/Year``.

    Parameters
    ----------
    name : str
        The unit as written in the model.

    Returns
    -------
    Unit
        Quantity and size of the part before the first ``/``.

    Raises
    ------
    InputError
        If the unit is unknown.
    """
    return _look_up(name.split("/")[0].strip(), MODEL, "model unit")


def _look_up(name: str, table: dict[str, Unit], kind: str) -> Unit:
    try:
        return table[name]
    except KeyError:
        close = suggest_name(name, table)
        hint = f"did you mean {close!r}?" if close else f"allowed: {', '.join(table)}"
        raise InputError(f"unknown {kind} {name!r}: {hint}") from None
