"""Scatter: an output against its leading factors, with the mean in classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.analysis.speaking import speak_name
from smecluster.sensitivity.report.figures.style import (
    DARK,
    HIGH,
    clear_frame,
    finish_figure,
    make_panels,
    name_scenario,
    wrap_name,
)

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.methods.estimates import Array
    from smecluster.sensitivity.store.results import Results

_OUTPUTS = 4
_FACTORS = 4
_CLASSES = 15
# Fewer runs than these in a class say nothing of its mean.
_LEAST = 25
# More points than these make a picture black, and a file large.
_POINTS = 3000


def draw_scatter(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw principal outputs against the four factors that move each most.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.
    scenario : str
        The scenario to draw; the first four principal outputs that vary.

    Returns
    -------
    matplotlib.figure.Figure
    """
    place = [one.name for one in results.scenarios].index(scenario)
    swings = analysis.tables["swings"]
    swings = swings[swings["scenario"] == scenario]
    drawn = [column for column in analysis.outputs if column.name in set(swings["output"])]
    drawn = drawn[:_OUTPUTS]
    runs = results.random_runs
    values = _read_values(results, runs)
    units = dict(zip(results.factors, results.units, strict=True))
    # Runs of one trajectory or curve are not independent: their means have no simple interval.
    confidence = results.study.analysis.confidence if results.is_random else None
    across = min(_FACTORS, len(results.factors))
    figure, axes = make_panels(len(drawn) * across, across, 3.2, 2.7)
    for row, column in enumerate(drawn):
        y = results.output(column, place)[runs]
        there = np.isfinite(y)
        unit, factor = say.unit(column.unit)
        names = _select_leading(analysis, scenario, column.name, swings)[:across]
        for at, name in enumerate(names):
            axis = axes[row * across + at]
            mine = there & _select_runs(results, name, runs)
            _draw_points(axis, values[name].to_numpy()[mine], y[mine] * factor, confidence)
            axis.set_xlabel(wrap_name(_add_unit(name, units[name]), 34), fontsize=8)
            format_axis(axis.yaxis)
        axes[row * across].set_ylabel(
            wrap_name(say("{what}, {unit}", what=speak_name(column.name), unit=unit), 26),
            fontsize=8,
        )
    return finish_figure(
        figure,
        results,
        analysis,
        say("Outcomes against their leading factors") + name_scenario(results, scenario),
        say("Points: runs; line: mean of the runs in classes along the factor, with its interval.")
        if confidence is not None
        else say("Points: runs; line: mean of the runs in classes along the factor."),
    )


def _select_leading(
    analysis: Analysis, scenario: str, output: str, swings: pd.DataFrame
) -> list[str]:
    """Rank factors by the headline index; by the swing where groups have the index."""
    table = analysis.tables["indices"]
    part = table[(table["scenario"] == scenario) & (table["output"] == output)]
    part = part[part["index"] == analysis.method.headline]
    moved = [str(name) for name in swings.loc[swings["output"] == output, "factor"]]
    ranked = [str(name) for name in part["factor"] if name in set(moved)]
    return ranked or moved


def _select_runs(results: Results, name: str, runs: np.ndarray) -> np.ndarray:
    """Say which runs show a factor: FAST has a curve for each, on which no other one goes along."""
    if results.method != "fast":
        return np.ones(len(runs), dtype=bool)
    return np.asarray(runs // results.design.unit == results.factors.index(name))


def _read_values(results: Results, runs: np.ndarray) -> pd.DataFrame:
    """Give the factors' values in some runs, drawing no more than a part at a time."""
    together = 65_536
    parts = []
    for begin in range(0, results.runs, together):
        end = min(begin + together, results.runs)
        chosen = runs[(runs >= begin) & (runs < end)]
        parts.append(results.design.values(begin, end).iloc[chosen - begin])
    return pd.concat(parts)


def _draw_points(axis: Axes, x: Array, y: Array, confidence: float | None) -> None:
    some = slice(None, None, max(1, len(x) // _POINTS))
    size = 3 if len(x) > _POINTS / 4 else 5
    axis.plot(x[some], y[some], ".", color=DARK, alpha=0.35, markersize=size, markeredgewidth=0)
    levels = np.unique(x[: 10 * _CLASSES])
    if len(levels) <= _CLASSES:
        # Few values: Morris' levels, or a choice.
        classes = [np.flatnonzero(x == level) for level in levels]
    else:
        count = max(1, min(_CLASSES, len(x) // _LEAST))
        classes = np.array_split(np.argsort(x, kind="stable"), count)
    middle = np.array([x[part].mean() for part in classes])
    mean = np.array([y[part].mean() for part in classes])
    if confidence is not None:
        z = norm.ppf(0.5 + confidence / 2)
        half = z * np.array([y[part].std(ddof=1) / np.sqrt(len(part)) for part in classes])
        axis.fill_between(middle, mean - half, mean + half, color=HIGH, alpha=0.35, linewidth=0)
    axis.plot(middle, mean, color="#B35900", linewidth=2)
    clear_frame(axis)


def _add_unit(name: str, unit: str) -> str:
    if unit in ("Dmnl", ""):
        return name
    return say("{what}, {unit}", what=speak_name(name), unit=say.own_unit(unit))
