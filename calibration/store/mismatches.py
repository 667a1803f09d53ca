"""Warn where a calibration does not belong to the model, the cases or the others beside it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError

if TYPE_CHECKING:
    from smecluster.calibration.store.named import Calibration

#: Stands for the values of the model file, without a calibration.
NONE = "none"

#: The manifest's entry of a further region: what `name_held` said when it was fitted.
HELD = "held"

#: The manifest's entry of a further region: the case folders that stood beside it.
BESIDE = "beside"


#: The manifest's entry with the titles of the regions, by name.
TITLES = "titles"


class CalibrationWarning(UserWarning):
    """Something about a calibration that its user should know."""


def name_held(found: Calibration | None) -> str:
    """Name the calibration at which the others are held, as a manifest does: name and hash."""
    return NONE if found is None else f"{found.name} {found.hash}"


def warn_of_model(found: Calibration) -> None:
    """Warn where a calibration was made with another model than the shipped one."""
    from smecluster.calibration.store.named import matches_model
    from smecluster.model import load

    if matches_model(load(), found):
        return
    warnings.warn(
        f"calibration {found.name!r} was made with another version of the model: renew it with "
        "'smecluster calibrate'",
        CalibrationWarning,
        stacklevel=3,
    )


def name_beside(folders: Sequence[Path]) -> list[str]:
    """Name the case folders that stand beside a region while it is fitted."""
    return sorted(folder.resolve().name for folder in folders)


def warn_of_others(
    own: Calibration, found: Calibration | None, folders: Sequence[Path] = ()
) -> None:
    """Warn where a case's own calibration was fitted beside others than it is used with."""
    _warn_of_beside(own, folders)
    beside = str(own.manifest.get(HELD, ""))
    now = name_held(found)
    # Of the same content by another name nothing changes. Older manifests say nothing.
    if not beside or beside.rpartition(" ")[2] == now.rpartition(" ")[2]:
        return
    before, name = (text.rpartition(" ")[0] or text for text in (beside, now))
    other = f"another state of {name!r}" if name == before else f"{before!r}, not {name!r}"
    warnings.warn(
        f"{own.folder} was fitted beside {other}: renew it with 'smecluster calibrate "
        f"{own.folder.parent}'",
        CalibrationWarning,
        stacklevel=3,
    )


def _warn_of_beside(own: Calibration, folders: Sequence[Path]) -> None:
    """Warn where a region that a case was fitted beside is missing now."""
    now = name_beside(folders)
    missing = [name for name in own.manifest.get(BESIDE, ()) if name not in now]
    if missing:
        warnings.warn(
            f"{own.folder} was fitted beside {' and '.join(missing)}, which is not here: add "
            "--from with its folder, or calibrate again without it",
            CalibrationWarning,
            stacklevel=4,
        )


def warn_of_edits(found: Calibration) -> None:
    """Warn where figures or priors of the cases are not those that a calibration was made from.

    Their values of the model are left out: `warn_of_model` compares those of the model's file.
    """
    from smecluster.calibration.data.case import FITTED, fingerprint_case, list_cases, name_changes
    from smecluster.calibration.data.series import CASES as FOLDER
    from smecluster.calibration.store.named import CASES
    from smecluster.model.inputs import read_toml
    from smecluster.model.support.workspace import locate

    made_from = found.manifest.get(CASES, {})
    for case in list_cases() if made_from else ():
        folder = locate(FOLDER / case)
        try:
            region = read_toml(folder / "case.toml").get("region", {}).get("name")
            if region not in made_from:
                continue
            changed = name_changes(made_from[region], fingerprint_case(folder, FITTED))
        except (InputError, AttributeError, TypeError):
            continue  # whoever uses the case is told what is wrong with it
        changed = [name for name in changed if name in FITTED]
        if changed:
            warnings.warn(
                f"calibration {found.name!r} was made with another {' and '.join(changed)} of "
                f"{case}: renew it with 'smecluster calibrate'",
                CalibrationWarning,
                stacklevel=3,
            )
