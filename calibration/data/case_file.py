"""The content of ``case.toml``: the region, measures, turning points, policy history.

Line numbers in a TOML file, which its parser does not give.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from smecluster.calibration.data import units
from smecluster.calibration.data.csv_rows import parse_choice, raise_first
from smecluster.calibration.data.series import STATUSES, YEARS
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import check_region_name
from smecluster.model.inputs import read_toml
from smecluster.model.support.files import read_text

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails
import re

Text = Annotated[str, Field(min_length=1)]
CalendarYear = Annotated[int, Field(ge=YEARS[0], le=YEARS[1])]
Code = Annotated[str, Field(pattern=r"^[1-9]\d(\d\d){0,2}$")]
Combine = Literal["one", "sum", "ratio", "less share"]
TurnKind = Literal["slower growth", "fall"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Place(_Table):
    """The region."""

    name: Text = Field(description="element of the model's range Region")
    table: Text = Field(description="what its own figures have in the column region")
    title: Text = Field(description="how reports call it")
    description: Text = Field(description="what kind of cluster it is")
    boundary: Text = Field(description="the area and the firms that its figures cover")
    part_of: str = Field(
        default="", description="the region of the model that it lies in, and is taken out of"
    )
    codes: tuple[Code, ...] = Field(
        default=(),
        description="the same area in codes of GB/T 2260: two digits a province, four a "
        "prefecture, six a county",
    )


class Measure(_Table):
    """How published series measure one variable of the model over one segment of years."""

    variable: Text = Field(description="name in the model")
    unit: Text = Field(description="unit of the model to convert to")
    series: tuple[Text, ...] = Field(
        min_length=1, description="series, or region/series for a table of another region"
    )
    combine: Combine = Field(
        default="one",
        description="one series; sum; ratio (first by second); first less the share in the second",
    )
    prices: Literal["none", "current", "published"] = Field(
        default="none",
        description="current: money of the year; none: no money, or money of one year; published: "
        "each figure as its own price basis says. All money is turned into prices of 2010",
    )
    deflator: str = Field(
        default="",
        description="series of the case with the region's own price index; empty for the national "
        "deflator",
    )
    compare: Literal["level", "scale"] = Field(
        default="level", description="scale: known only up to a factor, which a fit estimates"
    )
    segment: str = Field(default="", description="name of a stretch of one definition")
    years: tuple[CalendarYear, CalendarYear] = Field(description="first and last year to use")
    only_sources: tuple[Text, ...] = Field(default=(), description="use no other source")
    not_sources: tuple[Text, ...] = Field(default=(), description="sources of another definition")
    exclude: dict[int, Text] = Field(default_factory=dict, description="year left out, and why")
    error: float = Field(
        default=0.05,
        gt=0,
        le=2,
        description="stated error of a figure, Dmnl: standard deviation of its logarithm, errors "
        "of measurement and of definition together",
    )
    definition: Text = Field(description="what the figures are, and how that differs")

    @model_validator(mode="after")
    def _consistent(self) -> Measure:
        units.find_model_unit(self.unit)
        first, last = self.years
        if first > last:
            raise ValueError(f"years {first} to {last} run backwards")
        pair = self.combine in ("ratio", "less share")
        if self.combine == "one" and len(self.series) != 1:
            raise ValueError(f"combine = 'one' takes one series, not {len(self.series)}")
        if pair and len(self.series) != 2:
            raise ValueError(f"combine = {self.combine!r} takes two series")
        if self.combine == "ratio" and (self.prices != "none" or self.deflator):
            raise ValueError("a ratio of one year's figures needs no deflator: prices = 'none'")
        return self


class Turn(_Table):
    """A turning point of the figures, which the model is expected to reproduce."""

    variable: Text = Field(description="name in the model; it must be measured")
    segment: str = Field(default="", description="the measure's segment, which holds the years")
    kind: TurnKind = Field(
        description="slower growth: less growth a year from the second to the third year than "
        "from the first to the second; fall: less in the second year than in the first"
    )
    years: tuple[CalendarYear, ...] = Field(description="three for slower growth, two for fall")
    definition: Text = Field(description="what turned, and why these years")

    @model_validator(mode="after")
    def _rising(self) -> Turn:
        wanted = 3 if self.kind == "slower growth" else 2
        if len(self.years) != wanted or list(self.years) != sorted(set(self.years)):
            raise ValueError(f"{self.kind!r} takes {wanted} years that rise, not {self.years}")
        return self


class Event(_Table):
    """A dated policy or shock."""

    year: CalendarYear
    date: Text = Field(description="as exactly as the source gives it")
    event: Text
    status: str
    source: Text
    note: str = ""

    @model_validator(mode="after")
    def _known(self) -> Event:
        parse_choice("status", self.status, STATUSES)
        return self


class Heading(_Table):
    """What a column of a spreadsheet holds; `smecluster case import` reads it."""

    series: str = Field(default="", description="name in series.csv; empty: as it was understood")
    unit: str = Field(default="", description="unit, where the heading has none or a wrong one")
    prices: str = Field(default="", description="price basis, as in series.csv")
    leave_out: bool = Field(default=False, description="whether the column is not read")


class Import(_Table):
    """The spreadsheet that the figures came from, and what its headings mean."""

    file: Text = Field(description="name of the file")
    sheet: str = Field(default="", description="sheet of an Excel file; empty for the first one")
    place: str = Field(default="", description="the region, in a table of several")
    columns: dict[str, Heading] = Field(default_factory=dict, description="by heading")


class CaseFile(_Table):
    """A whole ``case.toml``."""

    region: Place
    import_: Import | None = Field(
        default=None, alias="import", description="the spreadsheet that the figures came from"
    )
    measure: tuple[Measure, ...] = ()
    context: tuple[Text, ...] = Field(
        default=(), description="series kept for the reader that measure nothing"
    )
    turn: tuple[Turn, ...] = ()
    history: tuple[Event, ...] = ()


def read_case_file(path: Path) -> CaseFile:
    """Read and check a ``case.toml``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    CaseFile
        Its content.

    Raises
    ------
    InputError
        In one line: the file, the place in it, what was given and what is allowed.
    """
    file, problems = scan_case_file(path)
    raise_first(problems)
    assert file is not None
    return file


def scan_case_file(path: Path) -> tuple[CaseFile | None, list[InputError]]:
    """Read a ``case.toml`` and find all that is wrong with it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    CaseFile or None, list of InputError
        Its content, None if it cannot be used; and the problems, each with its line.

    Raises
    ------
    InputError
        If the file cannot be read or is not TOML.
    """
    content = read_toml(path)
    lines = Lines(read_text(path))
    try:
        file = CaseFile.model_validate(content)
    except ValidationError as error:
        return None, [
            InputError(f"{path}:{lines.find_line(detail['loc'])}: {_explain(detail)}")
            for detail in error.errors()
        ]
    return file, [
        InputError(f"{path}:{lines.find_line(place)}: {text}")
        for place, text in (*_check_name(file), *_check_segments(file), *_check_turns(file))
    ]


def _check_name(file: CaseFile) -> Iterator[tuple[Spot, str]]:
    try:
        check_region_name(file.region.name)
    except InputError as error:
        yield ("region", "name"), str(error)
    if fold_name(file.region.part_of) == fold_name(file.region.name):
        yield ("region", "part_of"), f"{file.region.name!r} cannot be part of itself"


def _check_segments(file: CaseFile) -> Iterator[tuple[Spot, str]]:
    seen: set[tuple[str, str]] = set()
    for at, measure in enumerate(file.measure):
        key = (measure.variable, measure.segment)
        if key in seen:
            yield (
                ("measure", at),
                f"{measure.variable!r} is measured twice in segment {measure.segment!r}: "
                "give each measure a segment of its own",
            )
        seen.add(key)


def _check_turns(file: CaseFile) -> Iterator[tuple[Spot, str]]:
    years = {(measure.variable, measure.segment): measure.years for measure in file.measure}
    for at, turn in enumerate(file.turn):
        key = (turn.variable, turn.segment)
        if key not in years:
            yield (
                ("turn", at),
                f"the turning point of {turn.variable!r}, segment {turn.segment!r}, is not "
                f"measured: measured are {', '.join(map(repr, years)) or 'none'}",
            )
            continue
        first, last = years[key]
        if not first <= turn.years[0] < turn.years[-1] <= last:
            yield (
                ("turn", at, "years"),
                f"the turning point of {turn.variable!r} takes {turn.years}, but the "
                f"measure goes from {first} to {last}",
            )


def _explain(detail: ErrorDetails) -> str:
    """Put an error of pydantic into words."""
    place = detail["loc"]
    where = " ".join(str(part + 1) if isinstance(part, int) else str(part) for part in place)
    if detail["type"] == "extra_forbidden":
        *outer, name = map(str, place)
        table = " ".join(where.split()[:-1]) or "top level"
        return (
            f"{table}: {UnknownNameError('field', name, _list_fields(outer[0] if outer else ''))}"
        )
    field = _find_field(place)
    meaning = f": {field.description}" if field and field.description else ""
    if detail["type"] == "missing":
        return f"{where} is missing{meaning}"
    if detail["type"] == "string_too_short":
        return f"{where} is empty{meaning}"
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float) else ""
    return f"{where or 'top level'}: {message}{shown}"


def _find_field(place: Spot) -> FieldInfo | None:
    """Find the field at a place in the file."""
    names = [part for part in place if isinstance(part, str)]
    table = _find_table(names[0]) if names else None
    return table.model_fields.get(names[1]) if table and len(names) > 1 else None


def _list_fields(section: str) -> tuple[str, ...]:
    fields = (_find_table(section) or CaseFile).model_fields
    return tuple(field.alias or name for name, field in fields.items())


def _find_table(section: str) -> type[BaseModel] | None:
    """Find the class of a section of the file."""
    named = {field.alias or name: field for name, field in CaseFile.model_fields.items()}
    if section not in named:
        return None
    annotation = named[section].annotation
    found = (annotation, *get_args(annotation))
    return next((t for t in found if isinstance(t, type) and issubclass(t, BaseModel)), None)


# Line numbers in a TOML file, which its parser does not give.

#: A place in a parsed file: names of tables and fields, indices of repeated tables.
Spot = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"\s*([\w-]+|\"[^\"]*\")\s*=")


class Lines:
    """The line numbers of a TOML file's tables and fields.

    Inline tables (``{...}``) and fields below the second level are found at the line of what
    contains them.

    Parameters
    ----------
    text : str
        The file's text, which must be valid TOML.
    """

    def __init__(self, text: str) -> None:
        self._found: dict[Spot, int] = {}
        counts: dict[str, int] = {}
        table: Spot = ()
        for number, line in enumerate(text.splitlines(), 1):
            header = _HEADER.match(line)
            if header:
                table = tuple(header[2].split("."))
                if header[1] == "[[":
                    at = counts.get(header[2], 0)
                    counts[header[2]] = at + 1
                    table = (*table, at)
                self._found.setdefault(table, number)
                continue
            field = _FIELD.match(line)
            if field:
                self._found.setdefault((*table, field[1].strip('"')), number)

    def find_line(self, spot: Spot) -> int:
        """Find the line of a place, or else of what contains it, or else 1."""
        for length in range(len(spot), 0, -1):
            if spot[:length] in self._found:
                return self._found[spot[:length]]
        return 1
