"""Tables as lines of text that fit a terminal: no word is broken, no heading either.

Where a table is wider than the terminal, text wraps between words. Where that is not enough, or
takes more lines, columns that repeat the row above (an outcome in several regions) become lines
between the rows, together with what is the same for all of those rows (its unit). A terminal too
narrow for even that gets each row as a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from smecluster.model.presentation.wrapping import is_wide, split_pieces, wrap
from smecluster.model.presentation.wrapping import measure as measure

Kind = Literal["heading", "rule", "group", "row"]
Line = tuple[Kind, str]

_GAPS = (2, 1)  # blanks between columns
_MOST_LIFTED = 2
_INDENT = "  "
# 1,080 | -0.5 | 12 % | 3,820 (3,520 to 4,270) | -
_NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d[\d.,]*( ?%)?( [(\[].*[)\]])?|-|")
_KEPT = "\N{NO-BREAK SPACE}"


def lay_out(headings: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> list[Line]:
    """Lay a table out in lines no wider than a terminal.

    Parameters
    ----------
    headings : sequence of str
        One for each column.
    rows : sequence of sequences
        Cells, printed with ``str``. A column of numbers is set to the right.
    width : int
        Of the terminal, in characters; a Chinese character takes two.

    Returns
    -------
    list of (kind, text)
        The lines: ``heading``, ``rule`` below it, ``group`` above the rows that it belongs to,
        and ``row``.
    """
    table = _Table.read(headings, rows)
    whole = _arrange(table, width, lifted=0, gap=_GAPS[0])
    if whole is not None and len(whole) == len(rows) + 2:  # nothing had to be wrapped
        return whole
    arranged = [whole] + [
        _arrange(table, width, lifted, gap)
        for gap in _GAPS
        for lifted in range(_MOST_LIFTED + 1)
        if (lifted, gap) != (0, _GAPS[0])
    ]
    feasible = [lines for lines in arranged if lines is not None]
    if feasible:
        return min(feasible, key=len)  # the first of equals: wider gaps, fewer lifted columns
    return list(_stack(table, width))


@dataclass(frozen=True)
class _Table:
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    @classmethod
    def read(cls, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> _Table:
        numeric = []
        for at in range(len(headings)):
            column = [str(row[at]) for row in rows]
            known = [cell for cell in column if cell not in ("", "-")]
            numeric.append(bool(known) and all(_NUMBER.fullmatch(cell) for cell in known))
        cells = [
            tuple(
                # The interval behind a number stays in one piece.
                _keep_together(str(cell)) if numeric[at] else " ".join(str(cell).split())
                for at, cell in enumerate(row)
            )
            for row in rows
        ]
        return cls(tuple(map(str, headings)), tuple(cells), tuple(numeric))

    def lift(self, count: int) -> tuple[_Table, list[tuple[str, int]]] | None:
        """Take the first columns out, and what is the same for all rows of equal ones.

        Returns
        -------
        tuple or None
            The rest, and for each group its text and its number of rows; None where the columns
            do not repeat.
        """
        if count == 0:
            return self, []
        if count >= len(self.headings) or any(self.numeric[:count]):
            return None
        groups = [list(rows) for _, rows in groupby(self.rows, key=lambda row: row[:count])]
        if 2 * len(groups) > len(self.rows):
            return None
        constant = [
            at
            for at in range(count, len(self.headings))
            if not self.numeric[at]
            and all(row[at] == rows[0][at] for rows in groups for row in rows)
        ]
        lifted = [*range(count), *constant]
        kept = [at for at in range(len(self.headings)) if at not in lifted]
        if not kept:
            return None
        texts = [
            (", ".join(rows[0][at] for at in lifted if rows[0][at] not in ("", "-")), len(rows))
            for rows in groups
        ]
        rest = _Table(
            tuple(self.headings[at] for at in kept),
            tuple(tuple(row[at] for at in kept) for row in self.rows),
            tuple(self.numeric[at] for at in kept),
        )
        return rest, texts


def _keep_together(cell: str) -> str:
    number, bracket, rest = cell.partition(" (")
    return number.replace(" ", _KEPT) + bracket + rest.replace(" ", _KEPT)


def _arrange(table: _Table, width: int, lifted: int, gap: int) -> list[Line] | None:
    """Arrange a table in columns; None where that is not possible in the width."""
    parts = table.lift(lifted)
    if parts is None:
        return None
    rest, groups = parts
    indent = _INDENT if groups else ""
    room = width - len(indent) - gap * (len(rest.headings) - 1)
    widths = _share_out(rest, room)
    if widths is None:
        return None

    def lines(cells: Sequence[str], *, bottom: bool = False) -> Iterator[str]:
        columns = [_wrap(cell, size) for cell, size in zip(cells, widths, strict=True)]
        height = max(map(len, columns))
        columns = [
            [""] * (height - len(c)) + c if bottom else c + [""] * (height - len(c))
            for c in columns
        ]
        for at in range(height):
            texts = [
                _pad(column[at], size, right)
                for column, size, right in zip(columns, widths, rest.numeric, strict=True)
            ]
            yield (indent + (" " * gap).join(texts)).rstrip().replace(_KEPT, " ")

    made: list[Line] = [("heading", line) for line in lines(rest.headings, bottom=True)]
    total = len(indent) + sum(widths) + gap * (len(widths) - 1)
    made.append(("rule", "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * total))
    begins = {sum(count for _, count in groups[:at]): text for at, (text, _) in enumerate(groups)}
    for at, row in enumerate(rest.rows):
        if at in begins:
            made += [("group", line) for line in _wrap(begins[at], width)]
        made += [("row", line) for line in lines(row)]
    return made


def _share_out(table: _Table, room: int) -> list[int] | None:
    """Give each column its width: at least its longest word, at most its longest cell."""
    columns = list(zip(table.headings, *table.rows, strict=True))
    least = [max(measure(word) for cell in column for word in _words(cell)) for column in columns]
    most = [max(map(measure, column)) for column in columns]
    if sum(least) > room:
        return None
    if sum(most) <= room:
        return most
    # The widest columns share what the others leave.
    widths = least
    for cap in range(1, room + 1):
        wider = [max(low, min(high, cap)) for low, high in zip(least, most, strict=True)]
        if sum(wider) > room:
            break
        widths = wider
    spare = room - sum(widths)
    for at in sorted(range(len(widths)), key=lambda at: widths[at] - most[at]):
        more = min(spare, most[at] - widths[at])
        widths[at] += more
        spare -= more
    return widths


def _words(cell: str) -> list[str]:
    return split_pieces(cell) or [""] if is_wide(cell) else cell.split(" ") or [""]


def _wrap(cell: str, width: int) -> list[str]:
    """Break a text between words."""
    if is_wide(cell):
        return wrap(cell, width) or [""]
    lines, line = [], ""
    for word in _words(cell):
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _pad(text: str, width: int, right: bool) -> str:
    blanks = " " * (width - measure(text))
    return blanks + text if right else text + blanks


def _stack(table: _Table, width: int) -> Iterator[Line]:
    """Give each row as a paragraph: its first cell, then what the other columns say of it."""
    for row in table.rows:
        first, *others = (cell.replace(_KEPT, " ") for cell in row)
        yield "group", first
        said = "; ".join(
            f"{heading}: {cell}"
            for heading, cell in zip(table.headings[1:], others, strict=True)
            if cell not in ("", "-")
        )
        for line in _wrap(said, max(width - len(_INDENT), 20)):
            yield "row", _INDENT + line
