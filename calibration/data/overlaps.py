"""Sums that count something twice: a series beside one that contains it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations

from smecluster.calibration.data.case_file import CaseFile, Measure
from smecluster.calibration.data.measuring import qualify_series
from smecluster.calibration.data.selection import choose_figures
from smecluster.calibration.data.series import Row
from smecluster.calibration.data.toml_lines import Spot
from smecluster.calibration.data.units import find_unit

_Figures = Mapping[int, float]

#: Names of whole and part that statistical yearbooks share.
_WHOLE, _PART = "gdp", "va_"
# A whole differs from the sum of its parts by what they were rounded to.
_ROUNDING = 0.002
# In fewer years it may be chance.
_YEARS = 3
# How many further parts are tried: with more series in the same unit, fewer of them.
_FURTHER = ((30, 3), (200, 2), (2000, 1))


def find_overlaps(file: CaseFile, rows: Sequence[Row]) -> Iterator[tuple[Spot, str]]:
    """Find the sums in which a series stands beside one that contains it.

    A series contains another if it is gross domestic product and the other the value added of a
    sector (``gdp`` and ``va_...``), or if in every year with figures, at least three, it is the sum
    of the other and of up to three further series of the folder.

    Parameters
    ----------
    file : CaseFile
        The content of ``case.toml``.
    rows : sequence of Row
        The case's figures.

    Yields
    ------
    Spot, str
        The place in ``case.toml``, and what is counted twice.
    """
    sums = [(at, each) for at, each in enumerate(file.measure) if each.combine == "sum"]
    if not sums:
        return
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for at, measure in sums:
        text = _explain_overlap(measure, file.region.table, by_name)
        if text:
            yield ("measure", at, "series"), text


def _explain_overlap(measure: Measure, own: str, by_name: Mapping[str, Sequence[Row]]) -> str:
    names = [qualify_series(series, own) for series in measure.series]
    twice = "which counts it twice: leave one of them out"
    for name in names:
        if names.count(name) > 1:
            return f"{measure.variable!r} sums {name!r} and {name!r}, {twice}"
    for whole, part in permutations(names, 2):
        region, _, series = whole.rpartition("/")
        if series == _WHOLE and part.startswith(f"{region}/{_PART}"):
            return f"{measure.variable!r} sums {whole!r} and its part {part!r}, {twice}"
        further = _find_rest(whole, part, by_name)
        if further is not None:
            sum_ = " + ".join([part, *further])
            return f"{measure.variable!r} sums {whole!r} and its part {part!r}, {twice} ({sum_})"
    return ""


def _find_rest(
    whole: str, part: str, by_name: Mapping[str, Sequence[Row]]
) -> tuple[str, ...] | None:
    """Find the series that make up a whole together with a part; None if it does not contain it."""
    if whole not in by_name or part not in by_name:
        return None
    kind = _describe_kind(by_name[whole])
    if _describe_kind(by_name[part]) != kind:
        return None
    totals, parts = _read_figures(by_name[whole]), _read_figures(by_name[part])
    others = {
        name: _read_figures(rows)
        for name, rows in by_name.items()
        if name not in (whole, part) and _describe_kind(rows) == kind
    }
    most = next((count for size, count in _FURTHER if len(others) <= size), 0)
    for count in range(most + 1):
        for further in combinations(others, count):
            if _adds_up(totals, [parts, *(others[name] for name in further)]):
                return further
    return None


def _adds_up(totals: _Figures, parts: Sequence[_Figures]) -> bool:
    """Say whether parts add up to a total in every year in which all have a figure."""
    years = [year for year in totals if all(year in figures for figures in parts)]
    if len(years) < _YEARS or not all(
        abs(totals[year] - sum(figures[year] for figures in parts)) <= _ROUNDING * abs(totals[year])
        for year in years
    ):
        return False
    # What is lost in the rounding may be anything.
    return all(
        any(abs(figures[year]) > 2 * _ROUNDING * abs(totals[year]) for year in years)
        for figures in parts
    )


def _read_figures(rows: Sequence[Row]) -> dict[int, float]:
    chosen = choose_figures(rows, ("remembered",))
    return {year: row.value * find_unit(row.unit).factor for year, row in chosen.items()}


def _describe_kind(rows: Sequence[Row]) -> tuple[str, str]:
    """Give what must agree for figures to be added: quantity and price basis."""
    return find_unit(rows[0].unit).quantity, rows[0].price_basis.partition(",")[0]
