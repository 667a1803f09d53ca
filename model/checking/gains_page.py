"""The page on the gains of the reinforcing loops."""

from __future__ import annotations

from collections.abc import Sequence

from smecluster.model.checking.loop_gains import ALL_REGIONS, WHOLE, Gains
from smecluster.model.checking.path_gains import AFTER, YEARS, PathGain
from smecluster.model.presentation.language.spoken import say

#: Headings, and rows of as many cells.
Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def format_gain(gain: float) -> str:
    """Write a gain with three decimals, without the sign of what rounds to zero."""
    return f"{round(gain, 3) + 0.0:.3f}"


def write_page(
    found: Gains,
    path: Sequence[PathGain],
    tables: tuple[Table, Table, Table],
    model_hash: str,
    origin: str,
) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    found : Gains
        The gains at rest.
    path : sequence of PathGain
        Those along the path of history.
    tables : tuple of Table
        One loop at a time, all together, and along the path.
    model_hash : str
        Fingerprint of the model.
    origin : str
        Where its values come from; empty for those of the model's file.

    Returns
    -------
    str
    """
    alone, together, along = tables
    lines = [
        say("# Gains of the reinforcing loops"),
        "",
        _say_how_made(f"{found.year:g}", model_hash, origin),
        "",
        say(
            "A gain says how much of a push returns to where it was given: 0.2 means that a rise "
            "of 1 % returns as 0.2 %. Below 1 a push dies away; above 1 it would feed on itself "
            "without end."
        ),
        "",
        _state_largest(found, path),
        "",
        say("## One loop at a time"),
        "",
        say(
            "The first number is the gain of the loop alone, with every other reinforcing loop "
            "cut; the number in brackets is its gain while all the others work. Balancing loops "
            "work in both; where they are stronger than the loop at its cut, the gain is "
            "negative. Numbered loops are those of the overview diagram; the others close "
            "behind them."
        ),
        "",
        *_markdown(*alone),
        "",
        say("## All loops together"),
        "",
        say(
            "The gain of all reinforcing loops together is the largest eigenvalue of the matrix of "
            "responses from cut to cut. In the last row the price does not fall when a region "
            "sells more. Returns to scale are about constant, so the gain is about 1 and nothing "
            "limits a region: what limits it is its share of demand."
        ),
        "",
        *_markdown(*together),
        "",
        say("## Along the path"),
        "",
        say(
            "The model is never at rest while it reproduces history. Here the readers see their "
            "variable a thousandth higher or lower from a year on, in one region, and the table "
            "says what part of what they see has come back {years} years later: the gain among "
            "all other loops, lowest and highest of the regions.",
            years=f"{AFTER:g}",
        ),
        "",
        *_markdown(*along),
        "",
        say("## Method"),
        "",
        say(
            "The gains at rest hold where the national conditions of {year} last, nobody "
            "is born, learns or retires, there is no programme in the past or the future, and 2400 "
            "years pass; people may still move. The point at which every effect of the model is 1 "
            "is not used, because it is not at rest: from there the clusters grow. At rest all "
            "land has been serviced and clusters are far beyond their critical mass, so loops that "
            "work through chances to meet or through new sites have nothing left to give and a "
            "gain near 0. That is a property of this point; the table along the path and "
            "`smecluster check loops --year 1990` show others.",
            year=f"{found.year:g}",
        ),
        "",
        say(
            "Each loop is cut where the tables say: the readers named there read a constant in "
            "place of the variable, which is still computed. The constant is raised and lowered by "
            "a thousandth in one region at a time, and the gain is the central difference of the "
            "logarithm of the variable over that of the constant, at rest again. Every run "
            "verifies that the cut model rests at the values of the whole one, and that it is at "
            "rest. Along the path nothing is cut: if the variable has moved by r per unit of the "
            "push, its readers see 1 + r, and the gain is r / (1 + r)."
        ),
        "",
    ]
    return "\n".join(lines)


def _say_how_made(year: str, model_hash: str, origin: str) -> str:
    told = {"year": year, "model": model_hash[:12]}
    if origin:
        return say(
            "Made by `smecluster check loops --year {year} --out docs/loop-gains.md` from the "
            "model with fingerprint `{model}` (values: {values}). Do not edit; run the command "
            "again.",
            values=say.word(origin),
            **told,
        )
    return say(
        "Made by `smecluster check loops --year {year} --out docs/loop-gains.md` from the model "
        "with fingerprint `{model}`. Do not edit; run the command again.",
        **told,
    )


def _state_largest(found: Gains, path: Sequence[PathGain]) -> str:
    """Say first whether every gain is below 1, and which is the largest."""
    largest = max(found.single, key=lambda gain: max(gain.alone, gain.among))
    whole = found.together[WHOLE][ALL_REGIONS]
    most = max(largest.alone, largest.among)
    if max(most, whole) >= 1:
        return say("**Not every gain is below 1**: the model need not come to rest.")
    steepest = max(path, key=lambda gain: max(gain.gains))
    when = YEARS[steepest.gains.index(max(steepest.gains))]
    return say(
        "**Every gain is below 1.** The largest of a single loop at rest is {most} ({loop}, cut at "
        "{variable}, {region}); that of all loops of all regions together is {whole}: a lasting "
        "push that runs through all of them grows to about {times} times its size and stays there. "
        "Along the path of history the largest is {steepest} ({steep_loop}, cut at "
        "{steep_variable}, {steep_region}, from {when}).",
        most=format_gain(most),
        loop=say.word(largest.cut.loop),
        variable=say.variable(largest.cut.variable),
        region=say.name(largest.region),
        whole=format_gain(whole),
        times=f"{1 / (1 - whole):.1f}",
        steepest=format_gain(max(steepest.gains)),
        steep_loop=say.word(steepest.cut.loop),
        steep_variable=say.variable(steepest.cut.variable),
        steep_region=say.name(steepest.region),
        when=f"{when:g}",
    )


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    named = [say.word(heading) for heading in headings]
    lines = [named, ["---"] * len(named), *([say.word(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]
