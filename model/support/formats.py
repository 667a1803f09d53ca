"""Format numbers of the files that the program writes and reads again, all in one place.

A file says in which format it was written (``format = 1``). A format that this version knows is
read, an older one is migrated where `MIGRATIONS` says how, and any other is refused in one line. A
file without a number is of the first edition, which wrote none: format 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smecluster.model.errors import InputError

Content = Mapping[str, Any]

FIELD = "format"
#: The format that is written now, by kind of file. Raise a number when a reader of the old format
#: would misunderstand the new one, and say in `MIGRATIONS` how to come from the old one.
FORMATS: Mapping[str, int] = {
    "workspace": 1,  # smecluster.toml
    "calibration": 1,  # manifest.json of a named calibration
    "sensitivity study": 1,  # manifest.json of a study's runs
    "checkpoints": 1,  # identity.json of unfinished work
    "provenance": 1,  # NAME.json beside NAME.csv
    "list of written files": 1,  # .smecluster-files.json in every folder of results
}


def _same(content: Content) -> Content:
    return content


#: How to come from a format to the next one. The first edition's calibrations differ in nothing
#: but the number, which they lack.
MIGRATIONS: Mapping[tuple[str, int], Callable[[Content], Content]] = {
    ("calibration", 0): _same,
}


def add_format(content: Content, kind: str) -> dict[str, Any]:
    """Put the format number at the head of what is to be written.

    Parameters
    ----------
    content : mapping
        What is to be written.
    kind : str
        Kind of file, a key of `FORMATS`.

    Returns
    -------
    dict
    """
    return {FIELD: FORMATS[kind], **{name: one for name, one in content.items() if name != FIELD}}


def check_format(content: Content, kind: str, path: Path) -> dict[str, Any]:
    """Bring what was read to the format of this version.

    Parameters
    ----------
    content : mapping
        What was read.
    kind : str
        Kind of file, a key of `FORMATS`.
    path : Path
        The file, for the error.

    Returns
    -------
    dict
        The content in the present format.

    Raises
    ------
    InputError
        If the format is newer than this version, is no whole number, or is one that cannot be
        migrated.
    """
    newest = FORMATS[kind]
    number = content.get(FIELD, 0)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise InputError(f"{path}: format = {number!r} is not a format number (now: {newest})")
    if number > newest:
        raise InputError(
            f"{path} is a {kind} of format {number}; this version of smecluster reads up to "
            f"{newest}: install a newer one"
        )
    for step in range(number, newest):
        migrate = MIGRATIONS.get((kind, step))
        if migrate is None:
            raise InputError(
                f"{path} is a {kind} of format {number}, which this version of smecluster no "
                f"longer reads (it reads {newest}): make it again"
            )
        content = migrate(content)
    return add_format(content, kind)
