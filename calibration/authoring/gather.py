"""Copy a region's published figures from raw tables into its case folder.

    python -m smecluster.calibration.authoring.gather TABLES [CASE ...]

``TABLES`` is a folder with one raw table a region (``wenzhou.csv``, ...) and ``sources.csv``.
Every row of the series that ``case.toml`` names is copied as it is, all statuses and all
conflicting figures; the choice among them is made when the case is loaded. Then the shipped
``sources.csv`` is written anew with the sources that are cited.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from smecluster.calibration.data.case import list_series
from smecluster.calibration.data.case_file import read_case_file
from smecluster.calibration.data.series import CASES, COLUMNS, SOURCES, read_records
from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.files import write_atomic

_LISTED = ("source", "citation", "where")


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


def collect_sources(sources: Path, folders: Iterable[Path]) -> list[dict[str, str]]:
    """Collect the sources that the series of some cases cite.

    Parameters
    ----------
    sources : Path
        The full list, with the columns source, citation, where.
    folders : iterable of Path
        Case folders with a ``series.csv``.

    Returns
    -------
    list of dict
        The cited sources by code.

    Raises
    ------
    InputError
        If a cited source is not in the list.
    """
    listed = {record["source"]: record for _, record in read_records(sources, _LISTED)}
    codes = {
        record["source"]
        for folder in folders
        for _, record in read_records(folder / "series.csv", COLUMNS)
    }
    for code in sorted(codes - set(listed)):
        raise UnknownNameError("source", code, listed)
    return [listed[code] for code in sorted(codes)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m smecluster.calibration.authoring.gather",
        description="Copy published figures from raw tables into the case folders.",
    )
    parser.add_argument("tables", type=Path, help="folder of raw tables and sources.csv")
    parser.add_argument("cases", nargs="*", help="cases to renew (default: all)")
    given = parser.parse_args(arguments)
    folders = {path.parent.name: path.parent for path in sorted(CASES.glob("*/case.toml"))}
    try:
        for name in given.cases or folders:
            if name not in folders:
                raise UnknownNameError("case", name, folders)
            rows = gather_series(given.tables, folders[name])
            write_atomic(folders[name] / "series.csv", _csv(COLUMNS, rows))
            print(f"{name}: {len(rows)} rows")
        rows = collect_sources(given.tables / "sources.csv", folders.values())
        write_atomic(SOURCES, _csv(_LISTED, rows))
        print(f"sources: {len(rows)}")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
