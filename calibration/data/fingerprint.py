"""Fingerprints of a case's files, by which a calibration knows what it was made from."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text
from smecluster.model.support.reading import read_toml

#: The files that a fit depends on. Sources and remarks for the reader are left out.
FILES = (
    *("case.toml", "series.csv", "targets.csv"),
    *("constants.csv", "tables.csv", "parameters.csv"),
)

#: Those of them that say what is fitted, and to what.
FITTED = ("case.toml", "series.csv", "targets.csv", "parameters.csv")


def fingerprint_case(folder: Path, names: Iterable[str] = FILES) -> dict[str, str]:
    """Fingerprint the content of a case's files: what they say, not how they are laid out.

    Parameters
    ----------
    folder : Path
        The case's folder.
    names : iterable of str
        The files, by default all.

    Returns
    -------
    dict of str to str
        SHA-256 in hexadecimal by file, without the files that the case does not have. Comments,
        blank lines, line ends and blanks around a cell change nothing.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    return {name: _fingerprint(folder / name) for name in names if (folder / name).is_file()}


def name_changes(made_from: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name the files that differ between two fingerprints, in the order of `FILES`."""
    return [name for name in FILES if made_from.get(name) != now.get(name)]


def _fingerprint(path: Path) -> str:
    if path.suffix == ".toml":
        content: object = read_toml(path)
    else:
        try:
            rows = list(csv.reader(io.StringIO(read_text(path)), strict=True))
        except csv.Error as error:
            raise InputError(f"{path} is not valid CSV: {error}") from None
        content = [
            [cell.strip() for cell in cells]
            for cells in rows
            if cells and not cells[0].lstrip().startswith("#")
        ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
