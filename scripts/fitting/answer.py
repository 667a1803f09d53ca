"""``smecluster calibrate answer``: what the order of two strategies is conditional on."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_json, print_lines, print_table
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import Seed, Workers

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster calibrate answer",
    "smecluster calibrate answer local central --draws 200 --budget 3%",
    "smecluster calibrate answer --page docs/conditions.md",
)
_TABLE = "conditions"


def answer(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Two: names, or paths of TOML files; by default local and central.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=100, max=100_000, help="Draws of each set, at most what it holds.")
    ] = 1000,
    budget: Annotated[
        str, typer.Option(help="Additional money of each, as a share of value added or in Myuan.")
    ] = "0.5%",
    horizon: Annotated[int, typer.Option(help="Last year that counts.")] = 2040,
    seed: Seed = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Also write a page (Markdown), with a table.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the table and unfinished work.")] = Path(
        "results/conditions"
    ),
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how the order of two strategies depends on draws, structure and likelihood."""
    import os

    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.data.case import list_cases
    from smecluster.calibration.drawing import sample_draws
    from smecluster.calibration.interface import assemble_together
    from smecluster.calibration.priors.table import build_priors
    from smecluster.calibration.store.named import DRAWN, open_calibration
    from smecluster.model.errors import InputError
    from smecluster.model.file.beliefs import CONVENTIONS
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.comparison.study_run import keep_runs
    from smecluster.policies.strategy import load
    from smecluster.sensitivity.decision.conditions import Sets, draw_believed, find_conditions
    from smecluster.sensitivity.decision.conditions_page import describe_conditions, write_page
    from smecluster.sensitivity.decision.worlds import compare_two

    results = Results(out, plain=[_TABLE])
    results.check()
    where = None if page is None else Page(page, "--page")
    chosen = strategies or ["local", "central"]
    if len(chosen) != 2:
        raise InputError(f"name two strategies, not {len(chosen)}")
    first, second = (load(name).name for name in chosen)
    problem = assemble_together(list_cases(), (), {})
    priors = build_priors(problem.model, problem.parameters)
    began, threads = seed or 1, workers or os.cpu_count() or 1
    found = open_calibration(DRAWN)
    sets = Sets(
        draw_believed(priors, draws, began).drop(columns=list(CONVENTIONS), errors="ignore"),
        sample_draws(found, min(draws, len(found.draws)), began),
    )
    identity = {
        "model": problem.model.hash,
        "strategies": " ".join(load(name).hash for name in chosen),
        "case": repr((budget, horizon)),
    }
    with keep_runs(out, identity) as checkpoints:
        compare = partial(
            compare_two,
            problem.model,
            names=(chosen[0], chosen[1]),
            budget=budget,
            horizon=horizon,
            workers=threads,
            checkpoints=checkpoints,
        )
        table = find_conditions(problem, priors.switches, sets, compare, threads)
    origin = describe_origin([], DRAWN)
    stamp = make_stamp(
        problem.model.hash,
        strategies=f"{first}, {second}",
        budget=budget,
        horizon=f"{horizon}",
        calibration=origin,
        draws=f"{draws}",
        seed=f"{began}",
    )
    files = [*results.write_csv(_TABLE, table, stamp)]
    said = describe_conditions(table, first, second)
    if where is not None:
        command = f"smecluster calibrate answer {first} {second} --page docs/{where.path.name}"
        text = write_page(
            table,
            (first, second),
            (budget, horizon),
            command,
            problem.model.hash,
            origin,
            where.table.name,
        )
        files += where.write(text, table, stamp)
    if json:
        rows = table.to_dict("records")
        record = {"stamp": stamp, "said": said, "conditions": rows}
        print_json({**record, "files": [str(path) for path in files]})
        return
    _print(table, first, second)
    print_lines(["", *said])
    finish(files)


def _print(table: pd.DataFrame, first: str, second: str) -> None:
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.sensitivity.decision.conditions_page import name_condition

    print_table(
        [*(mark("condition"), mark("by"), mark("worth")), mark("ahead"), mark("difference")],
        [
            [
                name_condition(row["condition"]),
                row["yardstick"],
                f"{row['worth']:.0f}",
                f"{row['ahead']:.0%}" if row["usable"] else "-",
                f"{row['median']:+.2f}" if row["usable"] else say("too few draws"),
            ]
            for row in table.to_dict("records")
        ],
        say(
            "In which share of draws {first} is ahead of {second}",
            first=say.name(first),
            second=say.name(second),
        ),
    )
