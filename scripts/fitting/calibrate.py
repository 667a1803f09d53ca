"""``smecluster calibrate``: fit the model to the cases, or a region of your own beside them."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.loading import NONE, OWN, find_calibration
from smecluster.model.support.errors import InputError, suggest_name
from smecluster.scripts.shared.options import CalibrationName
from smecluster.scripts.shared.printing import note
from smecluster.scripts.shared.progress import Progress, progress

if TYPE_CHECKING:
    from smecluster.calibration.pipeline import Effort, PipelineResult
    from smecluster.calibration.problem.assembly import Problem

EXAMPLES = (
    "smecluster calibrate --quick",
    "smecluster calibrate --name mine --report",
    "smecluster calibrate --name with-memory --include remembered",
    "smecluster calibrate path/to/your-region --report",
)
SUBCOMMANDS = {
    "report": "Write the page of a calibration from its tables.",
    "adopt": "Write a calibration's estimate into the model file and the cases.",
    "values": "Copy the regions' values from the model file into the cases.",
    "gather": "Copy published figures from raw tables into the cases.",
}
_RESULTS = Path("results/calibration")
_WORK = "work"


def calibrate(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders of further regions, each fitted beside the three cases, which are "
            "held at their calibration; by default the three cases themselves.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the calibration.")] = "three-cases",
    seed: Annotated[int, typer.Option(min=0, help="For all that is random.")] = 1,
    starts: Annotated[int, typer.Option(min=1, help="Starts of the search.")] = 64,
    include: Annotated[
        list[str] | None,
        typer.Option(
            help="'remembered' adds figures from memory, with twice the error.",
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(
            help="Last year that the hold-out test fits to, 0 for no such test; by default "
            "2015, where there are figures before and after it.",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Estimate and approximate intervals only: no draws, no tests."
        ),
    ] = False,
    steps: Annotated[
        int,
        typer.Option(
            min=1,
            help="Steps after which a posterior that has not converged is refused; asked for "
            "again with more it goes on.",
        ),
    ] = 100_000,
    recovery: Annotated[
        int,
        typer.Option(
            min=0,
            help="Also try the intervals on so many data sets simulated from known parameters.",
        ),
    ] = 0,
    report: Annotated[
        bool, typer.Option("--report", help="Write figures and one page that holds them.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write to; by default results/calibration/NAME, or the folder "
            "'calibration' in the region's own.",
            show_default=False,
        ),
    ] = None,
    restart: Annotated[
        bool,
        typer.Option(
            "--restart", help="Drop work that was kept for another model, data or settings."
        ),
    ] = False,
    time_step: Annotated[
        float, typer.Option(help="Time step of the runs, years: 1 over a whole number.")
    ] = 0.125,
    calibration: CalibrationName = None,
) -> None:
    """Fit the model to published figures."""
    _check(folders or [], out, time_step, name)
    _check_folders(folders or [])
    plan = partial(
        _plan, seed=seed, starts=starts, until=until, quick=quick, steps=steps, recovery=recovery
    )
    base = {"TIME STEP": time_step}
    told = tuple(include or ())
    facts = {"seed": seed, "include": list(told), "quick": quick}
    if not folders:
        problem = _three(told, base)
        _fit(problem, plan(problem), out or _RESULTS / name, name, facts, report, restart)
    for folder in folders or []:
        problem, held = _further(folder, told, base, calibration)
        called = folder.resolve().name
        _fit(
            problem,
            plan(problem),
            out or folder / OWN,
            called,
            {**facts, "held": held},
            report,
            restart,
        )


def _check(folders: list[Path], out: Path | None, time_step: float, name: str) -> None:
    if not 0 < time_step <= 1 or not (1 / time_step).is_integer():
        raise InputError(f"--time-step {time_step:g}: 1 over a whole number, such as 0.125")
    if not name or Path(name).name != name:
        raise InputError(f"--name {name!r} is no name of a folder; --out takes a path")
    if out is not None and len(folders) > 1:
        raise InputError("--out takes one calibration: fit the folders one at a time")


def _check_folders(folders: list[Path]) -> None:
    """Tell a mistyped subcommand from a folder that does not exist."""
    for folder in folders:
        word = str(folder)
        close = suggest_name(word, SUBCOMMANDS)
        if close is not None and folder.name == word and not folder.exists():
            raise InputError(f"no such case folder: {word}; did you mean the subcommand {close!r}?")


def _plan(
    problem: Problem,
    *,
    seed: int,
    starts: int,
    until: int | None,
    quick: bool,
    steps: int,
    recovery: int,
) -> Effort:
    from smecluster.calibration.pipeline import Effort

    if quick:
        return Effort(seed, min(starts, 8), None, search=0, profiles=False, bootstrap=0, draws=0)
    return Effort(seed, starts, _split(problem, until), steps=steps, recovery=recovery)


def _split(problem: Problem, until: int | None) -> int | None:
    """Choose the last year that the hold-out test fits to; None for no such test."""
    from smecluster.calibration.validation.holdout import SPLIT, check_split

    if until == 0:
        return None
    try:
        check_split(problem, SPLIT if until is None else until)
    except InputError as error:
        if until is not None:
            raise
        note(f"no hold-out test: {error}")
        return None
    return SPLIT if until is None else until


def _three(include: tuple[str, ...], base: dict[str, Any]) -> Problem:
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.problem.assembly import assemble_problem
    from smecluster.model import load

    return assemble_problem(
        load(), [load_case(each) for each in list_cases()], include=include, base=base
    )


def _further(
    folder: Path, include: tuple[str, ...], base: dict[str, Any], calibration: str | None
) -> tuple[Problem, str]:
    from smecluster.calibration import load_case
    from smecluster.calibration.authoring.case_check import check_case
    from smecluster.calibration.further import assemble_further_problem, load_beside

    problems = check_case(folder).problems
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{problems[0]}{more}; smecluster case check {folder} lists them")
    case = load_case(folder)
    held = find_calibration(calibration)
    problem = assemble_further_problem(load_beside(case, held), case, include=include, base=base)
    return problem, NONE if held is None else f"{held.name} {held.hash}"


def _fit(
    problem: Problem,
    plan: Effort,
    target: Path,
    name: str,
    facts: dict[str, Any],
    report: bool,
    restart: bool,
) -> None:
    from smecluster.calibration.pipeline import run_pipeline
    from smecluster.calibration.store.saving import save_calibration
    from smecluster.model.support.checkpoints import drop
    from smecluster.model.support.provenance import make_stamp

    if restart:
        drop(target / _WORK)
    with _Shown() as shown:
        outcome = run_pipeline(problem, target / _WORK, plan, shown)
    origin = make_stamp(
        problem.model.hash,
        data=problem.hash,
        calibration=name,
        seed=str(plan.seed),
        held=facts.get("held"),
    )
    save_calibration(outcome, target, name, facts, origin)
    note(f"wrote {target}")
    if report:
        from smecluster.calibration.report.page import write_report

        note(f"wrote {write_report(target)}")
    _print(outcome, target)


def _print(outcome: PipelineResult, target: Path) -> None:
    from smecluster.calibration.report.summary import answer_questions
    from smecluster.calibration.store.findings import read_findings

    for question, reply in answer_questions(read_findings(target)).items():
        print(f"{question}\n  {reply}")
    print(f"{target}: {outcome.runs:,} runs of the model in {outcome.seconds / 60:.1f} minutes")


class _Shown:
    """Shows the stages as they go by; told from several threads."""

    def __init__(self) -> None:
        self._stage, self._begun = "", 0.0
        self._tell: Progress = lambda done, total: None
        self._open = ExitStack()
        self._telling = threading.Lock()

    def __enter__(self) -> _Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, stage: str, done: int, total: int) -> None:
        with self._telling:
            if stage != self._stage:
                from smecluster.calibration.pipeline import OPEN_ENDED

                self._end()
                self._stage, self._begun = stage, time.monotonic()
                self._tell = self._open.enter_context(
                    progress(stage, open_ended=stage in OPEN_ENDED)
                )
            self._tell(done, total)

    def _end(self) -> None:
        """Close a stage's bar, and leave a line of it."""
        self._open.close()
        if self._stage:
            took = time.monotonic() - self._begun
            print(f"{self._stage}: {took:.0f} s", file=sys.stderr, flush=True)
        self._stage = ""
