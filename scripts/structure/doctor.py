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
    from smecluster.model.presentation.language.spoken import say

    found = examine(run=not no_run)
    states = {"fine": say("fine"), "lacking": say("lacking"), "broken": say("broken")}
    broken = sum(finding.state == "broken" for finding in found)
    lacking = sum(finding.state == "lacking" for finding in found)
    if json:
        print_json([asdict(finding) for finding in found])
        return 1 if broken else 0
    print_table(
        ["", say("what"), say("found")],
        [[states[finding.state], finding.what, finding.found] for finding in found],
        say("This computer"),
    )
    for finding in found:
        if finding.remedy:
            print(say("{what}: {remedy}", what=say.word(finding.what), remedy=finding.remedy))
    if broken:
        counted = {"count": broken, "total": len(found)}
        print(
            say("{count} of {total} broken: the program will not work", **counted), file=sys.stderr
        )
    elif lacking:
        counted = {"count": lacking, "total": len(found)}
        print(say("everything needed is there; {count} of {total} could be better", **counted))
    else:
        print(say("everything is there"))
    return 1 if broken else 0
