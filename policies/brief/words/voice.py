"""How the brief speaks: a language, what strategies are called in it, and how odds are said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from smecluster.model.presentation.language.catalogue import ENGLISH, Language
from smecluster.model.presentation.language.numbers import format_money, format_money_interval
from smecluster.policies.wording.prose import PHRASES
from smecluster.policies.wording.worlds import Odds

#: Share of the draws in which the first has to be ahead to be called sure; below it is open.
SURE = 0.9
# One-sided chance at which the edges are bounded: the rule of three is its approximation.
_CHANCE = 0.05


def bound_chance(count: int) -> int:
    """Bound how far a share of draws may be off because there are no more of them.

    Parameters
    ----------
    count : int
        How many draws were counted, at least one.

    Returns
    -------
    int
        Points in a hundred, rounded up: two standard errors of a share of one half, at which the
        binomial distribution is widest.
    """
    return math.ceil(100.0 / math.sqrt(count))


@dataclass(frozen=True)
class Voice:
    """What every part of a brief needs to speak.

    Attributes
    ----------
    say : Language
        The language.
    odds : Odds
        What draws may be called.
    titles : mapping of str to str
        Titles of strategies, the baseline and futures, by name, in English.
    """

    say: Language
    odds: Odds
    titles: Mapping[str, str]

    def title(self, name: str) -> str:
        """Give the title of a strategy or future as it stands within a sentence."""
        title = self.titles.get(name, name)
        if self.say.code == ENGLISH:
            return PHRASES.get(title, f"\u201c{title}\u201d")
        said = self.say.name(title)
        return said if said != title else f"\u201c{title}\u201d"

    def short(self, name: str) -> str:
        """Give the name of a strategy as it stands in a cell."""
        return self.say.name(name)

    def variable(self, name: str) -> str:
        """Give the name of a variable of the model, of one element if it has some."""
        base, bracket, element = name.partition("[")
        if not bracket:
            return self.say.name(name)
        parts = [self.say.name(part.strip()) for part in element.rstrip("]").split(",")]
        return f"{self.say.name(base)} [{self.say.join(parts)}]"

    def money(self, values: ArrayLike) -> str:
        """Write the median of sums, Myuan, with its unit; without an interval."""
        known = _finite(values)
        return format_money(self.say, float(np.median(known)) if len(known) else math.nan)

    def interval(self, values: ArrayLike) -> str:
        """Write the median of sums, Myuan, with its unit and 90 % interval."""
        return format_money_interval(self.say, values)

    def count(self, values: ArrayLike, *, bound: bool = True, short: bool = False) -> str:
        """Say in how many draws values are above zero; nothing of a single draw.

        In short, where the draws were named before, it does not say again what they are.

        At the edges nothing is claimed of draws that were not run: the one-sided 95 % bound on
        the share is ``0.05 ** (1 / total)``, close to ``1 - 3 / total`` (the rule of three).
        """
        known = _finite(values)
        if not self.odds.several or not len(known):
            return ""
        count, total = int((known > 0).sum()), len(known)
        if short and 0 < count < total:
            return self.say("in {count} of {total}", count=f"{count:,}", total=f"{total:,}")
        return self.tally(count, total, bound=bound)

    def tally(self, count: int, total: int, *, bound: bool = True) -> str:
        """Say that something holds in so many of all draws; see `count`."""
        if total < 2:
            return ""
        say, varied = self.say, self.odds.all_varied
        if 0 < count < total:
            numbers = {"count": f"{count:,}", "total": f"{total:,}"}
            if varied:
                return say("in {count} of {total} worlds that fit the history", **numbers)
            return say("in {count} of {total} draws", **numbers)
        whole = f"{total:,}"
        if count and varied:
            said = say("in all {total} worlds that were run", total=whole)
        elif count:
            said = say("in all {total} draws that were run", total=whole)
        elif varied:
            said = say("in none of the {total} worlds that were run", total=whole)
        else:
            said = say("in none of the {total} draws that were run", total=whole)
        if not bound:
            return said
        edge = _CHANCE ** (1 / total)
        if count:
            least = math.floor(100 * edge)
            return said + say(" (95 % bound: at least {least} of 100)", least=least)
        most = math.ceil(100 * (1 - edge))
        return said + say(" (95 % bound: at most {most} of 100)", most=most)

    def cell(self, count: int, total: int) -> str:
        """Write a count as a cell does."""
        return self.say("{count} of {total}", count=f"{count:,}", total=f"{total:,}")


def _finite(values: ArrayLike) -> np.ndarray:
    given = np.asarray(values, dtype=float).ravel()
    return np.asarray(given[np.isfinite(given)])
