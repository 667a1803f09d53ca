"""The text of a Vensim model, split into its definitions.

A ``.mdl`` file is only ever read as text: no part of it is executed or reaches generated code. A
block is ``name[subscripts] = expression ~ unit [low, high] ~ comment |``; after the last block
come the sketches (the diagrams) and Vensim's settings, kept verbatim.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from smecluster.model.engine.read.blocks import Block, read_block
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.engine.read.ranges import check_size, read_ranges
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_DEFINITIONS

# Vensim writes three backslashes, other programs two.
_SKETCH = re.compile(r"\\{2,3}---///")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.S)
# What may end the equation of a definition, or open what is passed over.
_MARK = re.compile(r'["~|{]')
_BRACE = re.compile(r"[{}]")
_MACRO = re.compile(
    r"\s*+:MACRO:\s*+(?P<name>[^(|~]*+)\((?P<inputs>[^():|~]*+)(?::(?P<outputs>[^():|~]*+))?\)",
    re.I,
)
_END_OF_MACRO = re.compile(r"\s*+:END OF MACRO:", re.I)
# Vensim's settings follow the last sketch; line 15 holds the method in its fourth place.
_SETTINGS = "///---\\\\\\"
_METHOD = re.compile(r"^15:(?:[^,\r\n]*,){3}[ \t]*(?P<method>[^,\r\n]*)", re.M)


@dataclass(frozen=True)
class Macro:
    """A function that a Vensim file defines by equations.

    Attributes
    ----------
    name : str
        Its name, which is also that of its result.
    inputs, outputs : tuple of str
        Its arguments, and its further results.
    blocks : tuple of Block
        Its equations.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Source:
    """A Vensim file, split into definitions.

    Attributes
    ----------
    text : str
        The whole file.
    blocks : tuple of Block
        Its definitions in the order of the file.
    sketch : str
        Diagrams and settings, verbatim.
    subscripts : mapping of str to tuple of str
        Elements of each range, including equivalent ranges.
    macros : tuple of Macro
        The macros in the order of the file.
    """

    text: str
    blocks: tuple[Block, ...]
    sketch: str
    subscripts: Mapping[str, tuple[str, ...]]
    macros: tuple[Macro, ...] = ()

    def range_of(self, name: str) -> str | None:
        """Find the range with this name, as the file spells it."""
        wanted = fold_name(name)
        return next((spelled for spelled in self.subscripts if fold_name(spelled) == wanted), None)


@lru_cache(maxsize=32)
def parse(text: str) -> Source:
    """Split a Vensim file into definitions.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    Source
        Blocks, subscripts and sketches.

    Raises
    ------
    InputError
        If a block cannot be read, or the model is larger than `model.support.limits` allow; the
        message gives the line.
    """
    text = text.removeprefix("\ufeff")
    mark = _SKETCH.search(text)
    equations = text[: mark.start()] if mark else text
    macros = _Macros(equations)
    blocks = tuple(_blocks(equations, macros))
    subscripts = read_ranges(blocks)
    check_size(blocks, subscripts)
    return Source(text, blocks, text[len(equations) :], subscripts, tuple(macros.done))


def hash_equations(text: str) -> str:
    """Fingerprint what determines a model's numbers.

    Names, subscripts, equations and the method of integration count; layout, comments, units and
    diagrams do not, so moving a variable in a diagram or correcting a comment keeps stored results
    valid.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    source = parse(text)
    for block in source.blocks:
        if block.kind != "group":
            digest.update(repr(_hashed(block)).encode())
    method = find_method(text)
    if method not in ("", "0"):
        digest.update(f"method {method}".encode())
    for macro in source.macros:
        parts = (macro.name, macro.inputs, macro.outputs, *map(_hashed, macro.blocks))
        digest.update(repr(parts).encode())
    return digest.hexdigest()


def find_method(text: str) -> str:
    """Find the number of the method of integration in Vensim's settings; empty without any."""
    _, mark, settings = parse(text).sketch.rpartition(_SETTINGS)
    match = _METHOD.search(settings) if mark else None
    return match["method"].strip() if match else ""


def _hashed(block: Block) -> tuple[object, ...]:
    parts = (block.name, block.kind, block.subscripts, block.excepted, block.expression)
    return (*parts, block.keyword) if block.keyword else parts


class _Macros:
    """The macros of a file, which stand between marks before other definitions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.done: list[Macro] = []
        self.open: Macro | None = None
        self.blocks: list[Block] = []

    def take_marks(self, equation: str, position: int) -> str:
        """Blank out the marks before a definition, and open or close macros by them."""
        at = 0
        while True:
            ended, begun = _END_OF_MACRO.match(equation, at), _MACRO.match(equation, at)
            if ended and self.open is not None:
                self.done.append(replace(self.open, blocks=tuple(self.blocks)))
                self.open, self.blocks = None, []
            elif begun and self.open is None:
                self.open = Macro(
                    join_lines(begun["name"]).strip('"'),
                    _split_names(begun["inputs"]),
                    _split_names(begun["outputs"] or ""),
                    (),
                )
            elif ended or begun:
                raise self._refuse(position)
            else:
                return re.sub(r"[^\n]", " ", equation[:at]) + equation[at:]
            at = (ended or begun).end()  # type: ignore[union-attr]

    def finish(self, position: int) -> None:
        """Refuse a macro that is not closed."""
        if self.open is not None:
            raise self._refuse(position)

    def _refuse(self, position: int) -> InputError:
        return InputError(
            f"line {_line(self.text, position)}: ':MACRO:' and ':END OF MACRO:' do not alternate"
        )


def _split_names(listed: str) -> tuple[str, ...]:
    return tuple(join_lines(part).strip('"') for part in listed.split(",") if part.strip())


def _blocks(text: str, macros: _Macros) -> Iterable[Block]:
    """Read the definitions of the model; those of macros go to the macros."""
    position, sector = 0, ""
    count, line, counted = 0, 1, 0
    while True:
        equation, end = _read_equation(text, position)
        equation = macros.take_marks(equation, end)
        # A definition starts after the blanks and remarks before it.
        start = position + len(equation) - len(equation.lstrip())
        line, counted = line + text.count("\n", counted, start), start
        if text[end : end + 1] in ('"', "{"):
            raise InputError(f"line {_line(text, end)}: {text[end]!r} is opened but never closed")
        bar = text.find("|", end)
        if bar < 0:
            if equation.strip():
                raise InputError(f"line {line}: a block is not closed by '|'")
            macros.finish(len(text))
            return
        parts = text[end + 1 : bar].split("~", 2) if text[end] == "~" else [""]
        position = bar + 1
        unit = parts[0]
        comment = join_lines(parts[1]) if len(parts) > 1 else ""
        block = read_block(equation, unit, comment, line)
        if block is not None:
            count += 1
            if count > MOST_DEFINITIONS:
                raise InputError(
                    f"line {line}: the model has more than {MOST_DEFINITIONS:,} definitions, which "
                    "is the most that is read: give what repeats a range"
                )
            if block.kind == "group":
                sector = block.name
            flagged = len(parts) > 2 and ":SUP" in parts[2].upper()
            block = replace(
                block,
                sector=sector,
                supplementary=flagged,
                start=start,
                end=end,
                stop=position,
            )
            if macros.open is None:
                yield block
            else:
                macros.blocks.append(block)


def _read_equation(text: str, position: int) -> tuple[str, int]:
    """Read an equation up to the mark that ends it, or that opens what is never closed.

    Vensim's ``{remarks}``, which may stand in one another, are blanked out; every other character
    keeps its position.
    """
    parts, begun, at = [], position, position
    while True:
        mark = _MARK.search(text, at)
        if mark is None:
            parts.append(text[begun:])
            return "".join(parts), len(text)
        at = mark.start()
        if mark[0] in "~|":
            parts.append(text[begun:at])
            return "".join(parts), at
        quoted = _QUOTED.match(text, at) if mark[0] == '"' else None
        after = quoted.end() if quoted else -1 if mark[0] == '"' else _find_end(text, at)
        if after < 0:
            parts.append(text[begun:at])
            return "".join(parts), at
        if mark[0] == "{":
            parts += [text[begun:at], re.sub(r"[^\n]", " ", text[at:after])]
            begun = after
        at = after


def _find_end(text: str, opened: int) -> int:
    """Find where a remark ends, -1 if it does not."""
    depth = 0
    for brace in _BRACE.finditer(text, opened):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return -1


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
