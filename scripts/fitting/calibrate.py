"""``smecluster calibrate``: the posterior of the model's constants, or of your own region's."""

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
from smecluster.scripts.shared.printing import note, print_table, print_text
from smecluster.scripts.shared.progress import Progress, progress
from smecluster.scripts.verbs import VERBS

EXAMPLES = (
    "smecluster calibrate path/to/your-region --report",
    "smecluster calibrate my-town --from my-province --quick",
    "smecluster calibrate --quick",
    "smecluster calibrate --name mine --steps 5000 --no-effects",
    "smecluster calibrate --name with-memory --include remembered",
)
_RESULTS = Path("results/calibration")
#: The folder of the page, in that of the calibration.
_REPORT = "report"
#: Stages of long work, as its progress names them.
_STAGES = (
    *(mark("fit"), mark("paths"), mark("figures"), mark("descents"), mark("mode")),
    *(mark("moves of the walkers"), mark("parts of the warm-up"), mark("second sampler")),
    *(mark("origins"), mark("regions never used"), mark("data sets"), mark("answers")),
    *(mark("forecasts of regions never used"), mark("reforms")),
)


def calibrate(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="CASE",
            help="Folders of your own regions; each is fitted beside the three cases, which are "
            "held. By default every constant of the model is fitted to the three cases.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of a calibration of every constant.")
    ] = "every-constant",
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 1,
    starts: Annotated[int, typer.Option(min=1, help="Descents to the mode.")] = 4,
    draws: Annotated[int, typer.Option(min=1, help="Draws to keep.")] = 1000,
    steps: Annotated[
        int,
        typer.Option(
            min=1,
            help="Moves after which walks that do not agree are refused; the same command with "
            "more resumes them.",
        ),
    ] = 2_000,
    quick: Annotated[
        bool, typer.Option("--quick", help="The mode and approximate intervals only: no draws.")
    ] = False,
    likelihood: Annotated[
        str,
        typer.Option(
            help="How errors are correlated in time: autoregression, or discrepancy (a Gaussian "
            "process with independent errors)."
        ),
    ] = "autoregression",
    effects: Annotated[
        bool,
        typer.Option(
            help="Whether published effects of policies weigh the draws of every constant; takes "
            "longer than all else, and can be added later by the same command."
        ),
    ] = True,
    include: Include = None,
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
        float | None,
        typer.Option(
            help="Time step of the runs, years: 1 over a whole number; by default the model's.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads.")] = 1,
    calibration: CalibrationName = None,
    from_: Folders = None,
) -> None:
    """Find the posterior of the model's constants, given published figures."""
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
            draws=draws,
            steps=steps,
            quick=quick,
            likelihood=likelihood,
            effects=effects,
            time_step=time_step,
            calibration=calibration,
            # A region does not stand beside itself.
            beside=[
                each for each in from_ or () if folder is None or each.resolve() != folder.resolve()
            ],
            workers=workers,
            restart=restart,
            anew=anew,
        )


def _check(folders: list[Path], out: Path | None, time_step: float | None, name: str) -> None:
    from smecluster.model.engine.run.settings import check_time_step

    if time_step is not None:
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
    from smecluster.model.writing.writer import show
    from smecluster.scripts.fitting.report import check_report, write_report

    if report:
        check_report(target / _REPORT)
    with StageProgress() as tell:
        result = calibrate(folder, out=target, tell=tell, **options)
    note(say("wrote {path}", path=target))
    if report:
        write_report(target, target / _REPORT)
    else:
        show(result.page(say.language.code), print_text, print_table)


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
                from smecluster.calibration.stages import OPEN_ENDED

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
