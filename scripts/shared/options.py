"""Options that several commands share: regions, calibration, other inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
        help="Name or folder of a calibration; three-cases by default. none: the values of the "
        "model's file.",
        show_default=False,
    ),
]
