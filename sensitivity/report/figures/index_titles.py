"""How each index reads in a figure, a table or a sentence."""

from __future__ import annotations

from collections.abc import Mapping

# How an index reads in a figure or a table, by name.
TITLES: Mapping[str, str] = {
    "first order": "first-order index: share of variance explained on its own",
    "total": "total index: share of variance explained on its own and in interactions",
    "interactions": "share of variance explained only in interactions",
    "sum of first order": "share of variance explained by the factors on their own",
    "second order": "share of variance explained by a pair beyond its parts",
    "mu star": "mean absolute effect over the whole range",
    "mu": "mean effect over the whole range",
    "sigma": "spread of that effect: interactions and curvature",
    "delta": "delta: shift of the output's distribution",
    "PAWN": "PAWN: median distance of distributions",
    "PAWN maximum": "PAWN: largest distance of distributions",
    "own": "share of variance from the factor itself",
    "shared": "share of variance from what moves with the factor",
    "separation": "separation of notable runs from the others",
    "shift": "how much higher the factor is in notable runs",
}


def describe_index(index: str, *, dependent: bool) -> str:
    """Say how an index reads, also where factors depend on one another."""
    if dependent and index == "first order":
        return "share of variance explained by a factor and what moves with it"
    return TITLES[index]
