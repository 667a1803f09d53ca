"""Where a result came from: hashes, versions and the command line, carried by every file."""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("smecluster", "pysd", "llvmlite", "numpy", "scipy", "xarray", "pandas")


def make_stamp(model_hash: str, **more: str | None) -> dict[str, str]:
    """Say where a result came from.

    Parameters
    ----------
    model_hash : str
        Hash of the model file as it was run, its regions included.
    **more : str
        What else the result depends on: data hash, calibration name, strategy hash, seed.
        Left out where it is None.

    Returns
    -------
    dict
        Text by name, in the order in which a reader wants it.
    """
    return {
        "command": shlex.join([_name_program(), *sys.argv[1:]]),
        "model hash": model_hash,
        **{name.replace("_", " "): value for name, value in more.items() if value is not None},
        "versions": ", ".join([f"python {platform.python_version()}", *_versions()]),
    }


def format_stamp(stamp: Mapping[str, str]) -> str:
    """Write the stamp as comment lines for the head of a text file, ``# name: value``."""
    return "".join(f"# {name}: {' '.join(value.split())}\n" for name, value in stamp.items())


def _name_program() -> str:
    """Name what was started; `python -m smecluster` is the command."""
    name = Path(sys.argv[0]).name
    return "smecluster" if name == "__main__.py" else name


def _versions() -> list[str]:
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue  # run from a folder, or without an optional engine
    return found
