"""The figure of an explanation: the effect by year, and what the chains carry of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.explanation.text import describe_chain, name_level, name_outcome

if TYPE_CHECKING:
    from smecluster.policies.explanation.chains import Chain
    from smecluster.policies.explanation.result import Explanation

FIGURE = "why"
FIGURES = (FIGURE,)
# Lines differ in dash and mark too, so that grey paper is enough.
_LINES = (
    ("#0072B2", "-", "o"),
    ("#D55E00", "--", "s"),
    ("#009E73", "-.", "D"),
    ("#AA4499", ":", "^"),
    ("#7A7A1F", (0, (5, 1, 1, 1)), "v"),
)
_WRAP = 46


def draw_figures(explanation: Explanation) -> dict[str, Figure]:
    """Draw every figure of an explanation.

    Parameters
    ----------
    explanation : Explanation
        The explanation.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {FIGURE: draw_chains(explanation)}


def draw_chains(explanation: Explanation) -> Figure:
    """Draw the effect by year and what each of the chains that carry most carries."""
    unit, factor = say.unit(str(explanation.base.attrs.get("unit", "")))
    figure = Figure(figsize=(9.0, 6.2), layout="constrained")
    axis = figure.subplots()
    effect = explanation.effect * factor
    axis.plot(effect["time"], effect, color="#111111", linewidth=2.6, label=say("the whole effect"))
    _, parts, _ = explanation.shown
    for chain, (colour, dash, mark) in zip(parts, _LINES, strict=False):
        carried = _find_path(explanation, chain) * factor
        axis.plot(
            carried["time"],
            carried,
            color=colour,
            linestyle=dash,
            marker=mark,
            markevery=5,
            markersize=5,
            label=fill(describe_chain(chain), _WRAP),
        )
    axis.axhline(0, color="#8A8A8A", linewidth=0.8)
    axis.set_ylabel(unit, fontsize=9)
    format_axis(axis.yaxis)
    axis.grid(axis="y", color="#E5E5E5")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=9)
    figure.legend(loc="outside lower center", frameon=False, fontsize=8, ncols=2)
    note = say(
        "Change of {outcome}, run {level}, against policy as now; of each chain, what is missing "
        "when a link of it is cut. Shares do not add up. Source: cut runs of the model.",
        outcome=name_outcome(explanation),
        level=name_level(explanation.who),
    )
    title = say("What carries the effect of {lever}", lever=say.name(explanation.lever))
    return add_heading(figure, title, note)


def _find_path(explanation: Explanation, chain: Chain) -> xr.DataArray:
    """Give what a chain carries by year: the link of it that carries most in the last."""
    rows = list(zip(chain.variables, chain.variables[1:], strict=False))
    names = list(explanation.paths["link"].values)
    best = max(rows, key=lambda link: abs(explanation.links[link]))
    return explanation.paths.isel(link=names.index(best), drop=True)
