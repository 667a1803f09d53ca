"""The files of ``calibration/reforms/``: a published reform as an experiment.

``happened`` describes what was done, ``experiment`` how the model does it. Each ``[[change]]`` has
an ``input`` of the model (``here`` is the region) and either a ``value`` or a ``factor``, as a
number or as a course [[year, number], ...], which starts in its first year and is constant after
its last. ``in = "baseline"`` changes the baseline instead: if the model's history contains the
reform, the baseline is without it. Each ``[[response]]`` has a formula ``of`` the model's variables
and measures, averaged over ``years``,

- ``percent``: 100 (reform / baseline - 1);
- ``difference``: reform - baseline;
- ``elasticity``: ln(reform / baseline), over the same of the formula ``per``;
- ``ratio``: reform / baseline - 1, over the same of ``per``,

with ``per`` in the years ``per_years`` if those differ. The published response is ``low``,
``central`` and ``high``; if only its sign is known, 0 is the only bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from smecluster.calibration.data.csv_rows import parse_choice
from smecluster.calibration.data.series import STATUSES
from smecluster.model.support.errors import InputError
from smecluster.model.support.reading import read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.model.support.workspace import find_named_file, list_files

#: The shipped reforms.
REFORMS = Path(__file__).parents[1] / "reforms"

Points = tuple[tuple[float, float], ...]
Text = Annotated[str, Field(min_length=1)]


class _Record(Schema):
    model_config = ConfigDict(str_strip_whitespace=True)


class Change(_Record):
    """A change of the model."""

    input: Text = Field(description="name or name[here, element]")
    in_: Literal["reform", "baseline"] = Field(default="reform", alias="in")
    value: float | Points | None = Field(default=None, description="in the input's unit")
    factor: float | Points | None = Field(default=None, description="on the model's value")

    @model_validator(mode="after")
    def _either(self) -> Change:
        if (self.value is None) == (self.factor is None):
            raise ValueError(f"{self.input!r} needs a value or a factor, and not both")
        return self

    @property
    def name(self) -> str:
        """The input without its elements."""
        return self.input.partition("[")[0].strip()


class Response(_Record):
    """A measured response, and the published one."""

    name: Text
    of: Text = Field(description="formula of the model's variables")
    per: Text | None = Field(default=None, description="formula that it is set against")
    measure: Literal["percent", "difference", "elasticity", "ratio"] = "percent"
    years: tuple[float, float] = Field(description="first and last year of the mean")
    per_years: tuple[float, float] | None = Field(default=None, description="the same, for per")
    unit: Text = Field(description="of the response")
    low: float | None = None
    central: float | None = None
    high: float | None = None
    status: str
    source: Text
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Response:
        parse_choice("status", self.status, STATUSES)
        bounds = [bound for bound in (self.low, self.central, self.high) if bound is not None]
        if self.low is None and self.high is None:
            raise ValueError(f"{self.name!r} needs a published low, high or both")
        if bounds != sorted(bounds):
            raise ValueError(f"low, central and high of {self.name!r} do not rise: {bounds}")
        for years in (self.years, self.per_years or self.years):
            if years[0] > years[1]:
                raise ValueError(f"years of {self.name!r} run backwards: {years}")
        if (self.per is not None) != (self.measure in ("elasticity", "ratio")):
            raise ValueError(f"{self.name!r}: elasticity and ratio take 'per', the others do not")
        return self


class Reform(_Record):
    """A published reform."""

    name: Text = Field(description="the file's name")
    title: Text
    happened: Text = Field(description="what was done, where and when")
    experiment: Text = Field(description="how the model does it, and what is left out")
    regions: tuple[Text, ...] = Field(default=(), description="each in turn; all where empty")
    change: tuple[Change, ...] = Field(min_length=1)
    response: tuple[Response, ...] = Field(min_length=1)


def read_reforms(folder: Path = REFORMS) -> tuple[Reform, ...]:
    """Read the published reforms.

    Parameters
    ----------
    folder : Path
        Holds one TOML file a reform.

    Returns
    -------
    tuple of Reform
        By name.

    Raises
    ------
    InputError
        If there is none, or one is malformed: the file, the place in it, what was given and what is
        allowed.
    """
    found = tuple(read_reform(path) for path in list_files(folder).values())
    if not found:
        raise InputError(f"no reforms (*.toml) in {folder}")
    return found


def find_reforms(names: Iterable[str], folder: Path = REFORMS) -> tuple[Reform, ...]:
    """Read chosen reforms: names of the shipped ones, or paths of TOML files.

    Parameters
    ----------
    names : iterable of str
        Names or paths; all shipped reforms if empty.
    folder : Path
        Where names are looked up.

    Returns
    -------
    tuple of Reform

    Raises
    ------
    InputError
        If a name is unknown or a file malformed.
    """
    chosen = tuple(read_reform(find_named_file("reform", name, folder)) for name in names)
    return chosen or read_reforms(folder)


def read_reform(path: Path) -> Reform:
    """Read and check the file of one reform.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Reform

    Raises
    ------
    InputError
        In one line: the file, the place in it, what was given and what is allowed.
    """
    return validate(Reform, {"name": path.stem, **read_toml(path)}, str(path))
