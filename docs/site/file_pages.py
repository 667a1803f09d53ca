"""The reference of the TOML files, read from the records that check them."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpydoc.docscrape import ClassDoc
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from smecluster.calibration.data import case_file
from smecluster.calibration.experiments import reform as reform_file
from smecluster.policies.futures import Future
from smecluster.policies.levers import Lever
from smecluster.policies.strategy import Strategy
from smecluster.policies.study import Study as PolicyStudy
from smecluster.sensitivity.design.study import Study as SensitivityStudy

#: Page, title, where such files are, and the record that a file becomes.
FILES: tuple[tuple[str, str, str, type[BaseModel]], ...] = (
    ("strategy", "A strategy", "policies/strategies/*.toml", Strategy),
    ("future", "A future", "policies/futures/*.toml", Future),
    ("study", "A study of strategies", "policies/studies/*.toml", PolicyStudy),
    ("lever", "A lever of the catalogue", "policies/levers.toml", Lever),
    ("sensitivity", "A sensitivity study", "sensitivity/studies/*.toml", SensitivityStudy),
    ("case", "A region", "calibration/cases/*/case.toml", case_file.CaseFile),
    ("reform", "A published effect", "calibration/reforms/*.toml", reform_file.Reform),
)


def write_file_pages(folder: Path) -> list[str]:
    """Write a page for all kinds of file and one for each.

    Parameters
    ----------
    folder : Path
        The staged copy.

    Returns
    -------
    list of str
        The pages, without suffix.
    """
    place = folder / "reference" / "files"
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, title, where, record in FILES:
        text = f"# {title}: `{where}`\n\n" + "\n".join(_describe(record, 2, set()))
        if record is reform_file.Reform:
            # What the fields of an experiment mean together stands above the records.
            text += f"\n## How they work together\n\n{_cell(reform_file.__doc__ or '')}\n"
        (place / f"{name}.md").write_text(text, encoding="utf-8")
        rows.append(f"| [{title}](files/{name}.md) | `{where}` |")
    listed = "\n".join(f"files/{name}" for name, *_ in FILES)
    page = (
        "# The files\n\nRead from the records that check each file. An unknown field is refused, "
        "with the nearest right name.\n\n| file | where |\n|---|---|\n" + "\n".join(rows)
    )
    page += f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    (folder / "reference" / "files.md").write_text(page, encoding="utf-8")
    return ["reference/files", *(f"reference/files/{name}" for name, *_ in FILES)]


def _describe(record: type[BaseModel], depth: int, seen: set[type]) -> Iterator[str]:
    """Describe a record, then the records inside it."""
    seen.add(record)
    meanings = _read_meanings(record)
    yield f"{_cell(_summarise(record))}\n"
    yield "| field | holds | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in record.model_fields.items():
        spelled = field.alias or name
        meaning = field.description or meanings.get(name, "")
        if not meaning:
            meaning = next(map(_summarise, _records_in(field.annotation)), "")
        kind, default = _cell(_name_type(field.annotation)), _cell(_default(field))
        yield f"| `{spelled}` | {kind} | {default} | {_cell(meaning)} |"
    yield ""
    for name, field in record.model_fields.items():
        for inner in _records_in(field.annotation):
            if inner not in seen:
                yield f"{'#' * min(depth, 4)} `{field.alias or name}`\n"
                yield from _describe(inner, depth + 1, seen)


def _summarise(record: type[BaseModel]) -> str:
    """Give the first paragraph of a record's docstring."""
    return " ".join((record.__doc__ or "").partition("\n\n")[0].split())


def _read_meanings(record: type[BaseModel]) -> dict[str, str]:
    """Read what the docstrings of a record and of its bases say of each field."""
    found: dict[str, str] = {}
    for base in reversed(record.__mro__):
        if issubclass(base, BaseModel) and base.__doc__ and base.__module__.startswith("smec"):
            doc = ClassDoc(base, config={"show_class_members": False})
            for part in (*doc["Parameters"], *doc["Attributes"]):
                meaning = " ".join(" ".join(part.desc).split())
                found |= {name.strip(): meaning for name in part.name.split(",")}
    return found


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    # pydantic 2.10 wants the data of other fields, though no default here looks at them.
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, (), {}, "") or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple) and any(isinstance(one, BaseModel) for one in value):
        return ""
    return f"`{list(value) if isinstance(value, tuple) else value}`"


def _name_type(annotation: Any) -> str:
    """Say in words what a field holds."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _name_type(inner[0])
    if origin is typing.Literal:
        return " or ".join(f"`{one}`" for one in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_name_type(one) for one in inner if one is not type(None))
    if origin in (tuple, list, set, frozenset):
        parts = dict.fromkeys(_name_type(one) for one in inner if one is not Ellipsis)
        return f"list of {', '.join(parts)}"
    if origin is not None and len(inner) == 2:
        return f"table: {_name_type(inner[1])} by {_name_type(inner[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "a table, below"
    words = {str: "text", float: "number", int: "whole number", bool: "true or false"}
    return words.get(annotation, "any value")


def _records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _records_in(inner)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("``", "`")
