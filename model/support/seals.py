"""Seals: the SHA-256 by which files that are read again show that nobody has altered them.

A manifest is JSON and names the SHA-256 of each file beside it. Its last entry is that of all its
text before. Line ends and a byte-order mark may change on the way between computers; no other byte
may. A seal shows damage and mistakes; whoever wants to deceive can write a new one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from smecluster.model.errors import InputError
from smecluster.model.support.files import read_text

FIELD = "sha256"
_END = re.compile(rf',\n "{FIELD}": "(?P<digest>[0-9a-f]{{64}})"\n\}}\n\Z')


def seal_json(content: Mapping[str, Any]) -> str:
    """Write JSON whose last entry is the SHA-256 of all before it.

    Parameters
    ----------
    content : mapping
        What to write; an earlier seal in it is replaced.

    Returns
    -------
    str
        The text of the file.
    """
    plain = {name: value for name, value in content.items() if name != FIELD}
    body = json.dumps(plain, indent=1, ensure_ascii=False).removesuffix("\n}")
    return f'{body},\n "{FIELD}": "{hash_text(body)}"\n}}\n'


def read_sealed(path: Path, remedy: str, unsealed: str = "") -> dict[str, Any]:
    """Read JSON that `seal_json` wrote; nothing is parsed before the seal is right.

    Parameters
    ----------
    path : Path
        The file.
    remedy : str
        What to do about a file that was altered, for the error.
    unsealed : str
        What to do about one that has no seal; by default the same.

    Returns
    -------
    dict
        Its content, without the seal.

    Raises
    ------
    InputError
        If it cannot be read, has no seal, or was altered.
    """
    text = read_text(path)
    end = _END.search(text)
    if end is None:
        raise InputError(f"{path} has no SHA-256 at its end: {unsealed or remedy}")
    if hash_text(text[: end.start()]) != end["digest"]:
        raise InputError(f"{path} has been altered (its SHA-256 differs): {remedy}")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid JSON: {str(error)[:100]}") from None
    assert isinstance(content, dict)
    content.pop(FIELD, None)
    return content


def hash_text(text: str) -> str:
    """Give the SHA-256 of a text, in hexadecimal; its line ends do not count."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()


def hash_files(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Give the SHA-256 of text files, by name.

    Parameters
    ----------
    folder : Path
        Where they are.
    names : iterable of str
        Their names.

    Returns
    -------
    dict of str to str
        In the order of the names.

    Raises
    ------
    InputError
        If one cannot be read.
    """
    return {name: hash_text(read_text(folder / name)) for name in names}


def read_listed(folder: Path, name: str, hashes: Mapping[str, str], remedy: str) -> str:
    """Read a text file whose SHA-256 a manifest names.

    Parameters
    ----------
    folder : Path
        Where it is.
    name : str
        Its name.
    hashes : mapping of str to str
        The SHA-256 of each file of the folder.
    remedy : str
        What to do about a file that is missing or was altered, for the error.

    Returns
    -------
    str
        Its text, as `files.read_text` gives it.

    Raises
    ------
    InputError
        If it is missing, is not listed, or was altered.
    """
    path = folder / name
    if name not in hashes:
        raise InputError(f"{path} is not among the files that the manifest lists: {remedy}")
    if not path.is_file():
        raise InputError(f"{path} is missing: {remedy}")
    text = read_text(path)
    if hash_text(text) != hashes[name]:
        raise InputError(f"{path} has been altered (its SHA-256 differs): {remedy}")
    return text
