"""What a file or an option may hold, from ``domains.toml``: written by hand, not from the code."""

from __future__ import annotations

import csv
import io
import math
import sys
import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.edition import Edition

FILE = Path(__file__).with_name("domains.toml")


@cache
def table() -> dict[str, Any]:
    """Read the table of domains; commands that share options have them all."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for command in content["command"]:
        if command.get("common"):
            command["options"] = content["common"] | command["options"]
    return content


@cache
def ranges() -> dict[str, tuple[float, float]]:
    """Give the ranges of the model's constants, from this edition's own file."""
    return Edition().ranges


def allows(domain: dict[str, Any], value: Any) -> bool:
    """Say whether a value lies in a domain.

    Parameters
    ----------
    domain : dict
        ``type`` (number, whole, text, flag, choice or any) and what bounds it: ``low``,
        ``high``, ``above``, ``below``, ``of``.
    value : object
        As TOML gives it; text is read as a number where a number is wanted from a table.

    Returns
    -------
    bool
    """
    kind = domain["type"]
    if kind == "any":
        return True
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str) and (not domain.get("filled") or bool(value.strip()))
    if kind == "choice":
        return value in domain["of"]
    if isinstance(value, bool | str | date | time | dict | list) or value is None:
        return False
    largest = sys.float_info.max
    if not -largest <= value <= largest:  # neither nan nor what no float can hold
        return False
    if kind == "whole" and value != int(value):
        return False
    return bool(
        domain.get("low", -math.inf) <= value <= domain.get("high", math.inf)
        and domain.get("above", -math.inf) < value < domain.get("below", math.inf)
    )


def outside(kind: str, filename: str, sound: bytes, harmed: bytes) -> str:
    """Say what in a harmed file lies outside of its domain.

    Parameters
    ----------
    kind : str
        Its table in ``domains.toml``.
    filename : str
        Its name.
    sound, harmed : bytes
        What it held before and holds now.

    Returns
    -------
    str
        What must not be accepted, empty where nothing is certain.
    """
    if filename.endswith(".toml"):
        return _outside_toml(table()[kind].get(filename, table()[kind]), sound, harmed)
    if filename.endswith(".csv"):
        return _outside_csv(table()[kind].get(filename, {}), sound, harmed)
    return ""


def _outside_toml(keys: dict[str, Any], sound: bytes, harmed: bytes) -> str:
    try:
        # Whoever saved it: the ends of lines are not what it says.
        text = harmed.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return "text that is not TOML"
    before = dict(_leaves(tomllib.loads(sound.decode("utf-8"))))
    for path, value in _leaves(content):
        if path in before and repr(before[path]) == repr(value):
            continue
        pattern = _pattern(keys, path)
        if pattern is None:
            # A section without keys leaves its defaults in place; only its name must be right.
            if value == {} and any(known.startswith(f"{path}.") for known in keys):
                continue
            if keys.get("closed", False):
                return f"an unknown key in {path.rpartition('.')[0] or 'the file'}"
        elif not allows(keys[pattern], value):
            return f"{pattern} outside of its domain"
    return ""


def _leaves(content: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(content, dict) and content:
        return [
            leaf
            for key, inner in content.items()
            for leaf in _leaves(inner, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(content, list) and content:
        return [leaf for at, inner in enumerate(content) for leaf in _leaves(inner, f"{path}.{at}")]
    return [(path, content)]


def _pattern(keys: dict[str, Any], path: str) -> str | None:
    parts = path.split(".")
    for pattern, domain in keys.items():
        wanted = pattern.split(".")
        if (
            isinstance(domain, dict)
            and len(wanted) == len(parts)
            and all(a in ("*", b) for a, b in zip(wanted, parts, strict=True))
        ):
            return pattern
    return None


def _outside_csv(columns: dict[str, Any], sound: bytes, harmed: bytes) -> str:
    try:
        text = harmed.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "bytes that are not UTF-8"
    if not columns:
        return ""
    before = {tuple(row) for row in _rows(sound.decode("utf-8-sig"))}
    try:
        rows = _rows(text)
    except csv.Error:
        return ""
    if not rows:
        return "" if columns.get("may be empty") else "an empty table"
    head = [name.strip() for name in rows[0]]
    if len(set(head)) < len(head):
        return "a column twice"
    for row in rows[1:]:
        if tuple(row) in before and tuple(head) in before:
            continue
        if len(row) > len(head):
            return "a row longer than the head"
        for name, cell in zip(head, row, strict=False):
            if columns.get("inputs"):
                low, high = ranges().get(name, (-math.inf, math.inf))
                domain = {"type": "number", "low": low, "high": high}
            elif isinstance(columns.get(name), dict):
                domain = columns[name]
            else:
                continue
            if not cell.strip() and domain.get("may be empty"):
                continue
            if not allows(domain, _cell(cell, domain)):
                what = "an input" if columns.get("inputs") else f"column {name!r}"
                return f"{what} outside of its domain"
    return ""


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [row for row in csv.reader(io.StringIO("\n".join(lines))) if row]


def _cell(cell: str, domain: dict[str, Any]) -> Any:
    if domain["type"] in ("text", "choice", "any"):
        return cell.strip() if domain["type"] == "choice" else cell
    try:
        return float(cell)
    except ValueError:
        return None
