"""What two strategies are judged by, in which comparisons, and what pages call that."""

from __future__ import annotations

from dataclasses import dataclass

from smecluster.model.presentation.language.catalogue import mark

#: What strategies are judged by: accounts of the model, Myuan, summed over regions.
MEASURES = ("Discounted value added", "Net national benefit account")
#: What pages call the measures.
WORDS = dict(
    zip(MEASURES, (mark("value added of the regions"), mark("net national benefit")), strict=True)
)
#: Names of the figures.
FIGURES = ("tipping",)


@dataclass(frozen=True)
class Case:
    """One comparison of the two strategies.

    Attributes
    ----------
    budget : str
        Additional money of each, as it was asked for.
    horizon : int
        Last year whose consequences count.
    measure : str
        What they are judged by.
    """

    budget: str
    horizon: int
    measure: str
