"""What the page on forecasts says first: where the model does not beat its rivals."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from smecluster.calibration.evaluation.bar_names import name_bar, name_limit
from smecluster.calibration.evaluation.forecasts import CUT, MODEL
from smecluster.calibration.evaluation.interface import Evaluation
from smecluster.calibration.evaluation.protocol import EXTRAPOLATED, KNOWN
from smecluster.calibration.evaluation.simple_forecasts import RIVALS
from smecluster.calibration.evaluation.summary import ADDED, ALL, PANELS
from smecluster.model.presentation.language.spoken import say

#: The file that says what was fixed before.
PROTOCOL = "calibration/evaluation/protocol.toml"
# With and without the loops.
_LOOPS = (MODEL, CUT)


def state_results(found: Evaluation) -> list[str]:
    """Say first where the model does not beat its rivals, with the figures."""
    panels = found.tables["panels"]
    bars = found.tables["bars"]
    kinds = (KNOWN, EXTRAPOLATED)
    ratios = {each: _pick(panels, each, "ratio") for each in itertools.product(PANELS, kinds)}
    lines = []
    for (panel, drivers), ratio in ratios.items():
        parts = [
            say(
                "{panel}, {drivers} drivers: the model has {ratio} of no change's CRPS.",
                panel=say.capital(panel),
                drivers=say(drivers),
                ratio=f"{ratio[MODEL]:.2f}",
            )
        ]
        if ahead := _list_rivals(ratio, ahead=True):
            parts.append(say("**It does not beat {rivals}.**", rivals=ahead))
        if behind := _list_rivals(ratio, ahead=False):
            parts.append(say("It beats {rivals}.", rivals=behind))
        series = _pick(panels, (panel, drivers), "series")
        worse = _pick(panels, (panel, drivers), "worse than the model")
        best = max(RIVALS, key=lambda name: series[name] - worse[name])
        parts.append(
            say(
                "Series by series {rival} is as close or closer in {count} of {all}.",
                rival=say.word(best),
                count=f"{series[best] - worse[best]:.0f}",
                all=f"{series[best]:.0f}",
            )
        )
        lines.append(f"- {say.sentences(parts)}")
    covered = [f"{_pick(panels, (ADDED, each), 'coverage')[MODEL]:.0%}" for each in kinds]
    loops = [
        _compare_loops(panel, *([ratios[panel, each][name] for each in kinds] for name in _LOOPS))
        for panel in PANELS
    ]
    return [
        say.sentences(
            [
                _count_missed(bars),
                say(
                    "The bars, the rivals and the method were committed before any score was "
                    "computed (`{protocol}`).",
                    protocol=PROTOCOL,
                ),
            ]
        ),
        "",
        *lines,
        say(
            "- Nominal {interval} intervals hold {known} and {extrapolated} of value added (known "
            "and extrapolated drivers).",
            interval=f"{found.protocol.scores.interval:.0%}",
            known=covered[0],
            extrapolated=covered[1],
        ),
        *(f"- {each}" for each in loops),
        say(
            "- **The model is less blind than its rivals.** Its constants are fitted to what was "
            "known at each origin, but whoever wrote its equations and judged its priors knew all "
            "figures, and some priors are centred on what a region's series show later. Three "
            "regions of one country that all grew fast are a small sample. Being ahead here is no "
            "promise."
        ),
        "",
        _say_what_for(ratios[ALL, EXTRAPOLATED]),
    ]


def _list_rivals(ratio: Mapping[str, float], *, ahead: bool) -> str:
    """List the rivals that are ahead of the model or as good, or those that are behind it."""
    return say.join(
        [
            say("{rival} ({ratio})", rival=say.word(name), ratio=f"{ratio[name]:.2f}")
            for name in RIVALS
            if (ratio[name] <= ratio[MODEL]) is ahead
        ]
    )


def _count_missed(bars: pd.DataFrame) -> str:
    missed = bars[~bars["met"].astype(bool)]
    if missed.empty:
        return say("All {count} bars are met.", count=len(bars))
    named = [
        say(
            "{bar} ({drivers} drivers: {model}, {limit})",
            bar=name_bar(row["bar"]),
            drivers=say(row["drivers"]),
            model=f"{row['model']:.2f}",
            limit=name_limit(row["limit"]),
        )
        for row in missed.to_dict("records")
    ]
    return say(
        "**{missed} of {count} bars are missed: {bars}.**",
        missed=len(missed),
        count=len(bars),
        bars=say.semicolons(named),
    )


def _pick(panels: pd.DataFrame, of: tuple[str, str], column: str) -> dict[str, float]:
    """Pick a score of every forecaster, of a panel and a kind of drivers."""
    some = panels[(panels["panel"] == of[0]) & (panels["drivers"] == of[1])]
    return {str(row["forecaster"]): float(row[column]) for row in some.to_dict("records")}


def _compare_loops(panel: str, own: Sequence[float], cut: Sequence[float]) -> str:
    better = [mine < other for mine, other in zip(own, cut, strict=True)]
    numbers = say.join(
        [
            say("{mine} against {cut}", mine=f"{mine:.2f}", cut=f"{other:.2f}")
            for mine, other in zip(own, cut, strict=True)
        ]
    )
    told = {"panel": say.word(panel), "numbers": numbers}
    if all(better):
        return say(
            "Of {panel} the loops improve the forecasts ({numbers} with the loops cut, known and "
            "extrapolated drivers).",
            **told,
        )
    if not any(better):
        return say(
            "Of {panel} **the loops do not improve the forecasts** ({numbers} with the loops cut, "
            "known and extrapolated drivers).",
            **told,
        )
    return say(
        "Of {panel} **the loops improve the forecasts with {kind} drivers only** ({numbers} with "
        "the loops cut, known and extrapolated drivers).",
        kind=say(KNOWN if better[0] else EXTRAPOLATED),
        **told,
    )


def _say_what_for(blind: Mapping[str, float]) -> str:
    ahead = [say.word(name) for name in RIVALS if blind[name] <= blind[MODEL]]
    said = (
        say("simple rivals ({rivals}) are as good or better there", rivals=say.join(ahead))
        if ahead
        else say("it beats the simple rivals there, in this one country and few series")
    )
    return say(
        "**What the model is for instead.** Nobody knows the nation's figures beforehand, so what "
        "counts for a forecast are the rows with extrapolated drivers, and {said}. The model is "
        "for asking what a policy changes, and through what, which no rival on this page can "
        "answer; whether its sizes are right is tested by [published "
        "effects](limitations.md#published-effects), not here.",
        said=said,
    )
