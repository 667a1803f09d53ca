"""Names of outputs, factors and scenarios in the language of the moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from smecluster.model.presentation.language.spoken import say

# As `sensitivity.design.outputs.Column.name` writes it.
_OUTPUT = re.compile(
    r"(?P<outcome>.+), (?P<place>[^,]+), (?P<year>\d+(?:\.\d+)?)(?: since (?P<since>[\d.]+))?"
)


def speak_name(name: str) -> str:
    """Name an output, a factor or a scenario.

    Parameters
    ----------
    name : str
        As tables have it: ``value added, total, 2040``, an input, a strategy or a future.

    Returns
    -------
    str
        The same in English.
    """
    if say.english:
        return name
    found = _OUTPUT.fullmatch(name)
    if found is None:
        # A scenario is a strategy in a future.
        return say.commas([say.variable(part) for part in name.split(", ")])
    told = {
        "outcome": say.word(found["outcome"]),
        "place": say.word(found["place"]),
        "year": found["year"],
    }
    if found["since"] is None:
        return say("{outcome}, {place}, {year}", **told)
    return say("{outcome}, {place}, {year} since {since}", since=found["since"], **told)


def summarise_names(names: Iterable[str], most: int = 3) -> str:
    """Name a few things and count the rest."""
    every = list(dict.fromkeys(speak_name(str(name)) for name in names))
    shown = every if len(every) <= most + 1 else every[:most]
    if not say.english:
        listed = "；".join(shown) if any("，" in name for name in every) else say.join(shown)
        return (
            listed
            if shown is every
            else say("{names} and {count} more", names=listed, count=len(every) - most)
        )
    # Semicolons separate names that contain commas.
    comma = "; " if any("," in name for name in every) else ", "
    if shown is not every:
        return say("{names} and {count} more", names=comma.join(shown), count=len(every) - most)
    if len(every) < 2:
        return "".join(every)
    return f"{comma.join(every[:-1])} and {every[-1]}"


def name_order(strategies: Sequence[str]) -> str:
    """Name strategies from the best to the worst."""
    before = say(" before ")
    return before.join(say.name(one) for one in strategies)
