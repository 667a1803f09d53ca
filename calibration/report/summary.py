"""What a calibration says, in sentences built from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.posterior.shift import describe_shift
from smecluster.calibration.problem.criteria import (
    BOUND,
    IDENTIFIED,
    NORMAL_90,
    PRIOR,
    R_HAT,
    SAME_FIT,
)
from smecluster.calibration.report.diagnostics import (
    compare_resampled,
    compute_residuals,
    find_close_pairs,
    tabulate_autocorrelation,
)
from smecluster.calibration.store.findings import (
    JOINED,
    PATH,
    Findings,
    select_multistart,
    transform_to_scale,
)
from smecluster.calibration.validation.reform_runs import CANNOT_RUN
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.prose import format_count, join_names

#: Goals of a fit: value added and other series, MAPE in percent; bias share, Dmnl.
GOOD_VALUE_ADDED, GOOD_OTHERS, GOOD_BIAS = 10.0, 20.0, 0.1
#: Median of the model's value added over the figures beyond which a region has another size.
WRONG_SIZE = 1.5
#: Errors more correlated with the previous year make intervals too narrow.
STUBBORN = 0.6
_MAIN = "value added"
_LISTED = 5
_MUCH_LARGER = 1.5
_WIDER = 1.05
_LARGE = 30.0
_ENOUGH_SETS = 50
_WRONG_SIGN = "wrong sign"
_COVERAGE = (0.80, 0.97)
_PHRASES = {
    PRIOR: ("only repeats its prior", "only repeat their prior"),
    BOUND: ("hits a bound", "hit a bound"),
}


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
        "How well does it fit?": lambda found: (*_judge_size(found), *_judge_fit(found)),
        "What do the figures tell about the parameters?": _name_identified,
        "What do they not tell?": _name_unidentified,
        "How does it forecast years that it never saw?": _judge_forecast,
        "Do its intervals hold what they promise?": _judge_intervals,
        "Does it repeat published reforms?": _judge_reforms,
        "What should you be careful about?": _list_caveats,
    }
    return {question: " ".join(reply(findings)) for question, reply in questions.items()}


def name_series(row: pd.Series[Any] | Mapping[Hashable, Any]) -> str:
    """Name a series: variable, region, and segment if it has one."""
    segment = f", {row['segment']}" if row["segment"] else ""
    return f"{row['variable']} ({row['region']}{segment})"


def _join(names: Sequence[str], mark: str = ", ") -> str:
    return join_names(names, most=_LISTED, mark=mark)


def _judge_fit(findings: Findings) -> Iterator[str]:
    fits = findings["fits"]
    scored = fits[(fits["sample"] == "in") & fits["MAPE"].notna()]
    if scored.empty:
        yield "The fit of the series was not measured."
        return
    main = scored[scored["variable"] == _MAIN]
    levels = main[main["compare"] == "level"]
    for part, goal, what in (
        (levels, GOOD_VALUE_ADDED, "Value added"),
        (scored[scored["variable"] != _MAIN], GOOD_OTHERS, "Of the other series"),
    ):
        if part.empty:
            continue
        missed = part[part["MAPE"] > goal]
        if what == "Value added":
            errors = [
                f"{_format_percent(row['MAPE'])} ({row['region']})" for _, row in part.iterrows()
            ]
            yield (
                f"{what} is met with a mean error of {_join(errors)}; {goal:.0f} % was the goal."
            )
        else:
            good = len(part) - len(missed)
            yield f"{what}, {good} of {len(part)} come within {goal:.0f} %."
            if len(missed):
                worst = missed.sort_values("MAPE", ascending=False)
                names = [
                    f"{name_series(row)} {_format_percent(row['MAPE'])}"
                    for _, row in worst.iterrows()
                ]
                yield f"Beyond it: {_join(names)}."
    biased = levels[levels["U^M"] > GOOD_BIAS]
    if len(biased):
        names = [f"{row['region']} ({row['U^M']:.2f})" for _, row in biased.iterrows()]
        yield (
            f"The bias share of the error in value added exceeds {GOOD_BIAS} for "
            f"{_join(names)}: there the model lies too high or too low as a whole."
        )
    elif levels["U^M"].notna().any():
        yield (
            f"The bias share of the error in value added is at most {levels['U^M'].max():.2f}: "
            "the model lies neither too high nor too low as a whole."
        )


def _judge_size(findings: Findings) -> Iterator[str]:
    """Say where the model's region is of another size than the figures'."""
    figures = findings["figures"]
    main = figures[(figures["variable"] == _MAIN) & (figures["compare"] == "level")]
    ratios = (main["fitted"] / main["value"]).groupby(main["region"]).median()
    wrong = ratios[(ratios > WRONG_SIZE) | (ratios < 1 / WRONG_SIZE)]
    if len(wrong):
        names = [f"{region} ({ratio:.2g} times the figures)" for region, ratio in wrong.items()]
        yield (
            f"Wrong size: value added of {_join(names)} is not that of the region. Bring its "
            "values to size (smecluster case new --gdp, or case import) before you fit it."
        )


def _format_percent(value: float) -> str:
    return f"{value:.1f} %" if value < _LARGE else f"{value:.0f} %"


def _name_identified(findings: Findings) -> Iterator[str]:
    table = findings["parameters"]
    if (table["verdict"] == "").all():
        yield (
            f"{format_count(len(table), 'parameter')} were estimated; what identifies them was "
            "not tested."
        )
        return
    clear = table[table["verdict"] == IDENTIFIED]
    yield (
        f"{len(clear)} of {format_count(len(table), 'estimated parameter')} are identified by the "
        "figures" + (f": {_join(list(clear['name']))}." if len(clear) else ".")
    )


def _name_unidentified(findings: Findings) -> Iterator[str]:
    table = findings["parameters"]
    for verdict, group in table[~table["verdict"].isin([IDENTIFIED, ""])].groupby("verdict"):
        names = _join(list(group["name"]))
        one, many = _PHRASES.get(str(verdict), (f"is {verdict}", f"are {verdict}"))
        phrase = one if len(group) == 1 else many
        yield f"{format_count(len(group), 'parameter')} {phrase} ({names})."
    away = transform_to_scale(table["estimate"], table["scale"]) - transform_to_scale(
        table["prior mean"], table["scale"]
    )
    outside = table[np.abs(away) > NORMAL_90 * table["prior sd"].to_numpy(float)]
    if len(outside):
        yield (
            f"Estimated outside the range of the evidence: {_join(list(outside['name']))}. "
            "That speaks against the structure around them, or against the evidence."
        )
    if not findings.has("draws"):
        yield "No posterior was drawn: confounded pairs are unknown."
        return
    pairs = find_close_pairs(findings)
    if pairs.empty:
        yield "No two parameters are closely correlated."
        return
    together = [
        f"{row['first']} with {row['second']} ({row['correlation']:+.2f})"
        for _, row in pairs.iterrows()
    ]
    yield f"Known only together: {_join(together)}."


def _judge_forecast(findings: Findings) -> Iterator[str]:
    scores = findings["scores"]
    scores = scores[scores["skill"].notna()]
    if scores.empty:
        yield "No years were held out."
        return
    main = scores[scores["variable"] == _MAIN]
    if len(main):
        better = (main["skill"] > 0).groupby(main["region"], sort=False).all()
        worse = list(better.index[~better])
        yield (
            f"Fitted without the years after {findings.split}, it forecasts value added better "
            f"than a random walk with drift in {better.sum()} of "
            + format_count(len(better), "region")
            + (f" (not in {_join(worse)})." if worse else ".")
        )
    ahead, growth, logistic = (
        int((scores["model"] < scores[naive]).sum())
        for naive in ("random walk", "exponential", "logistic")
    )
    # A series needs more figures for a logistic than for the other naive forecasts.
    curved = int(scores["logistic"].notna().sum())
    yield (
        f"Over all {format_count(len(scores), 'series', 'series')} it beats the random walk in "
        f"{ahead} ({100 * ahead / len(scores):.0f} %), an exponential trend in {growth} and a "
        f"logistic one in {logistic}" + (f" of {curved}." if curved < len(scores) else ".")
    )
    if f"{PATH}: skill" in scores and f"{JOINED}: skill" in scores:
        alone, joined = (int((scores[f"{name}: skill"] > 0).sum()) for name in (PATH, JOINED))
        yield (
            "In the forecast, the last error before them fades as the fit assumes errors do. If it "
            f"vanished at once, {alone} series would beat the random walk; if it persisted in "
            f"full, {joined} would."
        )
    held = findings["holdout"]
    if len(held):
        inside = held["value"].between(held["low"], held["high"]).mean()
        yield (
            f"{100 * inside:.0f} % of the {len(held)} figures held out lie in the 90 % interval "
            "that it gave for them."
        )


def _judge_intervals(findings: Findings) -> Iterator[str]:
    table = findings["coverage"]
    whole = table[table["name"] == "all"]
    if whole.empty:
        yield "It was not tested on data simulated from known parameters."
    else:
        row = whole.iloc[0]
        low, high = _COVERAGE
        few = row["sets"] < _ENOUGH_SETS
        fair = low <= row["covered"] <= high
        remark = ", too few sets to judge by" if few else "" if fair else f": {_explain_wrong(row)}"
        yield (
            f"On {int(row['sets'])} sets of data simulated from known parameters the "
            f"{100 * row['level']:.0f} % intervals covered the truth in "
            f"{100 * row['covered']:.0f} % of the cases{remark}."
        )
        alone = table[(table["name"] != "all") & (table["covered"] < low)]
        if len(alone) and not few:
            names = list(alone.sort_values("covered")["name"])
            yield f"They covered it least often for {_join(names)}."
    ratio = compare_resampled(findings)["width to posterior"].median()
    if np.isfinite(ratio):
        yield (
            f"Intervals from resampled figures are {ratio:.1f} times as wide as the calibration's "
            "(median)."
        )


def _explain_wrong(row: pd.Series[float]) -> str:
    return f"they are too {'narrow' if row['covered'] < row['level'] else 'wide'}"


def _judge_reforms(findings: Findings) -> Iterator[str]:
    table = findings["reforms"]
    table = table[table["verdict"] != CANNOT_RUN]
    if table.empty:
        yield "Published reforms were not run."
        return
    yield (
        f"{int(table['agrees'].sum())} of {format_count(len(table), 'published effect')} (of "
        f"{format_count(table['reform'].nunique(), 'reform')}) come out within the published range."
    )
    missed = table[~table["agrees"]]
    # What has the wrong sign is worst.
    first = missed["verdict"] == _WRONG_SIGN
    for verdict, group in pd.concat([missed[first], missed[~first]]).groupby("verdict", sort=False):
        names = [
            f"{row['reform'].replace('_', ' ')}: {row['response']} ({row['region']})"
            for _, row in group.iterrows()
        ]
        yield f"{capitalise(str(verdict))} - {_join(names, '; ')}."


def _list_caveats(findings: Findings) -> Iterator[str]:
    figures = findings["figures"]
    recalled = int((figures["status"] == "remembered").sum())
    if recalled:
        yield (
            f"{recalled} of {format_count(len(figures), 'figure')} are from memory and were not "
            "seen in a source; they are drawn hollow and weigh less."
        )
    wider = float(findings.manifest.get("dispersion", 1.0))
    if wider > _WIDER:
        yield (
            f"The figures lie {wider:.1f} times as far from the fit as their stated errors allow; "
            "errors and intervals were widened by this factor."
        )
    yield from _judge_search(findings)
    if findings.has("shift"):
        moved = findings.manifest["draws shifted"]
        yield describe_shift(findings["shift"], moved["draws"], moved["draws clipped"])
    if len(figures):
        again = tabulate_autocorrelation(compute_residuals(findings))
        stubborn = [
            name_series(row)
            for row in again[again["autocorrelation"] > STUBBORN].to_dict("records")
        ]
        if stubborn:
            yield (
                f"In {format_count(len(stubborn), 'series', 'series')} errors persist for years "
                f"(correlation with the previous year above {STUBBORN}): {_join(stubborn)}."
            )
    alone = findings["partial"]
    astray = alone[~alone["agrees"]]
    if len(astray):
        names = [f"{row['name']} ({row['sector']})" for _, row in astray.iterrows()]
        yield f"Fitted with their sector alone, these differ: {_join(names)}."
    moved = findings["leave-one-out"]
    shifted = moved[~moved["inside"]]
    if len(shifted):
        names = [f"{row['name']} (without {row['left out']})" for _, row in shifted.iterrows()]
        yield f"These shared parameters rest on one region: {_join(names)}."
    for _, row in findings["leave-one-out-costs"].iterrows():
        if row["times as large"] > _MUCH_LARGER:
            yield (
                f"With shared parameters from the other regions the errors of {row['left out']} "
                f"are {row['times as large']:.1f} times as large."
            )
    yield "A good fit does not prove the structure right; it only fails to refute it."


def _judge_search(findings: Findings) -> Iterator[str]:
    starts = select_multistart(findings)
    if len(starts):
        cost = starts["cost"].where(np.isfinite(starts["cost"]))
        best = int((cost <= cost.min() + SAME_FIT).sum())
        if len(starts) == 1:
            yield "The search had a single start: a better fit may exist."
        elif best == 1:
            yield f"Only one of {len(starts)} starts found the best fit: a better one may exist."
        else:
            above = (cost - cost.min())[cost > cost.min() + SAME_FIT]
            least, most = f"{above.min():.1f}", f"{above.max():.1f}"
            rest = f"; the others end {least if least == most else f'{least} to {most}'} higher"
            yield f"{best} of {len(starts)} starts found the best fit{rest if len(above) else ''}."
    beyond = findings.manifest.get("global search")
    if beyond is not None:
        better = "a better fit, which was taken" if float(beyond) < -SAME_FIT else "no better fit"
        yield f"A global search found {better}."
    chain = findings.manifest.get("chain")
    if chain:
        said = "have" if chain["R-hat"] < R_HAT else "have NOT"
        yield (
            f"The walks through the posterior {said} converged (R-hat at most "
            f"{chain['R-hat']:.3f}, effective draws at least {chain['effective draws']:.0f})."
        )
