"""The figures of a comparison: which there are, and each by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smecluster.model.errors import UnknownNameError
from smecluster.model.presentation.plotting import Figure
from smecluster.policies.comparison.figures.certainty import draw_futures, draw_probabilities
from smecluster.policies.comparison.figures.courses import draw_paths, draw_timing
from smecluster.policies.comparison.figures.gains import (
    draw_changes,
    draw_differences,
    draw_overview,
    draw_per_yuan,
)
from smecluster.policies.comparison.figures.payers import draw_payers, draw_spillovers

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison


def draw_figures(comparison: Comparison) -> dict[str, Figure]:
    """Draw every figure of a comparison, the most important first.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {name: draw(comparison) for name, draw in _choose(comparison).items()}


def draw_figure(comparison: Comparison, name: str) -> Figure:
    """Draw one figure of a comparison; see `draw_figures`.

    Raises
    ------
    InputError
        If the comparison has none of that name.
    """
    offered = _choose(comparison)
    if name not in offered:
        raise UnknownNameError("figure", name, offered)
    return offered[name](comparison)


def _choose(comparison: Comparison) -> dict[str, Callable[[Comparison], Figure]]:
    """Choose the figures that a comparison has."""
    offered: dict[str, Callable[[Comparison], Figure]] = {"overview": draw_overview}
    if len(comparison.names) > 1 and comparison.several:
        offered |= {"differences": draw_differences, "probabilities": draw_probabilities}
    offered["changes"] = draw_changes
    if any(comparison.has_money(name) for name in comparison.names):
        offered |= {
            "gained-per-yuan": draw_per_yuan,
            "who-pays": draw_payers,
            "spillovers": draw_spillovers,
        }
    offered |= {"paths": draw_paths, "timing": draw_timing}
    if len(comparison.futures) > 1:
        offered["futures"] = draw_futures
    return offered
