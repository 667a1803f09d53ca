"""``smecluster checklists``: the model's card and the checklists of journals, filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "smecluster checklists",
    "smecluster checklists --out checklists.md",
)


def checklists(
    out: Annotated[
        Path | None, typer.Option(help="A file instead of the screen.", show_default=False)
    ] = None,
) -> None:
    """Write the model's card, STRESS-SD and the guidelines of Rahmandad and Sterman."""
    from smecluster.calibration.reporting.checklists import write_checklists
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file

    if out is None:
        print(write_checklists(), end="")
        return
    check_file(out)
    print(f"{write_atomic(out, write_checklists())}: model card, STRESS-SD, Rahmandad and Sterman")
