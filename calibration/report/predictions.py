"""How far a calibration predicts: years held out, its own intervals, and published reforms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smecluster.calibration.experiments.run import CANNOT_RUN
from smecluster.calibration.report.diagnostics import compare_resampled
from smecluster.calibration.report.naming import join_listed, join_variables, name_reform
from smecluster.calibration.store.findings import JOINED, PATH, Findings
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

_MAIN = "value added"
_ENOUGH_SETS = 50
_WRONG_SIGN = mark("wrong sign")
_COVERAGE = (0.80, 0.97)


def judge_forecast(findings: Findings) -> Iterator[str]:
    """Say how well the years held out are forecast."""
    scores = findings["scores"]
    scores = scores[scores["skill"].notna()]
    if scores.empty:
        yield say("No years were held out.")
        return
    main = scores[scores["variable"] == _MAIN]
    if len(main):
        better = (main["skill"] > 0).groupby(main["region"], sort=False).all()
        worse = [say.name(str(region)) for region in better.index[~better]]
        told = {"split": findings.split, "better": better.sum()}
        if worse:
            yield say.plural(
                len(better),
                "Fitted without the years after {split}, it forecasts value added better than a "
                "random walk with drift in {better} of {count} region (not in {worse}).",
                "Fitted without the years after {split}, it forecasts value added better than a "
                "random walk with drift in {better} of {count} regions (not in {worse}).",
                worse=join_listed(worse),
                **told,
            )
        else:
            yield say.plural(
                len(better),
                "Fitted without the years after {split}, it forecasts value added better than a "
                "random walk with drift in {better} of {count} region.",
                "Fitted without the years after {split}, it forecasts value added better than a "
                "random walk with drift in {better} of {count} regions.",
                **told,
            )
    yield _compare_naive(scores)
    if f"{PATH}: skill" in scores and f"{JOINED}: skill" in scores:
        alone, joined = (int((scores[f"{name}: skill"] > 0).sum()) for name in (PATH, JOINED))
        yield say(
            "In the forecast, the last error before them fades as the fit assumes errors do. If it "
            "vanished at once, {alone} series would beat the random walk; if it persisted in full, "
            "{joined} would.",
            alone=alone,
            joined=joined,
        )
    held = findings["holdout"]
    if len(held):
        inside = held["value"].between(held["low"], held["high"]).mean()
        yield say(
            "{share} % of the {count} figures held out lie in the 90 % interval that it gave for "
            "them.",
            share=f"{100 * inside:.0f}",
            count=len(held),
        )


def _compare_naive(scores: pd.DataFrame) -> str:
    """Count the series in which the model beats each naive forecast."""
    ahead, growth, logistic = (
        int((scores["model"] < scores[naive]).sum())
        for naive in ("random walk", "exponential", "logistic")
    )
    told: dict[str, object] = {
        "ahead": ahead,
        "share": f"{100 * ahead / len(scores):.0f}",
        "growth": growth,
        "logistic": logistic,
    }
    # A series needs more figures for a logistic than for the other naive forecasts.
    curved = int(scores["logistic"].notna().sum())
    if curved < len(scores):
        return say(
            "Over all {count} series it beats the random walk in {ahead} ({share} %), an "
            "exponential trend in {growth} and a logistic one in {logistic} of {curved}.",
            count=f"{len(scores):,}",
            curved=curved,
            **told,
        )
    return say(
        "Over all {count} series it beats the random walk in {ahead} ({share} %), an exponential "
        "trend in {growth} and a logistic one in {logistic}.",
        count=f"{len(scores):,}",
        **told,
    )


def judge_intervals(findings: Findings) -> Iterator[str]:
    """Say whether the intervals hold what they promise."""
    table = findings["coverage"]
    whole = table[table["name"] == "all"]
    if whole.empty:
        yield say("It was not tested on data simulated from known parameters.")
    else:
        row = whole.iloc[0]
        low, high = _COVERAGE
        few = row["sets"] < _ENOUGH_SETS
        fair = low <= row["covered"] <= high
        told = {
            "sets": int(row["sets"]),
            "level": f"{100 * row['level']:.0f}",
            "covered": f"{100 * row['covered']:.0f}",
        }
        if few:
            yield say(
                "On {sets} sets of data simulated from known parameters the {level} % intervals "
                "covered the truth in {covered} % of the cases, too few sets to judge by.",
                **told,
            )
        elif fair:
            yield say(
                "On {sets} sets of data simulated from known parameters the {level} % intervals "
                "covered the truth in {covered} % of the cases.",
                **told,
            )
        else:
            yield say(
                "On {sets} sets of data simulated from known parameters the {level} % intervals "
                "covered the truth in {covered} % of the cases: {wrong}.",
                wrong=_explain_wrong(row),
                **told,
            )
        alone = table[(table["name"] != "all") & (table["covered"] < low)]
        if len(alone) and not few:
            names = join_variables(alone.sort_values("covered")["name"])
            yield say("They covered it least often for {names}.", names=names)
    ratio = compare_resampled(findings)["width to posterior"].median()
    if np.isfinite(ratio):
        yield say(
            "Intervals from resampled figures are {ratio} times as wide as the calibration's "
            "(median).",
            ratio=f"{ratio:.1f}",
        )


def _explain_wrong(row: pd.Series[float]) -> str:
    narrow = row["covered"] < row["level"]
    return say("they are too narrow") if narrow else say("they are too wide")


def judge_reforms(findings: Findings) -> Iterator[str]:
    """Say which published effects of reforms come out."""
    table = findings["reforms"]
    table = table[table["verdict"] != CANNOT_RUN]
    if table.empty:
        yield say("Published reforms were not run.")
        return
    yield say(
        "{agree} of {effects} (of {reforms}) come out within the published range.",
        agree=int(table["agrees"].sum()),
        effects=say.plural(len(table), "{count} published effect", "{count} published effects"),
        reforms=say.plural(table["reform"].nunique(), "{count} reform", "{count} reforms"),
    )
    missed = table[~table["agrees"]]
    # What has the wrong sign is worst.
    first = missed["verdict"] == _WRONG_SIGN
    for verdict, group in pd.concat([missed[first], missed[~first]]).groupby("verdict", sort=False):
        names = [
            say(
                "{reform}: {response} ({region})",
                reform=name_reform(row["reform"]),
                response=say.word(row["response"]),
                region=say.word(row["region"]),
            )
            for _, row in group.iterrows()
        ]
        yield say(
            "{verdict} - {names}.",
            verdict=say.capital(str(verdict)),
            names=join_listed(names, "; "),
        )
