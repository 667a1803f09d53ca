"""``smecluster check``: the checks on the model itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from model.check import CHECKS, run_checks
from model.document import SHIPPED
from scripts.printing import note, print_json, print_table

EXAMPLES = (
    "smecluster check",
    "smecluster check --only balance",
    "smecluster check --model my-copy.mdl --all",
)


def check(
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    checks: Annotated[
        Path, typer.Option(help="Another folder of checks.", show_default=False)
    ] = CHECKS,
    only: Annotated[
        str | None, typer.Option(help="Checks whose group or statement contains this.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Show what passed, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a model; the exit status is 1 if a check fails."""
    findings = run_checks(
        model, checks, only=only, say=lambda scenario: note(f"scenario: {scenario}")
    )
    count = Counter(finding.status for finding in findings)
    if json:
        print_json([vars(finding) for finding in findings])
    else:
        shown = [finding for finding in findings if all or finding.status != "passed"]
        if shown:
            print_table(
                ["result", "group", "statement", "what was found"],
                [[f.status, f.group, f.statement, f.detail] for f in shown],
            )
        print(", ".join(f"{count[name]} {name}" for name in ("passed", "failed", "skipped")))
    if count["failed"]:
        raise typer.Exit(1)
