"""Numbers for the card and the checklists, counted when they are asked for."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.store.named import DRAWN, open_calibration
from smecluster.model.checking.knockouts import load_mechanisms
from smecluster.model.engine.read.document import CONTROLS, read_document
from smecluster.model.file.beliefs import CONVENTIONS, read_beliefs
from smecluster.model.file.model import SHIPPED as MODEL
from smecluster.model.inputs import read_yaml
from smecluster.model.outcomes import OUTCOMES
from smecluster.model.support.files import read_text

_CHECKS = MODEL.parent / "checks"
_PACKAGES = ("pysd", "llvmlite", "numpy", "scipy", "xarray", "SALib", "emcee")


def gather_facts() -> dict[str, Any]:
    """Count what the shipped model, its checks and its calibration hold.

    Returns
    -------
    dict
        By name, for the template ``checklists.md.jinja``: counts, years, hashes and names, read
        from the files as they are now.
    """
    document = read_document(read_text(MODEL))
    variables = [v for v in document.variables.values() if v.name not in CONTROLS]
    constants = [v for v in variables if v.kind == "constant"]
    figures = open_calibration(DRAWN).findings["figures"]
    reforms = read_reforms()
    return {
        "version": version("smecluster"),
        "hash": document.hash[:12],
        "variables": len(variables),
        "kinds": Counter(v.kind for v in variables),
        "with_unit": sum(bool(v.unit) for v in variables),
        "with_definition": sum(bool(v.definition) for v in variables),
        "with_source": sum(bool(v.source) for v in variables),
        "judgement": sum(v.source.startswith("judgement") for v in constants),
        "believed": sum(bool(read_beliefs(v)) for v in constants),
        "sectors": dict.fromkeys(v.sector for v in variables),
        "regions": document.subscripts["Region"],
        "levers": document.subscripts["Lever"],
        "clock": document.time,
        "outcomes": [outcome.name for outcome in OUTCOMES],
        "checks": _count_checks(_CHECKS),
        "mechanisms": len(load_mechanisms()),
        "figures": len(figures),
        "series": len(figures.groupby(["region", "variable", "segment"], dropna=False)),
        "statuses": Counter(figures["status"]),
        "drawn": _count_draws(),
        "reforms": len(reforms),
        "python": platform.python_version(),
        "packages": [f"{name} {version(name)}" for name in _PACKAGES],
    }


def _count_draws() -> dict[str, Any]:
    """Count what the calibration's draws hold, and how far they have converged."""
    calibration = open_calibration(DRAWN)
    walks = calibration.manifest["posterior"]
    # A convention is in the table, and no answer draws it.
    parameters = calibration.parameters
    parameters = parameters[~parameters["name"].isin(CONVENTIONS)]
    return {
        "name": calibration.name,
        "hash": calibration.hash[:12],
        "draws": len(calibration.draws),
        "values": len(parameters),
        "verdicts": Counter(parameters["verdict"]),
        "walkers": walks["walkers"],
        "r_hat": walks["largest R-hat"],
        "effective": walks["smallest effective draws"],
        "runs": calibration.manifest["runs"],
        "minutes": calibration.manifest["seconds"] / 60,
        "seed": calibration.manifest["seed"],
    }


def _count_checks(folder: Path) -> int:
    files = [read_yaml(path) for path in sorted(folder.glob("*.yaml"))]
    return sum(len(content["checks"]) for content in files)
