"""One page of a study: the answer in sentences first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from smecluster.model.presentation.documents.page import Section, render_page
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.files import write_atomic
from smecluster.sensitivity.analysis.analysis import Analysis
from smecluster.sensitivity.analysis.speaking import speak_name
from smecluster.sensitivity.methods import find_method
from smecluster.sensitivity.report.figures.index_titles import describe_index
from smecluster.sensitivity.report.sentences import write_answers
from smecluster.sensitivity.report.tables import present_tables, rank_factors
from smecluster.sensitivity.store.results import Results

PAGE = "report.html"
# Factors of an output, and failed runs, that the page shows; all are in the files.
_LEADING, _FAILED = 5, 10

# Columns that hold names.
_NAMED = ("scenario", "output", "factor", "group", "better", "worse")
_HEADINGS = (
    mark("scenario"),
    mark("output"),
    mark("trusted"),
    mark("baseline"),
    mark("mean"),
    mark("sd"),
    mark("run"),
    mark("reason"),
    mark("draws"),
    mark("better"),
    mark("worse"),
    mark("where low"),
    mark("where high"),
    mark("total index"),
    mark("first order index"),
    mark("order"),
    mark("floor"),
    mark("year"),
)

# Captions of figures by the beginning of their file's name.
_CAPTIONS = {
    "ranked": mark("Which factors matter, and which way"),
    "plane": mark("How much factors matter, and how much that depends on other factors"),
    "heat-map": mark("What matters where"),
    "tornado": mark("Which way the factors move the outcomes"),
    "scatter": mark("Outcomes against their leading factors"),
    "over-time-intervals": mark("How much factors matter over time, with intervals"),
    "over-time": mark("Where the spread comes from, year by year"),
    "strategies": mark("Does the ranking of strategies hold?"),
    "convergence": mark("Were there enough runs?"),
}


def write_page(results: Results, analysis: Analysis, figures: Sequence[Path], folder: Path) -> Path:
    """Write the page of a study.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.
    figures : sequence of Path
        The files that `sensitivity.report.figures.draw_figures` has written.
    folder : Path
        Where to.

    Returns
    -------
    Path
        The page, which holds its figures.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    study = results.study
    sentences = write_answers(analysis)
    verdict = [analysis.verdict.text] if sentences else []
    sections = [
        _show_ranking(analysis, figures),
        _show_drivers(results, analysis, figures),
        _make_section(say("Over time"), "", figures, ("over-time", "over-time-intervals")),
        _make_section(say("Which way"), "", figures, ("tornado", "scatter")),
        _show_trust(results, analysis, figures),
        _show_runs(results, analysis),
    ]
    answer: str | Sequence[str] = [*sentences, *verdict] or say(
        "No output varies: there is no answer."
    )
    text = render_page(
        say.name(study.title),
        answer,
        [
            *([Section(say("The question"), [say.name(study.question)])] if study.question else []),
            *(section for section in sections if section is not None),
        ],
        results.stamp() | {"analysed by": analysis.method.name},
    )
    return write_atomic(folder / PAGE, text)


def _make_section(
    title: str, text: str, figures: Sequence[Path], kinds: Sequence[str]
) -> Section | None:
    shown = _select_pictures(figures, kinds)
    if not shown:
        return None
    return Section(title, [text] if text else [], figures=shown)


def _select_pictures(figures: Sequence[Path], kinds: Sequence[str]) -> list[tuple[str, Path]]:
    found = []
    for path in figures:
        if path.suffix != ".png":
            continue
        kind = next(name for name in _CAPTIONS if path.stem.startswith(name))
        if kind in kinds:
            scenario = path.stem[len(kind) + 1 :].replace("-", " ")
            caption = say(_CAPTIONS[kind])
            if scenario:
                caption = say("{name} ({size})", name=caption, size=speak_name(scenario))
            found.append((caption, path))
    return found


def _show_ranking(analysis: Analysis, figures: Sequence[Path]) -> Section | None:
    if not analysis.rankings:
        return None
    causes = analysis.tables["causes"]
    shown = present_tables(analysis)
    tables = [(say("How strategies rank"), shown["ranking"])]
    tables.append((say("How far the better strategy leads"), shown["advantages"]))
    if len(causes):
        first = causes.groupby(["future", "output"], sort=False).head(_LEADING)
        tables.append((say("Factors that change the order"), first))
    text = say(
        "Every strategy is run with the same draws and ranked by its mean over them. The order "
        "differs in a draw that contradicts this ranking. 'Separation' says how different a "
        "factor is in such draws: 0 means not at all, 1 without overlap."
    )
    return Section(
        say("Does the ranking of strategies hold?"),
        [text],
        [(caption, _drop_constant_columns(table)) for caption, table in tables],
        _select_pictures(figures, ["strategies"]),
    )


def _show_drivers(results: Results, analysis: Analysis, figures: Sequence[Path]) -> Section:
    headline = analysis.method.headline
    leading = rank_factors(analysis).groupby(["scenario", "output"], sort=False).head(_LEADING)
    index = capitalise(describe_index(headline, dependent=results.dependent))
    text = say("{index}, by {method}.", index=index, method=say(analysis.method.title))
    return Section(
        say("What matters"),
        [text],
        [(say("The leading factors of each output"), _drop_constant_columns(leading))],
        _select_pictures(figures, ["ranked", "plane", "heat-map"]),
    )


def _show_trust(results: Results, analysis: Analysis, figures: Sequence[Path]) -> Section:
    said = [remark.text for remark in analysis.remarks]
    failed = len(results.failed)
    every = results.runs * len(results.scenarios)
    count = say("{count} of {total} runs failed.", count=f"{failed:,}", total=f"{every:,}")
    said.append(say.sentences([count, results.rule]))
    tables = []
    if failed:
        kept = ["scenario", "run", "reason", "variable", "year"]
        tables.append((say("The first failed runs"), results.failed[kept].head(_FAILED)))
    return Section(
        say("How far to trust it"),
        [analysis.verdict.text, *said],
        tables,
        _select_pictures(figures, ["convergence"]),
    )


def _show_runs(results: Results, analysis: Analysis) -> Section:
    factors = pd.DataFrame(
        {"factor": results.factors, "group": results.groups, "unit": results.units}
    )
    names = [column.name for column in analysis.outputs]
    outputs = present_tables(analysis)["outputs"]
    outputs = outputs[outputs["output"].isin(names)]
    count = len(results.scenarios)
    scenarios = say(" in each of {count} scenarios", count=count) if count > 1 else ""
    kept = ["scenario", "output", "unit", "baseline", "mean", "sd", "5 %", "50 %", "95 %"]
    return Section(
        say("What was run"),
        [
            say(
                "{factors} factors; a sample for {method} of size {size}; {runs} runs{scenarios}.",
                factors=len(results.factors),
                method=say(find_method(results.method).title),
                size=f"{results.size:,}",
                runs=f"{results.runs:,}",
                scenarios=scenarios,
            )
        ],
        [
            (
                say("Outputs over all runs (baseline: no factor is changed)"),
                _drop_constant_columns(outputs[kept]),
            ),
            (say("Factors"), _drop_constant_columns(factors)),
        ],
    )


def _drop_constant_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say the same, or nothing, in every row."""
    single = [
        name
        for name in ("scenario", "future")
        if name in table and table[name].nunique(dropna=False) < 2
    ]
    kept = table.drop(columns=single).reset_index(drop=True)
    if say.english:
        return kept
    named = [name for name in _NAMED if name in kept]
    spoken = kept.assign(**{name: [speak_name(str(one)) for one in kept[name]] for name in named})
    return spoken.rename(columns={name: say.word(str(name)) for name in spoken if name != "unit"})
