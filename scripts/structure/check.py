"""``smecluster check``: checks of the model itself, and the stylised facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.checking.runner import CHECKS, run_checks
from smecluster.model.checking.stylised_facts import Case, Fact, run_facts
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.workspace import locate
from smecluster.scripts.shared.printing import note, print_json, print_table

EXAMPLES = (
    "smecluster check",
    "smecluster check --only balance",
    "smecluster check --model my-copy.mdl --all",
    "smecluster check --facts",
    "smecluster check --facts --only land --all",
)


def check(
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    checks: Annotated[
        Path, typer.Option(help="Another folder of checks.", show_default=False)
    ] = CHECKS,
    only: Annotated[
        str | None, typer.Option(help="Checks or facts whose name contains this.")
    ] = None,
    all: Annotated[
        bool,
        typer.Option("--all", help="Show also what passed; of facts, every case with its numbers."),
    ] = False,
    facts: Annotated[
        bool,
        typer.Option(
            "--facts", help="Test which stylised facts come out; a fact cannot fail the check."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a model; the exit status is 1 if a check fails."""
    if facts:
        _print_facts(
            run_facts(locate(model), only=only, say=lambda fact: note(f"fact: {fact}")), all, json
        )
        return
    findings = run_checks(
        model, locate(checks), only=only, say=lambda scenario: note(f"scenario: {scenario}")
    )
    count = Counter(finding.status for finding in findings)
    if json:
        print_json([vars(finding) for finding in findings])
    else:
        shown = [finding for finding in findings if all or finding.status != "passed"]
        if shown:
            print_table(
                ["result", "group", "statement", "detail"],
                [[f.status, f.group, f.statement, f.detail] for f in shown],
            )
        shown_counts = ["passed", "failed", *(["missed"] if count["missed"] else []), "skipped"]
        print(", ".join(f"{count[name]} {name}" for name in shown_counts))
    if count["failed"]:
        raise typer.Exit(1)


def _print_facts(facts: Sequence[Fact], every: bool, json: bool) -> None:
    """Print where each fact comes out, with its numbers."""
    if json:
        print_json(
            [{**vars(f), "verdict": f.verdict, "cases": [vars(c) for c in f.cases]} for f in facts]
        )
        return
    if every:
        print_table(
            ["comes out", "fact", "region", "from", "numbers"],
            [
                [_WORD[c.holds], f.title, c.region, _format_start(c), _format_numbers([c])]
                for f, c in _list_cases(facts)
            ],
        )
    else:
        print_table(
            ["result", "fact", "comes out in", "does not in", "numbers, lowest to highest"],
            [
                [
                    f.verdict,
                    f.title,
                    _name_regions(f, True),
                    _name_regions(f, False),
                    _format_numbers(f.cases),
                ]
                for f in facts
            ],
        )
    count = Counter(fact.verdict for fact in facts)
    print(", ".join(f"{number} {name}" for name, number in count.items()))


_WORD = {True: "yes", False: "no", None: "cannot be judged"}


def _list_cases(facts: Sequence[Fact]) -> list[tuple[Fact, Case]]:
    return [(fact, case) for fact in facts for case in fact.cases]


def _format_start(case: Case) -> str:
    return "" if case.start is None else f"{case.start:g}"


def _name_regions(fact: Fact, holds: bool) -> str:
    """Name the regions, with the years if they differ."""
    parts = []
    for region in dict.fromkeys(case.region for case in fact.cases):
        cases = [case for case in fact.cases if case.region == region]
        found = [_format_start(case) for case in cases if case.holds is holds]
        if found:
            parts.append(region if len(found) == len(cases) else f"{region} {', '.join(found)}")
    return "; ".join(parts)


def _format_numbers(cases: Sequence[Case]) -> str:
    parts = []
    for name in cases[0].numbers:
        values = [case.numbers[name] for case in cases]
        low, high = f"{min(values):.3g}", f"{max(values):.3g}"
        parts.append(f"{name} {low}" if low == high else f"{name} {low} to {high}")
    return "; ".join(parts)
