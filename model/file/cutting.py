"""Cutting loops open: named readers of a variable read a constant in its place.

The variable itself is still computed, so a run shows the value that would be fed back. The cut is
made in the text of the model's file: no equation is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse
from smecluster.model.engine.read.values import apply_edits
from smecluster.model.errors import InputError, UnknownNameError

_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$])*')


@dataclass(frozen=True)
class Cut:
    """A place at which a loop is cut.

    Attributes
    ----------
    loop : str
        The loop's name.
    variable : str
        The variable that is cut off.
    readers : tuple of str
        Variables whose equations read the constant instead; other readers still read the
        variable.
    """

    loop: str
    variable: str
    readers: tuple[str, ...]

    @property
    def constant(self) -> str:
        """The name of the constant that takes the variable's place."""
        return f"cut {self.variable} of {re.sub(r'[^0-9A-Za-z]+', ' ', self.loop).strip()}"


def apply_cuts(text: str, cuts: Iterable[Cut]) -> str:
    """Write a model with loops cut open.

    Parameters
    ----------
    text : str
        The Vensim file's text.
    cuts : iterable of Cut
        Where to cut; each adds a constant with the variable's dimensions and unit and the value
        1, for runs to set.

    Returns
    -------
    str
        The new text; everything else is unchanged.

    Raises
    ------
    InputError
        If a variable or reader is unknown, or a reader does not read the variable.
    """
    for cut in cuts:
        text = _apply_cut(text, cut)
    return text


def _apply_cut(text: str, cut: Cut) -> str:
    variable = _find_equations(text, cut.variable)[-1]
    edits = []
    for name in cut.readers:
        blocks = _find_equations(text, name)
        read = [
            match
            for block in blocks
            # The reader's own name is left of the equals sign.
            for match in _NAME.finditer(text, text.index("=", block.start) + 1, block.end)
            if fold_name(match[0]) == fold_name(variable.name)
        ]
        if not read:
            raise InputError(f"{blocks[0].name!r} does not read {variable.name!r}: nothing to cut")
        for match in read:
            blank = match[0][len(match[0].rstrip()) :]
            edits.append((match.start(), match.end(), cut.constant + blank))
    dims = f"[{', '.join(variable.subscripts)}]" if variable.subscripts else ""
    words = f"Takes the place of {variable.name} in {', '.join(cut.readers)}. Source: {cut.loop}."
    added = f"{cut.constant}{dims} = 1\n\t~ {variable.unit}\n\t~ {words}|\n\n"
    edits.append((variable.start, variable.start, added))
    return apply_edits(text, edits)


def _find_equations(text: str, name: str) -> list[Block]:
    """Find the equations of a variable, one or several for parts of its ranges."""
    blocks = [block for block in parse(text).blocks if block.kind == "equation"]
    found = [block for block in blocks if fold_name(block.name) == fold_name(name)]
    if not found:
        raise UnknownNameError("variable to cut", name, [block.name for block in blocks])
    return found
