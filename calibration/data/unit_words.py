"""Units in words: what yearbooks, spreadsheets and reports write, in English and Chinese.

A unit is a base (yuan, persons, firms, hectares, percent, ...), numbers before or after it (万, 亿,
"100 million", "billion"), and, for money, the prices it is in ("at 2000 prices", 2000年不变价).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

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
