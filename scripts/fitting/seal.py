"""``smecluster calibrate seal``: hashes for a calibration of an earlier version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "smecluster calibrate seal my-region/calibration",
    "smecluster calibrate seal results/calibration/mine",
)


def seal(
    folder: Annotated[
        Path, typer.Argument(help="The folder of a calibration that has no hashes yet.")
    ],
) -> None:
    """Write the hashes of a calibration's files into its manifest, as the files are now."""
    from smecluster.calibration.store.sealing import seal_calibration

    print(seal_calibration(folder))
