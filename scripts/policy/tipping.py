"""``smecluster stress tipping``: which constants would turn the order of two strategies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_json, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.uncertainty import Workers

EXAMPLES = (
    "smecluster stress tipping central local",
    "smecluster stress tipping central mine.toml --budget 0.5% --horizon 2040",
    'smecluster stress tipping central local --constant "brand premium"',
    "smecluster stress tipping central local --out docs/knife-edge.md",
)


def tipping(
    strategies: Annotated[
        list[str], typer.Argument(help="Two: names, or paths of TOML files.", show_default=False)
    ],
    budget: Annotated[
        list[str] | None,
        typer.Option(help="Additional money of each; repeatable; by default 0.1%, 0.5% and 3%."),
    ] = None,
    horizon: Annotated[
        list[int] | None,
        typer.Option(help="Last year that counts; repeatable; by default 2040 and 2060."),
    ] = None,
    constant: Annotated[
        list[str] | None,
        typer.Option(help="Only this constant; repeatable; by default all.", show_default=False),
    ] = None,
    calibration: CalibrationName = None,
    from_: Folders = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write a page (Markdown), and the table (CSV) beside it.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Move each constant to the ends of what is believed of it, and see who is ahead."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.strategy import load
    from smecluster.sensitivity.tipping.compute import BUDGETS, HORIZONS, find_tipping_values
    from smecluster.sensitivity.tipping.measures import WORDS
    from smecluster.sensitivity.tipping.page import write_page

    page = None if out is None else Page(out, "--out")
    chosen = [load(name) for name in strategies]
    model = load_model(cases=from_ or (), calibration=calibration)
    with progress(mark("comparisons")) as report:
        found = find_tipping_values(
            model,
            chosen,
            budget or BUDGETS,
            horizon or HORIZONS,
            constants=constant or (),
            workers=workers,
            progress=report,
        )
    origin = describe_origin(from_ or [], calibration)
    stamp = make_stamp(model.hash, calibration=origin)
    files: list[Path] = []
    if page is not None:
        command = (
            f"smecluster stress tipping {' '.join(found.strategies)} --out docs/{page.path.name}"
        )
        text = write_page(found, command, model.hash, origin, page.table.name)
        files = page.write(text, found.constants, stamp)
    if json:
        print_json(
            {
                "stamp": stamp,
                "tried": found.tried,
                "failed": found.failed,
                "comparisons": found.base.to_dict("records"),
                "constants": found.constants.to_dict("records"),
            }
        )
        return
    first, second = found.strategies
    print_table(
        [
            mark("money"),
            mark("to"),
            mark("judged by"),
            mark("difference"),
            mark("ahead"),
            mark("turned by"),
        ],
        [
            [
                row["budget"],
                row["horizon"],
                WORDS[row["measure"]],
                f"{row['difference']:+.2f}",
                row["ahead"],
                row["turned"],
            ]
            for row in found.base.to_dict("records")
        ],
        say(
            "{first} less {second}, yuan a yuan of the same additional money; {count} constants",
            first=say.name(first),
            second=say.name(second),
            count=found.tried,
        ),
    )
    print()
    print_table(
        [
            mark("constant"),
            mark("money"),
            mark("to"),
            mark("judged by"),
            mark("value"),
            mark("turns"),
            mark("at"),
        ],
        [
            [
                say.variable(row["constant"]),
                row["budget"],
                row["horizon"],
                WORDS[row["measure"]],
                f"{row['value']:.3g}",
                {"below": mark("below"), "above": mark("above")}[row["toward"]],
                f"{row['tips at']:.3g}",
            ]
            for row in found.constants.to_dict("records")
        ],
        say("Constants that turn the order within what is believed of them"),
    )
    finish(files)
