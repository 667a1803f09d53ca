"""What users write in TOML, YAML and JSON: read, checked by a schema, or refused in one line."""

from __future__ import annotations

import json
import re
import tomllib
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from smecluster.model.errors import InputError, suggest_name
from smecluster.model.files import read_text

S = TypeVar("S", bound="Schema")
#: Bytes of a file of settings that people write, and of a JSON file that the program wrote.
MOST_SETTINGS_BYTES, MOST_RECORD_BYTES = 4_000_000, 50_000_000
# Entries of a file, its references followed; levels inside one another; digits of a whole number.
_MOST_ENTRIES, _MOST_LEVELS, MOST_DIGITS = 1_000_000, 60, 40
# Texts and comments of TOML, in which brackets and dots mean nothing. None of the patterns goes
# back over what it has taken, so that time grows with the text and no faster.
_TOML_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\')?'
    r'|"(?:[^"\\\n]|\\.)*+"?|\'[^\'\n]*+\'?|#[^\n]*+',
    re.DOTALL,
)
_DOTTED = re.compile(rf"(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MOST_LEVELS},}}+")
_QUOTED = re.compile("'([^']*)'")


class MalformedError(InputError):
    """A file that was read and is not what its name says, or is beyond the limits."""


class Schema(BaseModel):
    """A frozen record that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    InputError
        If it cannot be read, is too large or nested too deep, holds a whole number of too many
        digits, or is not TOML; the message says where.
    """
    text = read_text(path, MOST_SETTINGS_BYTES)
    if _DOTTED.search(_TOML_TEXT.sub('""', text)):
        raise _refuse_depth(path)
    return dict(_parse(tomllib.loads, text, path, "TOML"))


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file; see `read_toml`."""
    import yaml

    def parse(text: str) -> Any:
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from None

    return _parse(parse, read_text(path, MOST_SETTINGS_BYTES), path, "YAML")


def read_json(path: str | Path) -> Any:
    """Read a JSON file; see `read_toml`."""
    return _parse(json.loads, read_text(path, MOST_RECORD_BYTES), path, "JSON")


def validate(schema: type[S], content: Mapping[str, Any], where: str) -> S:
    """Turn a file's content into a record.

    A number is a number: neither ``true`` nor ``"1"`` is taken for one.

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
        # As JSON, in which strictness lets a list be a tuple and a text be a date.
        return schema.model_validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        # A misspelt field is also a missing one; the spelling is what the user can mend.
        first, *_ = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise InputError(f"{where}: {_explain(schema, first)}") from None


def _parse(parse: Callable[[str], Any], text: str, path: str | Path, kind: str) -> Any:
    try:
        content = parse(text)
    except RecursionError:
        raise _refuse_depth(path) from None
    except ValueError as error:
        # Python refuses numbers of more than 4,300 digits, and dates that are none, like this.
        message = " ".join(str(error).split())
        if "integer string conversion" in message:
            raise _refuse_digits(path) from None
        raise MalformedError(f"{path} is not valid {kind}: {message}") from None
    _check_size(content, path)
    return content


def _check_size(content: Any, path: str | Path) -> None:
    """Refuse what is nested too deep, has too many entries, or numbers of too many digits."""
    level, entries = [content], 0
    for _ in range(_MOST_LEVELS + 1):
        below: list[Any] = []
        for one in level:
            if isinstance(one, int) and abs(one) >= 10**MOST_DIGITS:
                raise _refuse_digits(path)
            if isinstance(one, Mapping):
                below += [*one.keys(), *one.values()]
            elif isinstance(one, list | tuple | set | frozenset):
                below += one
            if entries + len(below) > _MOST_ENTRIES:
                raise MalformedError(f"{path} has more than {_MOST_ENTRIES:,} entries")
        entries += len(below)
        level = below
        if not level:
            return
    raise _refuse_depth(path)


def _refuse_depth(path: str | Path) -> MalformedError:
    return MalformedError(f"{path} is nested too deep: at most {_MOST_LEVELS} levels are allowed")


def _refuse_digits(path: str | Path) -> MalformedError:
    return MalformedError(f"{path} holds a whole number of more than {MOST_DIGITS} digits")


def _explain(schema: type[Schema], error: Mapping[str, Any]) -> str:
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
