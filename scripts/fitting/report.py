"""``smecluster calibrate report``: the page of a calibration, from its tables."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = (
    "smecluster calibrate report",
    "smecluster calibrate report results/calibration/mine",
    "smecluster calibrate report my-region/calibration",
)


def report(
    calibration: Annotated[
        str | None,
        typer.Argument(
            help="A named calibration or its folder; by default three-cases.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a calibration's page, report.html, and its figures into the calibration's folder."""
    from smecluster.calibration.report.page import write_report
    from smecluster.calibration.store.named import SHIPPED, open_calibration

    print(write_report(open_calibration(calibration or SHIPPED).folder))
