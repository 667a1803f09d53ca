"""How the figures of a study look: colours of factors, names that fit, panels, headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading
from smecluster.model.presentation.wrapping import fill, wrap
from smecluster.sensitivity.analysis.speaking import speak_name

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results

# Okabe and Ito's, then some of Tol's: distinct also without seeing red or green.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#882255",
    "#999933",
)
DARK, PALE = "#0072B2", "#9CCBE8"
LOW, HIGH = "#0072B2", "#E69F00"
# For strategies others of Tol's, lest they be mistaken for factors.
STRATEGIES = ("#44AA99", "#DDCC77", "#AA4499", "#88CCEE", "#CC6677", "#117733")
OTHERS = "#C8C8C8"
TOGETHER = "#F0F0F0"
INK = "#333333"
# Factors shown by name in a panel; those beyond are put together.
NAMED = 10


def assign_colours(analysis: Analysis, count: int = len(COLOURS)) -> dict[str, str]:
    """Give the factors that lead over all principal outputs their colours.

    Every output has the same weight: its indices are shares of its largest one.
    """
    table = analysis.tables["indices"]
    table = table[table["index"] == analysis.method.headline].dropna(subset=["value"])
    if table.empty:
        return {}
    most = table.groupby(["scenario", "output"])["value"].transform("max")
    weight = (table["value"] / most.where(most > 0)).groupby(table["factor"]).mean()
    names = weight.sort_values(ascending=False, kind="stable").index[:count]
    return dict(zip(map(str, names), COLOURS, strict=False))


def wrap_name(name: str, width: int = 30) -> str:
    """Break a long name into lines, and cut what three lines cannot hold."""
    lines = wrap(speak_name(name), width) or [""]
    if len(lines) > 3:
        lines = [*lines[:2], f"{lines[2][: width - 1]}…"]
    return "\n".join(lines)


def make_panels(
    count: int, across: int, width: float, height: float, extra: float = 1.4
) -> tuple[Figure, list[Axes]]:
    """Make a figure of equal panels, row by row; places beyond the last are empty."""
    across = max(1, min(across, count))
    down = -(-count // across)
    figure = Figure(figsize=(width * across, height * down + extra), layout="constrained")
    axes = np.atleast_1d(figure.subplots(down, across, squeeze=False)).ravel()
    for axis in axes[count:]:
        axis.set_axis_off()
    return figure, list(axes[:count])


def clear_frame(axis: Axes, grid: str = "both") -> None:
    """Leave of a panel's frame what is needed to read it."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis=grid, color="#E8E8E8")  # type: ignore[arg-type]
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)


def set_title(axis: Axes, text: str, width: int = 64) -> None:
    """Head a panel."""
    axis.set_title(fill(capitalise(speak_name(text)), width), fontsize=10, loc="left")


def finish_figure(
    figure: Figure, results: Results, analysis: Analysis, head: str, note: str
) -> Figure:
    """Put the heading on a figure, and say what it rests on."""
    study = results.study
    count = f"{results.runs:,}"
    runs = (
        say("{count} runs a scenario", count=count)
        if len(results.scenarios) > 1
        else say("{count} runs", count=count)
    )
    base = say(
        "{study}: {method}, size {size}, {runs}, {factors} factors, {confidence} intervals.",
        study=say.name(study.title),
        method=say(analysis.method.title),
        size=f"{results.size:,}",
        runs=runs,
        factors=len(results.factors),
        confidence=f"{100 * study.analysis.confidence:.0f} %",
    )
    return add_heading(figure, head, say.sentences([note, base]))


def group_rest(
    table: pd.DataFrame, indices: Sequence[str], summed: bool, named: int = NAMED
) -> tuple[list[str], Mapping[str, pd.DataFrame]]:
    """Keep the leading factors of an output by name, and put the others together.

    Parameters
    ----------
    table : pandas.DataFrame
        Indices of one output in one scenario; the first of `indices` ranks the factors.
    indices : sequence of str
        The indices to keep.
    summed : bool
        Whether the others' indices are summed; the greatest of each is taken otherwise.
    named : int
        How many factors keep their names.

    Returns
    -------
    list of str
        Names to show, the greatest first.
    mapping of str to pandas.DataFrame
        For each index its value and how far its interval reaches below and above, in that order.
    """
    parts = {
        name: table[table["index"] == name].set_index("factor")[["value", "low", "high"]]
        for name in indices
    }
    order = parts[indices[0]]["value"].sort_values(ascending=False, kind="stable").index
    kept, rest = list(order[:named]), list(order[named:])
    found = {}
    for name, part in parts.items():
        value = part["value"]
        reach = pd.DataFrame({"below": value - part["low"], "above": part["high"] - value})
        shown_ = reach.loc[kept]
        shown_.insert(0, "value", value.loc[kept])
        if rest:
            together = value.loc[rest].sum() if summed else value.loc[rest].max()
            spread = np.sqrt((reach.loc[rest] ** 2).sum()) if summed else [0.0, 0.0]
            shown_.loc[name_rest(len(rest), summed)] = [together, *spread]
        found[name] = shown_
    names = [str(name) for name in kept]
    return [*names, *([name_rest(len(rest), summed)] if rest else [])], found


def name_rest(count: int, summed: bool) -> str:
    """Name the factors that are put together."""
    if count == 1:
        return say("one other")
    if summed:
        return say("other {count} (together)", count=count)
    return say("other {count} (greatest)", count=count)


def name_scenario(results: Results, scenario: str) -> str:
    """Name the scenario in a heading, where there are several."""
    return say(" ({name})", name=speak_name(scenario)) if len(results.scenarios) > 1 else ""
