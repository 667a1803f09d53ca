"""The error that every user's mistake ends in, and the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# More names than this are counted, not listed, to keep the message one line.
_LISTED = 12


class InputError(ValueError):
    """Input that cannot be used.

    The message is one line: what was given, what is allowed, and the nearest right name.
    The command line prints it as ``error: ...`` and exits with status 2.
    """


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
