"""The error that every user's mistake ends in, and the nearest right name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

#: Characters of a value that a message repeats, and of a whole message.
MOST_ECHOED, MOST_OF_A_MESSAGE = 200, 1_000
# More names than this are counted, not listed, to keep the message one line.
_LISTED = 12
# A word without spaces, or a quoted text, that is longer than a message may repeat.
_LONG = re.compile(rf"'[^'\n]{{{MOST_ECHOED},}}'|\S{{{MOST_ECHOED},}}")


class InputError(ValueError):
    """Input that cannot be used.

    The message is one line: what was given, what is allowed, and the nearest right name.
    The command line prints it as ``error: ...`` and exits with status 2. What it repeats of the
    input is cut, see `shorten`.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(shorten(str(message)))


def shorten(message: str) -> str:
    """Cut what a message repeats beyond what a person reads.

    Parameters
    ----------
    message : str
        The message.

    Returns
    -------
    str
        With at most 200 characters of each word and each quoted text, and at most 1,000
        characters in all; beginnings and ends are kept.
    """
    if len(message) <= MOST_ECHOED:
        return message
    # Looked at is no more than could be kept, so that a text of megabytes costs no time.
    near = _cut(message, 40 * MOST_OF_A_MESSAGE)
    cut = _LONG.sub(lambda found: _cut(found[0], MOST_ECHOED), near)
    return _cut(cut, MOST_OF_A_MESSAGE)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]}...{text[len(text) - (most // 3 - 3) :]}"


def suggest_name(name: str, allowed: Iterable[str]) -> str | None:
    """Find the allowed name most like the one given.

    Parameters
    ----------
    name : str
        What was given.
    allowed : iterable of str
        What could have been given.

    Returns
    -------
    str or None
        The closest name, ignoring case and underscores, or None if nothing is close.
    """
    if len(name) > MOST_ECHOED:
        return None
    plain = {_plain(candidate): candidate for candidate in allowed}
    close = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.5)
    return plain[close[0]] if close else None


class UnknownNameError(InputError):
    """A name that does not exist, with the nearest one that does.

    Parameters
    ----------
    kind : str
        What the name was meant to be, for example ``"lever"``.
    given : str
        The name that was given.
    allowed : iterable of str
        The names that exist.

    Examples
    --------
    >>> print(UnknownNameError("lever", "talent trainin", ["talent training", "export promotion"]))
    unknown lever 'talent trainin': did you mean 'talent training'?
    """

    def __init__(self, kind: str, given: str, allowed: Iterable[str]) -> None:
        # What is no text, or far too long for a name, is repeated as it is written.
        given = shorten(str(given))
        names = sorted(set(allowed))
        guess = suggest_name(given, names)
        if guess is not None:
            hint = f"did you mean {guess!r}?"
        elif not names:
            hint = f"there is no {kind} to choose"
        elif len(names) > _LISTED:
            hint = f"there are {len(names)}, among them {', '.join(names[:_LISTED])}"
        else:
            hint = f"allowed: {', '.join(names)}"
        super().__init__(f"unknown {kind} {given!r}: {hint}")
        self._given = (kind, given, tuple(names))

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, tuple[str, ...]]]:
        """Let the error be sent to another process, which rebuilds it from its arguments."""
        return type(self), self._given


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
