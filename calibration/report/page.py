"""The report of a calibration: one page with answers, tables and figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.posterior.shift import CLIPPED, SHIFT
from smecluster.calibration.problem.criteria import NORMAL_90
from smecluster.calibration.report.diagnostics import (
    compare_resampled,
    compute_residuals,
    find_close_pairs,
    tabulate_autocorrelation,
)
from smecluster.calibration.report.figures.panels import Drawn
from smecluster.calibration.report.gallery import draw_all
from smecluster.calibration.report.naming import speak_names
from smecluster.calibration.report.summary import answer_questions
from smecluster.calibration.store.findings import (
    JOINED,
    NAIVE,
    PATH,
    Findings,
    read_findings,
    transform_to_scale,
)
from smecluster.calibration.store.mismatches import TITLES
from smecluster.model.presentation.documents.page import Section, render_page
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.files import check_writable, replace_file, write_atomic
from smecluster.model.support.ledger import check_file, remove

_PAGE, _FIGURES = "report.html", "figures"
_DPI = 160
# Shifts of the draws that a table shows, in posterior standard deviations.
_NOTABLE = 0.1
_SHARES = dict.fromkeys(("R2", "U^M", "U^S", "U^C"), 4)
#: Headings and words of the tables, besides those of `language.tables`.
_WORDS = (
    *(mark("region"), mark("segment"), mark("compare"), mark("figures"), mark("remembered")),
    *(mark("scale"), mark("lower"), mark("upper"), mark("prior mean"), mark("estimate")),
    *(mark("width to prior"), mark("verdict"), mark("first"), mark("second")),
    *(mark("resampled low"), mark("resampled high"), mark("width to posterior")),
    *(mark("estimate before"), mark("estimate after"), mark("shift in posterior sd")),
    *(mark("draws clipped"), mark("largest clip in posterior sd"), mark("correlation")),
    *(mark("path"), mark("joined"), mark("random walk"), mark("exponential")),
    *(mark("logistic"), mark("skill"), mark("path: skill"), mark("joined: skill")),
    *(mark("before"), mark("after"), mark("why"), mark("autocorrelation"), mark("sector")),
    *(mark("whole"), mark("agrees"), mark("sets"), mark("covered"), mark("left out")),
    *(mark("cost"), mark("cost without"), mark("times as large"), mark("inside")),
    *(mark("MAPE without"), mark("reform"), mark("response"), mark("model low")),
    *(mark("model high"), mark("published low"), mark("published"), mark("published high")),
    *(mark("source"), mark("model"), mark("name"), mark("all")),
    *(mark("target"), mark("prior share"), mark("log RMSE"), mark("log RMSE without")),
    *(mark("no figure after the split"), mark("fewer than 3 figures up to the split")),
)


def write_report(folder: Path) -> Path:
    """Write the report of a named calibration into its folder.

    Parameters
    ----------
    folder : Path
        The calibration's folder; see `calibration.store.findings.read_findings`.

    Returns
    -------
    Path
        ``report.html``; its figures are in the folder ``figures/`` beside it.

    Raises
    ------
    InputError
        If the folder is not a calibration, or cannot be written.
    """
    findings = read_findings(folder)
    check_report(folder)
    place = Path(folder) / _FIGURES
    written: set[Path] = set()

    def write(pages: Iterable[Drawn]) -> list[tuple[str, Path]]:
        made = []
        for name, caption, figure in pages:
            path = place / f"{name}.png"
            figure.arrange(_DPI)
            with replace_file(path) as temporary:
                figure.savefig(temporary, dpi=_DPI)
            made.append((caption, path))
            written.add(path)
        return made

    figures = {kind: write(pages) for kind, pages in draw_all(findings).items()}
    sections = [
        _show_fits(findings, figures["fits"]),
        _show_parameters(findings, [*figures["bounds"], *figures["profiles"]]),
        _show_pairs(findings, figures["correlations"]),
        _show_forecasts(findings, figures["forecasts"]),
        _show_residuals(findings, figures["residuals"]),
        _show_search(findings, figures["starts"]),
        _show_tests(findings),
        _show_reforms(findings),
    ]
    text = render_page(
        _write_title(findings),
        answer_questions(findings),
        [section for section in sections if section.tables or section.figures],
        _read_stamp(findings),
    )
    # Figures of an earlier report must not pass for this one's.
    for path in place.glob("*.png"):
        if path not in written:
            remove(path)
    return write_atomic(Path(folder) / _PAGE, text)


def _write_title(findings: Findings) -> str:
    """Name the calibration, and the titles of its regions where they are not their names."""
    titles = findings.manifest.get(TITLES, {})
    own = [str(title) for name, title in titles.items() if title != name] if titles else []
    if not own:
        return say("Calibration {name}", name=findings.name)
    return say("Calibration {name}: {regions}", name=findings.name, regions=say.commas(own))


def check_report(folder: Path) -> None:
    """Refuse to write a report over files of others, before any long work.

    Parameters
    ----------
    folder : Path
        The calibration's folder; it need not exist.

    Raises
    ------
    InputError
        If the page or the folder of the figures is not ours, or was changed since.
    """
    check_file(Path(folder) / _PAGE)
    check_writable(Path(folder) / _FIGURES)


def _show_fits(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    table = findings["fits"]
    tables = []
    for sample, caption in (
        ("in", say("Fit of each series")),
        ("out", say("Error in the years held out")),
    ):
        part = (
            table[table["sample"] == sample]
            .drop(columns=["sample", "log RMSE"], errors="ignore")
            .round(_SHARES)
        )
        if len(part):
            part = _round_counts(part, "figures", "remembered")
            tables.append((caption, speak_names(part)))
    text = [
        say(
            "MAPE is the mean absolute error in percent. U^M, U^S and U^C split the squared error "
            "into bias, unequal variation and unequal timing; the last does least harm. For a "
            "series compared by scale, the level is fitted and only the course counts."
        ),
    ]
    return Section(say("Fit"), text, tables, figures)


def _show_parameters(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    table = findings["parameters"]
    low, high = (transform_to_scale(table[name], table["scale"]) for name in ("low", "high"))
    prior = 2 * NORMAL_90 * table["prior sd"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = (high - low) / prior
    columns = ["name", "unit", "lower", "upper", "prior mean", "estimate", "low", "high"]
    shown = table[columns].copy()
    shown["width to prior"] = width
    if (table["verdict"] != "").any():
        shown["verdict"] = table["verdict"]
    text = [
        say(
            "Low and high are the ends of the 90 % interval. Width to prior: the interval's width "
            "over the prior's, in the scale of estimation; near 1 the figures add nothing. The "
            "estimate is the most likely point; at a bound it may be outside the interval of the "
            "draws."
        ),
    ]
    tables = [(say("Estimates"), speak_names(shown))]
    if findings.has("bootstrap"):
        tables.append(
            (
                say("90 % intervals, and those from resampled figures"),
                speak_names(compare_resampled(findings)),
            )
        )
    if findings.has("shift"):
        moved = findings["shift"]
        much = (moved[SHIFT].abs() >= _NOTABLE) | (moved[CLIPPED] > 0)
        caption = say(
            "Draws moved to the model's own time step: parameters shifted by {shift} posterior "
            "standard deviations or more, or clipped at a bound",
            shift=f"{_NOTABLE:g}",
        )
        tables.append((caption, speak_names(moved[much])))
    return Section(say("Parameters"), text, tables, figures)


def _show_pairs(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    pairs = find_close_pairs(findings) if findings.has("draws") else pd.DataFrame()
    tables = [(say("Pairs known only together"), speak_names(pairs))] if len(pairs) else []
    return Section(say("Confounded parameters"), [], tables, figures)


def _show_forecasts(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    table = findings["scores"]
    text = [
        say(
            "Errors are root mean squares of logarithms over the years held out (0.1: about 10 %). "
            "Skill is 1 - error / error of the random walk with drift. The model's forecast lets "
            "its error at the last figure before them fade as the fit assumes errors do; path: "
            "that error is dropped at once; joined: it persists in full."
        ),
    ]
    others = (PATH, JOINED)
    columns = [*SERIES, "figures", "model", *others, *NAIVE]
    columns += ["skill", *(f"{name}: skill" for name in others)]
    shown = _round_counts(table[[name for name in columns if name in table]], "figures")
    tables = [(say("Errors of the forecasts"), shown)] if len(table) else []
    if findings.has("unscored"):
        tables.append((say("Series that are not scored"), findings["unscored"]))
    return Section(say("Forecasts"), text, tables, figures)


def _show_residuals(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    correlations = tabulate_autocorrelation(compute_residuals(findings))
    caption = say("Autocorrelation of the residuals")
    tables = [(caption, correlations)] if len(correlations) else []
    return Section(say("Residuals"), [], tables, figures)


def _show_search(findings: Findings, figures: list[tuple[str, Path]]) -> Section:
    table = findings["partial"]
    text = []
    if "runs" in findings.manifest:
        text.append(
            say.plural(
                int(findings.manifest["runs"]),
                "The calibration took {count} model run.",
                "The calibration took {count} model runs.",
            )
        )
    if "seconds" in findings.manifest:
        minutes = float(findings.manifest["seconds"]) / 60
        text.append(say("It took {minutes} minutes.", minutes=f"{minutes:.1f}"))
    tables = [(say("Partial fits, one sector at a time"), speak_names(table))] if len(table) else []
    return Section(say("Search"), text, tables, figures)


def _show_tests(findings: Findings) -> Section:
    captions = {
        "coverage": say("Share of synthetic data sets whose interval holds the truth"),
        "leave-one-out-costs": say(
            "Error of a region whose figures the shared parameters never saw"
        ),
    }
    tables = _select_tables(findings, captions)
    moved = findings["leave-one-out"]
    moved = moved[~moved["inside"]]
    if len(moved):
        caption = say("Shared parameters that leave their interval without a region")
        tables.append((caption, speak_names(moved)))
    if findings.has("leave-one-out-fits"):
        # The region is the one that was left out.
        series = findings["leave-one-out-fits"].drop(columns="left out")
        tables.append((say("The same, a row a series"), series))
    return Section(say("Does the method hold?"), [], tables)


def _show_reforms(findings: Findings) -> Section:
    table = findings["reforms"]
    shown = [
        *("reform", "region", "response", "unit", "model", "model low", "model high"),
        *("published low", "published", "published high", "verdict", "source"),
    ]
    caption = say("The model's effect and the published one")
    tables = [(caption, speak_names(table[shown]))] if len(table) else []
    return Section(say("Reforms"), [], tables)


def _select_tables(
    findings: Findings, captions: Mapping[str, str]
) -> list[tuple[str, pd.DataFrame]]:
    """Select the tables that have rows, with their captions."""
    return [
        (caption, speak_names(findings[name]))
        for name, caption in captions.items()
        if findings.has(name)
    ]


def _round_counts(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Convert counts to whole numbers."""
    return table.astype(dict.fromkeys(columns, "Int64"))


def _read_stamp(findings: Findings) -> dict[str, str]:
    """Read where the calibration came from; manifests differ in shape."""
    stamp = findings.manifest.get("stamp")
    given = stamp if isinstance(stamp, dict) else findings.manifest
    return {
        str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in given.items()
    }
