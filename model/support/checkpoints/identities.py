"""What unfinished work depends on: the file that says it, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from smecluster.model.support.files import read_text

#: The file that says what the parts in a folder depend on.
IDENTITY = "identity.json"


def is_identity(path: Path) -> bool:
    """Say whether a file holds an identity, of whatever work or format."""
    try:
        content = json.loads(read_text(path))
        return isinstance(content["format"], int) and isinstance(content["identity"], dict)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def name_differences(there: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name what differs between two identities, in their order."""
    return [name for name in dict.fromkeys([*there, *now]) if there.get(name) != now.get(name)]


def describe_mixture(folder: str | Path, differing: Iterable[str]) -> str:
    """Say that a folder was created with other settings.

    Parameters
    ----------
    folder : str or Path
        The folder.
    differing : iterable of str
        What differs, in words, as from `name_differences`.

    Returns
    -------
    str
        The beginning of an error's message: ``FOLDER was created with a different seed``.
    """
    # Of a plural no article: "different draws", "different data of my-town".
    named = (
        f"{'' if name.endswith('s') or name.startswith('data') else 'a '}different {name}"
        for name in differing
    )
    return f"{folder} was created with {' and '.join(named)}"
