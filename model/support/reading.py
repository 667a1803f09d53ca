"""Settings and records in TOML, YAML and JSON: read within the limits, or refused in one line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import (
    MOST_DIGITS,
    MOST_ENTRIES,
    MOST_LEVELS,
    MOST_RECORD_BYTES,
    MOST_SETTINGS_BYTES,
)

# Texts and comments of TOML, in which brackets and dots mean nothing. None of the patterns goes
# back over what it has taken, so that time grows with the text and no faster.
_TOML_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\')?'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'[^\'\n]*+\'?|#[^\n]*+',
    re.DOTALL,
)
_DOTTED = re.compile(rf"(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_LEVELS},}}+")
_LEAST = -(10**MOST_DIGITS)
_MOST = 10**MOST_DIGITS


class MalformedError(InputError):
    """A file that was read and is not what its name says, or is beyond the limits."""


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    InputError
        If it cannot be read, is too large or nested too deep, holds a whole number of too many
        digits, or is not TOML; the message says where.
    """
    text = read_text(path, MOST_SETTINGS_BYTES)
    if _DOTTED.search(_TOML_TEXT.sub('""', text)):
        raise _refuse_depth(path)
    return dict(_parse(tomllib.loads, text, path, "TOML"))


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file; see `read_toml`.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    object
        Its content.

    Raises
    ------
    InputError
        As for `read_toml`, and if it refers to itself.
    """
    import yaml

    def parse(text: str) -> Any:
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from None

    return _parse(parse, read_text(path, MOST_SETTINGS_BYTES), path, "YAML")


def read_json(path: str | Path) -> Any:
    """Read a JSON file that the program wrote; see `read_toml`.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    object
        Its content.

    Raises
    ------
    InputError
        As for `read_toml`.
    """
    return _parse(json.loads, read_text(path, MOST_RECORD_BYTES), path, "JSON")


def _parse(parse: Callable[[str], Any], text: str, path: str | Path, kind: str) -> Any:
    try:
        content = parse(text)
    except RecursionError:
        raise _refuse_depth(path) from None
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits, and dates that are none, like this.
        message = " ".join(str(error).split())
        if "integer string conversion" in message:
            raise _refuse_digits(path) from None
        raise MalformedError(f"{path} is not valid {kind}: {message}") from None
    _check(content, path)
    return content


def _check(content: Any, path: str | Path) -> None:
    """Refuse what is nested too deep, has too many entries, or numbers of too many digits."""
    level, entries = [content], 0
    for _ in range(MOST_LEVELS + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, int) and not _LEAST < one < _MOST:
                raise _refuse_digits(path)
            if isinstance(one, Mapping):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list | tuple | set | frozenset):
                below += one
            if entries + len(below) > MOST_ENTRIES:
                raise MalformedError(f"{path} has more than {MOST_ENTRIES:,} entries")
        entries += len(below)
        level = below
        if not level:
            return
    raise _refuse_depth(path)


def _refuse_depth(path: str | Path) -> MalformedError:
    return MalformedError(f"{path} is nested too deep: at most {MOST_LEVELS} levels are allowed")


def _refuse_digits(path: str | Path) -> MalformedError:
    return MalformedError(f"{path} holds a whole number of more than {MOST_DIGITS} digits")
