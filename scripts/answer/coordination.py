"""``smecluster game --synthetic``: what coordination among many regions is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.game.coordination.reforms import Reforms
    from smecluster.policies.game.equilibrium.players import Floats

_KEPT = "reforms"
_TABLES = ("studies", "reforms", "spending", "plays", "regions")


def play_synthetic(
    inputs: StudyInputs,
    count: int,
    *,
    horizon: float,
    prize: float,
    step: float,
    out: Path,
    page: Path | None,
    restart: bool,
    json: bool,
    workers: int | None,
) -> None:
    """Play the levers of rivalry on synthetic regions, and report it; stopped work resumes.

    Parameters
    ----------
    inputs : StudyInputs
        The model and where its values come from; its own values are run.
    count : int
        How many regions.
    horizon, prize, step
        See `policies.game.coordination.reforms.play_reforms`.
    out, page, restart, json, workers
        As the options of ``smecluster game``.
    """
    from smecluster.model.support.checkpoints import drop
    from smecluster.policies.game.coordination.page import write_page
    from smecluster.policies.game.coordination.reforms import play_reforms
    from smecluster.policies.game.coordination.report import write_answer
    from smecluster.policies.game.coordination.synthetic import draw_scales, make_regions

    results = Results(out, tables=_TABLES)
    results.check()
    written = None if page is None else Page(page, "--page")
    seed, known = inputs.study.seed, len(inputs.model.regions)
    model = make_regions(inputs.model, count, seed)
    sizes, endowments = draw_scales(count, known, seed)
    if restart:
        drop(out / _KEPT)
    with progress("runs", open_ended=True) as report:
        result = play_reforms(
            model,
            start=inputs.study.start,
            horizon=horizon,
            prize=prize,
            step=step,
            settings=inputs.settings,
            workers=workers,
            folder=out / _KEPT,
            identity={
                "model": model.hash,
                "calibration": inputs.stamp()["calibration"],
                "game": repr((count, seed, horizon, prize, step)),
                "settings": repr(inputs.settings),
            },
            progress=report,
        )
    stamp = inputs.stamp(game=f"{count} synthetic regions, seed {seed}", runs=f"{result.runs}")
    tables = _make_tables(result, sizes, endowments)
    files = results.write_tables(tables, stamp)
    if not json:
        _print(result, tables)
    if written is not None:
        text = write_page(
            result,
            endowments,
            sizes,
            stamp["command"],
            inputs.model.hash,
            stamp["calibration"],
            written.table.name,
        )
        files += written.write(text, tables["regions"], stamp)
    record = {
        "stamp": stamp,
        "answer": write_answer(result),
        "runs": result.runs,
        **{name: table.to_dict("records") for name, table in tables.items()},
    }
    finish(files, record if json else None)


def _make_tables(result: Reforms, sizes: Floats, endowments: Floats) -> dict[str, pd.DataFrame]:
    from smecluster.policies.game.coordination import report

    return {
        "studies": report.tabulate_studies(result),
        "reforms": report.tabulate_reforms(result),
        "spending": report.tabulate_spending(result),
        "plays": report.tabulate_plays(result),
        "regions": report.tabulate_regions(result, sizes, endowments),
    }


def _print(result: Reforms, tables: dict[str, pd.DataFrame]) -> None:
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.game.coordination.report import write_answer
    from smecluster.policies.wording.markdown import format_percent

    print_lines([*write_answer(result), ""])
    rows = [
        [
            row["study"],
            *(format_percent(row[name]) for name in ("published", "low", "high", "model")),
            "yes" if row["within"] else "no",
            "yes" if row["as expected"] else "no",
        ]
        for row in tables["studies"].to_dict("records")
    ]
    headings = ["study", "published", "low", "high", "model", "within", mark("as expected")]
    print_table(headings, rows)
    told = {"runs": f"{result.runs:,}", "count": len(result.model.regions)}
    print_lines(["", say("{runs} runs of {count} synthetic regions.", **told)])
