"""``smecluster levers``: what a government can spend on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.support.files import read_text
from smecluster.model.support.workspace import locate
from smecluster.model.vensim.document import SHIPPED
from smecluster.model.vensim.document import read_document as read_document
from smecluster.scripts.shared.printing import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smecluster.policies.levers import Lever

EXAMPLES = (
    "smecluster levers",
    "smecluster levers --level central",
    'smecluster levers "talent training" --json',
)


def levers(
    name: Annotated[str | None, typer.Argument(help="Only this lever.", show_default=False)] = None,
    level: Annotated[
        str | None, typer.Option(help="Only local or central levers.", show_default=False)
    ] = None,
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the policy levers."""
    from smecluster.model.support.errors import UnknownNameError
    from smecluster.policies.levers import find_lever, read_levers
    from smecluster.policies.menu import LEVELS, find_menu

    chosen_level = next((known for known in LEVELS if known == level), None)
    if level is not None and chosen_level is None:
        raise UnknownNameError("level", level, LEVELS)
    menu = find_menu(read_document(read_text(locate(model))).subscripts)
    if name is None:
        chosen = read_levers(chosen_level, menu)
    else:
        chosen = (find_lever(name, chosen_level, menu),)
    if json:
        print_json([lever.model_dump() for lever in chosen])
    elif sys.stdout.isatty():
        _print_for_people(chosen)
    else:
        print_table(
            ["lever", "level", "paper", "feeds", "share a year", "of", "what the money buys"],
            [
                [
                    lever.name,
                    lever.level,
                    ", ".join(lever.paper),
                    lever.feeds,
                    f"{lever.share[0]:g} to {lever.share[1]:g}",
                    lever.cost_basis,
                    lever.description,
                ]
                for lever in chosen
            ],
        )


def _print_for_people(chosen: Sequence[Lever]) -> None:
    """Print a table for each level, each narrow enough for 80 columns."""
    for level in dict.fromkeys(lever.level for lever in chosen):
        own = [lever for lever in chosen if lever.level == level]
        print_table(
            ["lever", "paper", "feeds", "% a year"],
            [
                [
                    lever.name,
                    ", ".join(lever.paper),
                    lever.feeds,
                    f"{100 * lever.share[0]:g} to {100 * lever.share[1]:g}",
                ]
                for lever in own
            ],
            f"{own[0].kind.replace('lever', 'levers', 1).capitalize()}: money as a share of the "
            f"{own[0].cost_basis}",
        )
        print()
    print("Sections: Qu Li (2020). One lever in full, with its path to value added:")
    print(f'  smecluster describe "{chosen[0].name}"')
