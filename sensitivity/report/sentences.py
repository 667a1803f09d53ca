"""The answer of a study in sentences, made from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.presentation.formatting import Rounded, capitalise, display_unit
from smecluster.policies.wording.prose import format_draws
from smecluster.sensitivity.analysis.direction import Direction
from smecluster.sensitivity.analysis.trust import summarise_names

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
        outputs = summarise_names((ranking.output for ranking in these), 4)
        yield (
            f"By {outputs}{_name_future(future)}, strategies rank {' before '.join(strategies)} "
            f"{format_draws(draws, draws)}."
        )


def describe_ranking(ranking: Ranking) -> str:
    """Say in how many draws the order of strategies differs from that of their means, and why."""
    share, low, high = ranking.share
    differing = round(share * ranking.draws)
    text = (
        f"By {ranking.output}{_name_future(ranking.future)}, strategies rank "
        f"{' before '.join(ranking.strategies)} on average; the order differs "
        f"{format_draws(differing, ranking.draws)} ({_format_span(low, high)})."
    )
    if ranking.causes.empty:
        return f"{text} These are too few draws of one kind to say what makes the difference."
    strongest = ranking.causes.iloc[0]
    if strongest["low"] <= max(0.0, strongest["floor"]):
        return f"{text} No single factor decides when."
    return (
        f"{text} What changes it most is {strongest['factor']}: the order differs in "
        f"{_format_percent(strongest['where high'])} of the draws where it is high (highest fifth) "
        f"and in {_format_percent(strongest['where low'])} where it is low."
    )


def _name_future(future: str) -> str:
    return f" in future {future}" if future else ""


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
            head = column.name
            if mine["scenario"].nunique() > 1:
                head += f", under {scenarios[0]}{_list_likewise(scenarios[1:])}"
            head += _describe_spread(analysis, scenarios[0], column.name)
            depends = _describe_dependence(analysis, ranked, part)
            if not ranked["trusted"].iloc[:_NAMED].all():
                depends += "; these intervals are not to be trusted"
            yield f"{capitalise(head)} {depends}.{_describe_direction(analysis, ranked)}"


def _select_headline(analysis: Analysis, table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    chosen = (table["scenario"] == scenario) & (table["index"] == analysis.method.headline)
    return table[chosen].dropna(subset=["value"])


def _list_likewise(others: Sequence[str]) -> str:
    return f" (likewise under {summarise_names(others)})" if others else ""


def _describe_dependence(analysis: Analysis, ranked: pd.DataFrame, part: pd.DataFrame) -> str:
    index = analysis.method.headline
    lows = ranked["floor"].where(ranked["floor"].notna(), 0.0)
    # Where the interval reaches down to chance, the factor may have no influence.
    known = ranked[(ranked["value"] > lows) & (ranked["low"] > 0)]
    if known.empty:
        return "depends on no factor that stands out from chance"
    first, following = ranked.iloc[0], ranked.iloc[1:_NAMED]
    said = [f"depends most on {first['factor']}{_format_first(index, first, part)}"]
    if len(following):
        named = [
            f"{row['factor']} ({_format_short(index, row)}"
            f"{'' if at in known.index else ', uncertain'})"
            for at, row in following.iterrows()
        ]
        said.append(f"then on {' and '.join(named)}")
        if following.iloc[0]["high"] > first["low"]:
            said[-1] += ", the first two within each other's intervals"
    rest = ranked.iloc[_NAMED:]
    if len(rest):
        silent = len(rest.index.difference(known.index))
        most = _format_short(index, rest.iloc[0])
        text = f"the other {len(rest)} reach" if len(rest) > 1 else "the other factor reaches"
        text += f" at most {most}"
        if silent:
            text += f", {silent} of them no more than chance"
        said.append(text)
    return "; ".join(said)


def _format_first(index: str, row: pd.Series, part: pd.DataFrame) -> str:
    if index == "mu star":
        unit, factor = display_unit(str(row["unit"]))
        ends = f"{Rounded(row['low'] * factor)} to {Rounded(row['high'] * factor)}"
        return f" ({Rounded(row['value'] * factor)} {unit} on average over its range, {ends})"
    if index not in _SHARES:
        return f" ({index} {row['value']:.2f}, {row['low']:.2f} to {row['high']:.2f})"
    span = _format_span(row["low"], row["high"])
    text = f"{_format_percent(row['value'])} of its variance, {span}"
    alone = part[(part["index"] == "first order") & (part["factor"] == row["factor"])]
    if index == "total" and len(alone):
        text += f"; {_format_percent(alone['value'].iloc[0])} on its own"
    return f" ({text})"


def _format_short(index: str, row: pd.Series) -> str:
    if index == "mu star":
        unit, factor = display_unit(str(row["unit"]))
        return f"{Rounded(row['value'] * factor)} {unit}"
    return _format_percent(row["value"]) if index in _SHARES else f"{row['value']:.2f}"


def _describe_direction(analysis: Analysis, ranked: pd.DataFrame) -> str:
    """Say which way the leading factors move the output."""
    swings, first = analysis.tables["swings"], ranked.iloc[0]
    if swings.empty:
        return ""
    swings = swings[swings["scenario"] == first["scenario"]]
    swings = swings[swings["output"] == first["output"]].set_index("factor")
    ways: dict[str, list[str]] = {"rises": [], "falls": []}
    for name in ranked["factor"][:_NAMED]:
        if name not in swings.index:
            continue  # a group has no direction
        direction = swings.loc[name, "direction"]
        if direction != Direction.UNCLEAR:
            ways["rises" if direction == Direction.RAISES else "falls"].append(str(name))
    said = [f"{way} with {summarise_names(names)}" for way, names in ways.items() if names]
    if not said:
        return ""
    text = f" It {' and '.join(said)}"
    leading = str(first["factor"])
    if analysis.method.name == "morris":
        return f"{text}."  # by how much has been said
    if leading not in [*ways["rises"], *ways["falls"]]:
        return f"{text}."
    row = swings.loc[leading]
    unit, factor = display_unit(str(row["unit"]))
    low, high = (Rounded(row[f"at {end}"] * factor) for end in ("low", "high"))
    return (
        f"{text}: on average it is {low} {unit} where {leading} is low (lowest fifth of its range) "
        f"and {high} where it is high (highest fifth)."
    )


def _describe_spread(analysis: Analysis, scenario: str, output: str) -> str:
    """Say how far the output spreads: a large share of a small spread is little."""
    table = analysis.tables["outputs"]
    row = table[(table["scenario"] == scenario) & (table["output"] == output)]
    if row.empty:
        return ""
    unit, factor = display_unit(str(row["unit"].iloc[0]))
    low, high = (Rounded(row[end].iloc[0] * factor) for end in ("5 %", "95 %"))
    return f" ({low} to {high} {unit} in 90 % of runs)"


def _format_percent(share: float) -> str:
    """Write a share in percent."""
    if 0 < share < 0.0005:
        return "less than 0.1 %"
    return f"{_format_number(100 * share)} %"


def _format_span(low: float, high: float) -> str:
    return f"{_format_number(max(0.0, 100 * low))} to {_format_number(100 * high)} %"


def _format_number(percent: float) -> str:
    """Round to whole percents, with a decimal where that would say nothing."""
    near_an_end = 0 < abs(percent) < 1 or 99 < percent < 100
    return f"{percent:.1f}" if near_an_end else f"{percent:.0f}"
