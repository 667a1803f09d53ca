"""``smecluster case``: start a folder for your own region, or check one line by line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.calibration.authoring.case_check import Checked

EXAMPLES = (
    "smecluster case new my-town",
    "smecluster case new my-town --like zhongguancun",
    "smecluster case check my-town",
    "smecluster case check my-town --json",
)
ACTIONS = ("new", "check")


def case(
    action: Annotated[str, typer.Argument(help="new: write a template. check: check a folder.")],
    folder: Annotated[Path, typer.Argument(help="The region's folder.")],
    like: Annotated[
        str | None,
        typer.Option(
            help="With new: the most similar shipped case; its values are copied. By default "
            "wenzhou (home-grown small firms).",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With check: print JSON.")] = False,
) -> int:
    """Start a region's folder, or check one."""
    if action == "new":
        _write_new(folder, like or "wenzhou")
        return 0
    if action != "check":
        raise UnknownNameError("action", action, ACTIONS)
    if like is not None:
        raise InputError("--like belongs to `case new`")
    from smecluster.calibration.authoring.case_check import check_case

    checked = check_case(folder)
    if json:
        print_json(
            {
                "problems": checked.problems,
                "notes": checked.notes,
                "understood": checked.understood.to_dict("records"),
            }
        )
    else:
        _print_checked(checked)
    return 2 if checked.problems else 0


def _write_new(folder: Path, like: str) -> None:
    from smecluster.calibration.authoring.template import new_case

    written = new_case(folder, like)
    for path in sorted(written.iterdir()):
        print(path)
    note(
        f"values of the model are copied from {like} (--like chooses another); next: edit "
        f"{written / 'case.toml'}, then smecluster case check {written}"
    )


def _print_checked(checked: Checked) -> None:
    """Print what was understood, then notes and problems: what must be mended stands last."""
    from smecluster.model.presentation.prose import format_count

    if len(checked.understood):
        print_table(
            ["measures", "years", "figures", "from memory", "unit", "compared", "series"],
            [
                [
                    row["measures"] + (f", {row['segment']}" if row["segment"] else ""),
                    *(row[name] for name in ("years", "figures", "remembered", "unit")),
                    row["compared"],
                    row["series"],
                ]
                for row in checked.understood.to_dict("records")
            ],
            "What was understood",
        )
    sys.stdout.flush()
    for remark in checked.notes:
        print(f"note: {remark}", file=sys.stderr)
    for problem in checked.problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.stderr.flush()
    count = len(checked.problems)
    print(format_count(count, "problem") if count else "no problems")
