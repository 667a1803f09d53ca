"""The program of a model's text: translated once, then read from the cache.

Stored programs are JSON: reading one runs no code. The cache sees to it that nobody changes them.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.domain import check_chains, read_method
from smecluster.model.engine.read.xmile import read_xmile
from smecluster.model.support.cache import hash_engine, read_entry, store_entry


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
        `engine.read.domain`); the message names the variable and the line.
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
    program = _translate(text, xmile=xmile)
    store_entry(name, json.dumps(program.to_json(), separators=(",", ":")).encode())
    return program


def _translate(text: str, *, xmile: bool) -> Program:
    from smecluster.model.engine.equations.equations import build_program
    from smecluster.model.engine.read.xmile_file import translate_xmile
    from smecluster.model.engine.reference.translation import translate_vensim

    return build_program(translate_xmile(text) if xmile else translate_vensim(text))
