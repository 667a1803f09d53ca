"""Why a constant's range is believed: its source, or what its definition says."""

from __future__ import annotations

import re

from smecluster.model.vensim.document import Variable

# "Believed 90 %: 0.3 to 0.7, why." or with words about elements or the median between.
_BELIEF = re.compile(r"Believed 90 %: (?P<text>.*?)\.(?: |$)", re.S)
_RANGE = re.compile(
    r"^(?:(?:-?[\d.]+(?:e-?\d+)?(?: to -?[\d.]+(?:e-?\d+)?)?(?: times the value)?"
    r"|median (?:-?[\d.]+(?:e-?\d+)?|the value)|exact|an input)"
    r"(?: with probability [\d.]+| otherwise)?(?: for [^,]+)?(?:[,;] ?|$))+"
)
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
    parts = []
    belief = _BELIEF.search(variable.definition)
    if belief is not None:
        parts.append(_RANGE.sub("", belief["text"]).strip())
    parts.append(variable.source.strip().rstrip("."))
    return "; ".join(dict.fromkeys(part for part in parts if part.casefold() not in BARE))
