"""Load the model with a calibration and with regions from case folders."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.choosing import find_calibration
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.store.mismatches import (
    CalibrationWarning,
    warn_of_edits,
    warn_of_model,
    warn_of_others,
)
from smecluster.calibration.store.own import open_own
from smecluster.model.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from smecluster.calibration.data.case import Case
    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model


def load_model(
    path: str | Path | None = None,
    *,
    regions: Sequence[str] = (),
    cases: Sequence[str | Path] = (),
    calibration: str | None = None,
) -> Model:
    """Load a model: the calibrated one, or a file as it is.

    Parameters
    ----------
    path : str or Path, optional
        A Vensim or XMILE file, whose own values are used. The calibrated model if left out.
    regions : sequence of str
        Regions to keep; all where empty.
    cases : sequence of str or Path
        Folders of further regions, which stand beside those of the model.
    calibration : str, optional
        Name or folder of a calibration; the shipped one if left out, ``"none"`` for the values of
        the model's file.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If a file, region, folder or calibration does not exist or cannot be used.

    Examples
    --------
    >>> load_model(regions=["Wenzhou"]).regions
    ('Wenzhou',)
    """
    if path is None:
        return load_calibrated(regions, [Path(case) for case in cases], calibration)
    if regions or cases or calibration is not None:
        raise InputError(
            f"{path} is used as it is: regions, cases and calibration are for the calibrated "
            "model; leave the path out"
        )
    from smecluster.model import load

    return load(path)


def load_calibrated(
    names: Sequence[str], folders: Sequence[Path], calibration: str | None = None
) -> Model:
    """Load the shipped model, calibrated, with chosen regions.

    Parameters
    ----------
    names : sequence of str
        Regions to keep; all if empty.
    folders : sequence of Path
        Case folders of additional regions; one replaces a shipped region of the same name. A
        calibration in the folder is used. What says that it is part of another region is taken
        out of that one (`calibration.nesting.netting`).
    calibration : str, optional
        As in `find_calibration`.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    InputError
        If a region or a folder does not exist, a folder is a template that nobody has filled in,
        its calibration was altered or is of an earlier state of the case, or two regions hold the
        same place and neither says that it is part of the other.
    """
    found = find_calibration(calibration)
    if found is not None:
        warn_of_model(found)
        warn_of_edits(found)
    for path in folders:
        own = open_own(path)
        if own is not None:
            warn_of_others(own, found, folders)
    gross, parts = load_gross(names, folders, found)
    return Netting(gross, parts).net_model() if parts else gross


def load_gross(
    names: Sequence[str], folders: Sequence[Path], found: Calibration | None
) -> tuple[Model, dict[str, tuple[str, ...]]]:
    """Load the calibrated model, nothing taken out of a region that contains others.

    Parameters
    ----------
    names, folders
        As in `load_calibrated`.
    found : Calibration or None
        The calibration.

    Returns
    -------
    Model, dict of str to tuple of str
        The model, and by region those that are part of it.

    Raises
    ------
    InputError
        As `load_calibrated`.
    """
    from smecluster.calibration.store.named import apply_calibration
    from smecluster.model import Region, load

    model = load()
    calibrations = [open_own(path) for path in folders]
    own: list[str] = []
    parts: dict[str, tuple[str, ...]] = {}
    if names or folders:
        offered = {name: Region(name, {}, {}) for name in model.regions}
        loaded = []
        if folders:
            from smecluster.calibration.authoring.template import check_written
            from smecluster.calibration.data.case import load_case, make_region

            loaded = [load_case(path) for path in folders]
            _refuse_twice(loaded)
            for case, calibrated in zip(loaded, calibrations, strict=True):
                copied = check_written(case)
                if calibrated is None:
                    said = copied or (
                        f"{case.place.name} is not calibrated: 'smecluster calibrate {case.path}' "
                        "fits it"
                    )
                    warnings.warn(said, CalibrationWarning, stacklevel=3)
            cases = [make_region(case) for case in loaded]
            own = [each.name for each in cases]
            offered |= dict(zip(own, cases, strict=True))
        for name in names:
            if name not in offered:
                raise UnknownNameError("region", name, offered)
        chosen = list(names or offered)
        parts = find_parts(chosen, [case.place for case in loaded])
        model = load(regions=[offered[name] for name in chosen])
    if found is not None:
        try:
            model = apply_calibration(model, found, keep=own)
        except InputError as error:
            raise InputError(
                f"calibration {found.name!r} does not fit {model.path}: {error}; --calibration "
                "none takes the file's own values"
            ) from None
    for calibrated in calibrations:
        if calibrated is not None:
            model = apply_calibration(model, calibrated)
    return model, parts


def _refuse_twice(cases: Sequence[Case]) -> None:
    """Refuse two folders of one region, of which only one could count."""
    first: dict[str, Case] = {}
    for case in cases:
        other = first.setdefault(case.place.name, case)
        if other is not case:
            raise InputError(
                f"{other.path} and {case.path} both hold {case.place.name!r}: leave one of them "
                "out, or give it a name of its own in case.toml"
            )
