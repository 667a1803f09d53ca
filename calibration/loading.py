"""Load the model with a calibration, its draws, and regions from case folders."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.support.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model

#: Stands for the values of the model file, without a calibration.
NONE = "none"
#: The folder in a case folder that holds the region's calibration.
OWN = "calibration"


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
        If there is no such calibration.
    """
    from smecluster.calibration.store.named import SHIPPED, list_calibrations, open_calibration

    if name == NONE or (name is None and SHIPPED not in list_calibrations()):
        return None
    return open_calibration(SHIPPED if name is None else name)


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
        As in `find_calibration`.
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
    calibration = find_calibration(name)
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
    from smecluster.calibration.store.named import MANIFEST, open_calibration

    draws = calibration.sample(count, seed)
    for at, path in enumerate(folders, 1):
        if (path / OWN / MANIFEST).is_file():
            draws = pair_draws(open_calibration(path / OWN).sample(count, seed + at), draws)
        else:
            # The folder's values replace a calibrated region of the same name.
            place = f"[{load_case(path).place.name}]"
            draws = draws.drop(columns=[name for name in draws.columns if name.endswith(place)])
    if regions is None:
        return draws
    known = ["", *regions]
    return draws[[name for name in draws.columns if name.partition("[")[2].rstrip("]") in known]]


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
        If a region or a folder does not exist.
    """
    from smecluster.calibration.store.named import (
        MANIFEST,
        apply_calibration,
        matches_model,
        open_calibration,
    )
    from smecluster.model import Region, load

    model = load()
    found = find_calibration(calibration)
    if found is not None and not matches_model(model, found):
        warnings.warn(
            f"calibration {found.name!r} was made with another version of the model: renew it with "
            "'smecluster calibrate'",
            CalibrationWarning,
            stacklevel=2,
        )
    own: list[str] = []
    if names or folders:
        offered = {name: Region(name, {}, {}) for name in model.regions}
        if folders:
            from smecluster.calibration import load_case, make_region

            cases = [make_region(load_case(path)) for path in folders]
            own = [each.name for each in cases]
            offered |= dict(zip(own, cases, strict=True))
        for name in names:
            if name not in offered:
                raise UnknownNameError("region", name, offered)
        model = load(regions=[offered[name] for name in (names or offered)])
    if found is not None:
        model = apply_calibration(model, found, keep=own)
    for path in folders:
        if (path / OWN / MANIFEST).is_file():
            model = apply_calibration(model, open_calibration(path / OWN))
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
    from smecluster.calibration.store.named import MANIFEST, open_calibration

    found = find_calibration(calibration)
    parts = [NONE if found is None else f"{found.name} {found.hash[:12]}"]
    for path in folders:
        own = path / OWN
        name = path.resolve().name
        parts.append(
            f"{name} {open_calibration(own).hash[:12]}" if (own / MANIFEST).is_file() else name
        )
    return ", ".join(parts)
