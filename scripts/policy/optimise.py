"""``smecluster optimise``: the best use of a budget, checked on draws not used to choose."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Baseline,
    BudgetText,
    Horizon,
    Seed,
    Start,
    StudyName,
    Workers,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.optimisation.result import BestUse

EXAMPLES = (
    "smecluster optimise",
    "smecluster optimise central local mixed --budget '300 bn' --draws 32 --unseen 200",
    "smecluster optimise --study centre-or-place",
    "smecluster optimise local mine.toml --quantile 0.1 --single",
    "smecluster optimise --aim 'value added gained'",
)
_BY_HAND = ("central", "local", "mixed")
_CHOOSE, _UNSEEN = 16, 100
_STEP = 0.125  # Year, of the search
_SEARCH = "search"
_COMPARISON, _ALLOCATIONS, _FRONT = _TABLES = ("comparison", "allocations", "front")
_STRATEGY, _PAGE = ".toml", "optimise.html"


def optimise(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Strategies written by hand to compare with, names or TOML files; by default "
            "central, local and mixed.",
            show_default=False,
        ),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Horizon = None,
    aim: Annotated[
        str,
        typer.Option(
            help="What is searched for: 'net national benefit' or 'value added gained' (of the "
            "regions)."
        ),
    ] = "net national benefit",
    study: StudyName = None,
    draws: Annotated[
        int, typer.Option(min=1, help="Draws of the calibration to choose on.")
    ] = _CHOOSE,
    unseen: Annotated[
        int | None,
        typer.Option(
            min=1, help=f"Unseen draws to check on; by default {_UNSEEN}.", show_default=False
        ),
    ] = None,
    quantile: Annotated[
        float | None,
        typer.Option(
            help="Choose by this quantile of the draws, counted from the worst (0.1: good in bad "
            "draws too); by default by the mean.",
            show_default=False,
        ),
    ] = None,
    generations: Annotated[int, typer.Option(help="Generations of the search.")] = 40,
    population: Annotated[int, typer.Option(help="Allocations in a generation.")] = 48,
    last: Annotated[float, typer.Option(help="Latest year in which a programme may start.")] = 2035,
    single: Annotated[
        bool, typer.Option("--single", help="Search by the aim alone, not by the others too.")
    ] = False,
    shock: Annotated[
        str, typer.Option(help="Future whose loss is one of the aims: a name, or a TOML file.")
    ] = "demand",
    step: Annotated[float, typer.Option(help="Time step of the search, Year.")] = _STEP,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[
        Path, typer.Option(help="Folder for the strategy, tables, figures and the page.")
    ] = Path("results/optimise"),
    restart: Annotated[
        bool, typer.Option("--restart", help="Drop a different search kept in this folder.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Search for the best use of a budget; a search that was stopped resumes."""
    from smecluster.model.errors import InputError
    from smecluster.model.support.checkpoints import drop
    from smecluster.policies.comparison.study_inputs import fingerprint, load_inputs
    from smecluster.policies.futures import load as load_future
    from smecluster.policies.optimisation.compute import optimise as search_best_use
    from smecluster.policies.optimisation.measures import BEST, name_front
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.spans import warn_spans
    from smecluster.policies.study import combine_study

    results = Results(out, tables=_TABLES, figures=_CAPTIONS, files=[f"{BEST}{_STRATEGY}", _PAGE])
    results.check()
    given = combine_study(
        study,
        strategies or (list(_BY_HAND) if study is None else None),
        baseline=baseline,
        start=start,
        budget=budget,
        horizon=horizon,
        draws=_UNSEEN if study is None and unseen is None else unseen,
        seed=seed,
        futures=("base",),
        regions=tuple(region) if region else None,
    )
    hit = load_future(shock)
    search = Search(generations, population, given.seed, quantile)
    # After the search has refused a population of any size: each member has a file of its own, and
    # all of them may be on the front.
    others = range(1, population + 1) if not single else ()
    front = Results(out / _FRONT, files=[f"{name_front(at)}{_STRATEGY}" for at in others])
    front.check()
    given = given.model_copy(update={"draws": draws + max(given.draws, 1)})
    inputs = load_inputs(given, calibration=calibration, folders=from_ or [], settings=set_ or [])
    table = inputs.draws
    assert table is not None
    if inputs.budget is None:
        raise InputError("a search needs a budget: leave out as_written in the study")
    identity = {
        "model": inputs.model.hash,
        "calibration": inputs.stamp()["calibration"],
        "draws": fingerprint(table.iloc[:draws]),
        "strategies": ", ".join(one.hash for one in (inputs.baseline, *inputs.strategies)),
        "budget": str(inputs.budget),
        "start": str(given.start),
        "last year": str(last),
        "aim": f"{aim} to {given.horizon}",
        "shock": hit.hash,
        "step": str(step),
        "settings": repr(inputs.settings),
    }
    if restart:
        drop(out / _SEARCH)
    with progress(mark("generations")) as report:
        result = search_best_use(
            inputs.model,
            inputs.strategies,
            table.iloc[:draws],
            table.iloc[draws:],
            search,
            baseline=inputs.baseline,
            start=given.start,
            budget=inputs.budget,
            horizon=given.horizon,
            aim=aim,
            last=last,
            shock=hit,
            step=step,
            several=not single,
            settings=inputs.settings,
            workers=workers,
            folder=out / _SEARCH,
            identity=identity,
            progress=report,
        )
    warn_spans(result.spans)
    _report(inputs, result, results, front, json)


def _report(
    inputs: StudyInputs, result: BestUse, results: Results, front: Results, json: bool
) -> None:
    """Print and write the best use."""
    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.optimisation.measures import (
        FRONT,
        LEAD,
        compare_by_hand,
        tabulate_allocations,
        tabulate_for_readers,
        tabulate_front,
    )
    from smecluster.policies.optimisation.text import write_answer, write_basis
    from smecluster.policies.strategy_file import format_strategy

    provenance = inputs.stamp(budget=result.budget.describe())
    answer, basis = write_answer(result), write_basis(result)
    head = [answer[0], *(f"{name}: {value}" for name, value in provenance.items())]
    files = [results.write(f"{result.best.name}{_STRATEGY}", format_strategy(result.best, head))]
    files += [
        front.write(f"{one.name}{_STRATEGY}", format_strategy(one, head[1:]))
        for one in result.front
    ]
    points = ("mean", "low", "median", "high")
    values = [*points, *(LEAD + one for one in points)]
    files += results.write_table(_COMPARISON, compare_by_hand(result), provenance, values)
    allocations = tabulate_allocations(result)
    files += results.write_table(_ALLOCATIONS, allocations, provenance)
    if result.front:
        files += results.write_table(_FRONT, tabulate_front(result), provenance)
    table = _speak(tabulate_for_readers(result))
    unseen = say(
        "On {draws} unseen draws, at equal additional money", draws=result.unseen.sizes["draw"]
    )
    if not json:
        print_lines([*answer, ""])
        for criterion, own in table.groupby("criterion", sort=False):
            _print_criterion(str(criterion), own)
        print_lines(["", *basis, "", f"smecluster run {files[0]}"])
        # Figures take longer to draw than the answer to read.
        sys.stdout.flush()
    pictures = results.draw(result.figures(), provenance)
    by_hand = allocations[~allocations["strategy"].str.startswith(FRONT)]
    sections = [
        Section(
            say("What the money is spent on"), answer[2:4], [], [_picture("spending", pictures)]
        ),
        Section(
            say("Against the strategies by hand"),
            [basis[0], *basis[2:4]],
            [(unseen, table.map(lambda cell: Rounded(cell) if isinstance(cell, float) else cell))],
            [_picture("lead", pictures)],
        ),
        Section(
            say("How it was found"),
            [basis[1], *basis[4:]],
            [(say("Share of all the money by lever"), by_hand)],
            [_picture(name, pictures) for name in ("search", "trade-offs") if name in pictures],
        ),
    ]
    text = render_page(say("The best use of a budget"), answer, sections, provenance)
    files += [*pictures.values(), results.write(_PAGE, text)]
    record = {
        "stamp": provenance,
        "answer": answer,
        "basis": basis,
        "warnings": [one.describe() for one in result.spans],
        "best use": result.best.model_dump(exclude_none=True),
        _COMPARISON: compare_by_hand(result).to_dict("records"),
    }
    finish(files, record if json else None)


_CAPTIONS = {
    "spending": mark("Per cent of the money by lever"),
    "lead": mark("Lead of the best use in the same draw, on unseen draws"),
    "search": mark("How the search went"),
    "trade-offs": mark("The aim of the search against the others"),
}


def _picture(name: str, pictures: dict[str, Path]) -> tuple[str, Path]:
    from smecluster.model.presentation.language.spoken import say

    return say(_CAPTIONS[name]), pictures[name]


def _speak(table: pd.DataFrame) -> pd.DataFrame:
    """Bring what strategies reach to the units and words of the language."""
    from smecluster.model.presentation.formatting import display_unit
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.optimisation.evaluation import UNITS
    from smecluster.policies.optimisation.measures import speak_unit

    if say.english:
        return table
    made = table.copy()
    criteria = [str(one).rpartition(", ")[0] for one in table["criterion"]]
    factors = [speak_unit(name)[1] / display_unit(UNITS[name])[1] for name in criteria]
    for name in table.select_dtypes("number"):
        made[name] = table[name] * factors
    made["criterion"] = [
        say("{what}, {unit}", what=say(name), unit=speak_unit(name)[0]) for name in criteria
    ]
    made["best use ahead in"] = [
        say("{count} of {total}", count=count, total=total) if total else "-"
        for count, _, total in (
            cell.removesuffix(" draws").partition(" of ") for cell in table["best use ahead in"]
        )
    ]
    return made


def _print_criterion(criterion: str, table: pd.DataFrame) -> None:
    """Print what the strategies reach by one criterion, narrow enough for 80 columns."""
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say

    rows = [
        [
            row["strategy"],
            Rounded(row["median"]),
            say("{low} to {high}", low=Rounded(row["5 %"]), high=Rounded(row["95 %"])),
            Rounded(row["lead of best use"]),
            row["best use ahead in"].removesuffix(" draws"),
        ]
        for row in table.to_dict("records")
    ]
    headings = ["median", mark("90 % interval"), mark("lead"), mark("ahead in")]
    print_table([criterion, *headings], rows)
    print()
