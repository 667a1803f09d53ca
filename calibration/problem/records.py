"""Records that people write in TOML; what is wrong with one is told in one line."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.files import read_toml

Text = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """A frozen record that refuses fields which it does not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False
    )


R = TypeVar("R", bound=Record)


def read_record(kind: type[R], path: str | Path, **given: str) -> R:
    """Read a record from a TOML file.

    Parameters
    ----------
    kind : type
        The record's class.
    path : str or Path
        The file.
    **given : str
        Fields that the file does not hold.

    Returns
    -------
    Record
        An instance of `kind`.

    Raises
    ------
    InputError
        In one line: the file, the place in it, what was given and what is allowed.
    """
    content = read_toml(path)
    try:
        return kind.model_validate({**given, **content})
    except ValidationError as error:
        raise InputError(f"{path}: {_complaint(error, kind)}") from None


def _complaint(error: ValidationError, kind: type[Record]) -> str:
    # A misspelt field is also a missing one; the spelling is what the user can mend.
    detail = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place: list[Any] = [part + 1 if isinstance(part, int) else part for part in detail["loc"]]
    if detail["type"] == "extra_forbidden":
        above = " ".join(map(str, place[:-1])) or "top level"
        allowed = _fields(kind, detail["loc"][:-1])
        return f"{above}: {UnknownNameError('field', str(place[-1]), allowed)}"
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float) else ""
    return f"{' '.join(map(str, place)) or 'top level'}: {message}{shown}"


def _fields(kind: Any, place: tuple[int | str, ...]) -> list[str]:
    """List the fields of the record at a place."""
    for part in place:
        if isinstance(part, str):
            kind = _inside(kind.model_fields[part].annotation)
    return [field.alias or name for name, field in kind.model_fields.items()]


def _inside(annotation: Any) -> Any:
    """Find the record's class inside ``tuple[X, ...]`` or ``X | None``."""
    arguments = typing.get_args(annotation)
    if not arguments:
        return annotation
    return next((found for found in map(_inside, arguments) if isinstance(found, type)), None)
