"""Heat map of factors against outputs: what matters where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure
from smecluster.sensitivity.analysis.direction import Direction
from smecluster.sensitivity.report.figures.index_titles import name_index
from smecluster.sensitivity.report.figures.style import finish_figure, name_rest, wrap_name

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results

_ROWS = 24
# Factors below this everywhere are put together, and such cells left empty.
_SMALL = 0.005
_MARKS = {Direction.RAISES: " ▲", Direction.LOWERS: " ▼"}


def draw_heat_map(results: Results, analysis: Analysis) -> Figure:
    """Draw the headline index of the leading factors for each principal output and scenario.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    method = analysis.method
    table = analysis.tables["indices"]
    table = table[table["index"] == method.headline]
    known = [one.name for one in results.scenarios]
    table = table[table["scenario"].isin(known)]
    table = table[table["output"].isin([column.name for column in analysis.outputs])]
    wide = table.pivot_table(
        index="factor", columns=["output", "scenario"], values="value", sort=False, observed=True
    )
    wide = wide.loc[
        :, [(c.name, s) for c in analysis.outputs for s in known if (c.name, s) in wide]
    ]
    if not method.shares:
        wide = wide / wide.max()
    order = wide.max(axis=1).sort_values(ascending=False, kind="stable").index
    count = min(_ROWS, max(1, int((wide.max(axis=1) >= _SMALL).sum())))
    kept, rest = order[:count], order[count:]
    cells, names = wide.loc[kept].to_numpy(), [str(name) for name in kept]
    if len(rest):
        cells = np.vstack([cells, wide.loc[rest].max().to_numpy()])
        names.append(name_rest(len(rest), summed=False))
    figure = Figure(
        figsize=(max(7.0, 3.4 + 0.85 * wide.shape[1]), 2.6 + 0.27 * len(names)),
        layout="constrained",
    )
    axis = figure.subplots()
    ways = _find_directions(analysis)
    top = max(1e-12, float(np.nanmax(cells)))
    image = axis.imshow(np.clip(cells, 0, None), cmap="Blues", vmin=0, vmax=top, aspect="auto")
    for row, column in np.ndindex(cells.shape):
        value = cells[row, column]
        if np.isfinite(value) and abs(value) >= _SMALL:
            colour = "white" if value > 0.6 * top else "black"
            way = ways.get((*wide.columns[column], names[row]))
            text = f"{value:.2f}{'' if way is None else _MARKS.get(way, '')}"
            axis.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axis.set_yticks(range(len(names)), [wrap_name(name, 44) for name in names], fontsize=8)
    shown = wide.columns.to_frame(index=False)
    labels = [
        wrap_name(output, 26) + ("" if len(known) == 1 else f"\n({wrap_name(scenario, 26)})")
        for output, scenario in zip(shown["output"], shown["scenario"], strict=True)
    ]
    axis.set_xticks(range(len(labels)), labels, rotation=45, ha="right", fontsize=8)
    axis.tick_params(length=0)
    scale = name_index(method.headline, dependent=results.dependent)
    if not method.shares:
        scale = say("{index}, as a share of the largest", index=say(method.headline))
    figure.colorbar(image, ax=axis, label=scale, fraction=0.03, pad=0.01)
    return finish_figure(
        figure,
        results,
        analysis,
        say("What matters where"),
        say.sentences(
            [
                say(
                    "Cells: {scale}; empty: below {small}. Factors in order of their largest "
                    "index.",
                    scale=scale,
                    small=f"{_SMALL:g}",
                ),
                say("Triangles: more of the factor raises (up) or lowers (down) the outcome.")
                if ways
                else "",
            ]
        ),
    )


def _find_directions(analysis: Analysis) -> dict[tuple[str, ...], Direction]:
    """Give the direction of each factor by output, scenario and factor."""
    swings = analysis.tables["swings"]
    if swings.empty:
        return {}
    keys = zip(swings["output"], swings["scenario"], swings["factor"], strict=True)
    return dict(zip(keys, map(Direction, swings["direction"]), strict=True))
