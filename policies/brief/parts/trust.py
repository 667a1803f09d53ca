"""How far to trust the brief: what data decide, what judgement decides, how the model forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.calibration.forecasts.scores import score_panels
from smecluster.calibration.problem.criteria import IDENTIFIED, PRIOR
from smecluster.model.presentation.documents.blocks import Part
from smecluster.model.presentation.language.numbers import format_share
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.wording.worlds import list_judged

if TYPE_CHECKING:
    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model

# Studies that the draws were held against, and those kept for testing.
_STUDIES = ("used", "left out")
_MODEL, _NATION = "model", "nation"
_DRIVERS = {"known": "known", "extrapolated": "extrapolated"}


def gather_trust(
    model: Model,
    calibration: Calibration | None,
    draws: pd.DataFrame,
    evaluation: pd.DataFrame | None,
) -> dict[str, float]:
    """Gather the figures of the box from the shipped tables.

    Parameters
    ----------
    model : Model
        The model, whose file says what is believed of each constant.
    calibration : Calibration or None
        The calibration, with its tables.
    draws : pandas.DataFrame
        What differs among draws: a column an input.
    evaluation : pandas.DataFrame or None
        Scores of forecasts, a row a series and forecaster (`docs/evaluation.csv`).

    Returns
    -------
    dict
        Counts and shares by name; one that no table tells is left out.
    """
    judged = list_judged(model)
    varied = {str(name).partition("[")[0] for name in draws.columns}
    found = {
        "uncertain": float(len(judged)),
        "varied": float(len(judged & varied)),
        "drawn": float(len(draws.columns)),
    }
    if calibration is not None:
        findings = calibration.findings
        parameters = findings["parameters"]
        found |= {
            "estimated": float(len(parameters)),
            "prior": float((parameters["verdict"] == PRIOR).sum()),
            "identified": float((parameters["verdict"] == IDENTIFIED).sum()),
            "figures": float(len(findings["figures"])),
        }
        effects = calibration.manifest.get("posterior", {})
        if "published used" in effects:
            found |= {
                f"sized{how}": float(sum(effects[f"published {who}{how}"] for who in _STUDIES))
                for how in ("", " within")
            }
    if evaluation is not None:
        found |= _score_forecasts(evaluation)
    return found


def _score_forecasts(evaluation: pd.DataFrame) -> dict[str, float]:
    """Score forecasts of value added: of the model, and of growth like the nation."""
    panels = score_panels(evaluation)
    own = panels[panels["panel"] == "value added"]
    found = {}
    for drivers in _DRIVERS:
        for forecaster in (_MODEL, _NATION):
            row = own[(own["drivers"] == drivers) & (own["forecaster"] == forecaster)]
            if len(row):
                found[f"{forecaster}, {drivers}"] = float(row["ratio"].iloc[0])
                found[f"{forecaster} in interval, {drivers}"] = float(row["coverage"].iloc[0])
    return found


def beats_nation(trust: Mapping[str, float]) -> bool | None:
    """Say whether the model forecasts value added better than growth like the nation.

    Parameters
    ----------
    trust : mapping of str to float
        From `gather_trust`.

    Returns
    -------
    bool or None
        Whether it does, national figures known or not; None where no table tells.
    """
    pairs = [
        (trust[f"{_MODEL}, {drivers}"], trust[f"{_NATION}, {drivers}"])
        for drivers in _DRIVERS
        if f"{_MODEL}, {drivers}" in trust and f"{_NATION}, {drivers}" in trust
    ]
    return all(model < nation for model, nation in pairs) if pairs else None


def write_trust(voice: Voice, evidence: Evidence) -> Part:
    """Write the box on how far to trust the page."""
    said = [
        _tell_data(voice, evidence.trust),
        _tell_judgement(voice, evidence),
        _tell_forecasts(voice, evidence.trust),
        _tell_effects(voice, evidence.trust),
        voice.say(
            "The equations are one reading of a theory. No single firm, no city within a region "
            "and no politics beyond money, information and the aims of governments is in them. "
            "Use the page to see what the choice depends on, not to settle it."
        ),
    ]
    return Part(voice.say("How far to trust this"), tuple(filter(None, said)), boxed=True)


def _tell_data(voice: Voice, trust: Mapping[str, float]) -> str:
    if "estimated" not in trust:
        return ""
    return voice.say(
        "What data decide: {estimated} values are estimated from {figures} published figures; "
        "{prior} of them only repeat what was believed before, {identified} are clearly told by "
        "the figures.",
        **{name: f"{trust[name]:.0f}" for name in ("estimated", "figures", "prior", "identified")},
    )


def _tell_judgement(voice: Voice, evidence: Evidence) -> str:
    trust, say = evidence.trust, voice.say
    if "uncertain" not in trust:
        return ""
    counts = {name: f"{trust[name]:.0f}" for name in ("uncertain", "varied", "drawn")}
    if not voice.odds.several:
        return say(
            "What judgement decides: {uncertain} constants of the model are uncertain by its own "
            "account, and one set of values was run. The page therefore carries no uncertainty; "
            "--draws 100 shows how results spread.",
            uncertain=counts["uncertain"],
        )
    if voice.odds.all_varied:
        return say(
            "What judgement decides: all {uncertain} uncertain constants were varied as far as the "
            "history allows, {drawn} values, since some differ by region. The equations, the "
            "discount rate and the national drivers were not.",
            uncertain=counts["uncertain"],
            drawn=counts["drawn"],
        )
    return say(
        "What judgement decides: the draws vary {varied} of the {uncertain} constants that are "
        "uncertain by the model's own account. The others, the equations and the national drivers "
        "stay as judged, so odds on this page are surer than the matter is.",
        uncertain=counts["uncertain"],
        varied=counts["varied"],
    )


def _tell_forecasts(voice: Voice, trust: Mapping[str, float]) -> str:
    ahead = beats_nation(trust)
    if ahead is None:
        return ""
    say = voice.say
    values = {
        f"{forecaster}_{drivers}": f"{trust[f'{forecaster}, {drivers}']:.2f}"
        for forecaster in (_MODEL, _NATION)
        for drivers in _DRIVERS
    }
    shares = {
        drivers: format_share(trust[f"{_MODEL} in interval, {drivers}"]) for drivers in _DRIVERS
    }
    if ahead:
        said = say(
            "How the model forecasts: fitted to what was known at the time, it forecasts value "
            "added better than growth like the nation (error {model_known} against {nation_known} "
            "where the national figures are known, {model_extrapolated} against "
            "{nation_extrapolated} where they are not; no change is 1).",
            **values,
        )
    else:
        said = say(
            "How the model forecasts: fitted to what was known at the time, it does not forecast "
            "value added better than growth like the nation (error {model_known} against "
            "{nation_known} where the national figures are known, {model_extrapolated} against "
            "{nation_extrapolated} where they are not; no change is 1). It is for asking what a "
            "policy changes, not for forecasts.",
            **values,
        )
    return say.sentences(
        [
            said,
            say(
                "Its 90 % intervals hold {known} and {extrapolated} of the figures: they are too "
                "narrow. Whoever wrote its equations knew these years.",
                **shares,
            )
            if max(trust[f"{_MODEL} in interval, {drivers}"] for drivers in _DRIVERS) < 0.9
            else say(
                "Its 90 % intervals hold {known} and {extrapolated} of the figures. Whoever wrote "
                "its equations knew these years.",
                **shares,
            ),
        ]
    )


def _tell_effects(voice: Voice, trust: Mapping[str, float]) -> str:
    if not trust.get("sized"):
        return ""
    return voice.say(
        "Of the effects of policies that published studies size, {sized_within} of {sized} come "
        "out within range: do not read the size of one policy's effect off it.",
        sized_within=f"{trust['sized within']:.0f}",
        sized=f"{trust['sized']:.0f}",
    )
