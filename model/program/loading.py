"""The program of a model's text: translated once, then read from the cache.

Stored programs are JSON: reading one runs no code. The cache sees to it that nobody changes them.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import version

from smecluster.model.program.graph import Program
from smecluster.model.support.cache import hash_rooms, read_entry, store_entry
from smecluster.model.vensim.document import read_document
from smecluster.model.vensim.domain import check_chains, check_settings
from smecluster.model.vensim.source import fold_name
from smecluster.model.vensim.xmile import read_xmile

# The rooms whose code decides what a program looks like.
ROOMS = ("program", "vensim")


@lru_cache(maxsize=8)
def load_program(text: str, *, xmile: bool = False) -> Program:
    """Translate a model's equations, or read their translation from the cache.

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
        If an equation cannot be computed, or the file asks for what is not computed (see
        `model.vensim.domain`); the message names the variable and the line.
    """
    document = read_xmile(text) if xmile else read_document(text)
    if not xmile:
        # The settings are no part of the hash: they are looked at before anything stored is.
        check_settings(text)
        check_chains(document)
    # PySD's translator takes part, so another version of it makes another entry.
    made_from = f"{document.hash} {hash_rooms(*ROOMS)} {version('pysd')}"
    name = f"{hashlib.sha256(made_from.encode()).hexdigest()[:32]}.json"
    stored = read_entry(name)
    if stored is not None:
        return Program.from_json(json.loads(stored))
    program = _translate(text, xmile=xmile)
    store_entry(name, json.dumps(program.to_json(), separators=(",", ":")).encode())
    return program


def _translate(text: str, *, xmile: bool) -> Program:
    # PySD takes seconds to import: only where its translator is needed.
    from smecluster.model.program.equations import build_program
    from smecluster.model.vensim.translation import translate_vensim, translate_xmile

    if xmile:
        return build_program(translate_xmile(text))
    document = read_document(text)
    lines = {fold_name(name): variable.line for name, variable in document.variables.items()}
    return build_program(translate_vensim(text), lines)
