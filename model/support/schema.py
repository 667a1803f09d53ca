"""Validation of file contents by a pydantic schema, with one-line errors."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from smecluster.model.support.errors import InputError, suggest_name

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

S = TypeVar("S", bound="Schema")
_QUOTED = re.compile("'([^']*)'")


class Schema(BaseModel):
    """A frozen record that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_other_kinds_for_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse ``true`` and text where a number is meant; pydantic would read them as one."""
        annotation = cls.model_fields[str(info.field_name)].annotation
        if _holds_truth(value) and not _takes(annotation, bool):
            raise ValueError(f"{str(value).lower()} is no number")
        if isinstance(value, str) and _wants_number(annotation) and _reads_as_number(value):
            raise ValueError(f"{value!r} is text: write a number without quotes")
        return value


def validate(schema: type[S], content: Mapping[str, Any], where: str) -> S:
    """Turn a file's content into a record.

    Parameters
    ----------
    schema : type
        The record's class.
    content : mapping
        The content of the file.
    where : str
        The file's name, for the error.

    Returns
    -------
    Schema
        The record.

    Raises
    ------
    InputError
        One line on the first thing that is wrong: the field, what was given, what is
        allowed and the nearest right name.
    """
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        # A misspelt field is also a missing one; the spelling is what the user can mend.
        first, *_ = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise InputError(f"{where}: {_explain(schema, first)}") from None


def _explain(schema: type[Schema], error: ErrorDetails) -> str:
    *above, last = error["loc"] or ("",)
    field = _path(error["loc"])
    if error["type"] == "extra_forbidden":
        allowed = sorted(_fields_at(schema, above))
        guess = suggest_name(str(last), allowed)
        hint = f"did you mean {guess!r}?" if guess else f"allowed: {', '.join(allowed)}"
        return f"unknown field {field!r}: {hint}"
    if error["type"] == "missing":
        return f"field {field!r} is missing"
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if error["type"] == "value_error":
        return f"{field}: {message}" if field else message
    if error["type"] == "literal_error":
        guess = suggest_name(str(error["input"]), _QUOTED.findall(error["ctx"]["expected"]))
        message += f"; did you mean {guess!r}?" if guess else ""
    return f"{field} = {error['input']!r}: {message}"


def _path(parts: Sequence[int | str]) -> str:
    """Write where a field stands: ``local.share``, or ``factor 2.low`` in the second of several."""
    written = ""
    for part in parts:
        if isinstance(part, int):
            written += f" {part + 1}"
        else:
            written += f".{part}" if written else part
    return written


def _fields_at(schema: Any, path: Sequence[int | str]) -> set[str]:
    for part in path:
        known = _fields(schema)
        if part in known:
            schema = _record_in(known[str(part)].annotation)
    return set(_fields(schema))


def _fields(schema: Any) -> dict[str, FieldInfo]:
    """Give the fields of a record class by the names that a file uses."""
    found: dict[str, FieldInfo] = getattr(schema, "model_fields", {})
    return {field.alias or name: field for name, field in found.items()}


def _record_in(annotation: Any) -> Any:
    """Find the record class inside ``X | None``, ``dict[str, X]`` or ``tuple[X, ...]``."""
    if not typing.get_args(annotation):
        is_record = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        return annotation if is_record else None
    found = (_record_in(inner) for inner in typing.get_args(annotation))
    return next((record for record in found if record is not None), None)


def _holds_truth(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_truth(each) for each in value)
    return isinstance(value, bool)


def _takes(annotation: Any, kind: type) -> bool:
    """Say whether a field's type allows values of a kind, also inside ``X | None``."""
    inner = typing.get_args(annotation)
    return annotation in (kind, Any) or any(_takes(each, kind) for each in inner)


def _reads_as_number(text: str) -> bool:
    """Say whether a text would be taken for a number; any other text is refused anyway."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _wants_number(annotation: Any) -> bool:
    """Say whether a field holds numbers and nothing else, so that text in it is a slip."""
    parts, numbers = [annotation], False
    while parts:
        part = parts.pop()
        inner = typing.get_args(part)
        if typing.get_origin(part) is typing.Annotated:
            parts.append(inner[0])
        elif typing.get_origin(part) in (typing.Union, types.UnionType):
            parts += inner
        elif part in (float, int):
            numbers = True
        elif part is not type(None):
            return False
    return numbers
