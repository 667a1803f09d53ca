"""The rule that chooses among several figures for one year.

Sources often disagree about a year. The better figure is, in this order,

1. better in status: read, derived, remembered;
2. better in grade: [A] yearbook or bureau, [B] press or academic text quoting officials, no
   grade, [C] trade press or undated;
3. exact rather than "about", "at least" or "less than";
4. final rather than rounded, rounded rather than preliminary (flash, estimate), and any of
   these rather than second-hand;
5. given with more digits;
6. the one whose source has the lower code: the choice never depends on the order of rows.

`doubtful` rows are never chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from smecluster.calibration.data.series import STATUSES, Row
from smecluster.model.support.errors import InputError, UnknownNameError

GRADES = ("A", "A-", "B", "", "C")

_GRADE = re.compile(r"\[(A-|A|B|C)\]")
_MARKS = (
    (3, re.compile(r"\b(?:second(?:ary|-hand)(?! industry)|weak)\b", re.I)),
    (2, re.compile(r"\b(?:flash|preliminary|estimate[ds]?)\b", re.I)),
    (1, re.compile(r"\bround(?:ed)?\b", re.I)),
)


def read_grade(row: Row) -> str:
    """Read the grade at the start of a row's note; empty if there is none."""
    match = _GRADE.match(row.note)
    return match.group(1) if match else ""


def read_finality(row: Row) -> int:
    """Read how final a figure is: 0 final, 1 rounded, 2 preliminary, 3 second-hand."""
    return next((level for level, mark in _MARKS if mark.search(row.note)), 0)


def count_digits(row: Row) -> int:
    """Count the significant digits of a figure as written."""
    mantissa = re.split("[eE]", row.text.lstrip("+-"))[0]
    plain = mantissa.replace(".", "").lstrip("0")
    return len(plain if "." in mantissa else plain.rstrip("0"))


def rank_figure(row: Row) -> tuple[int, int, bool, int, int, str]:
    """Rank a figure by the rule of this module: the lowest key is the best figure."""
    return (
        STATUSES.index(row.status),
        GRADES.index(read_grade(row)),
        row.qualifier != "exact",
        read_finality(row),
        -count_digits(row),
        row.source,
    )


def select_statuses(include: Iterable[str] = ()) -> frozenset[str]:
    """Select the statuses that may be used.

    Parameters
    ----------
    include : iterable of str
        Statuses to use in addition to ``read`` and ``derived``.

    Returns
    -------
    frozenset of str
        The statuses.

    Raises
    ------
    InputError
        If a status is unknown, or is ``doubtful``, which is never used.
    """
    extra = (include,) if isinstance(include, str) else tuple(include)
    for status in extra:
        if status == "doubtful":
            raise InputError("doubtful figures are never used: include allows 'remembered'")
        if status not in STATUSES:
            raise UnknownNameError("status", status, STATUSES[:-1])
    return frozenset(("read", "derived", *extra))


def choose_figures(rows: Iterable[Row], include: Iterable[str] = ()) -> dict[int, Row]:
    """Choose one figure for each year by the rule of this module.

    Parameters
    ----------
    rows : iterable of Row
        Figures of one series.
    include : iterable of str
        Statuses to use in addition to ``read`` and ``derived``.

    Returns
    -------
    dict of int to Row
        The best figure of each year, by rising year.

    Raises
    ------
    InputError
        If `include` names an unknown status or ``doubtful``.
    """
    allowed = select_statuses(include)
    best: dict[int, Row] = {}
    for row in sorted((row for row in rows if row.status in allowed), key=rank_figure):
        best.setdefault(row.year, row)
    return dict(sorted(best.items()))
