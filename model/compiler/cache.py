"""What is kept between sessions: the equations of a model, and compiled code.

Both stand in the user's cache folder, or where ``SMECLUSTER_CACHE`` says. The equations are
JSON: reading them runs nothing. An entry's name holds the fingerprint of the model and of the
code that made it, so that neither can be stale.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import cache, lru_cache
from pathlib import Path

from smecluster.model.compiler.program import Program
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import write_atomic
from smecluster.model.system import Model
from smecluster.model.vensim.source import fold_name

# What turns a file into a program: a change there makes stored programs stale.
MAKERS = (
    "compiler/equations.py",
    "compiler/functions.py",
    "compiler/program.py",
    "vensim/source.py",
    "vensim/translation.py",
)

_SUFFIXES = (".json", ".kernel")
# An entry takes up to half a megabyte.
_MOST = 200


def find_folder() -> Path:
    """Give the folder in which things are kept.

    Returns
    -------
    Path
        It need not exist yet.
    """
    chosen = os.environ.get("SMECLUSTER_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "smecluster"


def store_entry(name: str, content: bytes) -> None:
    """Store an entry and drop the oldest; where nothing can be written, nothing is kept."""
    try:
        write_atomic(find_folder() / name, content)
        entries = [path for path in find_folder().iterdir() if path.suffix in _SUFFIXES]
        entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in entries[_MOST:]:
            path.unlink()
    except (InputError, OSError):
        return


def read_entry(name: str) -> bytes | None:
    """Read an entry, None where there is none."""
    try:
        return (find_folder() / name).read_bytes()
    except OSError:
        return None


@cache
def hash_sources(*files: str) -> str:
    """Fingerprint source files of this package."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((Path(__file__).parents[1] / name).read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=8)
def load_program(model: Model) -> Program:
    """Give the equations of a model, translated once and then read from the cache.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If an equation cannot be computed; the message names the variable and the line.
    """
    made = hashlib.sha256(f"{model.hash} {hash_sources(*MAKERS)}".encode()).hexdigest()
    name = f"{made[:32]}.json"
    stored = read_entry(name)
    if stored is not None:
        try:
            return Program.from_json(json.loads(stored))
        except (ValueError, KeyError, TypeError):
            pass  # a damaged entry is written anew
    result = _translate(model)
    store_entry(name, json.dumps(result.to_json(), separators=(",", ":")).encode())
    return result


def _translate(model: Model) -> Program:
    # PySD takes seconds to import: only where its translator is needed.
    from smecluster.model.compiler.equations import build_program
    from smecluster.model.vensim.translation import translate_vensim, translate_xmile

    if model.xmile:
        return build_program(translate_xmile(model.text))
    lines = {fold_name(name): variable.line for name, variable in model.variables.items()}
    return build_program(translate_vensim(model.text), lines)
