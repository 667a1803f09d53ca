"""The waterfall plot: how many starts of the search end at the best fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smecluster.calibration.problem.criteria import CUT_95, SAME_FIT
from smecluster.calibration.report.figures.panels import (
    FAINT,
    WIDTH,
    Drawn,
    format_short,
    strip_frame,
)
from smecluster.calibration.store.findings import Findings, select_multistart
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading

_REACHED, _OTHER = "#0072B2", "#D55E00"


def draw_starts(findings: Findings) -> Iterator[Drawn]:
    """Draw the starts' costs in rising order.

    Parameters
    ----------
    findings : Findings
        With the table ``starts``.

    Yields
    ------
    Drawn
    """
    starts = select_multistart(findings).sort_values("cost", kind="stable").reset_index(drop=True)
    ended = starts[np.isfinite(starts["cost"])]
    if ended.empty:
        return
    above = ended["cost"] - ended["cost"].min()
    reached = above <= SAME_FIT
    figure = Figure(figsize=(WIDTH, 4.2), layout="constrained")
    axis = figure.subplots()
    rank = np.arange(1, len(ended) + 1)
    axis.plot(rank, above, color="#CCCCCC", linewidth=1, zorder=1)
    for chosen, colour, label in (
        (reached, _REACHED, say("within {limit} of the best fit: {count}", **_count(reached))),
        (~reached, _OTHER, say("ended elsewhere: {count}", **_count(~reached))),
    ):
        axis.plot(rank[chosen], above[chosen], "o", color=colour, markersize=5, label=label)
    axis.axhline(CUT_95, color=FAINT, linewidth=1, linestyle="--")
    axis.text(
        len(ended) + 0.4,
        CUT_95,
        " " + say("{cut}: still as likely (95 %)", cut=CUT_95),
        fontsize=8,
        va="bottom",
        ha="right",
    )
    # Linear up to what counts as the same fit: zero can be shown, and distant ends do not hide it.
    axis.set_yscale("symlog", linthresh=SAME_FIT)
    axis.set_ylim(-SAME_FIT / 3, max(3 * CUT_95, 2 * float(above.max())))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_short(value)))
    axis.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axis.set_xlim(0.4, len(ended) + 0.6)
    axis.set_xlabel(say("starts, the best first"))
    axis.set_ylabel(say("cost above the best\n(negative log posterior)"))
    axis.legend(loc="upper left", frameon=False, fontsize=9)
    strip_frame(axis)
    failed = len(starts) - len(ended)
    note = [
        say(
            "Each point is a search from a different start within the bounds. If many starts share "
            "the lowest cost, the best fit is not a chance result."
        ),
        say("Without a fit, and not shown: {count}.", count=failed) if failed else "",
    ]
    caption = say("Where {count} starts end.", count=len(starts))
    yield Drawn("starts", caption, add_heading(figure, say("Starts"), say.sentences(note)))


def _count(chosen: pd.Series[bool]) -> dict[str, object]:
    return {"limit": SAME_FIT, "count": int(chosen.sum())}
