"""The answer of a study in sentences, made from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.support.formatting import Rounded, capitalise, display_unit
from smecluster.sensitivity.analysis.ranking import Ranking
from smecluster.sensitivity.analysis.trust import summarise_names
from smecluster.sensitivity.direction import Direction

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis

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
    return [*_about_rankings(analysis.rankings), *list(_drivers(analysis))[:_MOST]]


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


def _about_rankings(rankings: Sequence[Ranking]) -> Iterator[str]:
    """Say which rankings hold in all draws, together, and of each other one when it changes."""
    settled: dict[tuple[tuple[str, ...], str], list[Ranking]] = {}
    for ranking in rankings:
        if ranking.share[0]:
            yield describe_ranking(ranking)
        else:
            settled.setdefault((ranking.strategies, ranking.future), []).append(ranking)
    for (strategies, future), these in settled.items():
        draws = min(ranking.draws for ranking in these)
        least = 1 - max(ranking.share[2] for ranking in these)
        yield (
            f"By {summarise_names((ranking.output for ranking in these), 4)}{_in(future)}, "
            f"strategies rank {' before '.join(strategies)} in all {draws:,} draws (so in at least "
            f"{_percent(least)} of all cases)."
        )


def describe_ranking(ranking: Ranking) -> str:
    """Say in how many draws strategies rank otherwise, and what makes them."""
    order = " before ".join(ranking.strategies)
    share, low, high = ranking.share
    text = (
        f"By {ranking.output}{_in(ranking.future)}, strategies rank {order} on average; in "
        f"{_percent(share)} of {ranking.draws:,} draws ({_span(low, high)}) they rank otherwise."
    )
    if ranking.causes.empty:
        return f"{text} That is too few of one kind to say what makes the difference."
    strongest = ranking.causes.iloc[0]
    if strongest["low"] <= max(0.0, strongest["floor"]):
        return f"{text} No single factor decides when."
    return (
        f"{text} What changes it most is {strongest['factor']}: they rank otherwise in "
        f"{_percent(strongest['where high'])} of draws where it is high (highest fifth), in "
        f"{_percent(strongest['where low'])} where it is low."
    )


def _in(future: str) -> str:
    return f" in future {future}" if future else ""


def _drivers(analysis: Analysis) -> Iterator[str]:
    """Say of each principal output what it depends on; scenarios that agree are told at once."""
    table = analysis.tables["indices"]
    for column in analysis.outputs:
        mine = table[table["output"] == column.name]
        alike: dict[tuple[str, ...], list[str]] = {}
        for scenario in dict.fromkeys(mine["scenario"]):
            ranked = _headline(analysis, mine, str(scenario))
            if len(ranked):
                alike.setdefault(tuple(ranked["factor"][:_NAMED]), []).append(str(scenario))
        for scenarios in alike.values():
            part = mine[mine["scenario"] == scenarios[0]]
            ranked = _headline(analysis, mine, scenarios[0])
            head = column.name
            if mine["scenario"].nunique() > 1:
                head = f"{head} ({scenarios[0]}{_also(scenarios[1:])})"
            head += _spread(analysis, scenarios[0], column.name)
            said = f"{_ranked(analysis, ranked, part)}{_direction(analysis, ranked)}"
            yield f"{capitalise(head)}: {said}"


def _headline(analysis: Analysis, table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    chosen = (table["scenario"] == scenario) & (table["index"] == analysis.method.headline)
    return table[chosen].dropna(subset=["value"])


def _also(others: Sequence[str]) -> str:
    return f"; {summarise_names(others)} alike" if others else ""


def _ranked(analysis: Analysis, ranked: pd.DataFrame, part: pd.DataFrame) -> str:
    index = analysis.method.headline
    lows = ranked["floor"].where(ranked["floor"].notna(), 0.0)
    # Where the interval reaches down to chance, the factor cannot be told from no influence.
    known = ranked[(ranked["value"] > lows) & (ranked["low"] > 0)]
    if known.empty:
        return "no factor can be told from one without influence"
    first, following = ranked.iloc[0], ranked.iloc[1:_NAMED]
    said = [f"what matters most is {first['factor']}{_value(index, first, part)}"]
    if len(following):
        named = [
            f"{row['factor']} ({_short(index, row)}{'' if at in known.index else ', uncertain'})"
            for at, row in following.iterrows()
        ]
        verb = "comes" if len(named) == 1 else "come"
        said.append(f"then {verb} {' and '.join(named)}")
        if following.iloc[0]["high"] > first["low"]:
            said[-1] += ", the first two within each other's intervals"
    rest = ranked.iloc[_NAMED:]
    if len(rest):
        silent = len(rest.index.difference(known.index))
        text = f"the other {len(rest)} have" if len(rest) > 1 else "the other one has"
        text += f" at most {_short(index, rest.iloc[0])}"
        if silent:
            text += f", {silent} of them no more than chance"
        said.append(text)
    return "; ".join(said)


def _value(index: str, row: pd.Series, part: pd.DataFrame) -> str:
    if index == "mu star":
        unit, factor = display_unit(str(row["unit"]))
        ends = f"{Rounded(row['low'] * factor)} to {Rounded(row['high'] * factor)}"
        return (
            f", changing it by {Rounded(row['value'] * factor)} {unit} ({ends}) on average as it "
            "goes through its range"
        )
    if index not in _SHARES:
        return f" ({index} {row['value']:.2f}, {row['low']:.2f} to {row['high']:.2f})"
    span = _span(row["low"], row["high"])
    if index == "first order":
        return f", explaining {_percent(row['value'])} of the variance ({span})"
    text = f", with {_percent(row['value'])} of the variance ({span})"
    alone = part[(part["index"] == "first order") & (part["factor"] == row["factor"])]
    if len(alone):
        text += f", {_percent(alone['value'].iloc[0])} alone"
    return text


def _short(index: str, row: pd.Series) -> str:
    if index == "mu star":
        unit, factor = display_unit(str(row["unit"]))
        return f"{Rounded(row['value'] * factor)} {unit}"
    return _percent(row["value"]) if index in _SHARES else f"{row['value']:.2f}"


def _direction(analysis: Analysis, ranked: pd.DataFrame) -> str:
    """Say which way the leading factors move the output."""
    swings, first = analysis.tables["swings"], ranked.iloc[0]
    if swings.empty:
        return "."
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
        return "."
    text = f". It {' and '.join(said)}"
    leading = str(first["factor"])
    if analysis.method.name == "morris":
        return f"{text}."  # by how much has been said
    if leading not in [*ways["rises"], *ways["falls"]]:
        return f"{text}."
    row = swings.loc[leading]
    unit, factor = display_unit(str(row["unit"]))
    low, high = (Rounded(row[f"at {end}"] * factor) for end in ("low", "high"))
    return (
        f"{text}; on average it is {low} {unit} where {leading} is low (lowest fifth) and {high} "
        "where it is high."
    )


def _spread(analysis: Analysis, scenario: str, output: str) -> str:
    """Say how far the output spreads: a large share of a small spread is little."""
    table = analysis.tables["outputs"]
    row = table[(table["scenario"] == scenario) & (table["output"] == output)]
    if row.empty:
        return ""
    unit, factor = display_unit(str(row["unit"].iloc[0]))
    low, high = (Rounded(row[end].iloc[0] * factor) for end in ("5 %", "95 %"))
    return f", {low} to {high} {unit} in 90 % of runs"


def _percent(share: float) -> str:
    """Write a share in percent."""
    return f"{_number(100 * share)} %"


def _span(low: float, high: float) -> str:
    return f"{_number(max(0.0, 100 * low))} to {_number(100 * high)} %"


def _number(percent: float) -> str:
    """Round to whole percents, with a decimal where that would say nothing."""
    near_an_end = 0 < abs(percent) < 1 or 99 < percent < 100
    return f"{percent:.1f}" if near_an_end else f"{percent:.0f}"
