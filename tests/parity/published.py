"""Models of a published suite, and the results that were published with them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smecluster.model.engine.read.names import fold_name

MODELS = (".mdl", ".xmile", ".stmx")
# What a table of results is called, the most likely first; a name stem stands for the model's.
_TABLES = ("{stem}.dat", "output.tab", "output.csv", "output_*.csv")
_RANDOM = re.compile(
    r"\bRANDOM[ _]|\bNORMAL\s*\(|\bUNIFORM\s*\(|\bEXPRND\s*\(|\bPOISSON\s*\(", re.I
)

Key = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A model with published results.

    Attributes
    ----------
    name : str
        Its path inside the suite.
    path : Path
        The model file.
    results : Path
        The published results.
    data : tuple of Path
        Files of data that the suite gives the model besides.
    random : bool
        Whether it draws random numbers, which no two programs draw alike.
    """

    name: str
    path: Path
    results: Path
    data: tuple[Path, ...]
    random: bool


@dataclass(frozen=True)
class Series:
    """Values at times, in the order of time.

    Attributes
    ----------
    times, values : tuple of float
        Of the same length.
    halves : tuple of float
        Half of the last digit with which each value is printed; empty for what is computed.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]
    halves: tuple[float, ...] = ()


def find_cases(suite: Path) -> list[Case]:
    """Find the models of a suite that have published results.

    Parameters
    ----------
    suite : Path
        A checkout of SDXorg/test-models or of climateinteractive/SDEverywhere.

    Returns
    -------
    list of Case
        In the order of their paths.
    """
    cases = []
    for path in list_models(suite):
        if path.with_name("run-tests.js").exists():
            continue  # a test of SDEverywhere's own options
        results = _find_results(path)
        if results is None:
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        data = tuple(sorted([*path.parent.glob("data.tab"), *path.parent.glob("*_data.dat")]))
        name = path.relative_to(suite).as_posix()
        cases.append(Case(name, path, results, data, bool(_RANDOM.search(text))))
    return cases


def list_models(suite: Path) -> list[Path]:
    """List the model files of a suite, those without published results too."""
    return [
        path
        for path in sorted(suite.rglob("*"))
        if path.suffix.lower() in MODELS and path.is_file()
    ]


def _find_results(path: Path) -> Path | None:
    if "generate_data" in path.stem:
        return path.with_name("data.tab")
    # What SDEverywhere publishes for XMILE was computed by Stella.
    tables = _TABLES if path.suffix.lower() == ".mdl" else ("{stem}.csv", *_TABLES[1:])
    for pattern in tables:
        found = sorted(path.parent.glob(pattern.format(stem=path.stem)))
        if found:
            return found[0]
    return None


def read_results(path: Path) -> dict[Key, Series]:
    """Read published results.

    Parameters
    ----------
    path : Path
        A table with a column a variable (``.csv``, ``.tab``), or Vensim's list of series
        (``.dat``).

    Returns
    -------
    dict of tuple of str to Series
        By variable and elements, each in Vensim's form of comparison. Vensim gives the value of a
        constant once.
    """
    text = _decode(path.read_bytes()).removeprefix("\ufeff")
    if path.suffix.lower() == ".dat":
        return dict(_read_list(text))
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ","))
    heads = [split_column(head) for head in rows[0]]
    columns: dict[Key, tuple[list[float], list[float], list[float]]] = {
        head: ([], [], []) for head in heads[1:]
    }
    for row in rows[1:]:
        time = _read_number(row[0]) if row else None
        if time is None:
            continue
        for head, written in zip(heads[1:], row[1:], strict=False):
            value = _read_number(written)
            if value is not None and head:
                columns[head][0].append(time)
                columns[head][1].append(value)
                columns[head][2].append(_halve(written))
    return {
        head: Series(tuple(times), tuple(values), tuple(halves))
        for head, (times, values, halves) in columns.items()
        if times and head
    }


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _read_list(text: str) -> Iterator[tuple[Key, Series]]:
    name, times, values, halves = "", [], [], []
    for line in [*text.splitlines(), "end"]:
        parts = line.split("\t")
        numbers = [_read_number(part) for part in parts]
        if len(parts) == 2 and None not in numbers:
            times.append(float(parts[0]))
            values.append(float(parts[1]))
            halves.append(_halve(parts[1]))
        elif line.strip():
            if times:
                yield split_column(name), Series(tuple(times), tuple(values), tuple(halves))
            name, times, values, halves = line, [], [], []


def _halve(written: str) -> float:
    """Give half of the last digit of a number as printed, for one with a point or an exponent."""
    digits, _, exponent = written.strip().lower().partition("e")
    _, point, decimals = digits.partition(".")
    if not point and not exponent:
        return 0.0
    return 0.5 * 10.0 ** (int(exponent or 0) - len(decimals))


def split_column(head: str) -> Key:
    """Split ``name[element, element]`` into its parts, in Vensim's form of comparison."""
    bare = head.strip().strip('"')
    name, bracket, rest = bare.partition("[")
    parts = rest.removesuffix("]").split(",") if bracket else []
    return tuple(fold_name(part) for part in (name, *parts)) if bare else ()


def _read_number(written: str) -> float | None:
    try:
        value = float(written)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def list_own(results: Mapping[Key, Series]) -> dict[Key, Series]:
    """Leave out the time and what steers a run, as the suite's own comparison does."""
    steering = {"time", "months", "saveper", "initial time", "final time", "time step"}
    return {
        key: series
        for key, series in results.items()
        if key[0] not in steering and not key[0].startswith("#")  # Vensim's own, inside a function
    }
