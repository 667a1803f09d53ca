"""``smecluster calibrate report``: the page of a calibration, from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "smecluster calibrate report",
    "smecluster calibrate report results/calibration/mine",
    "smecluster calibrate report my-region/calibration --out results/my-region",
)


def report(
    calibration: Annotated[
        str | None,
        typer.Argument(
            help="A named calibration or its folder; by default every-constant.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for page, tables and figures.")] = Path(
        "results/calibration-report"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a calibration found: fit, estimates, and what the figures do not decide."""
    from smecluster.calibration.store.named import DRAWN, open_calibration

    write_report(open_calibration(calibration or DRAWN).folder, out, json=json)


def write_report(folder: Path, out: Path, *, json: bool = False) -> None:
    """Write the page of a calibration, its tables and figures, and print its head.

    Parameters
    ----------
    folder : Path
        The calibration's folder.
    out : Path
        Where to.
    json : bool
        Whether JSON is printed instead of words.

    Raises
    ------
    InputError
        If the folder is no calibration, or `out` holds files of others.
    """
    from smecluster.calibration.findings_page import describe_calibration
    from smecluster.calibration.store.findings import read_findings
    from smecluster.scripts.shared.printing import finish_result

    check_report(out)
    found = describe_calibration(folder)
    finish_result(found, out, read_findings(folder).manifest["stamp"], json=json)


def check_report(out: Path) -> None:
    """Refuse a folder in which the page cannot be written, before any long work."""
    from smecluster.scripts.shared.results import Results

    tables = ["estimates", "fits", "effects", "structures"]
    Results(out, tables=tables, figures=["knowledge"], files=["calibration.html"]).check()
