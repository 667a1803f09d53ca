"""Texts of tables that are a message with its places filled in, which pages say in their language.

A table is read by programs too, so it holds English; what a row says is found again among the
messages that may have made it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from smecluster.model.presentation.language.spoken import say

_PLACE = re.compile(r"\\{(\w+)\\}")


def say_filled(text: str, messages: Sequence[str]) -> str:
    """Say a text that is one of some messages, its places filled in.

    Parameters
    ----------
    text : str
        The text, in English.
    messages : sequence of str
        The messages that may have made it, the narrowest first.

    Returns
    -------
    str
        The text in the language of the moment; what fills a place is said as a name or a message,
        where it is one. What none of the messages has made stays as it is.
    """
    for message in messages:
        pattern = _PLACE.sub(r"(?P<\1>.+)", re.escape(message))
        if found := re.fullmatch(pattern, text):
            values = {name: say.variable(one) for name, one in found.groupdict().items()}
            return say(message, **values)
    return text
