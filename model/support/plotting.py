"""What every figure has: a heading that says what it rests on, and number axes to read."""

from __future__ import annotations

import textwrap

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator


def add_heading(figure: Figure, title: str, note: str) -> Figure:
    """Put a title and, below it, a note on what is shown above a figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure with constrained layout, whose height is final.
    title : str
        One line.
    note : str
        What is shown, in which prices, from which source; wrapped to the figure's width.

    Returns
    -------
    matplotlib.figure.Figure
        The same figure.
    """
    width = int(figure.get_figwidth() * 13)
    # The layout keeps room for one heading: the note's first line is left to the title.
    figure.suptitle("\n\n" + textwrap.fill(note, width), fontsize=9, x=0.01, ha="left")
    inch = 1 / figure.get_figheight()
    figure.text(0.01, 1 - 0.06 * inch, title, fontsize=13, fontweight="bold", va="top")
    return figure


def format_axis(scale: Axis) -> None:
    """Give an axis few ticks, with separators in thousands."""
    scale.set_major_locator(MaxNLocator(5))
    scale.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
