"""``smecluster futures``: what may come from outside, and what it does under each strategy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_json, print_table
from smecluster.scripts.shared.uncertainty import (
    Budget,
    Draws,
    Examined,
    Futures,
    Seed,
    Start,
    StudyName,
    Workers,
    draw_all,
    examined,
    study_of,
    write_all,
)

EXAMPLES = (
    "smecluster futures",
    "smecluster futures central local mixed",
    "smecluster futures local --futures demand,credit --draws 200",
    "smecluster futures central local --futures mine.toml",
)


def futures(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Strategies to try, names or TOML files; without any, the futures are listed.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    chosen: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    start: Start = None,
    budget: Budget = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/futures"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Say what each future costs under each strategy, and how long recovery takes."""
    from smecluster.model.support.errors import InputError

    if study is None and not strategies:
        _list(chosen, json)
        return
    given = study_of(
        study,
        strategies,
        draws=draws,
        futures=chosen,
        seed=seed,
        start=start,
        budget=budget,
        regions=region,
    )
    if len(given.futures_loaded()) < 2:
        raise InputError("the base future alone has nothing to compare: name others with --futures")
    done = examined(
        given, calibration, from_ or [], set_ or [], out, workers, needed=draws is not None
    )
    _tell(done, out, json)


def _list(chosen: list[str] | None, json: bool) -> None:
    """Print the futures."""
    from smecluster.policies.futures import ALL
    from smecluster.policies.futures import futures as load

    named = [one.strip() for text in chosen or [ALL] for one in text.split(",")]
    rows = [
        {
            "name": future.name,
            "title": future.title,
            "what happens": future.description,
            "from": f"{future.year:g}" if future.bend else "",
            "sizes from": future.source,
        }
        for future in load(named)
    ]
    if json:
        print_json(rows)
        return
    print_table([*rows[0]], [[*row.values()] for row in rows])


def _tell(done: Examined, out: Path, json: bool) -> None:
    from smecluster.model.support.files import write_atomic
    from smecluster.policies.comparison.brief import futures_page
    from smecluster.policies.comparison.figures import losses
    from smecluster.policies.comparison.tables import recoveries
    from smecluster.policies.comparison.text import basis, futures_answer

    found = done.found
    said, table = futures_answer(found), recoveries(found)
    files = write_all({"recovery": table}, out, done.origin)
    if not json:
        print("\n".join([*said, "", *basis(found)]))
        sys.stdout.flush()
    drawn = draw_all({"futures": losses(found)}, out, done.origin)
    text = futures_page(found, f"Futures: {done.study.title}", drawn, done.origin)
    files += [*drawn.values(), write_atomic(out / "brief.html", text)]
    record = {
        "stamp": done.origin,
        "answer": said,
        "recovery": table.to_dict("records"),
    }
    finish(files, record if json else None)
