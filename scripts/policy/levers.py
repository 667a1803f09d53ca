"""``smecluster levers``: what a government can spend on."""

from __future__ import annotations

from typing import Annotated

import typer

from smecluster.scripts.shared.printing import print_json, print_table

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
    from smecluster.model.support.errors import unknown
    from smecluster.policies.levers import LEVELS, find_lever, read_levers

    chosen_level = next((known for known in LEVELS if known == level), None)
    if level is not None and chosen_level is None:
        raise unknown("level", level, LEVELS)
    listed = read_levers(chosen_level) if name is None else (find_lever(name, chosen_level),)
    if json:
        print_json([lever.model_dump() for lever in listed])
        return
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
            for lever in listed
        ],
        "Policy levers (sections of Qu Li 2020; money in Myuan/Year of 2010)",
    )
