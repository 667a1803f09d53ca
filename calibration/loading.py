"""Load the model with a calibration, its draws, and regions from case folders."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.store.own import open_own, refuse_stale
from smecluster.model.support.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model

#: Stands for the values of the model file, without a calibration.
NONE = "none"

#: The manifest's entry of a further region: what `name_held` said when it was fitted.
HELD = "held"


class CalibrationWarning(UserWarning):
    """Something about a calibration that its user should know."""


def find_calibration(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command uses.

    Parameters
    ----------
    name : str, optional
        Its name or folder; ``none`` for none; by default the shipped one.

    Returns
    -------
    Calibration or None

    Raises
    ------
    InputError
        If there is no such calibration, one of its files was altered, or it is that of a case that
        has changed since.
    """
    from smecluster.calibration.store.named import SHIPPED, list_calibrations, open_calibration

    if name == NONE or (name is None and SHIPPED not in list_calibrations()):
        return None
    found = open_calibration(SHIPPED if name is None else name)
    refuse_stale(found)
    return found


def find_drawn(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command's draws come from.

    Parameters
    ----------
    name : str, optional
        As in `find_calibration`; by default the one that varies every constant, or, in a workspace
        without it, the shipped one.

    Returns
    -------
    Calibration or None

    Raises
    ------
    InputError
        As in `find_calibration`.
    """
    from smecluster.calibration.store.named import DRAWN, SHIPPED, list_calibrations

    known = list_calibrations()
    if name is None and DRAWN in known and SHIPPED in known:
        return find_calibration(DRAWN)
    return find_calibration(name)


def draw_values(
    name: str | None,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of a calibration's posterior.

    Parameters
    ----------
    name : str, optional
        As in `find_drawn`.
    count : int
        How many.
    seed : int
        Seed of the choice.
    regions : sequence of str, optional
        Regions of the model; columns of other regions are left out.
    folders : sequence of Path
        Case folders of additional regions: draws of their own calibrations are added.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has too few draws, or none.
    """
    calibration = find_drawn(name)
    if calibration is None:
        raise InputError("draws need a calibration: choose one with --calibration")
    return sample_draws(calibration, count, seed, regions, folders)


def sample_draws(
    calibration: Calibration,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of an open calibration; see `draw_values`."""
    from smecluster.calibration import load_case
    from smecluster.calibration.further import pair_draws
    from smecluster.calibration.store.named import DRAWN
    from smecluster.model.vensim.values import find_element

    if calibration.name == DRAWN:
        _warn_of_model(calibration)
    draws = calibration.sample(count, seed)
    known = {*calibration.regions}
    for at, path in enumerate(folders, 1):
        own = open_own(path)
        if own is not None:
            draws = pair_draws(own.sample(count, seed + at), draws, own.regions)
            known |= {*own.regions}
        else:
            # The folder's values replace a calibrated region of the same name.
            place = [load_case(path).place.name]
            draws = draws.drop(columns=[n for n in draws.columns if find_element(n, place)])
    if regions is None:
        return draws
    kept = {None, *regions}
    known |= {*regions}
    return draws[[name for name in draws.columns if find_element(name, known) in kept]]


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
        calibration in the folder is used.
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
        or its calibration was altered or is of an earlier state of the case.
    """
    from smecluster.calibration.store.named import apply_calibration
    from smecluster.model import Region, load

    model = load()
    found = find_calibration(calibration)
    if found is not None:
        _warn_of_model(found)
        _warn_of_edits(found)
    calibrations = [open_own(path) for path in folders]
    own: list[str] = []
    if names or folders:
        offered = {name: Region(name, {}, {}) for name in model.regions}
        if folders:
            from smecluster.calibration import load_case, make_region
            from smecluster.calibration.authoring.blanks import check_written

            loaded = [load_case(path) for path in folders]
            for case, calibrated in zip(loaded, calibrations, strict=True):
                copied = check_written(case)
                if copied and calibrated is None:
                    warnings.warn(copied, CalibrationWarning, stacklevel=2)
            cases = [make_region(case) for case in loaded]
            own = [each.name for each in cases]
            offered |= dict(zip(own, cases, strict=True))
        for name in names:
            if name not in offered:
                raise UnknownNameError("region", name, offered)
        model = load(regions=[offered[name] for name in (names or offered)])
    if found is not None:
        model = apply_calibration(model, found, keep=own)
    for calibrated in calibrations:
        if calibrated is not None:
            _warn_of_others(calibrated, found)
            model = apply_calibration(model, calibrated)
    return model


def describe_origin(folders: Sequence[Path], calibration: str | None = None) -> str:
    """Describe where the values come from, for the stamp.

    Parameters
    ----------
    folders : sequence of Path
        Case folders of additional regions.
    calibration : str, optional
        As in `find_calibration`.

    Returns
    -------
    str
        The calibration with the start of its hash, then the folders.
    """
    found = find_calibration(calibration)
    parts = [NONE if found is None else f"{found.name} {found.hash[:12]}"]
    for path in folders:
        own = open_own(path)
        name = path.resolve().name
        parts.append(name if own is None else f"{name} {own.hash[:12]}")
    return ", ".join(parts)


def name_held(found: Calibration | None) -> str:
    """Name the calibration at which the others are held, as a manifest does: name and hash."""
    return NONE if found is None else f"{found.name} {found.hash}"


def _warn_of_model(found: Calibration) -> None:
    """Warn where a calibration was made with another model than the shipped one."""
    from smecluster.calibration.store.named import DRAWN, matches_model
    from smecluster.model import load

    if matches_model(load(), found):
        return
    again = "calibrate constants" if found.name == DRAWN else "calibrate"
    warnings.warn(
        f"calibration {found.name!r} was made with another version of the model: renew it with "
        f"'smecluster {again}'",
        CalibrationWarning,
        stacklevel=3,
    )


def _warn_of_others(own: Calibration, found: Calibration | None) -> None:
    """Warn where a case's own calibration was fitted beside another calibration of the others."""
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


def _warn_of_edits(found: Calibration) -> None:
    """Warn where figures or priors of the cases are not those that a calibration was made from.

    Their values of the model are left out: `load_calibrated` compares those of the model's file.
    """
    from smecluster.calibration.data.case import list_cases
    from smecluster.calibration.data.fingerprint import FITTED, fingerprint_case, name_changes
    from smecluster.calibration.data.series import CASES as FOLDER
    from smecluster.calibration.store.named import CASES
    from smecluster.model.support.reading import read_toml
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
