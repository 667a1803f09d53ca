"""What the headings of a spreadsheet mean: series, unit, prices, and the variable measured."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from smecluster.calibration.data.case_file import Heading
from smecluster.calibration.data.units import find_unit
from smecluster.calibration.importing.spreadsheet import SheetFigure
from smecluster.model.errors import InputError
from smecluster.model.inputs import read_toml
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.filled import say_filled
from smecluster.model.presentation.language.spoken import say

FILE = Path(__file__).with_name("headings.toml")
_BRACKETS = re.compile(r"[(\[【](.*?)[)\]】]")
_MONEY = ("yuan", "US dollar")
_CURRENT = mark("current prices")
#: Remarks on a heading, which a case's file repeats.
TAKEN = mark("taken for current prices")
UNKNOWN = mark("known to no measure: kept for the reader")
LEFT_OUT = mark("left out, as case.toml says")
NO_UNIT = mark("no unit: write it in the heading, as in GDP (亿元), or in [import]")
TWICE = mark("{series} is in another column already")


@dataclass(frozen=True)
class Understood:
    """What a heading was taken to mean.

    Attributes
    ----------
    heading : str
        As the table has it.
    series : str
        Name of the series in ``series.csv``; empty where it is left out.
    unit, prices : str
        As in ``series.csv``.
    reason : str
        Why it is left out, or what was taken for granted; may be empty.
    """

    heading: str
    series: str
    unit: str
    prices: str
    reason: str = ""


def understand(figures: Iterable[SheetFigure], mapping: Mapping[str, Heading]) -> list[Understood]:
    """Understand the headings of a table.

    Parameters
    ----------
    figures : iterable of SheetFigure
        Those of the table.
    mapping : mapping of str to Heading
        What ``case.toml`` says of headings; it goes before what is guessed.

    Returns
    -------
    list of Understood
        One for each heading, in the order of the table.
    """
    first = {each.heading: each for each in reversed(list(figures))}
    order = dict.fromkeys(reversed(list(first)))
    found: list[Understood] = []
    for heading in order:
        taken = {each.series for each in found if each.series}
        found.append(_understand(first[heading], mapping.get(heading), taken))
    return found


def choose_measures(series: Collection[str]) -> list[dict[str, Any]]:
    """Choose the measures that a case with some series gets, one for each variable."""
    chosen: dict[str, dict[str, Any]] = {}
    for measure in _read_words()["measure"]:
        if all(name in series for name in measure["series"]):
            chosen.setdefault(measure["variable"], measure)
    return list(chosen.values())


def _understand(figure: SheetFigure, given: Heading | None, taken: Collection[str]) -> Understood:
    heading = figure.heading
    if given is not None and given.leave_out:
        return Understood(heading, "", "", "", LEFT_OUT)
    unit = (given.unit if given else "") or figure.unit or _find_written_unit(heading)
    prices = (given.prices if given else "") or figure.prices
    if not unit:
        return Understood(
            heading,
            "",
            "",
            "",
            NO_UNIT,
        )
    try:
        known = find_unit(unit)
    except InputError as error:
        return Understood(heading, "", unit, "", str(error))
    reason = ""
    if known.quantity in _MONEY and not prices and not known.prices:
        prices, reason = _CURRENT, TAKEN
    series = (given.series if given else "") or _find_series(heading, unit, known.quantity)
    if not series:
        series = _name_series(heading)
        reason = "; ".join(filter(None, [reason, UNKNOWN]))
    if series in taken:
        return Understood(heading, "", unit, "", TWICE.format(series=repr(series)))
    return Understood(heading, series, unit, prices or known.prices, reason)


@lru_cache(maxsize=1)
def _read_words() -> dict[str, Any]:
    return read_toml(FILE)


def _find_series(heading: str, unit: str, quantity: str) -> str:
    """Find the series whose word is all that a heading says, and whose unit fits.

    Other words than `neutral` ones would make it something else: GDP per head, investment in the
    secondary sector.
    """
    text = _fold(_BRACKETS.sub("", _normalise(heading)).replace(_normalise(unit), ""))
    words = _read_words()
    best = ("", 0)
    for series in words["series"]:
        allowed = {series["quantity"], *(_MONEY if series["quantity"] in _MONEY else ())}
        if series["quantity"] == "index":
            allowed |= {"chain index"}
        if quantity not in allowed:
            continue
        for word in series["words"]:
            before, found, after = text.partition(_fold(word))
            if found and len(word) > best[1] and not _strip(before + "|" + after, words["neutral"]):
                best = (series["name"], len(word))
    return best[0]


def _strip(text: str, words: Iterable[str]) -> str:
    """Strip words, the longer ones first, and what is between them."""
    for word in sorted(map(_fold, words), key=len, reverse=True):
        text = text.replace(word, "|")
    return text.replace("|", "")


def _find_written_unit(heading: str) -> str:
    """Find the unit in a heading: in brackets, or behind a comma, colon or slash."""
    text = _normalise(heading)
    candidates = [found.group(1) for found in _BRACKETS.finditer(text)]
    candidates += re.split(r"[,:;/]", text)[1:]
    whole = ", ".join(candidates)
    for candidate in (whole, *candidates):
        try:
            find_unit(candidate.strip())
        except InputError:
            continue
        return candidate.strip()
    return next((each.strip() for each in candidates if each.strip()), "")


def _name_series(heading: str) -> str:
    text = _BRACKETS.sub("", _normalise(heading)).strip()
    return re.sub(r"[\s,;:/]+", "_", text).strip("_").casefold() or "series"


def _normalise(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _fold(text: str) -> str:
    return re.sub(r"[\s_,;:/.、-]+", "", text.casefold())


def say_reason(reason: str) -> str:
    """Say the remarks on a heading in the language of the moment."""
    parts = [
        say_filled(part, (TAKEN, UNKNOWN, LEFT_OUT, NO_UNIT, TWICE)) for part in reason.split("; ")
    ]
    return say.semicolons(parts)
