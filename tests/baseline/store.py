"""Store values as readable JSON, and say in words how others differ from them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Value: TypeAlias = "float | int | bool | str | None"
#: Mappings within mappings, down to values.
Tree: TypeAlias = "Mapping[str, Any]"

FOLDER = Path(__file__).with_name("values")
FORMAT = 1
#: Significant digits that are stored: more than the strictest tolerance asks for.
_DIGITS = 12
#: Lines printed for one part; the rest are counted.
_LINES = 20


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from the stored one.

    Attributes
    ----------
    relative : float
        Share of the larger of the two, Dmnl.
    why : str
        Why it is not zero.
    absolute : float
        Slack for numbers near zero, in the number's own unit.
    """

    relative: float
    why: str
    absolute: float = 0.0

    def allows(self, stored: Value, today: Value) -> bool:
        """Say whether a value agrees with the stored one; words and truth values must be equal."""
        if isinstance(stored, bool | str) or isinstance(today, bool | str):
            return stored == today and type(stored) is type(today)
        if stored is None or today is None:
            return stored is today
        return math.isclose(stored, today, rel_tol=self.relative, abs_tol=self.absolute)


@dataclass(frozen=True)
class Difference:
    """A value that has moved.

    Attributes
    ----------
    path : tuple of str
        Where it stands: the keys that lead to it.
    stored, today : float, int, bool, str or None
        The two values; None for a number that is missing.
    change : str
        ``"moved"``, ``"new"`` (not stored yet) or ``"gone"`` (stored only).
    """

    path: tuple[str, ...]
    stored: Value
    today: Value
    change: str = "moved"

    def __str__(self) -> str:
        *where, what = [key.partition(" [")[0] for key in self.path]
        units = [key.partition(" [")[2].rstrip("]") for key in self.path if " [" in key]
        unit = f" {units[-1]}" if units and units[-1] != "Dmnl" else ""
        place = f"{', '.join(where)}: {what}" if where else what
        if self.change == "new":
            return f"{place} {format_value(self.today)}{unit} is new"
        if self.change == "gone":
            return f"{place} {format_value(self.stored)}{unit} is gone"
        return f"{place} {format_pair(self.stored, self.today)}{unit}{self._percent()}"

    def _percent(self) -> str:
        if not all(_is_number(value) and value for value in (self.stored, self.today)):
            return ""
        percent = 100 * (float(self.today or 0) / float(self.stored or 1) - 1)
        return f" ({percent:+,.0f} %)" if abs(percent) >= 10 else f" ({percent:+.2g} %)"


def compare(stored: Tree, today: Tree, tolerance: Tolerance) -> list[Difference]:
    """Compare today's values with the stored ones.

    Parameters
    ----------
    stored, today : mapping
        Mappings within mappings, down to values.
    tolerance : Tolerance
        For numbers.

    Returns
    -------
    list of Difference
        What has moved, in the order of the stored values, then what is new.
    """
    before, after = dict(flatten(stored)), dict(flatten(today))
    found = [
        Difference(path, value, after.get(path), "moved" if path in after else "gone")
        for path, value in before.items()
        if path not in after or not tolerance.allows(value, after[path])
    ]
    new = [path for path in after if path not in before]
    return found + [Difference(path, None, after[path], "new") for path in new]


def describe(name: str, differences: Sequence[Difference]) -> str:
    """Say in words what has moved in one part, a line each; the first twenty are shown."""
    lines = [f"{name}: {difference}" for difference in differences[:_LINES]]
    if len(differences) > _LINES:
        lines.append(f"{name}: and {len(differences) - _LINES} more")
    return "\n".join(lines)


def flatten(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Give every value with the keys that lead to it."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from flatten(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def round_values(tree: Tree) -> dict[str, Any]:
    """Turn a tree into what JSON holds: twelve digits, and None for a missing number."""
    return {
        str(key): round_values(value) if isinstance(value, Mapping) else _plain(value)
        for key, value in tree.items()
    }


def load(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Read the stored values of a part; empty if nothing is stored yet."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] != FORMAT:
        raise ValueError(f"{path.name} has format {content['format']}, not {FORMAT}: renew it")
    return dict(content["values"])


def save(name: str, about: str, tolerance: Tolerance, values: Tree, folder: Path = FOLDER) -> Path:
    """Store the values of a part, with what they are and how far others may lie from them."""
    head = {
        "about": about,
        "renew with": f"python -m tests.baseline --renew --only {name}",
        "format": FORMAT,
        "tolerance": {
            "relative": tolerance.relative,
            "absolute": tolerance.absolute,
            "why": tolerance.why,
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    text = _write({**head, "values": round_values(values)})
    path.write_text(text + "\n", encoding="utf-8")
    return path


def format_value(value: Value) -> str:
    """Write a value for people."""
    if value is None:
        return "missing"
    return _number(value, 4) if _is_number(value) else f"{value!s}"


def format_pair(stored: Value, today: Value) -> str:
    """Write two values with as many digits as it takes to tell them apart."""
    if not (_is_number(stored) and _is_number(today)):
        return f"{format_value(stored)} -> {format_value(today)}"
    for digits in range(4, _DIGITS + 1):
        one, other = _number(stored, digits), _number(today, digits)
        if one != other:
            break
    return f"{one} -> {other}"


def _number(value: Any, digits: int) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    size = math.floor(math.log10(abs(value))) if value else 0
    if -4 <= size < 9:
        return f"{value:,.{max(digits - 1 - size, 0)}f}"
    return f"{value:.{digits - 1}e}"


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Value:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, int | bool | str) else str(value)


def _write(tree: Tree, depth: int = 0) -> str:
    """Write JSON with one line for each innermost mapping."""
    if not any(isinstance(value, Mapping) for value in tree.values()):
        return json.dumps(tree, ensure_ascii=False)
    pad = " " * (depth + 1)
    lines = [
        f"{pad}{json.dumps(key, ensure_ascii=False)}: "
        + (
            _write(value, depth + 1)
            if isinstance(value, Mapping)
            else json.dumps(value, ensure_ascii=False)
        )
        for key, value in tree.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"
