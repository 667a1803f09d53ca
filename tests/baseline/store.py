"""Store values as readable JSON, and say how others differ from them."""

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

#: The stored values of all parts, by the part's name.
FILE = Path(__file__).with_name("values.json")
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
    absolute : float
        Slack for numbers near zero, in the number's own unit.
    """

    relative: float
    absolute: float = 0.0

    def allows(self, stored: Value, today: Value) -> bool:
        """Say whether a value agrees with the stored one; words and truth values must be equal."""
        if isinstance(stored, bool | str) or isinstance(today, bool | str):
            return stored == today and type(stored) is type(today)
        if stored is None or today is None:
            return stored is today
        return math.isclose(stored, today, rel_tol=self.relative, abs_tol=self.absolute)


def compare(stored: Tree, today: Tree, tolerance: Tolerance) -> list[str]:
    """List what differs from the stored values, a line each; what is new stands last."""
    before, after = dict(flatten(stored)), dict(flatten(today))
    found = []
    for path, value in before.items():
        where = ", ".join(path)
        if path not in after:
            found.append(f"{where}: {value} is gone")
        elif not tolerance.allows(value, after[path]):
            found.append(f"{where}: {value} -> {after[path]}{_percent(value, after[path])}")
    new = [f"{', '.join(path)}: {after[path]} is new" for path in after if path not in before]
    return found + new


def describe(name: str, differences: Sequence[str]) -> str:
    """Put the differences of a part into lines; the first twenty are shown, the rest counted."""
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


def load(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Read the stored values of all parts; empty if nothing is stored yet."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def save(values: Tree, file: Path = FILE) -> None:
    """Store the values of all parts, in the order of their names."""
    file.write_text(_write(dict(sorted(values.items()))) + "\n", encoding="utf-8")


def _percent(stored: Value, today: Value) -> str:
    numbers = [one for one in (stored, today) if isinstance(one, float)]
    return f" ({numbers[1] / numbers[0] - 1:+.2g})" if len(numbers) == 2 and numbers[0] else ""


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
