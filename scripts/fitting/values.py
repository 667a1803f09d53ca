"""``smecluster calibrate values``: copy the regions' values from the model file to the cases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.spoken import say

if TYPE_CHECKING:
    from smecluster.calibration.authoring.region_values import Copied

EXAMPLES = ("smecluster calibrate values", "smecluster calibrate values path/to/my.mdl")


def values(
    model: Annotated[
        Path | None,
        typer.Argument(help="The model file; by default the shipped one.", show_default=False),
    ] = None,
) -> None:
    """Copy the regions' constants and tables from the model file into the case folders."""
    from smecluster.calibration.authoring.region_values import copy_values
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.support.workspace import locate

    print_copied(copy_values(model or locate(SHIPPED)))


def print_copied(copied: Iterable[Copied]) -> None:
    """Print how many values each case received."""
    for each in copied:
        told = {"case": each.case, "constants": each.constants, "points": each.points}
        print(say("{case}: {constants} constants, {points} points", **told))
