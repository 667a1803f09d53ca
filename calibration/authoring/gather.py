"""Copy a region's published figures from raw tables into its case folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from smecluster.calibration.data.case import list_series
from smecluster.calibration.data.case_file import read_case_file
from smecluster.calibration.data.csv_rows import read_records
from smecluster.calibration.data.series import CASES, COLUMNS, SOURCES
from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.files import overwrite_file
from smecluster.model.support.workspace import list_files, locate

_SOURCE_COLUMNS = ("source", "citation", "where")


def gather_series(tables: Path, folder: Path) -> list[dict[str, str]]:
    """Collect the rows that a case names from the raw tables.

    Parameters
    ----------
    tables : Path
        Folder of raw tables, ``<region>.csv`` each with the columns of a series table.
    folder : Path
        The case's folder, with its ``case.toml``.

    Returns
    -------
    list of dict
        Rows by series, year and source.

    Raises
    ------
    InputError
        If a table is missing or malformed, or lacks a series that the case names.
    """
    wanted = list_series(read_case_file(folder / "case.toml"))
    found = []
    for owner in sorted({name.split("/")[0] for name in wanted}):
        table = tables / f"{owner}.csv"
        records = [record for _, record in read_records(table, COLUMNS)]
        present = {f"{record['region']}/{record['series']}" for record in records}
        for name in wanted:
            if name.startswith(f"{owner}/") and name not in present:
                raise InputError(f"{table}: {UnknownNameError('series', name, present)}")
        found += [r for r in records if f"{r['region']}/{r['series']}" in wanted]
    return sorted(found, key=lambda r: (r["region"], r["series"], r["year"], r["source"]))


def select_sources(sources: Path, codes: Collection[str]) -> list[dict[str, str]]:
    """Select the sources that some series cite.

    Parameters
    ----------
    sources : Path
        The full list, with the columns source, citation, where.
    codes : collection of str
        Codes of the cited sources.

    Returns
    -------
    list of dict
        The cited sources by code.

    Raises
    ------
    InputError
        If a cited source is not in the list.
    """
    known = {record["source"]: record for _, record in read_records(sources, _SOURCE_COLUMNS)}
    for code in sorted(set(codes) - set(known)):
        raise UnknownNameError("source", code, known)
    return [known[code] for code in sorted(codes)]


def gather_cases(tables: Path, names: Sequence[str] = ()) -> dict[str, int]:
    """Copy published figures from raw tables into the shipped case folders.

    Every row of the series in a ``case.toml`` is copied unchanged, of any status and with all
    conflicting figures; loading the case chooses among them. Then the shipped ``sources.csv`` is
    rewritten with the sources that the cases cite.

    Parameters
    ----------
    tables : Path
        Folder with one raw table for each region (``wenzhou.csv``, ...) and ``sources.csv``.
    names : sequence of str
        Cases to renew; all if empty.

    Returns
    -------
    dict of str to int
        How many rows each case received, and how many sources are cited (``sources``).

    Raises
    ------
    InputError
        If a case or table does not exist or is malformed, or a source is not listed. Nothing is
        written then.
    """
    folders = {name: path.parent for name, path in list_files(CASES, "*/case.toml").items()}
    for name in names:
        if name not in folders:
            raise UnknownNameError("case", name, folders)
    renewed = {name: gather_series(tables, folders[name]) for name in names or folders}
    codes = {
        record["source"]
        for name, folder in folders.items()
        for record in (renewed[name] if name in renewed else _read_series(folder))
    }
    cited = select_sources(tables / "sources.csv", codes)
    for name, rows in renewed.items():
        overwrite_file(folders[name] / "series.csv", _format_csv(COLUMNS, rows))
    overwrite_file(locate(SOURCES), _format_csv(_SOURCE_COLUMNS, cited))
    return {**{name: len(rows) for name, rows in renewed.items()}, "sources": len(cited)}


def _read_series(folder: Path) -> list[dict[str, str]]:
    return [record for _, record in read_records(folder / "series.csv", COLUMNS)]


def _format_csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
