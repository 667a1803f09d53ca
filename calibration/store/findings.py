"""The tables of a calibration, read back from its folder."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from smecluster.calibration.data.series import SERIES
from smecluster.model.errors import InputError
from smecluster.model.support.formats import check_format
from smecluster.model.support.seals import read_listed, read_sealed

MANIFEST = "manifest.json"
#: The folder of the tables that say what the figures decide.
KNOWLEDGE = "knowledge"
#: The manifest's entry with the SHA-256 of each table, by file name.
FILES = "files"
_REMEDY = "restore it, or calibrate again"
_UNSEALED = "it was cut, or is of an earlier version: 'smecluster calibrate' makes it anew"
_THEIL = ["U^M", "U^S", "U^C"]
_WORDS = {*SERIES, "name", "unit", "scale", "scope", "verdict", "compare", "status"}
#: The tables of the folder and the columns that others need; further ones are allowed.
_COLUMNS: Mapping[str, list[str]] = {
    "parameters": [
        *("name", "unit", "scale", "scope", "lower", "upper", "prior mean", "prior sd"),
        *("estimate", "low", "high", "verdict"),
    ],
    "draws": [],
    "figures": [
        *(*SERIES, "unit", "compare", "factor", "year", "value", "status"),
        *("fitted", "low", "high", "sigma"),
    ],
    "paths": ["region", "variable", "year", "value", "low", "high"],
    "fits": [*SERIES, "compare", "figures", "remembered", "R2", "MAPE", *_THEIL],
}
#: The files of the tables.
TABLES = tuple(f"{name}.csv" for name in _COLUMNS)
_NEEDED = ("parameters",)


@dataclass(frozen=True)
class Findings:
    """The tables and the manifest of a calibration.

    Attributes
    ----------
    manifest : mapping
        Content of ``manifest.json``: name, seed, seconds, runs, include, stamp.
    tables : mapping of str to pandas.DataFrame
        Every table that the report uses, by file name. A part that was not carried out is a
        table without rows.
    """

    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def has(self, name: str) -> bool:
        """Say whether a part of the calibration was carried out."""
        return len(self.tables[name]) > 0

    @property
    def name(self) -> str:
        """The calibration's name."""
        return str(self.manifest["name"])


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables of a folder, each read when it is first used, and checked then."""

    def __init__(self, folder: Path, hashes: Mapping[str, str]) -> None:
        self._folder, self._hashes = folder, hashes
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in _COLUMNS:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = _read_table(self._folder, name, self._hashes)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COLUMNS)

    def __len__(self) -> int:
        return len(_COLUMNS)


def read_findings(folder: str | Path) -> Findings:
    """Read all tables of a calibration.

    Parameters
    ----------
    folder : str or Path
        The folder of a named calibration: ``manifest.json``, ``parameters.csv``, and the tables
        of the other parts that were carried out.

    Returns
    -------
    Findings

    Raises
    ------
    InputError
        If the folder, its manifest or its parameters are missing, or a table is malformed.
    """
    found = open_findings(folder)
    return Findings(found.manifest, {name: found[name] for name in found.tables})


def open_findings(folder: str | Path) -> Findings:
    """Open a calibration's folder: every file is checked, each table is read when first used.

    Parameters
    ----------
    folder : str or Path
        As for `read_findings`.

    Returns
    -------
    Findings

    Raises
    ------
    InputError
        If the folder is missing, or one of its files is missing or was altered since the
        calibration was made.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"no such calibration folder: {place}")
    path = place / MANIFEST
    manifest = check_format(read_sealed(path, _REMEDY, _UNSEALED), "calibration", path)
    hashes = manifest.get(FILES)
    if not isinstance(hashes, dict):
        raise InputError(f"{path} lists no files: {_REMEDY}")
    tables = [f"{name}.csv" for name in _COLUMNS if (place / f"{name}.csv").exists()]
    for name in dict.fromkeys([*hashes, *tables]):
        read_listed(place, name, hashes, _REMEDY)
    manifest.setdefault("name", place.resolve().name)
    return Findings(manifest, _Tables(place, hashes))


def read_knowledge(folder: str | Path) -> dict[str, pd.DataFrame]:
    """Read the tables that say what the figures decide.

    Parameters
    ----------
    folder : str or Path
        The folder of a calibration.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name; empty where it has none.
    """
    return {
        each.stem: pd.read_csv(each) for each in sorted((Path(folder) / KNOWLEDGE).glob("*.csv"))
    }


def _read_table(folder: Path, name: str, hashes: Mapping[str, str]) -> pd.DataFrame:
    path, columns = folder / f"{name}.csv", _COLUMNS[name]
    if path.name not in hashes and not path.is_file() and name not in _NEEDED:
        return pd.DataFrame({column: pd.Series(dtype=_choose_type(column)) for column in columns})
    # Comment lines are allowed above the heading, and nowhere else.
    lines = read_listed(folder, path.name, hashes, _REMEDY).splitlines(keepends=True)
    first = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    try:
        text = pd.read_csv(io.StringIO("".join(lines[first:])), dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path} is no table: {' '.join(str(error).split())}") from None
    for column in columns:
        if column not in text:
            raise InputError(f"{path} has no column {column!r}")
    return pd.DataFrame({column: _convert(path, text[column], columns) for column in text})


def _choose_type(column: str) -> type:
    return str if column in _WORDS else float


def _convert(path: Path, column: pd.Series[Any], needed: Sequence[str]) -> pd.Series[Any]:
    """Convert a column of text to its type."""
    if column.name in _WORDS:
        return column
    try:
        return pd.to_numeric(column)
    except ValueError:
        # Columns that the report only passes on may be words.
        if column.name not in needed and path.stem != "draws":
            return column
    wrong = column[pd.to_numeric(column, errors="coerce").isna() & (column != "")]
    raise InputError(f"{path}: {column.name!r} is no number: {wrong.iloc[0]!r}")
