"""Any Vensim or XMILE model read from its file: a value to compare, store and send elsewhere."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from functools import lru_cache
from pathlib import Path

from smecluster.model.cache import hash_engine, read_entry, store_entry
from smecluster.model.engine.graph.clock import compute_clock
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.read.document import Clock, Document, Variable, read_document
from smecluster.model.engine.read.domain import check_chains, read_method
from smecluster.model.engine.read.external import embed_files
from smecluster.model.engine.read.formats import VENSIM, XMILE
from smecluster.model.engine.read.xmile import read_xmile
from smecluster.model.errors import InputError
from smecluster.model.support.files import read_text


@dataclass(frozen=True)
class Model:
    """The content of a model file; two models with the same content are equal.

    Attributes
    ----------
    text : str
        The file's text, with what it reads from files beside it.
    path : Path
        Where it was read from.
    """

    text: str = field(repr=False)
    path: Path = field(compare=False)

    @property
    def xmile(self) -> bool:
        """Whether the file is XMILE, not Vensim."""
        return self.path.suffix.lower() in XMILE

    @property
    def document(self) -> Document:
        """What the file says about itself."""
        if self.xmile:
            return read_xmile(self.text)
        return read_document(self.text)

    @property
    def program(self) -> Program:
        """The equations as scalar operations (see `engine.graph.graph`), translated once."""
        return load_program(self.text, self.xmile)

    @property
    def hash(self) -> str:
        """Fingerprint of what determines the numbers: SHA-256 in hexadecimal."""
        return self.document.hash

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The variables by name, in the order of the file."""
        return self.document.variables

    @property
    def subscripts(self) -> Mapping[str, tuple[str, ...]]:
        """The elements of each range."""
        return self.document.subscripts

    @property
    def time(self) -> Clock:
        """When a run starts and ends, its time step, and how often values are saved."""
        written = self.document.time
        if any(map(math.isnan, astuple(written))):
            return Clock(*compute_clock(self.program))
        return written


def load(path: str | Path, data: Iterable[str | Path] = ()) -> Model:
    """Read a model.

    Parameters
    ----------
    path : str or Path
        A ``.mdl`` or XMILE file.
    data : iterable of str or Path
        Files with series for the data variables of a Vensim model (``.dat``, ``.csv``, ``.tab``).

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If the file cannot be read or used; the message says why, and where in the file.
    """
    model = read_model(path, data)
    model.program  # noqa: B018  refuse now what cannot be computed, not at the first run
    return model


def read_model(path: str | Path, data: Iterable[str | Path] = ()) -> Model:
    """Read a model without its program: as `load`, which also refuses what cannot be computed."""
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"a model's path must be a text or a Path, not {path!r}")
    place = Path(path)
    if place.suffix.lower() not in (*VENSIM, *XMILE):
        allowed = ", ".join((*VENSIM, *XMILE))
        raise InputError(f"{place} is not a model: its name must end in one of {allowed}")
    text = read_text(place)
    if place.suffix.lower() in VENSIM:
        text = embed_files(text, place, [Path(file) for file in data])
    return Model(text, place)


@lru_cache(maxsize=8)
def load_program(text: str, xmile: bool = False) -> Program:
    """Translate a model's equations, or read their translation from the cache.

    Stored programs are JSON: reading one runs no code.

    Parameters
    ----------
    text : str
        The text of the model file.
    xmile : bool
        Whether it is XMILE rather than Vensim.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If an equation cannot be computed, or the file asks for what is not computed; the message
        names the variable and the line.
    """
    document = read_xmile(text) if xmile else read_document(text)
    if not xmile:
        read_method(text)  # refuses one that is not computed
        check_chains(document)
    made_from = f"{document.hash} {hash_engine()}"
    name = f"{hashlib.sha256(made_from.encode()).hexdigest()[:32]}.json"
    stored = read_entry(name)
    if stored is not None:
        return Program.from_json(json.loads(stored))
    program = translate(text, xmile)
    store_entry(name, json.dumps(program.to_json(), separators=(",", ":")).encode())
    return program


def translate(text: str, xmile: bool = False) -> Program:
    """Translate a model's equations; see `load_program`."""
    # Imported only where the cache holds no translation.
    from smecluster.model.engine.equations.equations import build_program
    from smecluster.model.engine.read.vensim import translate_vensim
    from smecluster.model.engine.read.xmile_file import translate_xmile

    return build_program(translate_xmile(text) if xmile else translate_vensim(text))
