"""The calibration in a case's own folder: used only with the case that it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError

if TYPE_CHECKING:
    from smecluster.calibration.store.named import Calibration

#: The folder in a case folder that holds the region's calibration.
OWN = "calibration"
_CASE = "case.toml"


def open_own(folder: Path) -> Calibration | None:
    """Open the calibration in a case's folder.

    Parameters
    ----------
    folder : Path
        The case's folder.

    Returns
    -------
    Calibration or None
        None where the case has none.

    Raises
    ------
    InputError
        If a file of it was altered, or the case has changed since it was made: its estimates
        belong to other figures or other values.
    """
    from smecluster.calibration.store.findings import MANIFEST
    from smecluster.calibration.store.named import open_calibration

    if not (folder / OWN / MANIFEST).is_file():
        return None
    found = open_calibration(folder / OWN)
    refuse_stale(found)
    return found


def refuse_stale(found: Calibration) -> None:
    """Refuse a case's own calibration where the case is not what it was made from.

    Parameters
    ----------
    found : Calibration
        A calibration; one that is not in a case's folder passes.

    Raises
    ------
    InputError
        If the case has changed since, or is another one; the message names the files.
    """
    folder = found.folder.parent
    if found.folder.name != OWN or not (folder / _CASE).is_file():
        return
    from smecluster.calibration.data.case import fingerprint_case, name_changes
    from smecluster.calibration.store.named import CASES

    made_from = found.manifest.get(CASES, {})
    now = fingerprint_case(folder)
    if now in made_from.values():
        return
    from smecluster.calibration.data.case_file import read_case_file

    region = read_case_file(folder / _CASE).region.name
    if region in made_from:
        changed = [str(folder / name) for name in name_changes(made_from[region], now)]
        verb = "has" if len(changed) == 1 else "have"
        reason = f"{' and '.join(changed)} {verb} changed since {found.folder} was made"
    else:
        others = ", ".join(made_from) or "no case that it names"
        reason = f"{found.folder} is a calibration of {others}, not of {region}"
    raise InputError(
        f"{reason}: calibrate again ('smecluster calibrate {folder}'), or move {found.folder} away "
        "to use the case's own values"
    )
