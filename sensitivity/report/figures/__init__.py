"""The figures of a study: those that fit its method, as PNG to look at and PDF to print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from smecluster.model.support.files import replace_file
from smecluster.model.support.ledger import remove
from smecluster.model.support.provenance import format_stamp
from smecluster.sensitivity.report.figures.bars import draw_bars
from smecluster.sensitivity.report.figures.heat import draw_heat_map
from smecluster.sensitivity.report.figures.plane import can_draw, draw_plane
from smecluster.sensitivity.report.figures.scatter import draw_scatter
from smecluster.sensitivity.report.figures.settling import draw_convergence
from smecluster.sensitivity.report.figures.strategies import draw_strategies
from smecluster.sensitivity.report.figures.tornado import draw_tornado
from smecluster.sensitivity.report.figures.years import draw_lines, draw_stacked, has_series

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results

# What figures are called; where there are several scenarios, the scenario follows.
KINDS = (
    "heat-map",
    "strategies",
    "ranked",
    "plane",
    "over-time-intervals",
    "over-time",
    "tornado",
    "scatter",
    "convergence",
)
_FORMATS = (".png", ".pdf")
# Dots an inch of the pictures.
_DPI = 130
Draw = Callable[["Results", "Analysis", str], Figure]


def draw_figures(results: Results, analysis: Analysis, folder: Path) -> list[Path]:
    """Draw every figure that fits, and write it as PNG and PDF.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.
    folder : Path
        Where to; made if it is missing. Each file is written completely or not at all.

    Returns
    -------
    list of Path
        The files, each with its stamp inside. Figures of an earlier analysis that do not fit
        are removed.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    files: list[Path] = []
    for name, draw in list_figures(results, analysis).items():
        files += _write(draw(), folder / name, results, analysis)
    _remove_others(folder, files)
    return files


def list_figures(results: Results, analysis: Analysis) -> dict[str, Callable[[], Figure]]:
    """List the figures that fit a study, each to be drawn when it is called.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.

    Returns
    -------
    dict of str to callable
        By name: one of `KINDS`, followed by the scenario where there are several.
    """
    figures = dict(_list_joint_figures(results, analysis))
    several = len(results.scenarios) > 1
    for scenario in results.scenarios:
        for kind, draw in _list_scenario_figures(results, analysis, scenario.name):
            name = f"{kind}-{_make_file_name(scenario.name)}" if several else kind
            figures[name] = partial(draw, results, analysis, scenario.name)
    return figures


def _list_joint_figures(
    results: Results, analysis: Analysis
) -> list[tuple[str, Callable[[], Figure]]]:
    table = analysis.tables["indices"]
    found: list[tuple[str, Callable[[], Figure]]] = []
    if table["value"].notna().any():
        found.append(("heat-map", lambda: draw_heat_map(results, analysis)))
    if analysis.rankings:
        found.append(("strategies", lambda: draw_strategies(results, analysis)))
    return found


def _list_scenario_figures(
    results: Results, analysis: Analysis, scenario: str
) -> list[tuple[str, Draw]]:
    headline = analysis.method.headline
    tables = {
        name: table[table["scenario"] == scenario] if "scenario" in table else table
        for name, table in analysis.tables.items()
    }
    found: list[tuple[str, Draw]] = []
    principal = [column.name for column in analysis.outputs]
    indices = tables["indices"]
    if indices.loc[indices["output"].isin(principal), "value"].notna().any():
        found.append(("ranked", draw_bars))
        if can_draw(analysis):
            found.append(("plane", draw_plane))
    # Shares of dependent factors overlap: they do not stack.
    if not results.dependent and has_series(results, analysis, scenario, "first order"):
        found.append(("over-time", draw_stacked))
    if has_series(results, analysis, scenario, headline):
        found.append(("over-time-intervals", draw_lines))
    if len(tables["swings"]):
        found += [("tornado", draw_tornado), ("scatter", draw_scatter)]
    if len(tables["convergence"]) and tables["convergence"]["size"].nunique() > 1:
        found.append(("convergence", draw_convergence))
    return found


def _write(figure: Figure, path: Path, results: Results, analysis: Analysis) -> list[Path]:
    stamp = format_stamp(results.stamp() | {"analysed by": analysis.method.name})
    _lay_out(figure)
    files = []
    for suffix in _FORMATS:
        target = path.with_name(path.name + suffix)
        metadata = {"Description" if suffix == ".png" else "Subject": stamp}
        with replace_file(target) as temporary:
            figure.savefig(temporary, dpi=_DPI, metadata=metadata)
        files.append(target)
    return files


def _lay_out(figure: Figure) -> None:
    """Give everything its place, once for all files: that takes longer than drawing.

    Letters are not as wide at another resolution: laid out there, a legend at the edge is cut.
    """
    figure.set_dpi(_DPI)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _remove_others(folder: Path, files: list[Path]) -> None:
    """Remove figures of an earlier analysis, which would be taken for this one's."""
    for kind in KINDS:
        for suffix in _FORMATS:
            for path in [folder / f"{kind}{suffix}", *folder.glob(f"{kind}-*{suffix}")]:
                if path not in files:
                    remove(path)


def _make_file_name(name: str) -> str:
    """Make a file name of a scenario's name."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())
