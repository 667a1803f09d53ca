"""The answer of a study in sentences, made from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.presentation.formatting import Rounded, capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.wording.prose import format_draws
from smecluster.sensitivity.analysis.direction import Direction
from smecluster.sensitivity.analysis.speaking import name_order, speak_name, summarise_names

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.analysis.ranking import Ranking

# Outputs beyond these are in the tables.
_MOST = 12
_NAMED = 3
_SHARES = {"first order", "total"}


def write_answers(analysis: Analysis) -> list[str]:
    """Say what the outputs depend on, and whether the ranking of strategies holds.

    Parameters
    ----------
    analysis : Analysis
        The analysis.

    Returns
    -------
    list of str
        How strategies rank, then what drives each principal output.
    """
    return [*_describe_rankings(analysis.rankings), *list(_describe_drivers(analysis))[:_MOST]]


def describe_analysis(analysis: Analysis) -> tuple[str, ...]:
    """Put the answer, the verdict and the remarks into sentences, most important first.

    Parameters
    ----------
    analysis : Analysis
        The analysis.

    Returns
    -------
    tuple of str
    """
    remarks = (remark.text for remark in analysis.remarks)
    return (*write_answers(analysis), analysis.verdict.text, *remarks)


def _describe_rankings(rankings: Sequence[Ranking]) -> Iterator[str]:
    """Say together which orders hold in all draws, and of each other one when it changes."""
    settled: dict[tuple[tuple[str, ...], str], list[Ranking]] = {}
    for ranking in rankings:
        if ranking.share[0]:
            yield describe_ranking(ranking)
        else:
            settled.setdefault((ranking.strategies, ranking.future), []).append(ranking)
    for (strategies, future), these in settled.items():
        draws = min(ranking.draws for ranking in these)
        yield say(
            "By {outputs}{future}, strategies rank {order} {odds}.",
            outputs=summarise_names((ranking.output for ranking in these), 4),
            future=_name_future(future),
            order=name_order(strategies),
            odds=format_draws(draws, draws),
        )


def describe_ranking(ranking: Ranking) -> str:
    """Say in how many draws the order of strategies differs from that of their means, and why."""
    share, low, high = ranking.share
    differing = round(share * ranking.draws)
    text = say(
        "By {output}{future}, strategies rank {order} on average; the order differs {odds} "
        "({span}).",
        output=speak_name(ranking.output),
        future=_name_future(ranking.future),
        order=name_order(ranking.strategies),
        odds=format_draws(differing, ranking.draws),
        span=_format_span(low, high),
    )
    if ranking.causes.empty:
        more = say("These are too few draws of one kind to say what makes the difference.")
        return say.sentences([text, more])
    strongest = ranking.causes.iloc[0]
    if strongest["low"] <= max(0.0, strongest["floor"]):
        return say.sentences([text, say("No single factor decides when.")])
    more = say(
        "What changes it most is {factor}: the order differs in {high} of the draws where it is "
        "high (highest fifth) and in {low} where it is low.",
        factor=speak_name(strongest["factor"]),
        high=_format_percent(strongest["where high"]),
        low=_format_percent(strongest["where low"]),
    )
    return say.sentences([text, more])


def _name_future(future: str) -> str:
    return say(" in future {future}", future=say.name(future)) if future else ""


def _describe_drivers(analysis: Analysis) -> Iterator[str]:
    """Say of each principal output what it depends on; scenarios that agree share a sentence."""
    table = analysis.tables["indices"]
    for column in analysis.outputs:
        mine = table[table["output"] == column.name]
        agreeing: dict[tuple[str, ...], list[str]] = {}
        for scenario in dict.fromkeys(mine["scenario"]):
            ranked = _select_headline(analysis, mine, str(scenario))
            if len(ranked):
                agreeing.setdefault(tuple(ranked["factor"][:_NAMED]), []).append(str(scenario))
        for scenarios in agreeing.values():
            part = mine[mine["scenario"] == scenarios[0]]
            ranked = _select_headline(analysis, mine, scenarios[0])
            head = speak_name(column.name)
            if mine["scenario"].nunique() > 1:
                head += say(
                    ", under {scenario}{likewise}",
                    scenario=speak_name(scenarios[0]),
                    likewise=_list_likewise(scenarios[1:]),
                )
            head += _describe_spread(analysis, scenarios[0], column.name)
            depends = _describe_dependence(analysis, ranked, part)
            if not ranked["trusted"].iloc[:_NAMED].all():
                depends.append(say("these intervals are not to be trusted"))
            said = say(
                "{output} {depends}.", output=capitalise(head), depends=say.semicolons(depends)
            )
            yield say.sentences([said, _describe_direction(analysis, ranked)])


def _select_headline(analysis: Analysis, table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    chosen = (table["scenario"] == scenario) & (table["index"] == analysis.method.headline)
    return table[chosen].dropna(subset=["value"])


def _list_likewise(others: Sequence[str]) -> str:
    return say(" (likewise under {others})", others=summarise_names(others)) if others else ""


def _describe_dependence(analysis: Analysis, ranked: pd.DataFrame, part: pd.DataFrame) -> list[str]:
    index = analysis.method.headline
    lows = ranked["floor"].where(ranked["floor"].notna(), 0.0)
    # Where the interval reaches down to chance, the factor may have no influence.
    known = ranked[(ranked["value"] > lows) & (ranked["low"] > 0)]
    if known.empty:
        return [say("depends on no factor that stands out from chance")]
    first, following = ranked.iloc[0], ranked.iloc[1:_NAMED]
    said = [
        say(
            "depends most on {factor}{size}",
            factor=speak_name(first["factor"]),
            size=_format_first(index, first, part),
        )
    ]
    if len(following):
        named = []
        for at, row in following.iterrows():
            told = {"name": speak_name(row["factor"]), "size": _format_short(index, row)}
            named.append(
                say("{name} ({size})", **told)
                if at in known.index
                else say("{name} ({size}, uncertain)", **told)
            )
        factors = say(" and ").join(named)
        said.append(
            say("then on {factors}, the first two within each other's intervals", factors=factors)
            if following.iloc[0]["high"] > first["low"]
            else say("then on {factors}", factors=factors)
        )
    rest = ranked.iloc[_NAMED:]
    if len(rest):
        silent = len(rest.index.difference(known.index))
        most = _format_short(index, rest.iloc[0])
        text = (
            say("the other {count} reach at most {most}", count=len(rest), most=most)
            if len(rest) > 1
            else say("the other factor reaches at most {most}", most=most)
        )
        if silent:
            text += say(", {count} of them no more than chance", count=silent)
        said.append(text)
    return said


def _format_first(index: str, row: pd.Series, part: pd.DataFrame) -> str:
    if index == "mu star":
        unit, factor = say.unit(str(row["unit"]))
        return say(
            " ({value} {unit} on average over its range, {low} to {high})",
            value=Rounded(row["value"] * factor),
            unit=unit,
            low=Rounded(row["low"] * factor),
            high=Rounded(row["high"] * factor),
        )
    if index not in _SHARES:
        return say(
            " ({index} {value}, {low} to {high})",
            index=say(index),
            value=f"{row['value']:.2f}",
            low=f"{row['low']:.2f}",
            high=f"{row['high']:.2f}",
        )
    told = {
        "share": _format_percent(row["value"]),
        "span": _format_span(row["low"], row["high"]),
    }
    alone = part[(part["index"] == "first order") & (part["factor"] == row["factor"])]
    if index == "total" and len(alone):
        own = _format_percent(alone["value"].iloc[0])
        return say(" ({share} of its variance, {span}; {own} on its own)", own=own, **told)
    return say(" ({share} of its variance, {span})", **told)


def _format_short(index: str, row: pd.Series) -> str:
    if index == "mu star":
        unit, factor = say.unit(str(row["unit"]))
        return say("{value} {unit}", value=Rounded(row["value"] * factor), unit=unit)
    return _format_percent(row["value"]) if index in _SHARES else f"{row['value']:.2f}"


def _describe_direction(analysis: Analysis, ranked: pd.DataFrame) -> str:
    """Say which way the leading factors move the output."""
    swings, first = analysis.tables["swings"], ranked.iloc[0]
    if swings.empty:
        return ""
    swings = swings[swings["scenario"] == first["scenario"]]
    swings = swings[swings["output"] == first["output"]].set_index("factor")
    up: list[str] = []
    down: list[str] = []
    for name in ranked["factor"][:_NAMED]:
        if name not in swings.index:
            continue  # a group has no direction
        direction = swings.loc[name, "direction"]
        if direction != Direction.UNCLEAR:
            (up if direction == Direction.RAISES else down).append(str(name))
    if up and down:
        text = say(
            "It rises with {up} and falls with {down}",
            up=summarise_names(up),
            down=summarise_names(down),
        )
    elif up:
        text = say("It rises with {up}", up=summarise_names(up))
    elif down:
        text = say("It falls with {down}", down=summarise_names(down))
    else:
        return ""
    leading = str(first["factor"])
    # Of Morris' effects it has been said by how much.
    if analysis.method.name == "morris" or leading not in [*up, *down]:
        return say("{said}.", said=text)
    row = swings.loc[leading]
    unit, factor = say.unit(str(row["unit"]))
    return say(
        "{said}: on average it is {low} {unit} where {factor} is low (lowest fifth of its range) "
        "and {high} where it is high (highest fifth).",
        said=text,
        factor=speak_name(leading),
        unit=unit,
        low=Rounded(row["at low"] * factor),
        high=Rounded(row["at high"] * factor),
    )


def _describe_spread(analysis: Analysis, scenario: str, output: str) -> str:
    """Say how far the output spreads: a large share of a small spread is little."""
    table = analysis.tables["outputs"]
    row = table[(table["scenario"] == scenario) & (table["output"] == output)]
    if row.empty:
        return ""
    unit, factor = say.unit(str(row["unit"].iloc[0]))
    low, high = (Rounded(row[end].iloc[0] * factor) for end in ("5 %", "95 %"))
    return say(" ({low} to {high} {unit} in 90 % of runs)", low=low, high=high, unit=unit)


def _format_percent(share: float) -> str:
    """Write a share in percent."""
    if 0 < share < 0.0005:
        return say("less than 0.1 %")
    return f"{_format_number(100 * share)} %"


def _format_span(low: float, high: float) -> str:
    return say(
        "{low} to {high} %",
        low=_format_number(max(0.0, 100 * low)),
        high=_format_number(100 * high),
    )


def _format_number(percent: float) -> str:
    """Round to whole percents, with a decimal where that would say nothing."""
    near_an_end = 0 < abs(percent) < 1 or 99 < percent < 100
    return f"{percent:.1f}" if near_an_end else f"{percent:.0f}"
