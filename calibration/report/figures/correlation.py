"""The correlations of the posterior: which parameters are identified only together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smecluster.calibration.problem.criteria import CONFOUNDED
from smecluster.calibration.report.figures.panels import WIDTH, Drawn
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading

_MOST = 64


def draw_correlations(table: pd.DataFrame) -> Iterator[Drawn]:
    """Draw the matrix of correlations.

    Parameters
    ----------
    table : pandas.DataFrame
        See `calibration.report.diagnostics.correlate_draws`.

    Yields
    ------
    Drawn
    """
    if len(table) < 2:
        return
    strength = (table.abs() - np.eye(len(table))).max()
    chosen = strength.nlargest(_MOST).index
    table = table.loc[table.index.isin(chosen), table.columns.isin(chosen)]
    size = len(table)
    height = min(WIDTH, 2.5 + 0.12 * size)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axis = figure.subplots()
    values = table.to_numpy(float)
    below = np.where(np.tri(size, k=-1, dtype=bool), values, np.nan)
    image = axis.imshow(below, cmap="PuOr", vmin=-1, vmax=1)
    text = max(4.5, min(8.0, 330 / size))
    numbers = range(1, size + 1)
    axis.set_xticks(range(size), [str(number) for number in numbers], fontsize=text, rotation=90)
    spoken = [say.variable(str(name)) for name in table.index]
    names = [f"{name}  {number}" for name, number in zip(spoken, numbers, strict=True)]
    axis.set_yticks(range(size), names, fontsize=text)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    for row, column in zip(*np.nonzero(np.abs(np.nan_to_num(below)) > CONFOUNDED), strict=True):
        # There is no room for the zero before the point.
        mark = f"{abs(below[row, column]):.2f}".removeprefix("0")
        axis.text(column, row, mark, ha="center", va="center", fontsize=0.8 * text, color="white")
    bar = figure.colorbar(
        image, cax=axis.inset_axes((0.62, 0.9, 0.32, 0.02)), orientation="horizontal"
    )
    bar.set_label(say("correlation"), fontsize=8)
    bar.ax.tick_params(labelsize=7)
    left = len(strength) - size
    note = say(
        "Correlations of the posterior draws in the scale of estimation; those beyond {limit} are "
        "written in without their sign: the figures identify such parameters only together. "
        "Columns bear the numbers of the rows.",
        limit=CONFOUNDED,
    )
    if left:
        rest = say("The {count} parameters that are least correlated are left out.", count=left)
        note = say.sentences([note, rest])
    yield Drawn(
        "correlation",
        say("Correlations of the parameters."),
        add_heading(figure, say("Which parameters are confounded"), note),
    )
