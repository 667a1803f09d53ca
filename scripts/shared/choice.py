"""Options that several commands share: regions, calibration, draws, other inputs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.support.errors import InputError, unknown
from smecluster.scripts.shared.printing import note

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.named import Calibration
    from smecluster.model import Model

#: The model's own values, as its file gives them.
NONE = "none"
#: Where a case folder keeps the calibration of its region.
OWN = "calibration"

Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="Only this region; repeat for several.", show_default=False),
]
Folders = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Add a region from its case folder; repeat for several."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help='Another input, e.g. "social discount rate=0.03"; repeatable.'),
]
CalibrationName = Annotated[
    str | None,
    typer.Option(
        "--calibration",
        help="A named calibration, or its folder; by default three-cases; none for the values "
        "of the model's file.",
        show_default=False,
    ),
]


def chosen_calibration(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command uses.

    Parameters
    ----------
    name : str, optional
        Its name or folder; ``none`` for none; the shipped one if left out.

    Returns
    -------
    Calibration or None

    Raises
    ------
    InputError
        If there is none of that name.
    """
    from smecluster.calibration.named import SHIPPED, find, names

    if name == NONE or (name is None and SHIPPED not in names()):
        return None
    return find(SHIPPED if name is None else name)


def draws_of(
    name: str | None,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Choose draws of a calibration's posterior.

    Parameters
    ----------
    name : str, optional
        As in `chosen_calibration`.
    count : int
        How many.
    seed : int
        For the choice.
    regions : sequence of str, optional
        Regions of the model that is run; draws of others are left out.
    folders : sequence of Path
        Case folders that were added: draws of their own calibrations stand beside the others.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has no draws, or not so many.
    """
    calibration = chosen_calibration(name)
    if calibration is None:
        raise InputError("draws need a calibration: name one with --calibration")
    return sampled(calibration, count, seed, regions, folders)


def sampled(
    calibration: Calibration,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Choose draws of a calibration; arguments, result and errors as in `draws_of`."""
    from smecluster.calibration import load as load_case
    from smecluster.calibration.further import paired
    from smecluster.calibration.named import MANIFEST, find

    draws = calibration.sample(count, seed)
    for at, path in enumerate(folders, 1):
        if (path / OWN / MANIFEST).is_file():
            draws = paired(find(path / OWN).sample(count, seed + at), draws)
        else:
            # A folder's values take the place of a calibrated region of the same name.
            place = f"[{load_case(path).place.name}]"
            draws = draws.drop(columns=[name for name in draws.columns if name.endswith(place)])
    if regions is None:
        return draws
    known = ["", *regions]
    return draws[[name for name in draws.columns if name.partition("[")[2].rstrip("]") in known]]


def chosen_model(
    names: Sequence[str], folders: Sequence[Path], calibration: str | None = None
) -> Model:
    """Load the shipped model, calibrated, with the regions that were asked for.

    Parameters
    ----------
    names : sequence of str
        Regions to keep; all where empty.
    folders : sequence of Path
        Case folders whose regions stand beside those of the file, or replace one of the
        same name. Where a folder holds a calibration of its region, that is used.
    calibration : str, optional
        As in `chosen_calibration`.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    InputError
        If a region or a folder does not exist.
    """
    from smecluster.calibration.named import MANIFEST, applied, find, fits
    from smecluster.model import Region, load

    model = load()
    found = chosen_calibration(calibration)
    if found is not None and not fits(model, found):
        note(
            f"calibration {found.name!r} was made with another version of the model: "
            "'smecluster calibrate' makes it anew"
        )
    own: list[str] = []
    if names or folders:
        offered = {name: Region(name, {}, {}) for name in model.regions}
        if folders:
            from smecluster.calibration import load as load_case
            from smecluster.calibration import region

            cases = [region(load_case(path)) for path in folders]
            own = [each.name for each in cases]
            offered |= dict(zip(own, cases, strict=True))
        for name in names:
            if name not in offered:
                raise unknown("region", name, offered)
        model = load(regions=[offered[name] for name in (names or offered)])
    if found is not None:
        model = applied(model, found, keep=own)
    for path in folders:
        if (path / OWN / MANIFEST).is_file():
            model = applied(model, find(path / OWN))
    return model


def settings_of(model: Model, given: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` options.

    Parameters
    ----------
    model : Model
        The model whose constants are set; their ranges are respected.
    given : sequence of str
        The options.

    Returns
    -------
    dict
        Value by name.

    Raises
    ------
    InputError
        If an option is not of that form or its value lies outside the range.
    """
    from smecluster.policies.strategy import check_ranges

    values = {}
    for option in given:
        name, separator, text = option.rpartition("=")
        try:
            values[name.strip()] = float(text)
        except ValueError:
            separator = ""
        if not separator or not name.strip():
            raise InputError(f"--set {option!r} is not NAME=VALUE with a number as value")
    check_ranges(model, values, "--set")
    return values


def calibration_name(folders: Sequence[Path], calibration: str | None = None) -> str:
    """Name where the values come from, for the stamp.

    Parameters
    ----------
    folders : sequence of Path
        Case folders that were added.
    calibration : str, optional
        As in `chosen_calibration`.

    Returns
    -------
    str
        The calibration with the beginning of its hash, then the folders.
    """
    from smecluster.calibration.named import MANIFEST, find

    found = chosen_calibration(calibration)
    told = [NONE if found is None else f"{found.name} {found.hash[:12]}"]
    for path in folders:
        own = path / OWN
        name = path.resolve().name
        told.append(f"{name} {find(own).hash[:12]}" if (own / MANIFEST).is_file() else name)
    return ", ".join(told)


def writable(out: Path) -> None:
    """Refuse a folder that cannot be written to, before anything long is run.

    Parameters
    ----------
    out : Path
        The folder; it need not exist, and is not made.

    Raises
    ------
    InputError
        If it, or the folder in which it would be made, is a file or closed to the user.
    """
    there = next(one for one in (out, *out.absolute().parents) if one.exists())
    if not there.is_dir():
        raise InputError(f"cannot write to {out}: {there} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {out}: no permission in {there}")
