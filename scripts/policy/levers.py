"""``smecluster levers``: what a government can spend on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

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
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the policy levers."""
    from smecluster.model.support.errors import UnknownNameError
    from smecluster.policies.levers import LEVELS, find_lever, read_levers

    chosen_level = next((known for known in LEVELS if known == level), None)
    if level is not None and chosen_level is None:
        raise UnknownNameError("level", level, LEVELS)
    chosen = read_levers(chosen_level) if name is None else (find_lever(name, chosen_level),)
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
            f"{level.capitalize()} levers: money as a share of the {own[0].cost_basis}",
        )
        print()
    print("Sections: Qu Li (2020). One lever in full, with its path to value added:")
    print(f'  smecluster describe "{chosen[0].name}"')
