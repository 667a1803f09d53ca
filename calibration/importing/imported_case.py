"""Make a case's folder from a spreadsheet, or bring its figures up to date with one.

What is written of a spreadsheet: its figures, what they measure, and what headings mean.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from smecluster.calibration.authoring.template import name_table, write_folder
from smecluster.calibration.data.case_file import Heading, Import, Measure, Place, read_case_file
from smecluster.calibration.data.csv_rows import read_records
from smecluster.calibration.data.measuring import check_measure, derive_measurements, read_deflator
from smecluster.calibration.data.series import COLUMNS, Row
from smecluster.calibration.importing.headings import Understood, choose_measures, understand
from smecluster.calibration.importing.sized_case import new_sized_case
from smecluster.calibration.importing.spreadsheet import (
    Layout,
    SheetFigure,
    read_cells,
    read_figures,
)
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.files import read_text

VALUE_ADDED = "value added"
_CASE, _SERIES, _SOURCES = "case.toml", "series.csv", "sources.csv"
_MARK = "# A turning point of your figures"
_MEASURED = '[[measure]]\nvariable = "value added"'


@dataclass(frozen=True)
class Imported:
    """What was read from a spreadsheet, and what became of it.

    Attributes
    ----------
    folder : Path
        The case's folder.
    file : Path
        The spreadsheet.
    layout : str
        How its table is laid out.
    understood : tuple of Understood
        What each heading was taken to mean.
    figures : tuple of SheetFigure
        Those that were read.
    measures : tuple of str
        The variables of the model that they measure.
    like : str
        The region whose values were scaled; empty where the folder was there already.
    beyond : tuple of int
        Years with figures that no measure compares: before the model begins, or beyond the
        deflator.
    year, gdp, factor : int, float, float
        The year, value added (Myuan in prices of the year) and factor by which it was; 0 where the
        folder was there already.
    """

    folder: Path
    file: Path
    layout: Layout
    understood: tuple[Understood, ...]
    figures: tuple[SheetFigure, ...]
    measures: tuple[str, ...]
    beyond: tuple[int, ...] = ()
    like: str = ""
    year: int = 0
    gdp: float = 0.0
    factor: float = 0.0


def import_case(
    file: str | Path,
    folder: str | Path,
    *,
    sheet: str | None = None,
    place: str | None = None,
    like: str = "wenzhou",
    source: str = "",
    part_of: str = "",
) -> Imported:
    """Make a case's folder from a spreadsheet, or read its figures again where there is one.

    A new folder is that of a like region, brought to the size that the first figure of value added
    gives it (`calibration.importing.sized_case`). In one that exists only ``series.csv`` is
    written, with the sheet, the place and the meaning of headings in ``[import]`` of its
    ``case.toml``; figures there from other sources stay.

    Parameters
    ----------
    file : str or Path
        ``.xlsx`` or ``.csv``: a column a series, a row a series, or a row a figure; headings in
        English or Chinese, units in brackets behind them or in a column or row of their own.
    folder : str or Path
        The case's folder.
    sheet : str, optional
        Sheet of an Excel file; by default the first one.
    place : str, optional
        The region to read, in a table with a column of regions.
    like : str
        Shipped case whose values are scaled, with a new folder.
    source : str
        Where the figures come from, for ``sources.csv``.
    part_of : str
        Region of the model that contains it, and that it is taken out of; with a new folder.

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        If the file cannot be read, nothing in it measures value added, or a case of that size
        cannot be made.
    """
    table, target = Path(file), Path(folder)
    known = _read_import(target) if (target / _CASE).is_file() else None
    sheet = sheet or (known.sheet if known and known.sheet else None)
    place = place or (known.place if known and known.place else None)
    cells = read_cells(table, sheet)
    try:
        layout, figures = read_figures(cells, place)
    except UnknownNameError:
        raise
    except InputError as error:
        raise InputError(f"{table}: {error}") from None
    mapping: Mapping[str, Heading] = known.columns if known else {}
    for heading in mapping:
        if heading not in {each.heading for each in figures}:
            raise InputError(
                f"{target / _CASE}: [import] names the heading {heading!r}, which {table} does not "
                f"have: {', '.join(dict.fromkeys(each.heading for each in figures))}"
            )
    understood = understand(figures, mapping)
    if known is not None:
        return _renew(target, table, layout, understood, figures)
    series = {each.series for each in understood if each.series}
    measures = choose_measures(series)
    if all(measure["variable"] != VALUE_ADDED for measure in measures):
        raise InputError(
            f"{table}: nothing was taken for value added, which gives a region its size: "
            f"{_describe(understood)}; needed are the value added of the secondary and the "
            "tertiary sector (第二产业, 第三产业), or GDP (地区生产总值)"
        )
    year, gdp = _find_size(measures[0], understood, figures, name_table(target.resolve().name))
    beyond = {
        x for measure in measures for x in list_years(measure, understood, figures, beyond=True)
    }
    measures = [each for each in measures if list_years(each, understood, figures)]
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise InputError(f"{target} exists already: nothing was written")
    with TemporaryDirectory(prefix="smecluster-") as temporary:
        beside = Path(temporary) / target.resolve().name
        sized = new_sized_case(beside, like, gdp, year, part_of=part_of)
        files = {path.name: read_text(path) for path in sorted(beside.iterdir())}
    own = name_table(sized.region)
    made = Import(
        file=table.name, sheet=sheet or "", place=place or "", columns=map_headings(understood)
    )
    head, _, rest = files[_CASE].partition(_MEASURED)
    rest = rest[rest.index(_MARK) :]
    context = sorted(series - {name for measure in measures for name in measure["series"]})
    head = head.replace("context = []", f"context = {json.dumps(context, ensure_ascii=False)}", 1)
    blocks = "".join(write_measure(measure, understood, figures) for measure in measures)
    files[_CASE] = head + blocks + rest.rstrip() + "\n\n" + write_import(made)
    rows = list_rows(own, understood, figures)
    files[_SERIES] = keep_comments(files[_SERIES]) + format_rows([COLUMNS, *rows])
    cited = source or f"{table.name}, read by smecluster case import: write here where it is from"
    line = format_rows([("source", "citation", "where"), (CODE, cited, table.name)])
    files[_SOURCES] = keep_comments(files[_SOURCES]) + line
    write_folder(target, files)
    variables = tuple(str(measure["variable"]) for measure in measures)
    return Imported(
        *(target, table, layout, tuple(understood), tuple(figures), variables),
        *(tuple(sorted(beyond)), sized.like, year, gdp, sized.factor),
    )


def _read_import(folder: Path) -> Import:
    found = read_case_file(folder / _CASE).import_
    if found is None:
        raise InputError(
            f"{folder} was not made from a spreadsheet: {folder / _CASE} has no [import]; choose a "
            "new folder with --into"
        )
    return found


def _renew(
    folder: Path,
    table: Path,
    layout: Layout,
    understood: Sequence[Understood],
    figures: Sequence[SheetFigure],
) -> Imported:
    """Write the figures of a folder that exists again; what else it has stays."""
    place = read_case_file(folder / _CASE)
    path = folder / _SERIES
    others = [
        [record[name] for name in COLUMNS]
        for _, record in read_records(path, COLUMNS)
        if record["source"] != CODE
    ]
    rows = [*list_rows(place.region.table, understood, figures), *others]
    text = keep_comments(read_text(path)) + format_rows([COLUMNS, *rows])
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    variables = tuple(dict.fromkeys(measure.variable for measure in place.measure))
    return Imported(folder, table, layout, tuple(understood), tuple(figures), variables)


def _find_size(
    measure: Mapping[str, Any],
    understood: Sequence[Understood],
    figures: Sequence[SheetFigure],
    own: str,
) -> tuple[int, float]:
    """Find the first year with value added, and how much, Myuan in prices of that year."""
    named = {each.heading: each for each in understood if each.series in measure["series"]}
    rows: dict[str, list[Row]] = {}
    for figure in figures:
        if figure.heading in named and can_compare(named[figure.heading], figure.year):
            row = _make_row(own, named[figure.heading], figure)
            rows.setdefault(row.name, []).append(row)
    chosen = _make_measure(measure, (FIRST, 2030))
    where = Place(name=own, table=own, title=own, description=own, boundary=own)
    for row in (row for each in rows.values() for row in each):
        check_measure(chosen, row, where)
    if len(rows) == len(measure["series"]):
        for record in derive_measurements(chosen, where, rows, ()):
            year, real = int(str(record[2])), float(str(record[3]))
            return year, real * read_deflator()[year]
    raise InputError(
        f"no year from {FIRST} to {max(read_deflator())} has a figure of "
        f"{' and '.join(measure['series'])}: a region needs one to be brought to size"
    )


def _make_measure(measure: Mapping[str, Any], years: tuple[int, int]) -> Measure:
    fields = {name: value for name, value in measure.items() if name != "from"}
    return Measure(**{**fields, "prices": choose_prices(measure), "years": years})


def _make_row(own: str, each: Understood, figure: SheetFigure) -> Row:
    words = ("exact", each.unit, each.prices, "read", CODE, "", 0)
    return Row(own, each.series, figure.year, float(figure.value), figure.value, *words)


def _describe(understood: Sequence[Understood]) -> str:
    parts = [
        f"{each.heading!r} is {each.series}" if each.series else f"{each.heading!r}: {each.reason}"
        for each in understood[:6]
    ]
    return "; ".join(parts) or "the table is empty"


# What is written of a spreadsheet: its figures, what they measure, and what headings mean.

#: The code of the spreadsheet in the case's ``sources.csv``.
CODE = "X1"
#: A region cannot be brought to size, or compared, before the model begins.
FIRST = 1978


def choose_prices(measure: Mapping[str, Any]) -> str:
    """Choose how a measure's figures become prices of 2010: those that are no money do not."""
    return "published" if "yuan" in str(measure["unit"]) else "none"


def list_rows(
    own: str, understood: Sequence[Understood], figures: Sequence[SheetFigure]
) -> list[tuple[str, ...]]:
    """List the figures as rows of ``series.csv``."""
    named = {each.heading: each for each in understood if each.series}
    rows: list[tuple[str, ...]] = []
    seen: dict[tuple[str, int], str] = {}
    for figure in figures:
        if figure.heading not in named:
            continue
        each = named[figure.heading]
        key = (each.series, figure.year)
        if seen.setdefault(key, figure.value) != figure.value:
            raise InputError(
                f"{figure.heading!r} has two figures for {figure.year}: {seen[key]} and "
                f"{figure.value}"
            )
        cells = (own, each.series, str(figure.year), figure.value, "exact", each.unit, each.prices)
        line = (*cells, "read", CODE, "")
        if line not in rows:
            rows.append(line)
    return rows


def write_measure(
    measure: Mapping[str, Any], understood: Sequence[Understood], figures: Sequence[SheetFigure]
) -> str:
    """Write a measure as it stands in ``case.toml``, with the years that can be compared."""
    years = list_years(measure, understood, figures)
    first = max(min(years), int(measure.get("from", FIRST)))
    fields = {
        **{name: value for name, value in measure.items() if name not in ("from", "definition")},
        "prices": choose_prices(measure),
        "years": [first, max(first, *years)],
        "definition": measure["definition"],
    }
    lines = [f"{name} = {json.dumps(x, ensure_ascii=False)}" for name, x in fields.items()]
    return "\n".join(["[[measure]]", *lines]) + "\n\n"


def can_compare(each: Understood, year: int) -> bool:
    """Say whether a figure of a year can be held against the model, in prices of 2010."""
    dated = each.prices and "constant" not in each.prices
    return year >= FIRST and (not dated or year <= max(read_deflator()))


def list_years(
    measure: Mapping[str, Any],
    understood: Sequence[Understood],
    figures: Sequence[SheetFigure],
    *,
    beyond: bool = False,
) -> list[int]:
    """List the years with figures of a measure that can be compared, or those that cannot."""
    named = {each.heading: each for each in understood if each.series in measure["series"]}
    return [
        figure.year
        for figure in figures
        if figure.heading in named and can_compare(named[figure.heading], figure.year) != beyond
    ]


def map_headings(understood: Sequence[Understood]) -> dict[str, Heading]:
    """Give the meaning of each heading as ``case.toml`` holds it."""
    return {
        each.heading: Heading(series=each.series, unit=each.unit, prices=each.prices)
        if each.series
        else Heading(leave_out=True)
        for each in understood
    }


def write_import(made: Import) -> str:
    """Write what the headings were taken to mean, for the author to correct."""

    def quote(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [
        "# The spreadsheet that series.csv was read from, and what its headings are taken to mean.",
        "# Correct it here, then run `smecluster case import FILE --into` this folder again.",
        "[import]",
        f"file = {quote(made.file)}",
        *([f"sheet = {quote(made.sheet)}"] if made.sheet else []),
        *([f"place = {quote(made.place)}"] if made.place else []),
        "",
        "[import.columns]",
    ]
    for heading, column in made.columns.items():
        fields = column.model_dump(exclude_defaults=True)
        values = {name: "true" if x is True else quote(x) for name, x in fields.items()}
        inner = ", ".join(f"{name} = {value}" for name, value in values.items())
        lines.append(f"{quote(heading)} = {{ {inner} }}")
    return "\n".join(lines) + "\n"


def keep_comments(text: str) -> str:
    """Give the lines of a table that are remarks."""
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def format_rows(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
