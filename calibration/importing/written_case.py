"""What is written of a spreadsheet: its figures, what they measure, and what headings mean."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from smecluster.calibration.data.case_file import Heading, Import
from smecluster.calibration.data.deflate import read_deflator
from smecluster.calibration.importing.headings import Understood
from smecluster.calibration.importing.layout import SheetFigure
from smecluster.model.support.errors import InputError

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
