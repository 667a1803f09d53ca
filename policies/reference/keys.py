"""The keys of a strategy file, with type, unit, default and what is allowed."""

from __future__ import annotations

import inspect
import math
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from smecluster.policies.strategy import CentralProgramme, History, LocalProgramme, Strategy

if TYPE_CHECKING:
    from smecluster.model import Model

#: The tables of a file, in the order in which a page explains them.
TABLES: Mapping[str, type[BaseModel]] = {
    "": Strategy,
    "history": History,
    "local": LocalProgramme,
    "central": CentralProgramme,
}
# Constants of the model that a key sets, whose ranges hold too.
_SETS = {
    "share": "programme share",
    "amount": "programme amount",
    "ramp": "programme ramp",
    "trigger": "trigger mass",
}
# Keys that are no keys of a file: its name, and tables with a section of their own.
_LEFT_OUT = {("", "name"), ("", "local"), ("", "central"), ("", "history")}
# Of two keys one is given.
_INSTEAD = {"share": "amount", "amount": "share", "start": "trigger", "trigger": "start"}
# What docstrings say of units, for which a reference has a column.
_UNIT = re.compile(r",\s+(Dmnl|Year|Myuan/Year)(?=\.)")
_NAMED = re.compile(r"^(\w+(?:, \w+)*) : .*$")
# From here on commas part thousands: below are years.
_THOUSANDS = 10_000
_LIMITS = ("ge", "gt", "le", "lt")


@dataclass(frozen=True)
class Key:
    """A key of a strategy file.

    Attributes
    ----------
    table, name : str
        The table that it stands in ("" for the head of the file), and its name.
    kind : str
        What its value is: number, text, list or table.
    unit : str
        Unit of a number; empty for others.
    default : str
        What holds where it is left out; ``-`` where it must be given.
    allowed : str
        What it may be.
    meaning : str
        What it means.
    """

    table: str
    name: str
    kind: str
    unit: str
    default: str
    allowed: str
    meaning: str

    @property
    def path(self) -> str:
        """Table and name, with a dot between."""
        return f"{self.table}.{self.name}" if self.table else self.name


def list_keys(model: Model) -> tuple[Key, ...]:
    """List every key of a strategy file.

    Parameters
    ----------
    model : Model
        The model, whose ranges and regions hold too.

    Returns
    -------
    tuple of Key
        In the order of the tables and of their fields.
    """
    return tuple(
        _describe(table, name, field, schema, model)
        for table, schema in TABLES.items()
        for name, field in schema.model_fields.items()
        if (table, name) not in _LEFT_OUT
    )


def _describe(
    table: str, name: str, field: FieldInfo, schema: type[BaseModel], model: Model
) -> Key:
    annotation = field.annotation
    meanings = read_meanings(schema)
    if name not in meanings:
        raise LookupError(f"{schema.__name__}.{name} is not explained in its class")
    kind = _name_kind(annotation)
    return Key(
        table=table,
        name=name,
        kind=kind,
        unit=_find_unit(field),
        default=_name_default(name, field),
        allowed=_name_allowed(name, kind, field, model),
        meaning=_UNIT.sub("", meanings[name]),
    )


def read_meanings(schema: type[BaseModel]) -> dict[str, str]:
    """Read what fields mean from the docstrings of a class and of those that it extends.

    Parameters
    ----------
    schema : type
        The class.

    Returns
    -------
    dict of str to str
        By field.
    """
    found: dict[str, str] = {}
    for one in reversed(schema.__mro__):
        text = inspect.cleandoc(one.__doc__ or "")
        _, _, section = text.partition("Parameters\n----------\n")
        names: list[str] = []
        for line in section.splitlines():
            named = _NAMED.match(line)
            if named:
                names = named[1].split(", ")
                found |= dict.fromkeys(names, "")
            elif line.startswith("    "):
                found |= {name: f"{found[name]} {line.strip()}".strip() for name in names}
            elif line:
                break
    return found


def _unwrap(annotation: Any) -> Iterator[Any]:
    """Give a type, what it is made of, and what is said of it."""
    yield annotation
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *said = get_args(annotation)
        yield from _unwrap(inner)
        for one in said:
            if isinstance(one, FieldInfo):
                yield one
    elif origin in (Union, types.UnionType):
        for one in get_args(annotation):
            yield from _unwrap(one)


def _parts(field: FieldInfo) -> Iterator[Any]:
    yield field
    yield from _unwrap(field.annotation)


def _name_kind(annotation: Any) -> str:
    inner = [one for one in _unwrap(annotation) if not isinstance(one, FieldInfo)]
    origins = {get_origin(one) or one for one in inner}
    for kind, known in (("table", dict), ("list", tuple), ("number", float)):
        if known in origins:
            return kind
    return "text"


def _find_unit(field: FieldInfo) -> str:
    for one in _parts(field):
        if isinstance(one, FieldInfo) and isinstance(one.json_schema_extra, dict):
            return str(one.json_schema_extra.get("unit", ""))
    return ""


def _name_default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "-"
    # pydantic 2.10 wants the data of other fields, though no default here looks at them.
    value = field.get_default(call_default_factory=True, validated_data={})
    if name in _INSTEAD:
        return f"`{_INSTEAD[name]}` instead"
    if value is None or value == {}:
        return "all" if name == "regions" else "none"
    return f"{value:g}" if isinstance(value, float | int) else f'"{value}"'


def _name_allowed(name: str, kind: str, field: FieldInfo, model: Model) -> str:
    for one in _parts(field):
        if get_origin(one) is Literal:
            return " or ".join(f'"{value}"' for value in get_args(one))
    if name == "allocation":
        return "levers of `smecluster list levers`, each 0 to 1, with a sum of 1"
    if name == "regions":
        return "regions of the model"
    if name == "exceptions":
        return "for regions of the model, keys of [local]"
    return _name_range(name, field, model) if kind == "number" else "any"


def _name_range(name: str, field: FieldInfo, model: Model) -> str:
    """Name the range that both the file's check and the model allow."""
    limits: dict[str, float] = {}
    for one in _parts(field):
        for said in one.metadata if isinstance(one, FieldInfo) else ():
            limits |= {key: float(getattr(said, key)) for key in _LIMITS if hasattr(said, key)}
    low, high = limits.get("ge", limits.get("gt", -math.inf)), limits.get("le", math.inf)
    above = "gt" in limits
    if name in _SETS:
        variable = model.variables[_SETS[name]]
        if variable.low is not None and variable.low > low:
            low, above = variable.low, False
        high = min(high, math.inf if variable.high is None else variable.high)
    start = f"above {low:g}" if above else f"{low:g}"
    if math.isinf(high):
        return f"{start} or more"
    end = f"{high:g}" if high < _THOUSANDS else f"{high:,.10g}"
    return f"{start}, up to {end}" if above else f"{start} to {end}"
