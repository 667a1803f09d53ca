"""Who is ahead by one yardstick: over paired draws, so that order, lead and odds never disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.ensemble.ordering import order_by_majority

Floats = NDArray[np.float64]

#: By what strategies are judged: whose gain it is.
REGIONS, NATION = "regions", "nation"
#: Which message to use: who gains or loses, and how the first two compare.
_ONE, _BOTH_GAIN, _BOTH_LOSE, _SPLIT, _LEVEL = "one", "gain", "lose", "split", "level"

_SENTENCES: Mapping[tuple[str, str, bool], str] = {
    (REGIONS, _ONE, True): mark(
        "the regions gain {a} of value added under {first}, counted to {year}"
    ),
    (REGIONS, _ONE, False): mark(
        "the regions lose {a} of value added under {first}, counted to {year}"
    ),
    (REGIONS, _BOTH_GAIN, True): mark(
        "the regions gain more value added under {first} than under {second}, counted to {year}: "
        "{a} against {b}"
    ),
    (REGIONS, _BOTH_LOSE, False): mark(
        "the regions lose less value added under {first} than under {second}, counted to {year}: "
        "{a} against {b}"
    ),
    (REGIONS, _SPLIT, True): mark(
        "the regions gain {a} of value added under {first} and lose {b} under {second}, counted "
        "to {year}"
    ),
    (REGIONS, _LEVEL, True): mark(
        "the regions gain as much value added under {first} as under {second}, counted to {year}: "
        "{a}"
    ),
    (REGIONS, _LEVEL, False): mark(
        "the regions lose as much value added under {first} as under {second}, counted to {year}: "
        "{a}"
    ),
    (NATION, _ONE, True): mark("the nation gains {a} under {first}, counted to {year}"),
    (NATION, _ONE, False): mark("the nation loses {a} under {first}, counted to {year}"),
    (NATION, _BOTH_GAIN, True): mark(
        "the nation gains more under {first} than under {second}, counted to {year}: {a} against "
        "{b}"
    ),
    (NATION, _BOTH_LOSE, False): mark(
        "the nation loses less under {first} than under {second}, counted to {year}: {a} against "
        "{b}"
    ),
    (NATION, _SPLIT, True): mark(
        "the nation gains {a} under {first} and loses {b} under {second}, counted to {year}"
    ),
    (NATION, _LEVEL, True): mark(
        "the nation gains as much under {first} as under {second}, counted to {year}: {a}"
    ),
    (NATION, _LEVEL, False): mark(
        "the nation loses as much under {first} as under {second}, counted to {year}: {a}"
    ),
}

# The same of the nation, in a clause that goes on from one that named it.
_CLAUSES: Mapping[tuple[str, bool], str] = {
    (_ONE, True): mark("counted to {year} it gains {a} under {first}"),
    (_ONE, False): mark("counted to {year} it loses {a} under {first}"),
    (_BOTH_GAIN, True): mark("counted to {year} it gains {a} under {first} and {b} under {second}"),
    (_BOTH_LOSE, False): mark(
        "counted to {year} it loses {a} under {first} and {b} under {second}"
    ),
    (_SPLIT, True): mark(
        "counted to {year} it gains {a} under {first} and loses {b} under {second}"
    ),
    (_LEVEL, True): mark("counted to {year} it gains as much under {first} as under {second}: {a}"),
    (_LEVEL, False): mark(
        "counted to {year} it loses as much under {first} as under {second}: {a}"
    ),
}


@dataclass(frozen=True)
class Yardstick:
    """What strategies gain by one measure to one year.

    Attributes
    ----------
    whose : str
        `REGIONS` (their value added) or `NATION` (net national benefit).
    horizon : float
        Last year that counts.
    values : mapping of str to array of float
        Change against the baseline of the same draw, Myuan in present value, by strategy: one
        value a draw, the draws the same for all; NaN where there is no result.
    """

    whose: str
    horizon: float
    values: Mapping[str, Floats]

    @property
    def order(self) -> list[str]:
        """The strategies that have a result, the first first, by majority over the draws."""
        return order_by_majority(self.values)

    @property
    def lead(self) -> Floats:
        """First less second in each draw, Myuan; empty where there are no two."""
        order = self.order
        if len(order) < 2:
            return np.array([])
        return np.asarray(self.values[order[0]] - self.values[order[1]], dtype=float)

    @property
    def level(self) -> bool:
        """Whether the first two are the same in every draw that has both."""
        known = self.lead[np.isfinite(self.lead)]
        return bool(len(known)) and not known.any()

    def middle(self, name: str) -> float:
        """Median of a strategy's change, Myuan; NaN without a result."""
        known = self.values[name][np.isfinite(self.values[name])]
        return float(np.median(known)) if len(known) else float("nan")


def tell_race(voice: Voice, one: Yardstick, *, bound: bool = True) -> str:
    """Say who is ahead, by how much, and how often; a part of a sentence.

    Parameters
    ----------
    voice : Voice
        The language.
    one : Yardstick
        What strategies gain.
    bound : bool
        Whether a count of all or none says what it means for draws that were not run.

    Returns
    -------
    str
        Such as "the nation gains more under ... than under ..., counted to 2060: 1,070 bn yuan
        against 749 bn yuan, in 96 of 100 draws". Nothing without a result.
    """
    return _tell(voice, one, bound=bound, short=False)


def tell_nation(voice: Voice, sticks: Sequence[Yardstick]) -> list[str]:
    """Say who is ahead for the nation to each year: whole to the first, in short to the others.

    Parameters
    ----------
    voice : Voice
        The language.
    sticks : sequence of Yardstick
        What strategies gain the nation, to one year each, of the same draws.

    Returns
    -------
    list of str
        Parts of sentences such as "the nation gains ... under ..., in 96 of 100 draws" and "counted
        to 2060 it gains ..., in 91 of 100"; of a year without a result none.
    """
    told: list[str] = []
    for one in sticks:
        said = _tell(voice, one, bound=False, short=bool(told))
        if said:
            told.append(said)
    return told


def _tell(voice: Voice, one: Yardstick, *, bound: bool, short: bool) -> str:
    order = one.order
    if not order:
        return ""
    first, second = order[0], order[1] if len(order) > 1 else order[0]
    a, b = one.middle(first), one.middle(second)
    kind, gains = _choose(one, a, b)
    if kind not in (_ONE, _LEVEL) and a < b:
        # Ahead in most draws and behind in the median: the medians decide who is named first.
        first, second, a, b = second, first, b, a
    message = _CLAUSES[kind, gains] if short else _SENTENCES[one.whose, kind, gains]
    said = voice.say(
        message,
        year=f"{one.horizon:g}",
        first=voice.title(first),
        second=voice.title(second),
        a=voice.money(abs(a)),
        b=voice.money(abs(b)),
    )
    if kind == _ONE:
        # How often the sign is the one that is said.
        counted = one.values[first] if gains else -one.values[first]
    else:
        counted = one.values[first] - one.values[second]
    tail = _tell_odds(voice, kind, counted, bound=bound, short=short)
    return said + tail + _list_others(voice, one, order[2:])


def _tell_odds(voice: Voice, kind: str, counted: Floats, *, bound: bool, short: bool) -> str:
    """Say in how many draws the first is ahead, which is not how often the sums' signs hold."""
    if kind == _LEVEL:
        return ""
    odds = voice.count(counted, bound=bound, short=short)
    if not odds:
        return ""
    known = counted[np.isfinite(counted)]
    if kind != _ONE and (known > 0).sum() < SURE * len(known):
        return voice.say(", an open lead ({odds})", odds=odds)
    if kind == _SPLIT:
        return voice.say(", a lead {odds}", odds=odds)
    return voice.say(", {odds}", odds=odds)


def _list_others(voice: Voice, one: Yardstick, names: list[str]) -> str:
    """Name the strategies behind the first two with their changes; nothing where there are none."""
    if not names:
        return ""
    say = voice.say
    parts = [
        say("{first} ({sum})", first=voice.title(name), sum=voice.money([one.middle(name)]))
        for name in names
    ]
    return say("; behind them {others}", others=say.join(parts))


def _choose(one: Yardstick, a: float, b: float) -> tuple[str, bool]:
    """Choose the message by the signs of the two medians."""
    if len(one.order) < 2:
        return _ONE, a >= 0
    if one.level:
        return _LEVEL, a >= 0
    if a >= 0 and b >= 0:
        return _BOTH_GAIN, True
    if a < 0 and b < 0:
        return _BOTH_LOSE, False
    return _SPLIT, True
