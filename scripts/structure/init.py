"""``smecluster init``: a folder of your own with the files that you edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.printing import note

EXAMPLES = (
    "smecluster init mine",
    "cd mine && smecluster compare central local",
)


def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
) -> None:
    """Copy strategies, futures, studies, cases and the model into a folder of your own."""
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.workspace import create_workspace

    for path in create_workspace(folder):
        print(path)
    note(
        say(
            "commands started in {folder} find these files first; {readme} says more",
            folder=folder,
            readme=folder / "README.md",
        )
    )
