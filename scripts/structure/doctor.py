"""``smecluster doctor``: what this computer lacks, and what to do about it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from smecluster.scripts.shared.printing import print_json, print_table

EXAMPLES = (
    "smecluster doctor",
    "smecluster doctor --json",
)


def doctor(
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Leave the run of the model out.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Look at everything that the program needs; status 1 where something is broken."""
    from dataclasses import asdict

    from smecluster.model.checkup import examine

    found = examine(run=not no_run)
    broken = sum(finding.state == "broken" for finding in found)
    lacking = sum(finding.state == "lacking" for finding in found)
    if json:
        print_json([asdict(finding) for finding in found])
        return 1 if broken else 0
    print_table(
        ["", "what", "found"],
        [[finding.state, finding.what, finding.found] for finding in found],
        "This computer",
    )
    for finding in found:
        if finding.remedy:
            print(f"{finding.what}: {finding.remedy}")
    if broken:
        print(f"{broken} of {len(found)} broken: the program will not work", file=sys.stderr)
    elif lacking:
        print(f"everything needed is there; {lacking} of {len(found)} could be better")
    else:
        print("everything is there")
    return 1 if broken else 0
