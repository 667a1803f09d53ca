"""How each index reads in a figure, a table or a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

# How an index reads in a figure or a table, by name.
TITLES: Mapping[str, str] = {
    "first order": mark("first-order index: share of variance explained on its own"),
    "total": mark("total index: share of variance explained on its own and in interactions"),
    "interactions": mark("share of variance explained only in interactions"),
    "sum of first order": mark("share of variance explained by the factors on their own"),
    "second order": mark("share of variance explained by a pair beyond its parts"),
    "mu star": mark("mean absolute effect over the whole range"),
    "mu": mark("mean effect over the whole range"),
    "sigma": mark("spread of that effect: interactions and curvature"),
    "delta": mark("delta: shift of the output's distribution"),
    "PAWN": mark("PAWN: median distance of distributions"),
    "PAWN maximum": mark("PAWN: largest distance of distributions"),
    "own": mark("share of variance from the factor itself"),
    "shared": mark("share of variance from what moves with the factor"),
    "separation": mark("separation of notable runs from the others"),
    "shift": mark("how much higher the factor is in notable runs"),
}


def describe_index(index: str, *, dependent: bool) -> str:
    """Say how an index reads, also where factors depend on one another."""
    if dependent and index == "first order":
        return say("share of variance explained by a factor and what moves with it")
    return say(TITLES[index])


def name_index(index: str, *, dependent: bool) -> str:
    """Name an index: what stands before the colon, or after it in the language of the moment."""
    said = describe_index(index, dependent=dependent)
    return said.partition(":" if say.english else "：")[0]
