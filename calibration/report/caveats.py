"""What a reader of a calibration should be careful about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smecluster.calibration.posterior.shift import describe_shift
from smecluster.calibration.problem.criteria import R_HAT, SAME_FIT
from smecluster.calibration.report.diagnostics import compute_residuals, tabulate_autocorrelation
from smecluster.calibration.report.naming import add_remark, join_listed, name_series
from smecluster.calibration.store.findings import Findings, select_multistart
from smecluster.model.presentation.language.spoken import say

#: Errors more correlated with the previous year make intervals too narrow.
STUBBORN = 0.6
_MUCH_LARGER = 1.5
_WIDER = 1.05


def list_caveats(findings: Findings) -> Iterator[str]:
    """List in sentences what limits the trust in a calibration."""
    figures = findings["figures"]
    recalled = int((figures["status"] == "remembered").sum())
    if recalled:
        yield say.plural(
            len(figures),
            "{recalled} of {count} figure are from memory and were not seen in a source; they are "
            "drawn hollow and weigh less.",
            "{recalled} of {count} figures are from memory and were not seen in a source; they are "
            "drawn hollow and weigh less.",
            recalled=recalled,
        )
    wider = float(findings.manifest.get("dispersion", 1.0))
    if wider > _WIDER:
        yield say(
            "The figures lie {times} times as far from the fit as their stated errors allow; "
            "errors and intervals were widened by this factor.",
            times=f"{wider:.1f}",
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
            yield say(
                "In {count} series errors persist for years (correlation with the previous year "
                "above {limit}): {names}.",
                count=f"{len(stubborn):,}",
                limit=STUBBORN,
                names=join_listed(stubborn),
            )
    yield from _name_unstable(findings)
    yield say("A good fit does not prove the structure right; it only fails to refute it.")


def _name_unstable(findings: Findings) -> Iterator[str]:
    """Name what comes out differently with other figures."""
    alone = findings["partial"]
    astray = alone[~alone["agrees"]]
    if len(astray):
        names = [
            add_remark(say.variable(name), say.word(sector))
            for name, sector in zip(astray["name"], astray["sector"], strict=True)
        ]
        yield say(
            "Fitted with their sector alone, these differ: {names}.", names=join_listed(names)
        )
    moved = findings["leave-one-out"]
    shifted = moved[~moved["inside"]]
    if len(shifted):
        names = [
            say("{name} (without {region})", name=say.variable(name), region=say.name(region))
            for name, region in zip(shifted["name"], shifted["left out"], strict=True)
        ]
        yield say("These shared parameters rest on one region: {names}.", names=join_listed(names))
    for _, row in findings["leave-one-out-costs"].iterrows():
        if row["times as large"] > _MUCH_LARGER:
            yield say(
                "With shared parameters from the other regions the errors of {region} are {times} "
                "times as large.",
                region=say.name(row["left out"]),
                times=f"{row['times as large']:.1f}",
            )


def _judge_search(findings: Findings) -> Iterator[str]:
    starts = select_multistart(findings)
    if len(starts):
        yield _judge_starts(starts)
    beyond = findings.manifest.get("global search")
    if beyond is not None:
        if float(beyond) < -SAME_FIT:
            yield say("A global search found a better fit, which was taken.")
        else:
            yield say("A global search found no better fit.")
    chain = findings.manifest.get("chain")
    if chain:
        told = {
            "rhat": f"{chain['R-hat']:.3f}",
            "draws": f"{chain['effective draws']:.0f}",
        }
        if chain["R-hat"] < R_HAT:
            yield say(
                "The walks through the posterior have converged (R-hat at most {rhat}, effective "
                "draws at least {draws}).",
                **told,
            )
        else:
            yield say(
                "The walks through the posterior have NOT converged (R-hat at most {rhat}, "
                "effective draws at least {draws}).",
                **told,
            )


def _judge_starts(starts: pd.DataFrame) -> str:
    cost = starts["cost"].where(np.isfinite(starts["cost"]))
    best = int((cost <= cost.min() + SAME_FIT).sum())
    told: dict[str, object] = {"best": best, "count": len(starts)}
    if len(starts) == 1:
        return say("The search had a single start: a better fit may exist.")
    if best == 1:
        return say(
            "Only one of {count} starts found the best fit: a better one may exist.",
            count=len(starts),
        )
    above = (cost - cost.min())[cost > cost.min() + SAME_FIT]
    if above.empty:
        return say("{best} of {count} starts found the best fit.", **told)
    least, most = f"{above.min():.1f}", f"{above.max():.1f}"
    if least == most:
        return say(
            "{best} of {count} starts found the best fit; the others end {least} higher.",
            least=least,
            **told,
        )
    return say(
        "{best} of {count} starts found the best fit; the others end {least} to {most} higher.",
        least=least,
        most=most,
        **told,
    )
