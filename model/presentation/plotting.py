"""What all figures share: their settings, a heading that says what they rest on, readable axes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib
from matplotlib.axis import Axis
from matplotlib.figure import Figure as _Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smecluster.model.presentation.fonts import choose_fallbacks
from smecluster.model.presentation.wrapping import fill

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase

F = TypeVar("F", bound=_Figure)

# Names come from users: a dollar sign in one is a dollar sign, not the beginning of a formula.
_SETTINGS: dict[Any, Any] = {"text.parse_math": False, "text.usetex": False}


class Figure(_Figure):
    """A figure in which names are text, in any script.

    Every figure of the project is one: wherever it is drawn, in a file, a page or a notebook,
    it has the same settings, and characters that the usual font lacks are taken from another
    font of the computer (see `model.support.fonts`).
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure with the project's settings.

        Parameters
        ----------
        renderer : matplotlib.backend_bases.RendererBase
            What draws it.
        """
        with self._settings():
            super().draw(renderer)

    def get_tightbbox(self, *args: Any, **kwargs: Any) -> Any:
        """Measure the figure with the project's settings; see `matplotlib.figure.Figure`."""
        with self._settings():
            return super().get_tightbbox(*args, **kwargs)

    def arrange(self, dpi: float) -> None:
        """Lay the figure out once, for a file of this resolution.

        Matplotlib lays a figure out again each time that it is drawn, and draws it twice to save
        it once: that is most of the time that a figure takes.

        Parameters
        ----------
        dpi : float
            Pixels per inch.
        """
        engine = self.get_layout_engine()
        if engine is not None:
            with self._settings():
                self.set_dpi(dpi)
                engine.execute(self)
            # None, not "none", which would keep a placeholder and draw twice for it.
            self.set_layout_engine(None)

    @contextmanager
    def _settings(self) -> Iterator[None]:
        with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
            # Missing characters are reported once, with what to install.
            warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
            for axes in self.axes:
                for axis in (axes.xaxis, axes.yaxis):
                    axis.get_ticklabels(which="both")  # makes the labels that are drawn later
            texts = [text for text in self.findobj(Text) if isinstance(text, Text)]
            family = list(matplotlib.rcParams["font.family"])
            characters = {letter for text in texts for letter in text.get_text()}
            fallbacks = choose_fallbacks(characters, family)
            for text in texts:
                text.set_parse_math(False)
                own = text.get_fontfamily()
                text.set_fontfamily([*own, *(name for name in fallbacks if name not in own)])
            matplotlib.rcParams["font.family"] = [*family, *fallbacks]
            yield


def add_heading(figure: F, title: str, note: str) -> F:
    """Put a title, and below it a note on what is shown, above a figure.

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
    figure.suptitle("\n\n" + fill(note, width), fontsize=9, x=0.01, ha="left")
    inch = 1 / figure.get_figheight()
    figure.text(0.01, 1 - 0.06 * inch, title, fontsize=13, fontweight="bold", va="top")
    return figure


def format_axis(scale: Axis) -> None:
    """Give an axis few ticks, with separators of thousands."""
    scale.set_major_locator(MaxNLocator(5))
    scale.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
