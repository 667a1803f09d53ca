"""What a ``case.toml`` may hold: the region, the measures, turning points, policy history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from calibration import units
from calibration.series import STATUSES, YEARS, choice_of
from model.errors import InputError, unknown
from model.files import read_toml

Text = Annotated[str, Field(min_length=1)]
CalendarYear = Annotated[int, Field(ge=YEARS[0], le=YEARS[1])]
Combine = Literal["one", "sum", "ratio", "less share"]
TurnKind = Literal["slower growth", "fall"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Place(_Table):
    """What the region is."""

    name: Text = Field(description="element of the model's range Region")
    table: Text = Field(description="what its own figures have in the column region")
    title: Text = Field(description="how reports call it")
    description: Text = Field(description="what kind of cluster it is")
    boundary: Text = Field(description="the area and the firms that its figures cover")


class Measure(_Table):
    """How published series measure one variable of the model, in one segment of years."""

    variable: Text = Field(description="name in the model")
    unit: Text = Field(description="unit of the model to convert to")
    series: tuple[Text, ...] = Field(
        min_length=1, description="series, or region/series for a table of another region"
    )
    combine: Combine = Field(
        default="one",
        description="one series; sum; ratio (first by second); first less the share in the second",
    )
    prices: Literal["none", "current"] = Field(
        default="none", description="current: turned into constant 2010 prices (national deflator)"
    )
    compare: Literal["level", "scale"] = Field(
        default="level", description="scale: known only up to a factor, which a fit estimates"
    )
    segment: str = Field(default="", description="name of a stretch of one definition")
    years: tuple[CalendarYear, CalendarYear] = Field(description="first and last year to use")
    only_sources: tuple[Text, ...] = Field(default=(), description="use no other source")
    not_sources: tuple[Text, ...] = Field(default=(), description="sources of another definition")
    exclude: dict[int, Text] = Field(default_factory=dict, description="year left out, and why")
    definition: Text = Field(description="what the figures are, and how that differs")

    @model_validator(mode="after")
    def _consistent(self) -> Measure:
        units.of_model(self.unit)
        first, last = self.years
        if first > last:
            raise ValueError(f"years {first} to {last} run backwards")
        pair = self.combine in ("ratio", "less share")
        if self.combine == "one" and len(self.series) != 1:
            raise ValueError(f"combine = 'one' takes one series, not {len(self.series)}")
        if pair and len(self.series) != 2:
            raise ValueError(f"combine = {self.combine!r} takes two series")
        if self.combine == "ratio" and self.prices == "current":
            raise ValueError("a ratio of one year's figures needs no deflator: prices = 'none'")
        return self


class Turn(_Table):
    """A turning point that the figures show, and that the model is expected to show."""

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
        choice_of("status", self.status, STATUSES)
        return self


class CaseFile(_Table):
    """A whole ``case.toml``."""

    region: Place
    measure: tuple[Measure, ...] = ()
    context: tuple[Text, ...] = Field(
        default=(), description="series kept for the reader that measure nothing"
    )
    turn: tuple[Turn, ...] = ()
    history: tuple[Event, ...] = ()

    @model_validator(mode="after")
    def _segments(self) -> CaseFile:
        seen: set[tuple[str, str]] = set()
        for measure in self.measure:
            key = (measure.variable, measure.segment)
            if key in seen:
                raise ValueError(
                    f"{measure.variable!r} is measured twice in segment {measure.segment!r}: "
                    "give each measure a segment of its own"
                )
            seen.add(key)
        return self

    @model_validator(mode="after")
    def _turns(self) -> CaseFile:
        years = {(measure.variable, measure.segment): measure.years for measure in self.measure}
        for turn in self.turn:
            key = (turn.variable, turn.segment)
            if key not in years:
                raise ValueError(
                    f"the turning point of {turn.variable!r}, segment {turn.segment!r}, is not "
                    f"measured: measured are {', '.join(map(repr, years)) or 'none'}"
                )
            first, last = years[key]
            if not first <= turn.years[0] < turn.years[-1] <= last:
                raise ValueError(
                    f"the turning point of {turn.variable!r} takes {turn.years}, but the "
                    f"measure goes from {first} to {last}"
                )
        return self


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
    content = read_toml(path)
    try:
        return CaseFile.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    """Turn the first complaint of pydantic into one line."""
    detail = error.errors()[0]
    where = [str(part + 1) if isinstance(part, int) else str(part) for part in detail["loc"]]
    if detail["type"] == "extra_forbidden":
        return f"{' '.join(where[:-1]) or 'top level'}: " + str(
            unknown("field", where[-1], _fields(where[0] if len(where) > 1 else ""))
        )
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float) else ""
    return f"{' '.join(where) or 'top level'}: {message}{shown}"


def _fields(section: str) -> tuple[str, ...]:
    if section not in CaseFile.model_fields:
        return tuple(CaseFile.model_fields)
    annotation = CaseFile.model_fields[section].annotation
    tables = (annotation, *get_args(annotation))
    table = next(t for t in tables if isinstance(t, type) and issubclass(t, BaseModel))
    return tuple(table.model_fields)
