"""How each index reads in a figure, a table or a sentence."""

from __future__ import annotations

from collections.abc import Mapping

# How an index reads in a figure or a table, by name.
TITLES: Mapping[str, str] = {
    "first order": "first-order index: share of variance explained alone",
    "total": "total index: share of variance explained alone and with others",
    "interactions": "share of variance explained only together with others",
    "sum of first order": "share of variance explained by the factors one by one",
    "second order": "share of variance explained by a pair beyond its parts",
    "mu star": "mean absolute effect of going through the whole range",
    "mu": "mean effect of going through the whole range",
    "sigma": "spread of that effect: interactions and curvature",
    "delta": "delta: shift of the output's distribution",
    "PAWN": "PAWN: median distance of distributions",
    "PAWN maximum": "PAWN: greatest distance of distributions",
    "own": "share of variance from the factor itself",
    "shared": "share of variance from what goes along with the factor",
    "separation": "separation of notable from other runs",
    "shift": "by how much the factor lies higher in notable runs",
}


def describe_index(index: str, *, dependent: bool) -> str:
    """Say how an index reads, also where factors depend on one another."""
    if dependent and index == "first order":
        return "share of variance explained by a factor and what goes along with it"
    return TITLES[index]
