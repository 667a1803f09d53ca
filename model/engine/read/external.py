"""Data from files beside a model, written into the model's text.

A model is its text, so that it can be stored, compared and sent to other computers. So what
``GET DIRECT DATA`` and the like read from a file becomes lists and tables in the text when the
model is loaded. Files outside the model's folder are not read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.grids import (
    Area,
    Grid,
    Series,
    number_column,
    read_grid,
    read_series,
)
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import Source, parse
from smecluster.model.errors import InputError

_GET = re.compile(
    r"\(?\s*GET[\s_]+(?P<how>DIRECT|XLS|123)[\s_]+(?P<what>DATA|CONSTANTS|LOOKUPS|SUBSCRIPT)\s*\(\s*"
    r"(?P<given>'[^']*'(?:\s*,\s*'[^']*')*)\s*\)\s*\)?\s*(?:->(?P<mapping>.*))?\Z",
    re.I | re.S,
)
_COUNTS = {"data": 4, "lookups": 4, "constants": 3, "subscript": 5}
# What a data variable without an equation is looked for in.
_BESIDE = ("_data.dat", "_data.csv", "_data.tab")
_READINGS = {"look forward": "LOOKUP FORWARD", "hold backward": "LOOKUP BACKWARD"}
_PLAIN = re.compile(r"[^\W\d_][\w\s'$]*\Z")


def embed_files(text: str, path: Path, data: Sequence[Path] = ()) -> str:
    """Write into a Vensim model what it reads from files.

    Parameters
    ----------
    text : str
        The file's text.
    path : Path
        The file; others are looked for in its folder.
    data : sequence of Path
        Files with series for its data variables. ``NAME_data.dat``, ``.csv`` or ``.tab`` beside
        ``NAME.mdl`` is read as well.

    Returns
    -------
    str
        The same text if it reads none.

    Raises
    ------
    InputError
        If a file is missing, lies outside the folder, or does not hold what is wanted.
    """
    if re.search(r"GET[\s_]+(?:DIRECT|XLS|123)[\s_]+SUBSCRIPT", text, re.I):
        text = _Embedding(text, path, data).write(ranges=True)
    waits = any(block.kind == "data" and not block.expression for block in parse(text).blocks)
    if waits or re.search(r"GET[\s_]+(?:DIRECT|XLS|123)[\s_]", text, re.I):
        text = _Embedding(text, path, data).write(ranges=False)
    return text


class _Embedding:
    def __init__(self, text: str, path: Path, data: Sequence[Path]) -> None:
        self.source: Source = parse(text)
        self.path = path
        self.data = data
        self.names = {fold_name(block.name) for block in self.source.blocks}
        self._series: Mapping[tuple[str, ...], Series] | None = None

    def write(self, ranges: bool) -> str:
        """Write the text with ranges from files, or with all else."""
        text = self.source.text.removeprefix("\ufeff")
        for block in reversed(self.source.blocks):
            match = _GET.match(block.expression)
            waits = block.kind == "data" and not block.expression
            if match is None and not waits:
                continue
            if (match is not None and match["what"].lower() == "subscript") is not ranges:
                continue
            try:
                equations = self._replace(block, match)
            except InputError as error:
                raise InputError(f"line {block.line}: {block.name!r}: {error}") from None
            # The lines of what follows stay the same.
            breaks = "\n" * text.count("\n", block.start, block.end)
            written = " ~~| ".join(equations) + breaks
            text = text[: block.start] + written + text[block.end :]
        return text

    def _replace(self, block: Block, match: re.Match[str] | None) -> list[str]:
        if match is None:
            return self._write_tables(block, self._find_series(block))
        what = match["what"].lower()
        given = [part.strip().strip("'") for part in re.findall(r"'[^']*'", match["given"])]
        if len(given) != _COUNTS[what]:
            raise InputError(f"GET DIRECT {what.upper()} takes {_COUNTS[what]} texts")
        grid = read_grid(self._locate(given[0]), given[1])
        if what == "subscript":
            mapping = f" -> {match['mapping']}" if match["mapping"] else ""
            return [f"{_spell(block.name)}: {', '.join(_read_names(grid, *given[2:]))}{mapping}"]
        if what == "constants":
            return [f"{_write_left(block)} = {self._write_constants(block, grid, given[2])}"]
        found = {
            cell: _read_points(grid, given[2], given[3], place, match["how"].upper() == "DIRECT")
            for place, cell in enumerate(self._list_cells(block))
        }
        return self._write_tables(block, found, direct=what == "lookups")

    def _locate(self, written: str) -> Path:
        """Find a file in the model's folder."""
        if written.startswith("?"):
            raise InputError(f"{written!r} stands for a file that Vensim asks for: write its name")
        folder = self.path.parent.resolve()
        try:
            file = (folder / written.replace("\\", "/")).resolve()
            inside = file.is_relative_to(folder)
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside:
            raise InputError(f"the file {written!r} lies outside the model's folder: put it there")
        if not file.is_file():
            raise InputError(f"there is no file {written!r} in the model's folder")
        return file

    def _axes(self, block: Block) -> list[tuple[str, ...]]:
        axes = []
        for name in block.subscripts:
            spelled = self.source.range_of(name)
            axes.append((name,) if spelled is None else self.source.subscripts[spelled])
        return axes

    def _list_cells(self, block: Block) -> list[tuple[str, ...]]:
        return list(itertools.product(*self._axes(block)))

    # Constants ------------------------------------------------------------------------------

    def _write_constants(self, block: Block, grid: Grid, written: str) -> str:
        turned = written.endswith("*")
        area = grid.find(written.removesuffix("*"))
        sizes = [
            len(axis)
            for axis, name in zip(self._axes(block), block.subscripts, strict=True)
            if self.source.range_of(name) is not None
        ]
        if len(sizes) > 2:
            raise InputError("it has more than two ranges: name the elements of the others")
        down, across = ([1, 1, *sizes])[-2:]
        if turned:
            down, across = across, down
        elif len(sizes) == 1 and area.bottom - area.top + 1 == across > 1:
            down, across = across, down  # a named range says by its form how it runs

        def read(row: int, column: int) -> float:
            # Vensim takes a cell without a number for 0.
            return grid.number(area.top + row, area.left + column) or 0.0

        table = [[read(row, column) for column in range(across)] for row in range(down)]
        if turned or (len(sizes) == 1 and down > 1):
            table = [list(column) for column in zip(*table, strict=True)]
        rows = [", ".join(map(_write_number, row)) for row in table]
        return rows[0] if len(rows) == 1 else "; ".join(rows) + ";"

    # Series ---------------------------------------------------------------------------------

    def _find_series(self, block: Block) -> dict[tuple[str, ...], Series]:
        if self._series is None:
            stem = self.path.with_suffix("")
            beside = [Path(f"{stem}{end}") for end in _BESIDE]
            files = [*self.data, *(file for file in beside if file.is_file())]
            self._series = {}
            for file in reversed(files):
                self._series.update(read_series(file))
            if not files:
                raise InputError(
                    "is a data variable without data: give it a table, an equation or GET DIRECT "
                    f"DATA, or put its series into {beside[0].name} or {beside[1].name}"
                )
        found = {}
        for cell in self._list_cells(block):
            series = self._series.get((fold_name(block.name), *map(fold_name, cell)))
            if series is not None:
                found[cell] = series
        if not found:
            raise InputError(f"no file of data holds a series of {block.name!r}")
        return found

    def _write_tables(
        self, block: Block, found: Mapping[tuple[str, ...], Series], direct: bool = False
    ) -> list[str]:
        """Write a table for each element, and, unless it is one itself, what reads it."""
        name = block.name if direct else self._name_table(block)
        equations = []
        for cell, series in found.items():
            if not series:
                raise InputError("there is no number where its series begins")
            if len(series) == 1:
                series = (*series, (series[0][0] + 1, series[0][1]))
            points = ", ".join(f"({_write_number(x)}, {_write_number(y)})" for x, y in series)
            equations.append(f"{_spell(name, cell)}({points})")
            if block.keyword == "raw":
                times = ", ".join(f"({_write_number(x)}, {_write_number(x)})" for x, _ in series)
                equations.append(f"{_spell(name + ' times', cell)}({times})")
        if direct:
            return equations
        cells = self._list_cells(block)
        if len(found) == len(cells):
            return [*equations, f"{_write_left(block)} = {_write_reading(block, name)}"]
        # An element without a series has no value, as in Vensim.
        for cell in cells:
            value = _write_reading(block, name, cell) if cell in found else ":NA:"
            equations.append(f"{_spell(block.name, cell)} = {value}")
        return equations

    def _name_table(self, block: Block) -> str:
        name = f"{block.name} series"
        while fold_name(name) in self.names:
            name += " too"
        return name


def _read_points(grid: Grid, axis: str, start: str, place: int, direct: bool) -> Series:
    """Read a series along a row or a column; those of further elements lie beside it.

    Vensim's own output shows that ``GET DIRECT`` ends where a time is missing, and ``GET XLS`` does
    not.
    """
    axis = axis.strip()
    cells: list[tuple[tuple[int, int], tuple[int, int]]]
    area = grid.find(start)
    if axis.isdigit():
        row = int(axis) - 1
        cells = [((row, c), (area.top + place, c)) for c in range(area.left, _width(grid))]
    elif re.fullmatch(r"[A-Za-z]{1,3}", axis):
        column = number_column(axis)
        cells = [((r, column), (r, area.left + place)) for r in range(area.top, len(grid.rows))]
    else:
        cells = _pair_areas(grid.find(axis), area, place)
    points = {}
    for at, value in cells:
        x, y = grid.number(*at), grid.number(*value)
        if x is None and direct:
            break
        if x is not None and y is not None:
            points[x] = y
    return tuple(sorted(points.items()))


def _pair_areas(
    axis: Area, area: Area, place: int
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    if axis.left == axis.right:
        return [
            ((axis.top + at, axis.left), (area.top + at, area.left + place))
            for at in range(axis.bottom - axis.top + 1)
        ]
    return [
        ((axis.top, axis.left + at), (area.top + place, area.left + at))
        for at in range(axis.right - axis.left + 1)
    ]


def _read_names(grid: Grid, first: str, last: str, prefix: str) -> list[str]:
    """Read the elements of a range from a row or a column, to a cell or as far as they go."""
    begin = grid.find(first)
    last = last.strip()
    row, column = begin.top, begin.left
    down = not last.isdigit()
    end = None
    if not last.isdigit() and not re.fullmatch(r"[A-Za-z]{1,3}", last):
        area = grid.find(last)
        down = area.left == begin.left
        end = area.bottom - begin.top if down else area.right - begin.left
    names: list[str] = []
    while end is None or len(names) <= end:
        text = grid.text(row + len(names), column) if down else grid.text(row, column + len(names))
        if not text:
            break
        names.append(prefix + text)
    if not names:
        raise InputError(f"there is no element in {first}")
    return names


def _write_reading(block: Block, name: str, cell: Sequence[str] | None = None) -> str:
    """Write what reads a table as the keyword of its data variable asks."""
    subscripts = block.subscripts if cell is None else cell
    table = _spell(name, subscripts)
    if block.keyword == "raw":
        times = _spell(f"{name} times", subscripts)
        return f"IF THEN ELSE(LOOKUP BACKWARD({times}, Time) = Time, {table}(Time), :NA:)"
    reading = _READINGS.get(block.keyword)
    return f"{reading}({table}, Time)" if reading else f"{table}(Time)"


def _width(grid: Grid) -> int:
    return max(map(len, grid.rows), default=0)


def _write_number(value: float) -> str:
    return repr(float(value))


def _spell(name: str, subscripts: Sequence[str] = ()) -> str:
    plain = name if _PLAIN.match(name) else f'"{name}"'
    return f"{plain}[{', '.join(subscripts)}]" if subscripts else plain


def _write_left(block: Block) -> str:
    left = _spell(block.name, block.subscripts)
    if block.excepted:
        left += ":EXCEPT:" + ", ".join(f"[{', '.join(cell)}]" for cell in block.excepted)
    return left
