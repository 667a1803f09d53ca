"""What more of a factor does to an output."""

from __future__ import annotations

from enum import StrEnum

from smecluster.model.presentation.language.catalogue import mark


class Direction(StrEnum):
    """What more of a factor does to an output, on average over all other factors."""

    RAISES = mark("raises")
    LOWERS = mark("lowers")
    #: The output is much the same where the factor is low and where it is high.
    UNCLEAR = mark("unclear")
