"""``smecluster forecast evaluate``: forecasts from every origin, held against fair rivals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.errors import InputError
from smecluster.scripts.shared.options import Restart
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_json, print_table
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import Workers

if TYPE_CHECKING:
    from smecluster.calibration.forecasts.interface import Evaluation

EXAMPLES = (
    "smecluster forecast evaluate",
    "smecluster forecast evaluate --origin 2010 --origin 2015 --draws 20 --out results/quick",
    "smecluster forecast evaluate --page docs/evaluation.md",
)


def evaluate(
    origin: Annotated[
        list[int] | None,
        typer.Option(
            help="Only this origin (last year that is known); repeatable; by default every year of "
            "the protocol.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            min=2, help="Draws of each fit; by default the protocol's.", show_default=False
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Also write a page (Markdown), with a table.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and unfinished work.")] = Path(
        "results/evaluation"
    ),
    from_: Annotated[list[str] | None, typer.Option("--from", hidden=True)] = None,
    restart: Restart = False,
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Forecast every series from every origin, and hold the model against rivals (long)."""
    import os

    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.forecasts.interface import TABLES
    from smecluster.calibration.forecasts.interface import evaluate as compute
    from smecluster.calibration.forecasts.page import write_page
    from smecluster.model.support.provenance import make_stamp
    from smecluster.scripts.fitting.calibrate import StageProgress

    if from_:
        raise InputError(
            "evaluate follows a protocol written down before any forecast, for the shipped regions "
            "alone: 'smecluster forecast histories --from FOLDER --region NAME --rivals YEAR' "
            "holds yours against rivals, and 'smecluster calibrate FOLDER' forecasts its last years"
        )
    where = None if page is None else Page(page, "--page")
    results = Results(out, plain=TABLES)
    results.check()
    with StageProgress() as tell:
        found = compute(
            out / "work",
            origins=origin or (),
            draws=draws,
            workers=workers or os.cpu_count() or 1,
            restart=restart,
            tell=tell,
        )
    stamp = make_stamp(
        found.model_hash,
        calibration=describe_origin([]),
        seed=str(found.protocol.model.seed),
        draws=str(found.protocol.model.draws),
    )
    files = [path for name in TABLES for path in results.write_csv(name, found.tables[name], stamp)]
    if where is not None:
        text = write_page(found, where.table.name)
        files += where.write(text, found.tables["series"], stamp)
    if json:
        print_json(
            {
                "stamp": stamp,
                **{
                    name: found.tables[name].to_dict("records")
                    for name in TABLES
                    if name != "forecasts"
                },
                "files": [str(path) for path in files],
            }
        )
        return
    _print(found)
    finish(files)


def _print(found: Evaluation) -> None:
    from smecluster.calibration.forecasts.scores import name_bar, name_limit
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    print_table(
        [
            *(mark("drivers"), mark("panel"), mark("forecaster"), "series", mark("CRPS ratio")),
            *(mark("log score"), mark("in interval")),
        ],
        [
            [
                row["drivers"],
                row["panel"],
                row["forecaster"],
                row["series"],
                f"{row['ratio']:.3f}",
                f"{row['log score']:+.2f}",
                f"{row['coverage']:.0%}",
            ]
            for row in found.tables["panels"].to_dict("records")
        ],
        say("Forecasters: CRPS over that of no change, averaged over series"),
    )
    print()
    print_table(
        [mark("bar"), mark("drivers"), "model", mark("limit"), "met"],
        [
            [
                name_bar(row["bar"]),
                row["drivers"],
                f"{row['model']:.3f}",
                name_limit(row["limit"]),
                "yes" if row["met"] else "no",
            ]
            for row in found.tables["bars"].to_dict("records")
        ],
        say("Bars that were written down before"),
    )
