"""``smecluster views``: the diagrams of the Vensim file, drawn from its equations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.spoken import say

EXAMPLES = (
    "smecluster views",
    "smecluster views --check",
    "smecluster views path/to/model.mdl",
)

# Faults that are printed one by one.
_SHOWN = 20


def views(
    path: Annotated[
        Path | None, typer.Argument(help="The .mdl file; the shipped model if left out.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check that every variable is in one view.")
    ] = False,
) -> None:
    """Redraw the views in place, in about a minute; equations and settings stay as they are."""
    from smecluster.model.errors import InputError
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.support.files import overwrite_file, read_text
    from smecluster.model.support.workspace import locate

    file = locate(SHIPPED) if path is None else path
    text = read_text(file)
    if check:
        _check(text)
        return
    from smecluster.model.diagrams.views import draw_views

    drawn = draw_views(text)
    if read_text(file) != text:
        raise InputError(f"{file} was changed while it was being drawn: run the command again")
    if drawn != text:
        overwrite_file(file, drawn)
    if drawn == text:
        print(say("{path}: views are up to date", path=file))
    else:
        print(say("{path}: views redrawn", path=file))


def _check(text: str) -> None:
    from smecluster.model.diagrams.faults import find_faults

    faults = find_faults(text)
    print("\n".join(faults[:_SHOWN]) or say("every variable is in one view"))
    if len(faults) > _SHOWN:
        print(say("and {count} more", count=len(faults) - _SHOWN))
    if faults:
        raise typer.Exit(1)
