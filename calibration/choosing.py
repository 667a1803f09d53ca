"""Which calibration a command uses, and how results say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.store.mismatches import NONE
from smecluster.calibration.store.own import open_own, refuse_stale
from smecluster.model.presentation.language.catalogue import mark

if TYPE_CHECKING:
    from smecluster.calibration.store.named import Calibration

#: What a stamp says where no calibration is applied: the shipped file holds calibrated values.
OWN_VALUES = mark("the file's own values")


def find_calibration(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command uses.

    Parameters
    ----------
    name : str, optional
        Its name or folder; ``none``, or nothing, for the values of the model's file.

    Returns
    -------
    Calibration or None

    Raises
    ------
    InputError
        If there is no such calibration, one of its files was altered, or it is that of a case that
        has changed since.
    """
    from smecluster.calibration.store.named import open_calibration

    if name is None or name == NONE:
        return None
    found = open_calibration(name)
    refuse_stale(found)
    return found


def find_drawn(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command's draws come from.

    Parameters
    ----------
    name : str, optional
        As in `find_calibration`; by default the shipped one (`calibration.store.named.DRAWN`),
        which varies every constant.

    Returns
    -------
    Calibration or None
        None by default also where the workspace has no such calibration, or where another model
        stands in for the shipped one (`model.support.workspace.stand_in`) and has none of its
        parameters.

    Raises
    ------
    InputError
        As in `find_calibration`.
    """
    from smecluster.calibration.store.named import DRAWN, list_calibrations

    if name is not None:
        return find_calibration(name)
    found = find_calibration(DRAWN) if DRAWN in list_calibrations() else None
    return found if found is None or _shares_names(found) else None


def _shares_names(found: Calibration) -> bool:
    """Say whether the model has any of a calibration's parameters, where it is not the shipped."""
    from smecluster.model import load
    from smecluster.model.engine.read.values import split_name
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.support.workspace import has_stand_in

    if not has_stand_in(SHIPPED):
        return True
    return any(split_name(name)[0] in load().variables for name in found.values)


def describe_origin(
    folders: Sequence[Path], calibration: str | None = None, *, drawn: bool = False
) -> str:
    """Describe where the values come from, for the stamp.

    Parameters
    ----------
    folders : sequence of Path
        Case folders of additional regions.
    calibration : str, optional
        As in `find_calibration`.
    drawn : bool
        Whether draws were used, which may be those of another calibration (`find_drawn`).

    Returns
    -------
    str
        The calibration with the start of its hash, or that the values are the file's own; that of
        the draws where it is another; then the
        folders, each with that of its own calibration or with "not calibrated".
    """
    found = find_calibration(calibration)
    parts = [OWN_VALUES if found is None else f"{found.name} {found.hash[:12]}"]
    source = find_drawn(calibration) if drawn and calibration != NONE else found
    if source is not None and source is not found and (found is None or source.name != found.name):
        parts.append(f"draws of {source.name} {source.hash[:12]}")
    for path in folders:
        own = open_own(path)
        name = path.resolve().name
        parts.append(f"{name} (not calibrated)" if own is None else f"{name} {own.hash[:12]}")
    return ", ".join(parts)
