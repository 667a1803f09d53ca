"""Why a constant's range is believed: its source, or what its definition says."""

from __future__ import annotations

from smecluster.model.engine.read.document import Variable
from smecluster.model.file.beliefs import read_reason

#: A source that says no more than this is neither a source nor a reason.
BARE = ("judgement", "normalisation", "definition", "saturating form", "")


def find_reason(variable: Variable) -> str:
    """Give the reason for a constant's value and range.

    Parameters
    ----------
    variable : Variable
        The constant.

    Returns
    -------
    str
        Its source, and what its believed range says after the numbers; empty where the source is
        the bare word judgement and nothing is said of the range.
    """
    parts = [read_reason(variable), variable.source.strip().rstrip(".")]
    return "; ".join(dict.fromkeys(part for part in parts if part.casefold() not in BARE))
