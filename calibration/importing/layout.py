"""How a table of figures is laid out: a column a series, a row a series, or a row a figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from smecluster.calibration.importing.cells import check_year, find_years, parse_figure, parse_year
from smecluster.model.support.errors import InputError, UnknownNameError

Layout = Literal["a column a series", "a row a series", "a row a figure"]

# What the columns of a table with a row a figure are called.
_ROLES: Mapping[str, tuple[str, ...]] = {
    "region": ("region", "city", "area", "place", "地区", "城市", "区域"),
    "series": ("series", "indicator", "variable", "item", "指标", "指标名称", "项目"),
    "year": ("year", "年份", "年度", "年", "时间"),
    "value": ("value", "figure", "数值", "数据", "值"),
    "unit": ("unit", "单位", "计量单位"),
    "prices": ("price_basis", "prices", "price basis", "价格", "价格口径"),
    "source": ("source", "来源", "数据来源", "资料来源"),
}
_NEEDED = ("series", "year", "value")


@dataclass(frozen=True)
class SheetFigure:
    """One figure as the table has it.

    Attributes
    ----------
    heading : str
        What heads it.
    year : int
        Its year.
    value : str
        Digits with a decimal point.
    unit, prices : str
        Where a column of the table gives them; else empty.
    """

    heading: str
    year: int
    value: str
    unit: str = ""
    prices: str = ""


def read_figures(
    cells: Sequence[Sequence[str]], region: str | None = None
) -> tuple[Layout, list[SheetFigure]]:
    """Find the layout of a table and read its figures.

    Parameters
    ----------
    cells : sequence of sequence of str
        From `calibration.importing.cells.read_cells`.
    region : str, optional
        Of a table with a column of regions, the one to read.

    Returns
    -------
    layout : str
        ``a column a series``, ``a row a series`` or ``a row a figure``.
    figures : list of SheetFigure
        In the order of the table.

    Raises
    ------
    InputError
        If no layout fits, a cell is no figure, or the region is not named or not there.
    """
    for at, row in enumerate(cells[:20]):
        roles = _find_roles(row)
        if all(role in roles for role in _NEEDED):
            return "a row a figure", _read_long(cells[at + 1 :], roles, at, region)
    if region is not None:
        raise InputError("--place belongs to a table with a column of regions")
    columns = list(zip(*cells, strict=True))
    best = max(range(len(columns)), key=lambda at: _count_years(columns[at]))
    years = find_years(columns[best])
    top = max(range(min(20, len(cells))), key=lambda at: _count_years(cells[at]))
    # A figure may look like a year: the longer of the two is the one of years.
    if _count_years(cells[top]) > max(1, _count_years(columns[best])):
        return "a row a series", _read_across(cells[top + 1 :], cells[top], top)
    if not years:
        raise InputError(
            "no years found: a column of years beside columns of figures, a row of years above "
            "rows of figures, or the columns series, year and value are read"
        )
    if years[0] == 0:
        raise InputError("no headings found: the row above the first year names the figures")
    return "a column a series", _read_down(cells, best, years)


def _count_years(cells: Sequence[str]) -> int:
    return len({cells[at] for at in find_years(cells)})


def _find_roles(row: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        word = re.sub(r"\s+", " ", cell).strip().casefold()
        for role, names in _ROLES.items():
            if word in names:
                found.setdefault(role, at)
    return found


def _read_long(
    rows: Sequence[Sequence[str]], roles: Mapping[str, int], above: int, region: str | None
) -> list[SheetFigure]:
    if "region" in roles:
        names = list(dict.fromkeys(row[roles["region"]] for row in rows if row[roles["region"]]))
        if region is None and len(names) > 1:
            raise InputError(
                f"the table has {len(names)} regions, {', '.join(names[:4])}: name one with --place"
            )
        if region is not None and region not in names:
            raise UnknownNameError("region of the table", region, names)
        rows = [row for row in rows if region is None or row[roles["region"]] == region]
    elif region is not None:
        raise InputError("--place belongs to a table with a column of regions")
    found = []
    for at, row in enumerate(rows, above + 2):
        value = _read_value(row[roles["value"]], at, row[roles["series"]])
        if value is None:
            continue
        year = parse_year(row[roles["year"]])
        if year is None:
            raise InputError(f"row {at}: {row[roles['year']]!r} is no year")
        unit, prices = (row[roles[role]] if role in roles else "" for role in ("unit", "prices"))
        found.append(SheetFigure(row[roles["series"]], year, value, unit, prices))
    return found


def _read_across(
    rows: Sequence[Sequence[str]], years: Sequence[str], above: int
) -> list[SheetFigure]:
    """Read rows that are series, below a row of years; a unit may stand in a column of its own."""
    roles = _find_roles(years)
    places = find_years(years)
    head = roles.get("series", 0)
    for cell in years:
        check_year(cell, above + 1)
    found = []
    for at, row in enumerate(rows, above + 2):
        if not row[head]:
            continue
        unit = row[roles["unit"]] if "unit" in roles else ""
        for place in places:
            value = _read_value(row[place], at, row[head])
            year = parse_year(years[place])
            if value is not None and year is not None:
                found.append(SheetFigure(row[head], year, value, unit))
    return found


def _read_down(
    cells: Sequence[Sequence[str]], column: int, years: Sequence[int]
) -> list[SheetFigure]:
    """Read columns that are series, beside a column of years."""
    headings = cells[years[0] - 1]
    # Between headings and figures some tables have a row of units.
    units = [""] * len(headings)
    if years[0] >= 2 and not headings[column] and cells[years[0] - 2][column]:
        headings, units = cells[years[0] - 2], list(headings)
    for at in range(years[0], len(cells)):
        if any(cell for place, cell in enumerate(cells[at]) if place != column):
            check_year(cells[at][column], at + 1)
    found = []
    for place, heading in enumerate(headings):
        if place == column or not heading:
            continue
        for at in years:
            value = _read_value(cells[at][place], at + 1, heading)
            year = parse_year(cells[at][column])
            if value is not None and year is not None:
                found.append(SheetFigure(heading, year, value, units[place]))
    return found


def _read_value(text: str, row: int, heading: str) -> str | None:
    try:
        return parse_figure(text)
    except InputError as error:
        raise InputError(f"row {row}, {heading!r}: {error}") from None
