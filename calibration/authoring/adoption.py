"""Write a calibration's estimate into the model file and the case folders.

The model file then shows in Vensim what the project's commands use, and the cases carry the
same regional values. Nothing that a command computes with this calibration changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smecluster.calibration.authoring.region_values import Copied, copy_values
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.fingerprint import fingerprint_case
from smecluster.calibration.store.findings import FILES
from smecluster.calibration.store.named import (
    CASES,
    Calibration,
    apply_calibration,
    open_calibration,
    write_manifest,
)
from smecluster.calibration.store.named import SHIPPED as CALIBRATION
from smecluster.calibration.store.own import refuse_stale
from smecluster.model import load
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import overwrite_file
from smecluster.model.support.workspace import find_workspace


@dataclass(frozen=True)
class Adopted:
    """What was written.

    Attributes
    ----------
    calibration : str
        Name of the calibration.
    values : int
        How many values of the model file it set.
    copied : tuple of Copied
        What the case folders received.
    """

    calibration: str
    values: int
    copied: tuple[Copied, ...]


def adopt_calibration(calibration: str | Path = CALIBRATION, model: Path = SHIPPED) -> Adopted:
    """Write a calibration's estimate into a model file, then copy it into the case folders.

    Parameters
    ----------
    calibration : str or Path
        Name of a shipped calibration, or a folder.
    model : Path
        The Vensim file.

    Returns
    -------
    Adopted

    Raises
    ------
    InputError
        If there is no such calibration or model file, the model lacks one of the parameters, or
        it is the calibration of a case that has changed since.
    """
    chosen = open_calibration(calibration)
    refuse_stale(chosen)
    overwrite_file(model, apply_calibration(load(model), chosen).text)
    before = _fingerprint_cases(chosen)
    copied = copy_values(model)
    _follow_cases(chosen, before)
    return Adopted(chosen.name, len(chosen.values), copied)


def _fingerprint_cases(calibration: Calibration) -> dict[str, dict[str, str]]:
    """Fingerprint the cases of a calibration's regions, by region."""
    cases = (load_case(name) for name in list_cases())
    return {
        case.place.name: fingerprint_case(case.path)
        for case in cases
        if case.place.name in calibration.regions
    }


def _follow_cases(calibration: Calibration, before: Mapping[str, Mapping[str, str]]) -> None:
    """Enter the cases as they are now, where they were those that the calibration was made from.

    Its own values have just been written there. A case that somebody had changed keeps its old
    entry, so that the change is still noticed; so does a calibration outside of the workspace.
    """
    workspace = find_workspace()
    if workspace is not None and not calibration.folder.resolve().is_relative_to(workspace):
        return
    made_from = calibration.manifest.get(CASES, {})
    ours = {region for region, files in made_from.items() if before.get(region) == files}
    now = {name: files for name, files in _fingerprint_cases(calibration).items() if name in ours}
    if now != {region: before[region] for region in now}:
        facts = {**calibration.manifest, CASES: {**made_from, **now}}
        write_manifest(calibration.folder, facts, list(calibration.manifest[FILES]))
