"""What the stored runs of a study say: how far they are, their indices, figures and page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError
from smecluster.scripts.batches.named_study import Given, load_study, read_results
from smecluster.scripts.shared.printing import finish, print_json, print_lines, print_table

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results

# Failed runs, and leading factors of an output, that are printed.
_FAILED, _LEADING = 10, 3


def _analyse_results(given: Given, results: Results, method: str | None) -> Analysis:
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.scripts.shared.progress import progress
    from smecluster.sensitivity.analysis.compute import analyse

    _refuse_list_changes(given, results)
    with progress(mark("outputs")) as tell:
        return analyse(results, method=method, tell=tell)


def _refuse_list_changes(given: Given, results: Results) -> None:
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


def report_status(given: Given, out: Path | None, json: bool) -> None:
    """Print how much is done, which runs failed, and what has changed since."""
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.locks import describe_lock
    from smecluster.sensitivity.analysis.speaking import speak_name
    from smecluster.sensitivity.store.folder import FAILED

    results = read_results(given, out)
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
        say(
            "{folder}: {study}; {method}, size {size}, {factors} factors, {outputs} outputs",
            folder=results.folder,
            study=say.name(results.study.title),
            method=results.method,
            size=f"{results.size:,}",
            factors=len(results.factors),
            outputs=len(results.columns),
        )
    )
    for row in rows:
        row[0] = speak_name(str(row[0]))
    headings = [mark("scenario"), mark("done"), mark("runs"), mark("failed"), mark("damaged parts")]
    print_table(headings, rows)
    if busy:
        print(busy)
    elif not results.complete:
        option = "" if out is None else f" --out {out}"
        command = f"smecluster study run {given.words}{option}"
        print(say("incomplete: {command} resumes it", command=command))
    if changed:
        print(say("changed since these runs: {names}", names=", ".join(changed)))
    if len(failed):
        print(results.rule)
        shown = failed[["scenario", "run", "reason", "variable", "year"]].head(_FAILED)
        print_table(
            [str(name) for name in shown],
            shown.to_numpy().tolist(),
            say(
                "The first failed runs; all of them, with their inputs, are in {file}", file=FAILED
            ),
        )


def _list_changes(given: Given, results: Results) -> list[str]:
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
    study = load_study(given, None)[0].resized(made.method.size)
    resolved = resolve_study(study)
    now = dict(plan_study(study, resolved).identity)
    fields = study.differing(made)
    named = f"study ({', '.join(fields)})" if fields else "study"
    if fields:  # also those that reach the runs only through the model
        now["study"] = named
    changed = name_differences(results.identity, now)
    return [named if name == "study" else name for name in changed]


def report_analysis(given: Given, out: Path | None, method: str | None, json: bool) -> None:
    """Compute indices from the stored runs; write all, print the answer and the leading ones."""
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.files import check_writable
    from smecluster.sensitivity.analysis.speaking import speak_name
    from smecluster.sensitivity.report.files import write_analysis
    from smecluster.sensitivity.report.sentences import describe_analysis

    results = read_results(given, out)
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
    columns = [mark("scenario"), mark("output"), mark("factor"), "value", "low", "high", "unit"]
    rows = []
    for *keys, value, low, high, own in leading[columns].itertuples(index=False):
        unit, factor = (say.own_unit("Dmnl"), 1.0) if analysis.method.shares else say.unit(own)
        names = [speak_name(str(key)) for key in keys]
        rows.append([*names, *(Rounded(factor * number) for number in (value, low, high)), unit])
    title = say("Leading factors ({index} index); all are in the files", index=say(headline))
    print_table(columns, rows, title)
    finish(files)


def draw_results(given: Given, out: Path | None, method: str | None, json: bool) -> None:
    """Write the figures, and one page with the answer."""
    from smecluster.model.support.files import check_writable
    from smecluster.sensitivity.report.figures import draw_figures
    from smecluster.sensitivity.report.page import write_page

    results = read_results(given, out)
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
