"""``smecluster sensitivity``: studies of what matters, large, interruptible and stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.scripts.shared.options import (
    Authority,
    Certificate,
    Folders,
    Key,
    Scheduler,
    choose_cluster,
)
from smecluster.scripts.shared.printing import finish, note, print_json, print_lines, print_table

if TYPE_CHECKING:
    from smecluster.model.engines.dask import Cluster
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.design.study import Study
    from smecluster.sensitivity.running import RunSummary
    from smecluster.sensitivity.store.results import Results

EXAMPLES = (
    "smecluster sensitivity new mine.toml --like quick",
    "smecluster sensitivity run mine.toml",
    "smecluster sensitivity run mine.toml --size 2048",
    "smecluster sensitivity run quick --from path/to/your-region --out results/with-mine",
    "smecluster sensitivity run mine.toml --model mine.mdl",
    "smecluster sensitivity run mine.toml --out results/mine --restart",
    "smecluster sensitivity status mine.toml",
    "smecluster sensitivity analyse mine.toml --json",
    "smecluster sensitivity plot results/mine",
)
# Failed runs, and leading factors of an output, that are printed.
_FAILED, _LEADING = 10, 3


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
    chosen = _Given(study, tuple(map(str, from_ or ())))
    computers = choose_cluster(cluster, tls_ca_file, tls_cert, tls_key)
    actions: dict[str, Callable[[], None]] = {
        "new": lambda: _create(Path(study), like),
        "run": lambda: _run_study(chosen, out, size, restart, workers, computers, json),
        "status": lambda: _report_status(chosen, out, json),
        "analyse": lambda: _report_analysis(chosen, out, method, json),
        "plot": lambda: _draw(chosen, out, method, json),
    }
    if action not in actions:
        raise UnknownNameError("action", action, actions)
    actions[action]()


@dataclass(frozen=True)
class _Given:
    """The study that is named, and the case folders that are added to it."""

    name: str
    cases: tuple[str, ...] = ()

    @property
    def is_store(self) -> bool:
        """Whether a folder of results is named, which has its own cases."""
        return _is_store(self.name)

    @property
    def words(self) -> str:
        """What was given, as on the command line."""
        return " ".join([self.name, *(f"--from {case}" for case in self.cases)])


def _create(path: Path, like: str) -> None:
    from smecluster.model.support.files import write_atomic
    from smecluster.sensitivity.design.study import read_study_text

    if path.suffix != ".toml":
        raise InputError(f"{path} must end in .toml")
    if path.exists():
        raise InputError(f"{path} exists: choose another name")
    print(write_atomic(path, read_study_text(like)))
    note(f"next: edit it, then run smecluster sensitivity run {path}")


def _run_study(
    given: _Given,
    out: Path | None,
    size: int | None,
    restart: bool,
    workers: int | None,
    cluster: Cluster | None,
    json: bool,
) -> None:
    from smecluster.scripts.shared.progress import progress
    from smecluster.sensitivity.design.scenarios import resolve_study
    from smecluster.sensitivity.running import extend_study

    study, folder, text = _load_study(given, out)
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
            note(f"size doubled to {step.study.method.size:,}")
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
                    note(f"not doubled again: enough.largest is {largest:,}")
    if json:
        print_json(record)
    else:
        note(f"next: smecluster sensitivity analyse {folder}")


def _load_study(given: _Given, out: Path | None) -> tuple[Study, Path, str]:
    """Find a study by name, file, or folder of results; its folder and its text."""
    from smecluster.sensitivity.design.study import find_study, load_study, read_study_text
    from smecluster.sensitivity.interface import choose_folder
    from smecluster.sensitivity.store import folder as store
    from smecluster.sensitivity.store import manifest

    folder = Path(given.name)
    if given.is_store:
        if given.cases:
            raise InputError(
                f"{folder} holds results of a study with its own cases: --from belongs to the study"
            )
        kept = folder / store.STUDY
        stored = manifest.read_manifest(folder).study
        return stored, out or folder, read_study_text(kept) if kept.exists() else ""
    chosen = load_study(given.name)
    chosen = chosen.model_copy(update={"cases": (*chosen.cases, *given.cases)})
    folder = out or choose_folder(find_study(given.name).stem)
    return chosen, folder, read_study_text(given.name)


def _is_store(given: str) -> bool:
    """Say whether a folder of results is meant; one that has but a study's name is not."""
    from smecluster.sensitivity.design.study import list_studies
    from smecluster.sensitivity.store.manifest import NAME

    folder = Path(given)
    return folder.is_dir() and (given not in list_studies() or (folder / NAME).is_file())


def _read_results(given: _Given, out: Path | None) -> Results:
    from smecluster.sensitivity.store.folder import read_store

    study, folder, _ = _load_study(given, out)
    return read_store(folder, None if given.is_store else study)


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
    text = f"{record['folder']}: {record['runs']:,} runs, {record['failed']:,} failed; "
    if record["new"]:
        text += f"{record['new']:,} run now in {record['seconds']:.0f} s"
        text += f" ({record['runs a second']:,.0f} a second)"
    else:
        text += "none was missing"
    if record["peak memory MiB"] is not None:
        text += f"; peak memory {record['peak memory MiB']:,.0f} MiB"
    print(text)
    if "failures" in record:
        print(f"{record['failures']} lists the failed runs: why, where and with which inputs")


def _measure_memory() -> float | None:
    """Give the peak memory of this process, MiB."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    import sys

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)


def _analyse_results(given: _Given, results: Results, method: str | None) -> Analysis:
    from smecluster.scripts.shared.progress import progress
    from smecluster.sensitivity.analysis.compute import analyse

    _refuse_list_changes(given, results)
    with progress("outputs") as tell:
        return analyse(results, method=method, tell=tell)


def _refuse_list_changes(given: _Given, results: Results) -> None:
    """Refuse to show runs as those of a study that has changed since they were made."""
    if given.is_store:
        return  # the runs as they are
    from smecluster.model.support.checkpoints import describe_mixture

    changed = _list_changes(given, results)
    if changed:
        raise InputError(
            f"{describe_mixture(results.folder, changed)}: "
            f"run {given.words} again, or name {results.folder} instead to see its runs as they are"
        )


def _report_status(given: _Given, out: Path | None, json: bool) -> None:
    from smecluster.model.support.locks import describe_lock
    from smecluster.sensitivity.store.folder import FAILED

    results = _read_results(given, out)
    busy = describe_lock(results.folder)
    failed = results.failed
    rows = []
    for place, scenario in enumerate(results.scenarios):
        done = int(results.done(place).sum())
        lost = int((failed["scenario"] == scenario.name).sum())
        damaged = len(results.stored[place].damaged)
        rows.append([scenario.name, done, results.runs, lost, damaged])
    try:
        changed = _list_changes(given, results)
    except InputError as error:
        changed = [str(error)]
    if json:
        names = ("scenario", "done", "runs", "failed", "damaged parts")
        print_json(
            {
                "folder": str(results.folder),
                "study": results.study.name,
                "method": results.method,
                "size": results.size,
                "complete": results.complete,
                "in use": busy is not None,
                "changed": changed,
                "identity": results.identity,
                "scenarios": [dict(zip(names, row, strict=True)) for row in rows],
                "failed": failed.to_dict("records"),
            }
        )
        return
    print(
        f"{results.folder}: {results.study.title}; {results.method}, size {results.size:,}, "
        f"{len(results.factors)} factors, {len(results.columns)} outputs"
    )
    print_table(["scenario", "done", "runs", "failed", "damaged parts"], rows)
    if busy:
        print(busy)
    elif not results.complete:
        option = "" if out is None else f" --out {out}"
        print(f"incomplete: smecluster sensitivity run {given.words}{option} resumes it")
    if changed:
        print(f"changed since these runs: {', '.join(changed)}")
    if len(failed):
        print(results.rule)
        shown = failed[["scenario", "run", "reason", "variable", "year"]].head(_FAILED)
        print_table(
            [str(name) for name in shown],
            shown.to_numpy().tolist(),
            f"The first failed runs; all of them, with their inputs, are in {FAILED}",
        )


def _list_changes(given: _Given, results: Results) -> list[str]:
    """Name what has changed since the runs, apart from their number.

    Raises
    ------
    InputError
        If the study can no longer be carried out.
    """
    from smecluster.model.support.checkpoints import name_differences
    from smecluster.sensitivity.design.scenarios import resolve_study
    from smecluster.sensitivity.running import plan_study

    made = results.manifest.study
    study = _load_study(given, None)[0].resized(made.method.size)
    resolved = resolve_study(study)
    now = dict(plan_study(study, resolved).identity)
    fields = study.differing(made)
    named = f"study ({', '.join(fields)})" if fields else "study"
    if fields:  # also those that reach the runs only through the model
        now["study"] = named
    changed = name_differences(results.identity, now)
    return [named if name == "study" else name for name in changed]


def _report_analysis(given: _Given, out: Path | None, method: str | None, json: bool) -> None:
    from smecluster.model.presentation.formatting import Rounded, display_unit
    from smecluster.model.support.files import check_writable
    from smecluster.sensitivity.report.files import write_analysis
    from smecluster.sensitivity.report.sentences import describe_analysis

    results = _read_results(given, out)
    folder = results.folder / "analysis"
    check_writable(folder)
    analysis = _analyse_results(given, results, method)
    files = write_analysis(analysis, results, folder)
    if json:
        print_json(
            {
                "stamp": results.stamp(),
                "words": list(describe_analysis(analysis)),
                "enough": analysis.enough,
                "tables": {
                    name: table.to_dict("records") for name, table in analysis.tables.items()
                },
                "files": [str(path) for path in files],
            }
        )
        return
    for sentence in describe_analysis(analysis):
        print_lines([sentence])
    indices = analysis.tables["indices"]
    headline = analysis.method.headline
    principal = [column.name for column in analysis.outputs]
    leading = (
        indices[(indices["index"] == headline) & indices["output"].isin(principal)]
        .sort_values("value", ascending=False)
        .groupby(["scenario", "output"], sort=False)
        .head(_LEADING)
        .sort_values(["scenario", "output"], kind="stable")
    )
    columns = ["scenario", "output", "factor", "value", "low", "high", "unit"]
    rows = []
    for *keys, value, low, high, own in leading[columns].itertuples(index=False):
        unit, factor = ("Dmnl", 1.0) if analysis.method.shares else display_unit(own)
        rows.append([*keys, *(Rounded(factor * number) for number in (value, low, high)), unit])
    print_table(columns, rows, f"Leading factors ({headline} index); all are in the files")
    finish(files)


def _draw(given: _Given, out: Path | None, method: str | None, json: bool) -> None:
    from smecluster.model.support.files import check_writable
    from smecluster.sensitivity.report.figures import draw_figures
    from smecluster.sensitivity.report.page import write_page

    results = _read_results(given, out)
    folder = results.folder / "analysis"
    check_writable(folder)
    analysis = _analyse_results(given, results, method)
    files = draw_figures(results, analysis, folder)
    files.append(write_page(results, analysis, files, folder))
    if json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        print(path)
