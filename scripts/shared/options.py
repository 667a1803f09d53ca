"""Options that several commands share: regions, calibration, other inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    pass

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
