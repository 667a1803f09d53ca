"""Options that several commands share: the model's regions, and other inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import InputError, unknown

if TYPE_CHECKING:
    from model import Model

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


def chosen_model(names: Sequence[str], folders: Sequence[Path]) -> Model:
    """Load the shipped model with the regions that were asked for.

    Parameters
    ----------
    names : sequence of str
        Regions to keep; all where empty.
    folders : sequence of Path
        Case folders whose regions stand beside those of the file, or replace one of the
        same name.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    InputError
        If a region or a folder does not exist.
    """
    from model import Region, load

    model = load()
    if not names and not folders:
        return model
    offered = {name: Region(name, {}, {}) for name in model.regions}
    if folders:
        from calibration import load as load_case
        from calibration import region

        offered |= {found.name: found for found in (region(load_case(path)) for path in folders)}
    for name in names:
        if name not in offered:
            raise unknown("region", name, offered)
    return load(regions=[offered[name] for name in (names or offered)])


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
    from policies.strategy import check_ranges

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


def calibration_name(folders: Sequence[Path]) -> str:
    """Name where the regions' values come from, for the stamp."""
    return ", ".join(["shipped", *(path.resolve().name for path in folders)])
