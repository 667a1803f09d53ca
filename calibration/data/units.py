"""The units of published figures, and the model's own.

Units in words: what yearbooks, spreadsheets and reports write, in English and Chinese.

A unit is a base (yuan, persons, firms, hectares, percent, ...), numbers before or after it (万, 亿,
"100 million", "billion"), and, for money, the prices it is in ("at 2000 prices", 2000年不变价).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from smecluster.model.errors import InputError, suggest_name


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
        `calibration.data.units` reads, English or Chinese.

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


# Units in words: what yearbooks, spreadsheets and reports write, in English and Chinese.

#: Quantity and size of each base, in the base unit of its quantity.
BASES: dict[str, tuple[str, float]] = {
    **dict.fromkeys(
        ("yuan", "rmb", "cny", "renminbi", "元", "人民币", "人民币元", "¥"), ("yuan", 1.0)
    ),
    **dict.fromkeys(
        ("us dollars", "us dollar", "dollars", "dollar", "usd", "us$", "$", "美元"),
        ("US dollar", 1.0),
    ),
    **dict.fromkeys(
        (
            *("persons", "person", "people", "employees", "workers", "staff", "inhabitants"),
            *("人", "人员", "职工", "人口"),
        ),
        ("person", 1.0),
    ),
    **dict.fromkeys(
        (
            *("firms", "firm", "enterprises", "enterprise", "companies", "company", "units"),
            *("households", "establishments", "patents", "count", "家", "户", "个", "件", "项"),
        ),
        ("count", 1.0),
    ),
    **dict.fromkeys(("km2", "km²", "square kilometres", "square kilometers", "sq km"), ("area", 1)),
    **dict.fromkeys(("平方公里", "平方千米"), ("area", 1.0)),
    **dict.fromkeys(("hectares", "hectare", "ha", "公顷"), ("area", 0.01)),
    **dict.fromkeys(("m2", "m²", "square metres", "square meters", "平方米"), ("area", 1e-6)),
    # Fifteen mu are a hectare.
    **dict.fromkeys(("mu", "亩"), ("area", 0.01 / 15)),
    **dict.fromkeys(("percent", "per cent", "%"), ("share", 0.01)),
    **dict.fromkeys(("per thousand", "‰"), ("share", 0.001)),
}
NUMBERS: dict[str, float] = {
    **{"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12},
    **{"ten": 10.0, "hundred": 100.0, "10": 10.0, "100": 100.0, "1": 1.0},
    **{"1000": 1e3, "1,000": 1e3, "10000": 1e4, "10,000": 1e4, "百": 100.0, "千": 1e3, "十": 10.0},
    **{"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8},
}
#: Prices of a year, whose number stands in the first group, and of the year of the figure.
_CONSTANT = re.compile(
    r"[,;]?\s*[(（]?\s*(?:按|at|in)?\s*(?:constant|comparable)?\s*((?:19|20)\d\d)\s*年?\s*"
    r"(?:constant |comparable )?(?:prices|price|不变价格|不变价|可比价格|可比价|价格|价)"
    r"\s*[)）]?\s*$"
)
_CURRENT = re.compile(
    r"[,;]?\s*[(（]?\s*(?:at |in )?(?:current prices|current|nominal|当年价格|当年价|现行价格|现价)"
    r"\s*[)）]?\s*$"
)
_RATE = re.compile(r"\s*(?:per year|a year|/\s*year|/\s*年|每年)\s*$")
_BLANK = re.compile(r"[\s()（）·]+")


@dataclass(frozen=True)
class Reading:
    """How far a unit in words was understood.

    Attributes
    ----------
    quantity : str
        What it measures; empty where no base was found.
    factor : float
        Its size in the base unit of the quantity.
    prices : str
        The price basis that it names; empty for none.
    rest : str
        What was not understood; empty if all was.
    """

    quantity: str
    factor: float
    prices: str
    rest: str


def read_words(text: str) -> Reading:
    """Read a unit in words.

    Parameters
    ----------
    text : str
        Such as ``亿元（2000年不变价）``, ``US$ billion``, ``10 thousand persons`` or ``mu``.

    Returns
    -------
    Reading
        With what was not understood, if anything was not.
    """
    words = unicodedata.normalize("NFKC", text).strip().casefold()
    prices = ""
    if found := _CONSTANT.search(words):
        prices, words = f"constant {found.group(1)} prices", words[: found.start()]
    elif found := _CURRENT.search(words):
        prices, words = "current prices", words[: found.start()]
    words = _RATE.sub("", words)
    factor, bases, rest = 1.0, [], []
    for kind, word in _split(words):
        if kind == "base":
            bases.append(BASES[word])
        elif kind == "number":
            factor *= NUMBERS[word]
        else:
            rest.append(word)
    # "RMB 100 million yuan" names its base twice; "km2 persons" is no unit.
    quantities = {quantity for quantity, _ in bases}
    if len(quantities) != 1:
        return Reading("", 1.0 if rest else factor, prices, " ".join(rest) or text)
    quantity, size = bases[0]
    return Reading(quantity, factor * size, prices, " ".join(rest))


def _split(words: str) -> Iterator[tuple[str, str]]:
    """Split a unit into bases, numbers, and what is neither; the longest word goes first."""
    known = sorted((*BASES, *NUMBERS), key=len, reverse=True)
    at = 0
    while at < len(words):
        if blank := _BLANK.match(words, at):
            at = blank.end()
            continue
        word = next((w for w in known if words.startswith(w, at) and _ends(words, at, w)), None)
        if word is None:
            other = re.compile(r"[^\s()（）]+").match(words, at)
            assert other is not None  # what is no blank is a word
            yield "other", other.group()
            at = other.end()
            continue
        yield ("base" if word in BASES else "number"), word
        at += len(word)


def _ends(words: str, at: int, word: str) -> bool:
    """Say whether a word ends where it should: Latin words and digits end at their like."""
    after = words[at + len(word) : at + len(word) + 1]
    if word[-1].isdigit() and word[0].isdigit():
        return not (after.isdigit() or after in (",", "."))
    return not (word[-1].isascii() and word[-1].isalpha() and after.isascii() and after.isalpha())
