"""What a calibration says, in sentences built from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from smecluster.calibration.problem.criteria import BOUND, IDENTIFIED, NORMAL_90, PRIOR
from smecluster.calibration.report.caveats import list_caveats
from smecluster.calibration.report.diagnostics import find_close_pairs
from smecluster.calibration.report.naming import (
    add_remark,
    join_listed,
    join_variables,
    name_series,
)
from smecluster.calibration.report.predictions import (
    judge_forecast,
    judge_intervals,
    judge_reforms,
)
from smecluster.calibration.store.findings import Findings, transform_to_scale
from smecluster.model.presentation.language.spoken import say

#: Goals of a fit: value added and other series, MAPE in percent; bias share, Dmnl.
GOOD_VALUE_ADDED, GOOD_OTHERS, GOOD_BIAS = 10.0, 20.0, 0.1
#: Median of the model's value added over the figures beyond which a region has another size.
WRONG_SIZE = 1.5
_MAIN = "value added"
_LARGE = 30.0


def answer_questions(findings: Findings) -> dict[str, str]:
    """Answer what a reader asks first.

    Parameters
    ----------
    findings : Findings
        The calibration's tables.

    Returns
    -------
    dict
        Answers by question; parts that were not carried out are reported as such.
    """
    questions: dict[str, Callable[[Findings], Iterable[str]]] = {
        say("How well does it fit?"): lambda found: (*_judge_size(found), *_judge_fit(found)),
        say("What do the figures tell about the parameters?"): _name_identified,
        say("What do they not tell?"): _name_unidentified,
        say("How does it forecast years that it never saw?"): judge_forecast,
        say("Do its intervals hold what they promise?"): judge_intervals,
        say("Does it repeat published reforms?"): judge_reforms,
        say("What should you be careful about?"): list_caveats,
    }
    return {question: say.sentences([*reply(findings)]) for question, reply in questions.items()}


def _judge_fit(findings: Findings) -> Iterator[str]:
    fits = findings["fits"]
    scored = fits[(fits["sample"] == "in") & fits["MAPE"].notna()]
    if scored.empty:
        yield say("The fit of the series was not measured.")
        return
    main = scored[scored["variable"] == _MAIN]
    levels = main[main["compare"] == "level"]
    if len(levels):
        errors = [
            say("{error} ({region})", error=_format_percent(error), region=say.name(region))
            for region, error in zip(levels["region"], levels["MAPE"], strict=True)
        ]
        yield say(
            "Value added is met with a mean error of {errors}; {goal} % was the goal.",
            errors=join_listed(errors),
            goal=f"{GOOD_VALUE_ADDED:.0f}",
        )
    others = scored[scored["variable"] != _MAIN]
    if len(others):
        missed = others[others["MAPE"] > GOOD_OTHERS]
        yield say(
            "Of the other series, {good} of {count} come within {goal} %.",
            good=len(others) - len(missed),
            count=len(others),
            goal=f"{GOOD_OTHERS:.0f}",
        )
        if len(missed):
            worst = missed.sort_values("MAPE", ascending=False)
            names = [
                say("{series} {error}", series=name_series(row), error=_format_percent(row["MAPE"]))
                for _, row in worst.iterrows()
            ]
            yield say("Beyond it: {names}.", names=join_listed(names))
    biased = levels[levels["U^M"] > GOOD_BIAS]
    if len(biased):
        names = [
            add_remark(say.name(region), f"{share:.2f}")
            for region, share in zip(biased["region"], biased["U^M"], strict=True)
        ]
        yield say(
            "The bias share of the error in value added exceeds {goal} for {names}: there the "
            "model lies too high or too low as a whole.",
            goal=GOOD_BIAS,
            names=join_listed(names),
        )
    elif levels["U^M"].notna().any():
        yield say(
            "The bias share of the error in value added is at most {share}: the model lies neither "
            "too high nor too low as a whole.",
            share=f"{levels['U^M'].max():.2f}",
        )


def _judge_size(findings: Findings) -> Iterator[str]:
    """Say where the model's region is of another size than the figures'."""
    figures = findings["figures"]
    main = figures[(figures["variable"] == _MAIN) & (figures["compare"] == "level")]
    ratios = (main["fitted"] / main["value"]).groupby(main["region"]).median()
    wrong = ratios[(ratios > WRONG_SIZE) | (ratios < 1 / WRONG_SIZE)]
    if len(wrong):
        names = [
            say(
                "{region} ({ratio} times the figures)",
                region=say.name(str(region)),
                ratio=f"{ratio:.2g}",
            )
            for region, ratio in wrong.items()
        ]
        yield say(
            "Wrong size: value added of {names} is not that of the region. Bring its values to "
            "size (smecluster case new --gdp, or case import) before you fit it.",
            names=join_listed(names),
        )


def _format_percent(value: float) -> str:
    return f"{value:.1f} %" if value < _LARGE else f"{value:.0f} %"


def _name_identified(findings: Findings) -> Iterator[str]:
    table = findings["parameters"]
    if (table["verdict"] == "").all():
        yield say.plural(
            len(table),
            "{count} parameter were estimated; what identifies them was not tested.",
            "{count} parameters were estimated; what identifies them was not tested.",
        )
        return
    clear = table[table["verdict"] == IDENTIFIED]
    if clear.empty:
        yield say.plural(
            len(table),
            "0 of {count} estimated parameter are identified by the figures.",
            "0 of {count} estimated parameters are identified by the figures.",
        )
        return
    yield say.plural(
        len(table),
        "{clear} of {count} estimated parameter are identified by the figures: {names}.",
        "{clear} of {count} estimated parameters are identified by the figures: {names}.",
        clear=len(clear),
        names=join_variables(clear["name"]),
    )


def _say_verdict(verdict: str, names: Sequence[str]) -> str:
    """Say of how many parameters a verdict holds, and of which."""
    told, count = {"names": join_variables(names)}, len(names)
    if verdict == PRIOR:
        return say.plural(
            count,
            "{count} parameter only repeats its prior ({names}).",
            "{count} parameters only repeat their prior ({names}).",
            **told,
        )
    if verdict == BOUND:
        return say.plural(
            count,
            "{count} parameter hits a bound ({names}).",
            "{count} parameters hit a bound ({names}).",
            **told,
        )
    return say.plural(
        count,
        "{count} parameter is {verdict} ({names}).",
        "{count} parameters are {verdict} ({names}).",
        verdict=say.word(verdict),
        **told,
    )


def _name_unidentified(findings: Findings) -> Iterator[str]:
    table = findings["parameters"]
    for verdict, group in table[~table["verdict"].isin([IDENTIFIED, ""])].groupby("verdict"):
        yield _say_verdict(str(verdict), list(group["name"]))
    away = transform_to_scale(table["estimate"], table["scale"]) - transform_to_scale(
        table["prior mean"], table["scale"]
    )
    outside = table[np.abs(away) > NORMAL_90 * table["prior sd"].to_numpy(float)]
    if len(outside):
        yield say(
            "Estimated outside the range of the evidence: {names}. That speaks against the "
            "structure around them, or against the evidence.",
            names=join_variables(outside["name"]),
        )
    if not findings.has("draws"):
        yield say("No posterior was drawn: confounded pairs are unknown.")
        return
    pairs = find_close_pairs(findings)
    if pairs.empty:
        yield say("No two parameters are closely correlated.")
        return
    together = [
        say(
            "{first} with {second} ({correlation})",
            first=say.variable(row["first"]),
            second=say.variable(row["second"]),
            correlation=f"{row['correlation']:+.2f}",
        )
        for _, row in pairs.iterrows()
    ]
    yield say("Known only together: {pairs}.", pairs=join_listed(together))
