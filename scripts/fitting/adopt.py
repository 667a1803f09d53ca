"""``smecluster calibrate adopt``: put an estimate into the model file and the cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.spoken import say

EXAMPLES = (
    "smecluster calibrate adopt",
    "smecluster calibrate adopt results/calibration/mine",
    "smecluster calibrate adopt three-cases path/to/my.mdl",
)


def adopt(
    calibration: Annotated[
        str | None,
        typer.Argument(
            help="A named calibration or its folder; by default three-cases.", show_default=False
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Argument(
            help="The model file to change; by default the shipped one.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a calibration's estimate into the model file, and from there into the cases."""
    from smecluster.calibration.authoring.adoption import adopt_calibration
    from smecluster.calibration.store.named import SHIPPED as CALIBRATION
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.support.workspace import locate
    from smecluster.scripts.fitting.values import print_copied

    path = model or locate(SHIPPED)
    adopted = adopt_calibration(calibration or CALIBRATION, path)
    told = {"path": path, "count": adopted.values, "name": adopted.calibration}
    print(say("{path}: {count} values of {name}", **told))
    print_copied(adopted.copied)
