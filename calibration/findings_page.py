"""What a calibration found: estimates, fit, and what the figures decide."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.posterior.effects import TESTED, USED
from smecluster.calibration.posterior.knowledge import PRESSED
from smecluster.calibration.problem.criteria import IDENTIFIED, LITTLE, MUCH, PARTLY, PRIOR
from smecluster.calibration.store.findings import Findings, read_findings, read_knowledge
from smecluster.calibration.store.mismatches import TITLES
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.writing.pictures import Bars, Fits, Picture
from smecluster.model.writing.result import Result

#: How a series is compared; what a figure or an effect is.
_COMPARED = {"level": mark("in level"), "scale": mark("up to a factor")}
_WORDS = (mark("used"), mark("left out"), mark("published"), mark("target"))
# Constants that a sentence names, and that the picture of what is known shows.
_NAMED, _SHOWN = 5, 20
# A likelihood moves a constant if by more than this, in standard deviations of its prior.
_SHIFTED = 0.5
# A state's probability has moved if by more than so many standard errors, and by this.
_ERRORS, _TOLD = 2.0, 0.1

Tables = Mapping[str, pd.DataFrame]


def describe_calibration(folder: str | Path) -> Result:
    """Describe a calibration.

    Parameters
    ----------
    folder : str or Path
        Its folder.

    Returns
    -------
    Result
        Tables ``estimates`` (a row a parameter: estimate and ends of its 90 % interval, those of
        the prior, and the verdict), ``fits`` (a row a series), ``effects`` (published effects of
        policies, where the draws were held against them) and ``structures``; a picture of each
        region's series, and of the constants that the figures tell most of.

    Raises
    ------
    InputError
        If the folder is not a calibration, or one of its files was altered.
    """
    findings, knowledge = read_findings(folder), read_knowledge(folder)
    constants = knowledge["constants"]
    tables = {
        "estimates": _tabulate_estimates(findings["parameters"], constants),
        "fits": findings["fits"].replace({"compare": _COMPARED}),
    }
    if "published" in knowledge:
        titles = {reform.name: reform.title for reform in read_reforms()}
        tables["effects"] = knowledge["published"].replace({"reform": titles})
    if "structures" in knowledge:
        tables["structures"] = knowledge["structures"]
    facts = {
        **_count_figures(findings),
        **_count_constants(constants),
        **_count_knowledge(knowledge, len(constants)),
    }
    return Result("calibration", facts, tables, _picture(findings, constants))


def _tabulate_estimates(parameters: pd.DataFrame, constants: pd.DataFrame) -> pd.DataFrame:
    """Put estimates beside priors, what the figures tell most of first."""
    before = constants.set_index("name").reindex(parameters["name"])
    table = pd.DataFrame(
        {
            "parameter": parameters["name"],
            "unit": parameters["unit"],
            "scope": parameters["scope"],
            "estimate": parameters["estimate"],
            "90 % low": parameters["low"],
            "90 % high": parameters["high"],
            "prior low": before["prior low"].to_numpy(),
            "prior high": before["prior high"].to_numpy(),
            "verdict": parameters["verdict"],
        }
    )
    order = (-before["contraction"].fillna(-1.0)).to_numpy().argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _count_figures(findings: Findings) -> dict[str, Any]:
    manifest, fits = findings.manifest, findings["fits"]
    titles = manifest.get(TITLES) or {}
    levels = fits[fits["compare"] == "level"]
    return {
        "called": findings.name,
        "regions_drawn": list(dict.fromkeys(findings["paths"]["region"])),
        "regions": [str(titles.get(name, name)) for name in manifest.get("regions", ())],
        "figures": len(findings["figures"]),
        "series": len(fits),
        "error": float(levels["MAPE"].median()),
        "worst": levels.sort_values("MAPE", ascending=False).iloc[0].to_dict()
        if levels["MAPE"].notna().any()
        else None,
        "quick": bool(manifest.get("quick")),
        "draws": len(findings["draws"]),
        "seed": manifest.get("seed"),
        "runs": int(manifest["runs"]),
        "minutes": float(manifest["seconds"]) / 60,
        "own": bool(titles),
    }


def _count_constants(constants: pd.DataFrame) -> dict[str, Any]:
    counts = constants["verdict"].value_counts()
    best = constants[constants["contraction"] >= LITTLE]
    best = best.sort_values("contraction", ascending=False)
    pressed = constants[constants["beyond"] >= PRESSED].sort_values("beyond", ascending=False)
    return {
        "constants": len(constants),
        "known": int(counts.get(IDENTIFIED, 0)),
        "partly": int(counts.get(PARTLY, 0)),
        "prior": int(counts.get(PRIOR, 0)),
        "best": list(best["name"].head(_NAMED)),
        "pressed": len(pressed),
        "ends": pressed[["name", "shift"]].head(_NAMED).to_dict("records"),
    }


def _count_knowledge(knowledge: Tables, constants: int) -> dict[str, Any]:
    """Count what only some calibrations have; None or nothing where there is none."""
    pairs = knowledge["pairs"]
    facts: dict[str, Any] = {
        "pairs": len(pairs),
        "pair": pairs.iloc[0].to_dict() if len(pairs) else None,
        "directions": None,
        "moved": [],
        "still": [],
        "published": None,
        "shifted": None,
        "shift": _SHIFTED,
    }
    if "directions" in knowledge:
        contractions = knowledge["directions"]["contraction"]
        facts["directions"] = len(contractions)
        facts["strong"] = int((contractions >= MUCH).sum())
    for _, part in knowledge.get("structures", pd.DataFrame({"switch": []})).groupby(
        "switch", sort=False
    ):
        row = part.iloc[0]
        change = abs(row["posterior"] - row["prior"])
        told = change > _TOLD and change > _ERRORS * row["error"]
        facts["moved" if told else "still"].append(row.to_dict())
    if "published" in knowledge:
        studies = knowledge["published"].groupby("study")["within"]
        within, count = studies.sum(), studies.size()
        facts["published"] = {
            name: (int(within.get(study, 0)), int(count.get(study, 0)))
            for name, study in (("used", USED), ("tested", TESTED))
        }
    if "likelihoods" in knowledge:
        table = knowledge["likelihoods"]
        before, after = (name for name in table if str(name).startswith("shift, "))
        facts["shifted"] = int(((table[after] - table[before]).abs() > _SHIFTED).sum())
    return facts


def _picture(findings: Findings, constants: pd.DataFrame) -> dict[str, Picture]:
    paths, figures = findings["paths"], findings["figures"]
    pictures: dict[str, Picture] = {}
    for region, own in paths.groupby("region", sort=False):
        lines = own.rename(columns={"variable": "panel", "year": "x", "value": "y"})
        measured = figures[figures["region"] == region]
        points = pd.DataFrame(
            {
                "panel": measured["variable"],
                "series": measured["segment"].replace("", "published"),
                "x": measured["year"],
                # Of a series that is known up to a factor, only the course is compared.
                "y": measured["value"] / measured["factor"],
            }
        )
        units = dict(zip(own["variable"], own["unit"], strict=True))
        pictures[f"fit-{region}"] = Fits(lines, points, units)
    most = constants.sort_values("contraction", ascending=False).head(_SHOWN)
    told = 100 * most["contraction"].clip(lower=0.0)
    pictures["knowledge"] = Bars(pd.DataFrame({"name": most["name"], "value": told}))
    return pictures
