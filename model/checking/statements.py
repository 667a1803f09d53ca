"""Folders of statements in YAML, and the scenarios that the files of a folder share."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from smecluster.model.checking.scenario import Inputs
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.inputs import read_yaml

SCENARIOS = "scenarios"


def read_statements(
    folder: Path, words: Collection[str], kind: str
) -> tuple[dict[str, Inputs], list[tuple[Path, Mapping[str, Any]]]]:
    """Read all YAML files of a folder.

    Parameters
    ----------
    folder : Path
        The folder.
    words : collection of str
        What a file may contain at its top level, including ``scenarios``.
    kind : str
        What the files contain, for messages: checks, facts.

    Returns
    -------
    scenarios : dict
        Inputs of all files by name of the scenario, as written.
    contents : list of (Path, mapping)
        The files in order of their names.

    Raises
    ------
    InputError
        If there is no file, one is not YAML or contains an unknown word, or a scenario is defined
        twice.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(f"no {kind} (*.yaml) in {folder}")
    named: dict[str, Inputs] = {}
    contents = []
    for file in files:
        content = read_yaml(file)
        if not isinstance(content, Mapping):
            raise InputError(f"{file} is not a file of {kind}: it needs {', '.join(words)}")
        for word in content:
            if word not in words:
                raise UnknownNameError(f"word in {file.name}", str(word), words)
        scenarios = content.get(SCENARIOS) or {}
        if not isinstance(scenarios, Mapping):
            raise InputError(f"{file.name}: {SCENARIOS!r} must be a table of names and inputs")
        for name, inputs in scenarios.items():
            if not isinstance(inputs or {}, Mapping):
                raise InputError(f"{file.name}: scenario {name!r} must be a table of inputs")
            if name in named:
                raise InputError(f"{file.name}: scenario {name!r} is defined twice")
            named[str(name)] = inputs or {}
        contents.append((file, content))
    return named, contents


def read_number(what: str, value: Any) -> float:
    """Read a finite number of a statement.

    Parameters
    ----------
    what : str
        What it is, for the error.
    value : object
        As the file gives it.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{what}: {value!r} is not a number")
    return number


def read_list(what: str, value: Any) -> list[Any]:
    """Read a list of a statement; see `read_number`.

    Parameters
    ----------
    what : str
        What it is, for the error.
    value : object
        As the file gives it.

    Returns
    -------
    list

    Raises
    ------
    InputError
        If it is none.
    """
    if not isinstance(value, list):
        raise InputError(f"{what} must be a list, not {value!r}")
    return value
