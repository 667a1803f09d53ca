"""``smecluster compare``: strategies at equal additional money."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    IN_UNIT,
    Baseline,
    BudgetText,
    Draws,
    Futures,
    Horizon,
    Seed,
    Start,
    StudyName,
    Workers,
    carry_out,
    split_names,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import Language
    from smecluster.policies.brief.words.evidence import Evidence
    from smecluster.policies.comparison.study_run import StudyRun

EXAMPLES = (
    "smecluster compare central local",
    "smecluster compare central local mixed --out results/three",
    "smecluster compare central mine.toml --budget '300 bn'",
    "smecluster compare self-development cultivation combination --start 1978",
    "smecluster compare central local --baseline end-all-policy --json",
    "smecluster compare central local mixed --draws 500 --futures all --out results/uncertain",
    "smecluster compare --study centre-or-place",
    "smecluster compare central local --draws 100 --lang zh --out results/zh",
    "smecluster compare mine.toml local --draws 100 --with results/map --with results/assign",
)
PAGE, DETAILS = "brief.html", "details.html"
WORD, WORKBOOK = "brief.docx", "brief.xlsx"


def compare(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Horizon = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Spend what each strategy's file says.")
    ] = False,
    study: StudyName = None,
    draws: Draws = None,
    futures: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    with_: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            help="Folder with results of map, assign or game for the page; repeatable; by default "
            "the tables that are shipped, where they fit.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for tables, figures and the page (HTML, Word, Excel).")
    ] = Path("results/compare"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Compare strategies at equal additional money; with draws or futures, under uncertainty."""
    from smecluster.model.errors import InputError
    from smecluster.policies.brief.shelf import read_folder
    from smecluster.policies.study import combine_study

    for folder in with_ or ():
        read_folder(folder)

    if as_written and budget is not None:
        raise InputError("give either --budget or --as-written, not both")
    chosen = split_names(futures)
    if study is None and draws is None and chosen is None:
        draws, chosen = 0, ("base",)
    elif study is None and chosen is None:
        chosen = ("base",)
    given = combine_study(
        study,
        strategies,
        baseline=baseline,
        start=start,
        budget=budget,
        horizon=horizon,
        as_written=as_written or None,
        draws=draws,
        futures=chosen,
        seed=seed,
        regions=tuple(region) if region else None,
    )
    needed, results = draws is not None, name_results(out)
    done = carry_out(given, calibration, from_, set_, results, workers, need_draws=needed)
    evidence = gather_evidence(done, with_ or (), workers)
    _report(done, evidence, results, json)


def name_results(out: Path) -> Results:
    """Name the files that a comparison may have."""
    from smecluster.policies.brief.page import FIGURE
    from smecluster.policies.comparison.brief import CAPTIONS
    from smecluster.policies.comparison.tables import TABLES

    return Results(
        out,
        tables=TABLES,
        figures=[*CAPTIONS, FIGURE],
        vectors=[FIGURE],
        files=[PAGE, DETAILS, WORD, WORKBOOK],
    )


def gather_evidence(
    done: StudyRun, folders: Sequence[Path] = (), workers: int | None = None
) -> Evidence:
    """Gather what the brief is made from: the account, and tables that were made before."""
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.policies.brief.gather import gather

    with progress(mark("runs of the account")) as report:
        return gather(done, folders, workers=workers, progress=report)


def _report(done: StudyRun, evidence: Evidence, results: Results, json: bool) -> None:
    """Print and write a comparison."""
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.comparison.brief import (
        table_headlines,
        title_headlines,
        write_compare_page,
    )
    from smecluster.policies.comparison.tables import make_tables
    from smecluster.policies.comparison.text import answer_comparison, describe_basis

    comparison, provenance = done.comparison, done.provenance
    said = answer_comparison(comparison)
    made = make_tables(comparison)
    files = results.write_tables(made, provenance, IN_UNIT)
    if not json:
        for question, reply in said.items():
            print_lines([question, f"  {reply}"])
        print()
        small = table_headlines(comparison)
        headings = [str(name) for name in small]
        print_table(headings, _round_cells(small), title_headlines(comparison))
        print_lines(["", *describe_basis(comparison)])
        # Figures take longer to draw than the answer to read.
        sys.stdout.flush()
    from smecluster.policies.comparison.figures.gallery import draw_figures

    drawn = results.draw(draw_figures(comparison), provenance)
    text = write_compare_page(comparison, done.study.title, drawn, provenance)
    files += [*drawn.values(), results.write(DETAILS, text)]
    files += write_documents(evidence, say.language, results, provenance)
    record = {
        "stamp": provenance,
        "start": comparison.start,
        "baseline": comparison.baseline.name,
        "budget": comparison.describe_budget(),
        "answer": said,
        "warnings": [one.describe() for one in comparison.spans],
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)


def write_documents(
    evidence: Evidence, say: Language, results: Results, provenance: dict[str, str]
) -> list[Path]:
    """Write the brief as a page, a Word file and a workbook, and its figure as PNG and SVG."""
    from smecluster.model.presentation.documents.html import write_html
    from smecluster.model.presentation.documents.word import write_word
    from smecluster.model.presentation.documents.workbook import write_workbook
    from smecluster.policies.brief.figures import draw_brief
    from smecluster.policies.brief.page import FIGURE, make_voice, write_brief

    voice = make_voice(say, evidence)
    figure = {FIGURE: draw_brief(voice, evidence)}
    pictures = results.draw(figure, provenance)
    vectors = results.draw_vectors(figure, provenance)
    brief = write_brief(say, evidence, provenance)
    return [
        results.write(PAGE, write_html(brief, pictures)),
        write_word(brief, pictures, results.place(WORD)),
        write_workbook(brief, results.place(WORKBOOK)),
        *pictures.values(),
        *vectors,
    ]


def _round_cells(table: pd.DataFrame) -> list[list[object]]:
    from smecluster.model.presentation.formatting import Rounded

    return [
        [Rounded(cell) if isinstance(cell, float) else cell for cell in row]
        for row in table.itertuples(index=False)
    ]
