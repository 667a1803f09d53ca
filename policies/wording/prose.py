"""Parts of sentences that every answer uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_range
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.prose import format_count as format_count
from smecluster.model.presentation.prose import join_names as join_names
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    import pandas as pd

#: What has to be said wherever only the regions' value added is shown.
SHARED_OUT = mark(
    "Value added is that of the regions. Demand is shared out, so the rest of China loses about as "
    "much as they gain; what is left for the nation is the net national benefit, which 'smecluster "
    "compare' shows."
)

#: Titles of shipped strategies as they stand within an English sentence.
PHRASES = {
    "Policy as now": "policy as now",
    "All policy ends in 2025": "an end of all policy in 2025",
    "Central programme": "the central programme",
    "Local programmes": "local programmes",
    "Centre and regions together": "centre and regions together",
    "Self-development": "self-development",
    "Cultivation": "cultivation",
    "Combination": "combination",
}


def format_share(share: float) -> str:
    """Write a share in percent; nothing is rounded to all or none."""
    if 0 < share < 0.01:
        return say("less than 1 %")
    if 0.99 < share < 1:
        return say("more than 99 %")
    return f"{100 * share:.0f} %"


def format_draws(count: int, total: int) -> str:
    """Write in how many draws something holds, with a bound where it holds in all or none.

    Parameters
    ----------
    count, total : int
        In how many draws, of how many that were run.

    Returns
    -------
    str
        Words that follow a verb: ``in 72 of 100 draws``. At the edges nothing is claimed of draws
        that were not run: the one-sided 95 % bound on the share is ``0.05 ** (1 / total)``, close
        to ``1 - 3 / total`` (the rule of three).
    """
    if 0 < count < total:
        return say("in {count} of {total} draws", count=f"{count:,}", total=f"{total:,}")
    if count:
        return say("in all {total} draws that were run", total=f"{total:,}") + bound(count, total)
    return say("in none of the {total} draws that were run", total=f"{total:,}") + bound(0, total)


def bound(count: int, total: int) -> str:
    """Write the one-sided bound on a share where all of the draws, or none, were counted."""
    edge = 0.05 ** (1 / total)
    if count:
        return say(" (95 % bound: at least {least} of 100)", least=math.floor(100 * edge))
    return say(" (95 % bound: at most {most} of 100)", most=math.ceil(100 * (1 - edge)))


def describe_draws(draws: pd.DataFrame) -> str:
    """Say what differs among draws, and what does not.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, a column an input of the model; no column where the model's own values were
        run.

    Returns
    -------
    str
        One or two sentences.
    """
    if len(draws) < 2:
        return say(
            "One set of values was run, so the results carry no uncertainty; --draws 100 shows how "
            "they spread."
        )
    return say.plural(
        len(draws.columns),
        "The {draws} draws vary {count} constant that the calibration estimates. All other "
        "constants, the equations and the national drivers stay as they are, so the truth lies "
        "outside an interval more often than it says.",
        "The {draws} draws vary {count} constants that the calibration estimates. All other "
        "constants, the equations and the national drivers stay as they are, so the truth lies "
        "outside an interval more often than it says.",
        draws=f"{len(draws):,}",
    )


def split_sign(values: NDArray[np.float64]) -> tuple[bool, NDArray[np.float64]]:
    """Turn values so that their median is a size, for a sentence whose verb says the direction.

    Parameters
    ----------
    values : array of float
        Values, one a draw; NaN where there is none.

    Returns
    -------
    more : bool
        Whether the median is zero or more.
    sizes : array of float
        The values, with their signs turned where the median is below zero: draws that go the
        other way stay below zero.
    """
    more = bool(np.nanmedian(values) >= 0)
    return more, values if more else -values


def format_interval(values: np.ndarray) -> str:
    """Write the median, and where there are several draws the 90 % interval, of one outcome."""
    (low, median, high), known = compute_quantiles(np.asarray(values, dtype=float))
    if known < 2 or low == high:
        return format_number(median)
    ends = format_range(say.language, format_number(low), format_number(high))
    return f"{format_number(median)}{ends}"


def format_change(values: np.ndarray) -> tuple[bool, str]:
    """Write a change whose direction a sentence says behind it.

    Parameters
    ----------
    values : array of float
        Values, one a draw; NaN where there is none.

    Returns
    -------
    more : bool
        Whether the median is zero or more.
    text : str
        The size of the median and the 90 % interval, as sizes in the median's direction; where
        draws go both ways, the interval says of each end which way.
    """
    more, sizes = split_sign(np.asarray(values, dtype=float))
    (low, median, high), known = compute_quantiles(np.asarray(values, dtype=float))
    if known < 2 or not low < 0 < high:
        return more, format_interval(sizes)
    ends = say(
        " (from {low} lower to {high} higher)", low=format_number(-low), high=format_number(high)
    )
    return more, f"{format_number(abs(median))}{ends}"


def format_sum(low: object, middle: object, high: object) -> str:
    """Write the median of sums of the screen's unit of money, and their 90 % interval."""
    return say(
        "{median} {unit} (90 % interval: {low} to {high})",
        median=middle,
        unit=say.unit("Myuan")[0],
        low=low,
        high=high,
    )


def count_draws(count: int) -> str:
    """Count draws in a sentence."""
    return say.plural(count, "{count} draw", "{count} draws")


def call_strategy(name: str, titles: Mapping[str, str]) -> str:
    """Name a strategy within a sentence: by its short name, in Chinese by its title."""
    return name if say.english else say.name(titles.get(name, name))


def format_number(value: float) -> str:
    """Write a number with three significant digits, as a sentence wants it."""
    if not np.isfinite(value):
        return "-"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def write_small(title: str) -> str:
    """Write a title in small letters, as a heading goes on after a colon."""
    return title.lower() if say.english else say.name(title)


def lower_title(title: str) -> str:
    """Write a title within a sentence: with a small letter, unless it begins with capitals."""
    if not say.english:
        return say.name(title)
    if title in PHRASES:
        return PHRASES[title]
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
