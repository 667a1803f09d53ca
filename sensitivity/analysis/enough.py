"""Are there enough runs? The leading factors' widest interval decides, if it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.analysis.speaking import speak_name
from smecluster.sensitivity.design.study_tables import LARGEST
from smecluster.sensitivity.methods.effective import LEAST_RUNS


@dataclass(frozen=True)
class Verdict:
    """Whether a study has enough runs.

    Parameters
    ----------
    enough : bool
        Whether the widest interval of the leading factors is below the limit, and each output
        rests on enough effective runs.
    widest : float
        That interval's width, Dmnl (mu star: as a share of the output's greatest mu star); NaN
        where it is not known or not to be trusted.
    needed : int
        Size at which it is likely to be: intervals narrow with the square root of the size, and
        hits of a rare event grow with it.
    text : str
        The verdict in words.
    """

    enough: bool
    widest: float
    needed: int
    text: str


def judge_size(
    indices: pd.DataFrame,
    headline: str,
    size: int,
    width: float,
    leading: int = 5,
    least: float = LEAST_RUNS,
    *,
    indicative: bool = False,
) -> Verdict:
    """Judge whether the leading factors are known well enough, or the size should double.

    Parameters
    ----------
    indices : pandas.DataFrame
        In long form: scenario, output, index, factor, value, low, high, effective.
    headline : str
        The index to judge by.
    size : int
        Of the study: base points, trajectories or runs.
    width : float
        Widest interval allowed, upper less lower end, Dmnl; for mu star as a share of the
        output's greatest.
    leading : int
        Number of factors with the greatest index that count, for each output.
    least : float
        Effective runs that every output must rest on. Of a rare event these are the runs that hit
        it: narrow intervals from a handful of hits say nothing.
    indicative : bool
        Whether the method's intervals do not hold, however many runs there are: narrow ones are
        then no reason to stop.

    Returns
    -------
    Verdict
        Not enough, too, if no output has an index at all, or an index has no interval.
    """
    part = indices[indices["index"] == headline].dropna(subset=["value"])
    if part.empty:
        text = say("No output varies, so there is no index, however many runs there are.")
        return Verdict(False, math.nan, size, text)
    rarest = part.iloc[int(part["effective"].to_numpy().argmin())]
    if rarest["effective"] < least:
        return _refuse_handful(rarest, size, least)
    keys = ["scenario", "output"]
    part = part.sort_values("value", ascending=False).groupby(keys, sort=False).head(leading)
    spread = part["high"] - part["low"]
    if headline == "mu star":
        spread = spread / part.groupby(keys)["value"].transform("max")
    # An index without an interval is not known at all.
    at = int(spread.fillna(math.inf).to_numpy().argmax())
    widest, worst = float(spread.iloc[at]), part.iloc[at]
    named = {
        "index": say(headline),
        "factor": repr(worst["factor"]) if say.english else speak_name(worst["factor"]),
        "output": speak_name(worst["output"]),
    }
    if math.isnan(widest):
        text = say(
            "The runs are not enough: {index} of {factor} for {output} has no interval.", **named
        )
        return Verdict(False, math.nan, 2 * size, text)
    where = say(
        "the widest interval among the {count} leading factors is {widest} ({index} of {factor} "
        "for {output})",
        count=leading,
        widest=f"{widest:.3f}",
        **named,
    )
    if widest <= width and indicative:
        text = say(
            "Whether the runs are enough cannot be said: {where}, but intervals of this method "
            "leave out the bias of its estimator. Look whether another seed, or twice the runs, "
            "gives the same indices; or use sobol.",
            where=where,
        )
        return Verdict(False, widest, 2 * size, text)
    limit = f"{width:g}"
    if widest <= width:
        text = say(
            "The runs are enough: {where}, within the limit of {limit}.", where=where, limit=limit
        )
        return Verdict(True, widest, size, text)
    needed = _round_up(size * (widest / width) ** 2)
    instead = say("accept wider intervals, or leave factors out.")
    said = say(
        "The runs are not enough: {where}, wider than the limit of {limit}.",
        where=where,
        limit=limit,
    )
    text = say.sentences([said, _suggest_size(needed, size, instead)])
    return Verdict(False, widest, needed, text)


def _refuse_handful(rarest: pd.Series, size: int, least: float) -> Verdict:
    """Refuse to judge by intervals that rest on a handful of runs."""
    effective = float(rarest["effective"])
    needed = max(2 * size, _round_up(size * least / max(effective, 1.0)))
    instead = say("look at an output that is less rare or less extreme.")
    said = say(
        "The runs are not enough: {output} rests on effectively {effective} of them (a rare event "
        "or a heavy tail), fewer than {least}, and its intervals are not to be trusted.",
        output=speak_name(rarest["output"]),
        effective=f"{effective:.0f}",
        least=f"{least:.0f}",
    )
    text = say.sentences([said, _suggest_size(needed, size, instead)])
    return Verdict(False, math.nan, needed, text)


def _round_up(size: float) -> int:
    """Give the next power of two."""
    return 1 << math.ceil(math.log2(size))


def _suggest_size(needed: int, size: int, instead: str) -> str:
    if needed > LARGEST:
        return say("No size that a study may have would be enough: {instead}", instead=instead)
    return say(
        "A size of about {needed} instead of {size} should be enough.",
        needed=f"{needed:,}",
        size=f"{size:,}",
    )
