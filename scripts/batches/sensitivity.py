"""``smecluster study``: studies of what matters, large, interruptible and stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.scripts.batches.named_study import Given, load_study
from smecluster.scripts.batches.study_results import (
    draw_results,
    report_analysis,
    report_status,
)
from smecluster.scripts.shared.options import (
    Authority,
    Certificate,
    Folders,
    Key,
    Scheduler,
    choose_cluster,
)
from smecluster.scripts.shared.printing import note, print_json

if TYPE_CHECKING:
    from smecluster.model.engine.run.dask import Cluster
    from smecluster.sensitivity.design.study import Study
    from smecluster.sensitivity.running import RunSummary

EXAMPLES = (
    "smecluster study new mine.toml --like quick",
    "smecluster study run mine.toml",
    "smecluster study run mine.toml --size 2048",
    "smecluster study run quick --from path/to/your-region --out results/with-mine",
    "smecluster study run mine.toml --model mine.mdl",
    "smecluster study run mine.toml --out results/mine --restart",
    "smecluster study status mine.toml",
    "smecluster study analyse mine.toml --json",
    "smecluster study plot results/mine",
)


def sensitivity(
    action: Annotated[
        str,
        typer.Argument(
            help="new: write a study to edit. run: run it, or resume an interrupted run. status: "
            "how much is done and which runs failed. analyse: indices from the stored runs. plot: "
            "figures and one page with the answer."
        ),
    ],
    study: Annotated[
        str, typer.Argument(help="A shipped study, a TOML file, or a folder of results.")
    ],
    like: Annotated[str, typer.Option(help="With new: the shipped study to copy.")] = "quick",
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results; by default results/sensitivity/STUDY.",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With run: another size of the sample; finished runs are kept.",
            show_default=False,
        ),
    ] = None,
    restart: Annotated[
        bool,
        typer.Option(
            "--restart",
            help="With run: drop runs of a different model, data, calibration or study.",
        ),
    ] = False,
    method: Annotated[
        str | None,
        typer.Option(help="With analyse and plot: another method that suits the stored sample."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads; one for each processor by default.")
    ] = None,
    from_: Folders = None,
    cluster: Scheduler = None,
    tls_ca_file: Authority = None,
    tls_cert: Certificate = None,
    tls_key: Key = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find out which factors matter: studies of any size that can be interrupted and resumed."""
    chosen = Given(study, tuple(map(str, from_ or ())))
    computers = choose_cluster(cluster, tls_ca_file, tls_cert, tls_key)
    actions: dict[str, Callable[[], None]] = {
        "new": lambda: _create(Path(study), like),
        "run": lambda: _run_study(chosen, out, size, restart, workers, computers, json),
        "status": lambda: report_status(chosen, out, json),
        "analyse": lambda: report_analysis(chosen, out, method, json),
        "plot": lambda: draw_results(chosen, out, method, json),
    }
    if action not in actions:
        raise UnknownNameError("action", action, actions)
    actions[action]()


def _create(path: Path, like: str) -> None:
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.files import write_atomic
    from smecluster.sensitivity.design.study import read_study_text

    if path.suffix != ".toml":
        raise InputError(f"{path} must end in .toml")
    if path.exists():
        raise InputError(f"{path} exists: choose another name")
    print(write_atomic(path, read_study_text(like)))
    note(say("next: edit it, then run smecluster study run {path}", path=path))


def _run_study(
    given: Given,
    out: Path | None,
    size: int | None,
    restart: bool,
    workers: int | None,
    cluster: Cluster | None,
    json: bool,
) -> None:
    from smecluster.model.presentation.language.spoken import say
    from smecluster.scripts.shared.progress import progress
    from smecluster.sensitivity.design.scenarios import resolve_study
    from smecluster.sensitivity.running import extend_study

    study, folder, text = load_study(given, out)
    study = study if size is None else study.resized(size)
    steps = extend_study(
        study,
        resolve_study(study),
        folder,
        text=text,
        restart=restart,
        workers=workers,
        cluster=cluster,
        watch=lambda: progress("runs"),
    )
    record: dict[str, Any] = {}
    for step in steps:
        if record:
            note(say("size doubled to {size}", size=f"{step.study.method.size:,}"))
        record = _make_record(folder, step.study, step.summary)
        if not json:
            _print_summary(record)
        if step.verdict is not None:
            record |= {"enough": step.verdict.enough, "verdict": step.verdict.text}
            if not json:
                print(step.verdict.text)
            if study.enough is not None and not step.verdict.enough:
                largest = study.enough.largest
                if 2 * step.study.method.size > largest:
                    note(say("not doubled again: enough.largest is {size}", size=f"{largest:,}"))
    if json:
        print_json(record)
    else:
        note(say("next: smecluster study analyse {path}", path=folder))


def _make_record(folder: Path, study: Study, summary: RunSummary) -> dict[str, Any]:
    from smecluster.sensitivity.store.folder import FAILED

    failed = folder / FAILED
    return {
        "folder": str(folder),
        "method": study.method.name,
        "size": study.method.size,
        "runs": summary.runs,
        "new": summary.new,
        "failed": summary.failed,
        "seconds": summary.seconds,
        "runs a second": summary.new / summary.seconds if summary.new else None,
        "peak memory MiB": _measure_memory(),
        **({"failures": str(failed)} if summary.failed else {}),
    }


def _print_summary(record: dict[str, Any]) -> None:
    from smecluster.model.presentation.language.spoken import say

    told = {
        "folder": record["folder"],
        "runs": f"{record['runs']:,}",
        "failed": f"{record['failed']:,}",
    }
    if record["new"]:
        text = say(
            "{folder}: {runs} runs, {failed} failed; {new} run now in {seconds} s ({rate} a "
            "second)",
            new=f"{record['new']:,}",
            seconds=f"{record['seconds']:.0f}",
            rate=f"{record['runs a second']:,.0f}",
            **told,
        )
    else:
        text = say("{folder}: {runs} runs, {failed} failed; none was missing", **told)
    if record["peak memory MiB"] is not None:
        text += say("; peak memory {size} MiB", size=f"{record['peak memory MiB']:,.0f}")
    print(text)
    if "failures" in record:
        print(
            say(
                "{file} lists the failed runs: why, where and with which inputs",
                file=record["failures"],
            )
        )


def _measure_memory() -> float | None:
    """Give the peak memory of this process, MiB."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    import sys

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)
