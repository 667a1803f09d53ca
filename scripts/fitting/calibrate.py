"""``smecluster calibrate``: fit the model to the cases, or your own region beside them."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from smecluster.calibration.store.own import OWN
from smecluster.model.errors import InputError, suggest_name
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say, speaking
from smecluster.model.support.ledger import check_name
from smecluster.scripts.shared.options import CalibrationName, Folders, Include, Restart
from smecluster.scripts.shared.printing import note, print_lines
from smecluster.scripts.shared.progress import Progress, progress
from smecluster.scripts.verbs import VERBS

EXAMPLES = (
    "smecluster calibrate --quick",
    "smecluster calibrate --name mine --report",
    "smecluster calibrate --name with-memory --include remembered",
    "smecluster calibrate path/to/your-region --report",
    "smecluster calibrate my-town --from my-province --quick",
)
_RESULTS = Path("results/calibration")
#: Stages of long work, as its progress names them.
_STAGES = (
    *(mark("starts"), mark("profiles"), mark("replicates"), mark("simulated data sets")),
    *(mark("steps of the walkers"), mark("starts of the hold-out"), mark("regions left out")),
    *(mark("fit"), mark("paths"), mark("figures"), mark("partial"), mark("draws")),
    *(mark("held out"), mark("own step"), mark("global search"), mark("parameters")),
    *(mark("descents"), mark("moves of the walkers"), mark("parts of the warm-up")),
    *(mark("mode"), mark("origins"), mark("regions never used"), mark("data sets")),
    *(mark("forecasts of regions never used"), mark("answers"), mark("reforms")),
)


def calibrate(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CASE",
            help="Folders of your own regions; each is fitted beside the three cases, which are "
            "held at their calibration. By default the three cases are fitted.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the calibration.")] = "three-cases",
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 1,
    starts: Annotated[int, typer.Option(min=1, help="Starts of the search.")] = 64,
    include: Include = None,
    until: Annotated[
        int | None,
        typer.Option(
            help="Last year that the hold-out test fits to, 0 for no test; by default 2015, if "
            "there are figures before and after it.",
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
            help="Steps after which a posterior that has not converged is refused; the same "
            "command with more steps resumes it.",
        ),
    ] = 100_000,
    recovery: Annotated[
        int,
        typer.Option(
            min=0,
            help="Also test the intervals on this many data sets simulated from known parameters.",
        ),
    ] = 0,
    report: Annotated[
        bool, typer.Option("--report", help="Also write a page with figures.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write to; by default results/calibration/NAME, or the folder "
            "'calibration' in the region's own.",
            show_default=False,
        ),
    ] = None,
    restart: Restart = False,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="With --quick: replace a full fit, and lose its draws."),
    ] = False,
    time_step: Annotated[
        float, typer.Option(help="Time step of the runs, years: 1 over a whole number.")
    ] = 0.25,
    calibration: CalibrationName = None,
    from_: Folders = None,
) -> None:
    """Fit the model to published figures."""
    _check(folders or [], out, time_step, name)
    if from_ and not folders:
        raise InputError(
            "--from stands beside a region of yours: name its folder first, as in smecluster "
            f"calibrate my-region --from {from_[0]}"
        )
    chosen: list[Path | None] = [*folders] if folders else [None]
    for folder in chosen:
        _fit(
            folder,
            out or (_RESULTS / name if folder is None else folder / OWN),
            report,
            name=name if folder is None else folder.resolve().name,
            include=tuple(include or ()),
            seed=seed,
            starts=starts,
            until=until,
            quick=quick,
            steps=steps,
            recovery=recovery,
            time_step=time_step,
            calibration=calibration,
            # A region does not stand beside itself.
            beside=[
                each for each in from_ or () if folder is None or each.resolve() != folder.resolve()
            ],
            restart=restart,
            anew=anew,
        )


def _check(folders: list[Path], out: Path | None, time_step: float, name: str) -> None:
    from smecluster.model.engine.run.settings import check_time_step

    check_time_step(time_step)
    check_name(name, "--name")
    if out is not None and len(folders) > 1:
        raise InputError("--out takes one calibration: fit the folders one at a time")
    for folder in folders:
        word = str(folder)
        close = suggest_name(word, VERBS["calibrate"].parts)
        if close is not None and folder.name == word and not folder.exists():
            raise InputError(f"no such case folder: {word}; did you mean the subcommand {close!r}?")


def _fit(folder: Path | None, target: Path, report: bool, **options: Any) -> None:
    from smecluster.calibration.interface import calibrate
    from smecluster.calibration.report.page import check_report

    if report:
        check_report(target)
    with StageProgress() as tell:
        result = calibrate(folder, out=target, tell=tell, **options)
    note(say("wrote {path}", path=target))
    if report:
        from smecluster.calibration.report.page import write_report

        note(say("wrote {path}", path=write_report(target)))
    for question, reply in result.answers().items():
        print_lines([question, f"  {reply}"])
    manifest = result.findings.manifest
    minutes = manifest["seconds"] / 60
    print(
        say(
            "{path}: {runs} runs of the model in {minutes} minutes",
            path=target,
            runs=f"{manifest['runs']:,}",
            minutes=f"{minutes:.1f}",
        )
    )


class StageProgress:
    """Shows the progress of each stage; called from several threads."""

    def __init__(self) -> None:
        self._stage, self._begun = "", 0.0
        self._tell: Progress = lambda done, total: None
        self._open = ExitStack()
        self._telling = threading.Lock()
        # Another thread would not know what this one speaks.
        self._language = say.language.code

    def __enter__(self) -> StageProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how much of a stage is done."""
        with self._telling, speaking(self._language):
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
            told = {"stage": say.word(self._stage), "seconds": f"{took:.0f}"}
            print(say("{stage}: {seconds} s", **told), file=sys.stderr, flush=True)
        self._stage = ""
