"""What pages call a published series: its variable, and the part of it that has one definition."""

from __future__ import annotations

from smecluster.model.presentation.language.spoken import say


def name_series(variable: str, segment: str = "") -> str:
    """Name a series in the language of the moment.

    Parameters
    ----------
    variable : str
        The variable of the model that it measures.
    segment : str
        The part with a definition of its own; empty where there is one definition.

    Returns
    -------
    str
        Such as ``annual wage, urban units``.
    """
    if not segment:
        return say.word(variable)
    return say("{what}, {part}", what=say.word(variable), part=say.word(segment))
