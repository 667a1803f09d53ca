"""A new region's folder from a like region brought to its size: a case that is ready to use."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smecluster.calibration.authoring.template import (
    begin_case,
    fill_template,
    name_table,
    write_folder,
)
from smecluster.calibration.data.case import scan_own_sources
from smecluster.calibration.data.constants import Constant, Point, format_rows, join_element
from smecluster.calibration.data.csv_rows import raise_first, read_records
from smecluster.calibration.data.measuring import deflate
from smecluster.calibration.data.series import COLUMNS, Row, read_series
from smecluster.calibration.data.units import find_unit
from smecluster.calibration.importing.scaling import (
    TOLERANCE,
    Treatment,
    find_factor,
    find_idle,
    scale_constants,
    scale_parameters,
    scale_points,
)
from smecluster.calibration.problem.parameters import COLUMNS as PARAMETER_COLUMNS
from smecluster.calibration.problem.parameters import FILE, read_parameters
from smecluster.model.errors import InputError, UnknownNameError

#: Source of a value that was given without one, and the series that holds it.
GIVEN = "GIVEN"
SERIES = "value_added"
# How far the figures of the year may be from the value that was given.
_AGREES = 0.01
_MILLION = 1e6
_NOT_FITTED = ("remembered", "doubtful")
_SOURCES = ("source", "citation", "where")


@dataclass(frozen=True)
class SizedCase:
    """A new region's folder, and what was done to make it.

    Attributes
    ----------
    folder : Path
        The folder.
    region, like : str
        The new region, and the one whose values it has.
    year : int
        The year in which the region has the value that was asked for.
    gdp, real : float
        Value added in that year: Myuan in its own prices, and in prices of 2010.
    factor : float
        Size of the new region over that of the like one, Dmnl.
    treatments : tuple of Treatment
        What was kept, what was scaled, and what is left to the user.
    """

    folder: Path
    region: str
    like: str
    year: int
    gdp: float
    real: float
    factor: float
    treatments: tuple[Treatment, ...]


def new_sized_case(
    folder: str | Path,
    like: str,
    gdp: float,
    year: int,
    figures: str | Path | None = None,
    series: Sequence[str] = (),
    part_of: str = "",
) -> SizedCase:
    """Write the folder of a new region that is like another one, at a size of its own.

    Whatever counts firms, people, money or land is multiplied by one factor; shares, rates, tables
    of dated history and everything national are kept. The factor is solved for by running the
    model beside the shipped regions, so that value added in `year` is `gdp` within `TOLERANCE`.

    Parameters
    ----------
    folder : str or Path
        Where to; its name, with blanks for ``_`` and ``-``, becomes the region's.
    like : str
        Shipped case whose values are scaled.
    gdp : float
        Value added of the region's cluster economy, Myuan in prices of `year`. The national
        deflator turns it into prices of 2010.
    year : int
        Its year.
    figures : str or Path, optional
        A table of published figures, with the columns of a case's ``series.csv`` and a
        ``sources.csv`` beside it; the region's rows of `series` become its measurements.
    series : sequence of str
        With `figures`: the series whose sum is the value added.
    part_of : str
        Region of the model that contains it, and that it is taken out of.

    Returns
    -------
    SizedCase

    Raises
    ------
    InputError
        If `gdp` is not above 0, there is no deflator or no value of the like region for `year`, no
        size within the model's ranges has the value, the figures lack a series or contradict
        `gdp`, or as for `calibration.authoring.template.new_case`. Nothing is written then.
    """
    target = Path(folder)
    if not (math.isfinite(gdp) and gdp > 0):
        raise InputError(
            f"--gdp {gdp:g}: value added must be above 0, in million yuan at prices of its year"
        )
    real = deflate(gdp, year)
    if (figures is None) != (not series):
        raise InputError("--figures and --series belong together: the table, and what adds up")
    case, name = begin_case(target, like)
    like_name = case.place.name
    given = _describe_given(name, gdp, year) if figures is None else None
    rows = [given] if given else _select_figures(Path(figures or ""), name, series, gdp, year)
    sources = _select_sources(None if figures is None else Path(figures), rows)
    factor = find_factor(case, name, real, year, part_of)
    constants, done = scale_constants(case.constants, factor, like_name)
    points, further = scale_points(case.points, factor, like_name)
    offered = read_parameters(case.path / FILE)
    measured = [int(row["year"]) for row in rows if row["status"] not in _NOT_FITTED]
    idle = find_idle(
        case, name, factor, [each.name for each in offered], sorted({*measured}), part_of
    )
    parameters = scale_parameters(
        [each for each in offered if each.name not in idle], case.constants, factor, like_name
    )
    further = (*further, *(_describe_idle(each, case.constants) for each in idle))
    sized = SizedCase(target, name, like_name, year, gdp, real, factor, (*done, *further))
    files = fill_template(name, like_name)
    for file in ("constants.csv", "tables.csv", FILE):
        files[file] = files[file].replace("copied from", "scaled from")
    files["constants.csv"] += format_rows(constants, Constant)
    files["tables.csv"] += format_rows(points, Point)
    files[FILE] += _format_csv(PARAMETER_COLUMNS, parameters)
    files["series.csv"] = _keep_comments(files["series.csv"]) + _format_csv(COLUMNS, rows)
    files["sources.csv"] = _keep_comments(files["sources.csv"]) + _format_csv(_SOURCES, sources)
    files["case.toml"] = _write_case(files["case.toml"], sized, series or (SERIES,), rows, part_of)
    files["README.md"] = _describe_work(sized) + files["README.md"].partition("\n")[2]
    write_folder(target, files)
    return sized


# series.csv and sources.csv -------------------------------------------------------------------


def _describe_given(name: str, gdp: float, year: int) -> dict[str, str]:
    """Write down a value that came without a source: `remembered`, so that no fit takes it."""
    note = "given to smecluster case new: cite its source, then write read for remembered"
    return {
        "region": name_table(name),
        "series": SERIES,
        "year": str(year),
        "value": f"{gdp:.12g}",
        "qualifier": "exact",
        "unit": "million yuan",
        "price_basis": "current prices",
        "status": "remembered",
        "source": GIVEN,
        "note": note,
    }


def _select_figures(
    table: Path, name: str, series: Sequence[str], gdp: float, year: int
) -> list[dict[str, str]]:
    """Select a region's rows of some series, and hold their sum of a year against a value."""
    own = name_table(name)
    records = [record for _, record in read_records(table, COLUMNS)]
    regions = dict.fromkeys(record["region"] for record in records)
    if own not in regions:
        raise InputError(f"{table}: {UnknownNameError('region', own, regions)}")
    offered = dict.fromkeys(record["series"] for record in records if record["region"] == own)
    for each in series:
        if each not in offered:
            raise InputError(f"{table}: {UnknownNameError('series', each, offered)}")
    sources, problems = scan_own_sources(table.parent / "sources.csv")
    raise_first(problems)
    rows = [
        row for row in read_series(table, sources) if row.region == own and row.series in series
    ]
    for each in series:
        if all(row.status == "doubtful" for row in rows if row.series == each):
            raise InputError(f"{table}: {own}/{each} has doubtful figures only, which none may use")
    found = [row for row in rows if row.year == year and row.status != "doubtful"]
    if {row.series for row in found} == set(series):
        total = sum(_in_millions(row) for row in found) * len(series) / len(found)
        if abs(total - gdp) > _AGREES * gdp:
            raise InputError(
                f"--gdp {gdp:g}: the figures of {table} give {total:,.0f} million yuan for {year}"
            )
    return [record for record in records if record["region"] == own and record["series"] in series]


def _in_millions(row: Row) -> float:
    return row.value * find_unit(row.unit).factor / _MILLION


def _select_sources(table: Path | None, rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Select the citations of the rows' sources from the list beside their table."""
    if table is None:
        citation = "Given to smecluster case new by its user, without a source"
        return [{"source": GIVEN, "citation": citation, "where": ""}]
    own = table.parent / "sources.csv"
    cited = {row["source"] for row in rows}
    records = [record for _, record in read_records(own, _SOURCES)] if own.is_file() else []
    return [record for record in records if record["source"] in cited]


def _describe_idle(name: str, constants: Iterable[Constant]) -> Treatment:
    unit = next(
        value.unit for value in constants if join_element(value.variable, value.element) == name
    )
    why = "no figure of value added moves with it"
    left = f"add a series that it moves, then its row in {FILE}"
    return Treatment(f"estimate of {name}", unit, None, None, "left out", why, left)


# The other files ------------------------------------------------------------------------------


def _write_case(
    template: str,
    sized: SizedCase,
    series: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    part_of: str,
) -> str:
    """Fill the template's blanks with what is known, and measure value added."""
    years = [int(row["year"]) for row in rows if row["status"] != "doubtful"]
    description = (
        f"Not described yet: taken to be like {sized.like}, at {sized.factor:.3g} times its size."
    )
    boundary = (
        f"The area and the firms of the figures in series.csv; its value added of {sized.year} "
        f"is {sized.gdp:,.6g} million yuan in current prices."
    )
    text = re.sub(r'(?m)^description = "<.*$', f'description = "{description}"', template)
    text = re.sub(r'(?m)^boundary = "<.*$', f'boundary = "{boundary}"', text)
    text = text.replace('part_of = ""', f'part_of = "{part_of}"')
    names = ", ".join(f'"{name}"' for name in series)
    combine = 'combine = "sum"\n' if len(series) > 1 else ""
    measure = (
        f'[[measure]]\nvariable = "value added"\nunit = "Myuan/Year"\nseries = [{names}]\n'
        f'{combine}prices = "current"\nyears = [{min(years)}, {max(years)}]\n'
        'definition = "Value added as given; the model means that of all its firms (secondary '
        'plus tertiary sector)."\n\n'
    )
    mark = "# A turning point of your figures"
    return text.replace(mark, measure + mark, 1)


def _describe_work(sized: SizedCase) -> str:
    """Write down what was done, for whoever opens the folder."""
    lines = [
        f"# {sized.region}: made from {sized.like}",
        "",
        f"`smecluster case new` scaled {sized.like} by {sized.factor:.6g}, so that value added in "
        f"{sized.year} is {sized.gdp:,.6g} million yuan in prices of {sized.year} "
        f"({sized.real:,.6g} in prices of 2010, national deflator), within {TOLERANCE:.1%}, in a "
        "run beside the shipped regions with the shipped calibration. Nothing is fitted. Every "
        f"value that is still {sized.like}'s has the status `scaled from {sized.like}`; give it "
        "another when you write your own.",
        "",
        "| value | unit | done | why | left to you |",
        "|---|---|---|---|---|",
        *(
            f"| {each.name} | {each.unit} | {each.done} | {each.reason} | {each.left} |"
            for each in sized.treatments
        ),
        "",
        "## What to know before using the figures",
        "",
    ]
    return "\n".join(lines)


def _keep_comments(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def _format_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
