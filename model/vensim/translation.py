"""From a model file to PySD's abstract model, without letting the file run anything.

PySD 3.14.3 evaluates the drawing range of a lookup (``([...],``) as Python when it parses, and
executes comments when it loads what it wrote. So it gets equations only: one definition at a
time, as `model.vensim.source` has read it, without comment, unit or drawing range.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.support.errors import InputError
from smecluster.model.vensim.domain import check_xmile
from smecluster.model.vensim.source import Block, parse

if TYPE_CHECKING:
    from pysd.translators.structures.abstract_model import AbstractModel

XMILE = (".xmile", ".xml", ".stmx")

_PLAIN_NAME = re.compile(r"[^\W\d_][\w\s'$]*\Z")
# PySD reads backslashes as blanks.
_DRAWING_RANGE = re.compile(r"\([\s\\]*+\[[^\[\]]*+\][\s\\]*+,")
_OPENED = re.compile(r"\([\s\\]*+\[")
_OPERATORS = {"range": ":", "equivalence": "<->", "equation": "=", "constant": "="}


def translate_vensim(text: str) -> AbstractModel:
    """Translate a Vensim model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    pysd.translators.structures.abstract_model.AbstractModel

    Raises
    ------
    InputError
        If a definition cannot be read; the message gives its line.
    """
    blocks = [block for block in parse(text).blocks if block.kind != "group"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysd.translators.structures.abstract_model import AbstractModel
        from pysd.translators.vensim.vensim_element import Component, Element, SubscriptRange
        from pysd.translators.vensim.vensim_section import Section

        section = Section(
            name="__main__",
            path=Path("model.py"),
            section_type="main",
            params=[],
            returns=[],
            content="",
            split=False,
            views_dict=None,
        )
        section.subscripts, section.components = [], []
        section.constraints, section.test_inputs = [], []
        for block in blocks:
            try:
                parsed = Element(_safe(block), "", "").parse()
                if isinstance(parsed, SubscriptRange):
                    section.subscripts.append(parsed)
                elif isinstance(parsed, Component):
                    parsed.parse()
                    section.components.append(parsed)
            except InputError:
                raise
            except Exception as error:  # the parser fails in many ways on a broken equation
                raise InputError(
                    f"line {block.line}: the equation of {block.name!r} cannot be read: "
                    f"{block.expression[:80]!r}"
                ) from error
        return AbstractModel(
            original_path=Path("model.mdl"), sections=(section.get_abstract_section(),)
        )


def translate_xmile(text: str) -> AbstractModel:
    """Translate an XMILE model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    pysd.translators.structures.abstract_model.AbstractModel

    Raises
    ------
    InputError
        If PySD cannot read it, or it asks for what is not computed (see `model.vensim.domain`).
    """
    check_xmile(text)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        from pysd.translators.xmile.xmile_file import XmileFile

        path = Path(folder) / "model.xmile"
        path.write_text(text, encoding="utf-8")
        try:
            file = XmileFile(path)
            file.parse()
            return file.get_abstract_model()
        except Exception as error:  # the parser fails in many ways on a broken file
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"the XMILE file cannot be read: {lines[0][:120]}") from error


def _safe(block: Block) -> str:
    """Write a definition that contains only names, numbers and operators."""
    if block.kind == "data":
        raise InputError(
            f"line {block.line}: {block.name!r} is a data variable: give it a table or an equation"
        )
    name = block.name if _PLAIN_NAME.match(block.name) else f'"{block.name}"'
    if block.subscripts:
        name += f"[{', '.join(block.subscripts)}]"
    if block.excepted:
        name += ":EXCEPT:" + ", ".join(f"[{', '.join(cell)}]" for cell in block.excepted)
    if block.kind == "table":
        written = f"{name}({block.expression})"
    else:
        written = f"{name} {_OPERATORS[block.kind]} {block.expression}"
    safe = _DRAWING_RANGE.sub("(", written)
    if _OPENED.search(safe):
        raise InputError(
            f"line {block.line}: {block.name!r} has a bracket directly after a parenthesis "
            "that is not the drawing range of a lookup"
        )
    return safe
