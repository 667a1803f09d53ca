"""The text of a Vensim model, split into its definitions.

A ``.mdl`` file is only ever read as text: no part of it is executed or reaches generated code. A
block is ``name[subscripts] = expression ~ unit [low, high] ~ comment |``; after the last block
come the sketches (the diagrams) and Vensim's settings, kept verbatim.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, replace
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.limits import MOST_CELLS, MOST_DEFINITIONS, MOST_ELEMENTS

Points = tuple[tuple[float, float], ...]

# Vensim writes three backslashes, other programs two.
_SKETCH = re.compile(r"\\{2,3}---///")
# No pattern may read a character twice, or a hostile file takes hours: a number is taken whole
# (``++``, ``*+``), and a bracket ends at the next one, opened or closed. Blanks that two parts of
# a pattern may take belong to the first: a list of thirty numbers with an empty place would be
# tried in 2^30 ways otherwise.
_NUMBER = r"[+-]?\s*+(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_PLAIN_NUMBER = re.compile(rf"\s*+{_NUMBER}\s*+\Z")
_NUMBERS = re.compile(rf"\s*+{_NUMBER}(?:\s*+[,;]\s*+{_NUMBER})*+\s*+;?\s*+\Z")
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
# Statements about a model, which Vensim checks and which change no number.
_REALITY_CHECK = re.compile(r":\s*(?:THE CONDITION|TEST INPUT)\s*:", re.I)
_NAME = r'(?:"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$.])*?)'
_LEFT = re.compile(
    rf"\s*+(?P<name>{_NAME})\s*+"
    r"(?P<subs>\[[^\]]*+\])?\s*+"
    r"(?P<except>:EXCEPT:\s*+(?:\[[^\]]*+\]\s*+,?\s*+)++)?"
    r"(?P<keyword>:(?:INTERPOLATE|LOOK FORWARD|HOLD BACKWARD|RAW):)?\s*+"
    r"(?P<operator><->|:=|==|=|\(|:|\Z)",
    re.S | re.I,
)
_POINT = re.compile(rf"\(\s*+({_NUMBER})\s*+,\s*+({_NUMBER})\s*+\)")
_VIEWPORT = re.compile(r"\[\s*\([^\[\]]*\]\s*,?")
_SOURCE = re.compile(r"\bSources?:\s*", re.I)
_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$])*)'
    r"|(?P<text>'[^']*')"
    r"|(?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)"
    r"|(?P<keyword>:[A-Z ]+:)",
    re.I,
)
_BRACKET = re.compile(r"\[[^\[\]]*\]")


def fold_name(name: str) -> str:
    """Turn a name into the form in which Vensim compares names.

    Parameters
    ----------
    name : str
        A variable's or subscript's name as written.

    Returns
    -------
    str
        Lower case, without quotes; blanks and underscores count as one blank.
    """
    return re.sub(r"[\s_]+", " ", name.strip().strip('"')).strip().casefold()


def join_lines(text: str) -> str:
    """Put a text on one line with single blanks."""
    return " ".join(re.sub(r"\\[ \t]*\r?\n", " ", text).split())


def parse_number(text: str) -> float:
    """Read a number as Vensim writes it: a blank may follow its sign."""
    return float(re.sub(r"\s+", "", text))


def split_elements(bracket: str) -> tuple[str, ...]:
    """Split ``[a, b]`` into its names."""
    inside = bracket.strip()[1:-1]
    return (
        tuple(join_lines(part).strip('"') for part in inside.split(",")) if inside.strip() else ()
    )


def list_subscripts(expression: str) -> tuple[tuple[str, ...], ...]:
    """List the subscripts of each name that an expression mentions."""
    return tuple(split_elements(match) for match in _BRACKET.findall(expression))


@dataclass(frozen=True)
class Block:
    """One definition in a Vensim file.

    Attributes
    ----------
    name : str
        The name defined, without quotes; for a group, the sector.
    kind : str
        ``"equation"``, ``"constant"`` (numbers alone), ``"table"``, ``"data"`` (no equation),
        ``"range"``, ``"equivalence"`` or ``"group"``.
    subscripts : tuple of str
        Ranges or elements on the left-hand side.
    excepted : tuple of tuple of str
        What ``:EXCEPT:`` leaves out.
    expression : str
        The right-hand side on one line; for a table its points, for a range its elements.
    unit : str
        Unit as written, without the range.
    low, high : float or None
        Plausible range, in `unit`.
    comment : str
        The comment on one line.
    sector : str
        The group that it belongs to.
    supplementary : bool
        Marked ``:SUPPLEMENTARY``: a result that nothing else in the model uses.
    line : int
        Line of the file on which it starts.
    start, end : int
        Where the equation starts and ends in the text.
    stop : int
        Where the text continues after the block's closing bar.
    keyword : str
        How a data variable is read between its points: ``"interpolate"``, ``"look forward"``,
        ``"hold backward"``, ``"raw"``, or empty.
    """

    name: str
    kind: str
    subscripts: tuple[str, ...] = ()
    excepted: tuple[tuple[str, ...], ...] = ()
    expression: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    comment: str = ""
    sector: str = ""
    supplementary: bool = False
    line: int = 0
    start: int = 0
    end: int = 0
    stop: int = 0
    keyword: str = ""

    @property
    def definition(self) -> str:
        """The comment without its source."""
        return _SOURCE.split(self.comment, maxsplit=1)[0].strip()

    @property
    def source(self) -> str:
        """What follows ``Source:`` in the comment; empty if nothing does."""
        parts = _SOURCE.split(self.comment, maxsplit=1)
        return parts[1].strip() if len(parts) == 2 else ""


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
    subscripts = _subscripts(blocks)
    _check_size(blocks, subscripts)
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


def list_names(expression: str) -> tuple[str, ...]:
    """List the names that an expression mentions, without subscripts.

    Parameters
    ----------
    expression : str
        Right-hand side of an equation.

    Returns
    -------
    tuple of str
        Comparable forms (see `fold_name`) of variables, tables and functions, each once.
    """
    bare = _BRACKET.sub(" ", expression)
    names = (match["name"] for match in _TOKEN.finditer(bare))
    return tuple(dict.fromkeys(fold_name(name) for name in names if name))


def list_numbers(expression: str) -> tuple[str, ...]:
    """List the numbers that an expression contains, as written."""
    bare = _BRACKET.sub(" ", expression)
    return tuple(match["number"] for match in _TOKEN.finditer(bare) if match["number"])


def read_points(block: Block) -> Points:
    """Read the points of a table.

    Parameters
    ----------
    block : Block
        A table's definition.

    Returns
    -------
    tuple of (float, float)
        Its points, without the range that Vensim draws.
    """
    bare = _VIEWPORT.sub(" ", block.expression)
    return tuple((parse_number(x), parse_number(y)) for x, y in _POINT.findall(bare))


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
        block = _block(equation, unit, comment, line)
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


def _block(equation: str, unit: str, comment: str, line: int) -> Block | None:
    """Read one definition; the caller adds its position in the file."""
    flat = join_lines(equation)
    if not flat:
        return None
    if len(flat) >= 6 and flat.startswith("***") and flat.endswith("***"):
        name = flat.strip("*").strip().removeprefix(".").strip()
        return Block(name, "group", line=line, comment=join_lines(unit))
    match = _LEFT.match(flat)
    if match is None:
        raise InputError(f"line {line}: cannot read the definition {flat[:60]!r}")
    if _REALITY_CHECK.match(flat, match.start("operator")):
        return None
    operator, expression = match["operator"], flat[match.end() :].strip()
    kind = {":": "range", "<->": "equivalence", "(": "table", "": "data", ":=": "data"}.get(
        operator, "equation"
    )
    if kind == "table":
        expression = expression.removesuffix(")").strip()
    elif kind == "equation" and _NUMBERS.match(expression):
        kind = "constant"
    plain_unit, low, high = _unit(unit, line)
    return Block(
        name=join_lines(match["name"]).strip('"'),
        kind=kind,
        subscripts=split_elements(match["subs"] or ""),
        excepted=list_subscripts(match["except"] or ""),
        expression=expression,
        unit=plain_unit,
        low=low,
        high=high,
        comment=comment,
        line=line,
        keyword=(match["keyword"] or "").strip(":").lower(),
    )


def _unit(text: str, line: int) -> tuple[str, float | None, float | None]:
    flat = join_lines(text)
    # The last bracket: what opens it is the first bracket after the one before.
    opened = flat.find("[", flat.rfind("]", 0, -1) + 1)
    if not flat.endswith("]") or opened < 0:
        return flat, None, None
    bounds: list[float | None] = []
    for part in flat[opened + 1 : -1].split(","):
        bare = part.strip()
        if bare in ("?", "") or bare.lstrip("+-").lower() in ("inf", "infinity", "nan"):
            bounds.append(None)
        elif _PLAIN_NUMBER.match(bare):
            bounds.append(parse_number(bare))
        else:
            raise InputError(f"line {line}: {bare!r} is not a bound: give a number or '?'")
    bounds += [None, None]
    return flat[:opened].strip(), bounds[0], bounds[1]


def _subscripts(blocks: Iterable[Block]) -> dict[str, tuple[str, ...]]:
    ranges: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    for block in blocks:
        if block.kind == "range":
            body = block.expression.partition("->")[0]
            listed: list[str] = []
            for part in body.split(","):
                listed.extend(expand_elements(part.strip(), block))
            _check_length(block.name, block.line, listed)
            ranges[block.name] = tuple(listed)
            lines[block.name] = block.line
    spelled = {fold_name(name): name for name in ranges}
    # A range may list other ranges and then has their elements: inner ranges come first.
    inside = {
        name: {spelled[key] for key in map(fold_name, given) if key in spelled} - {name}
        for name, given in ranges.items()
    }
    try:
        order = tuple(TopologicalSorter(inside).static_order())
    except CycleError as error:
        name = error.args[1][0]
        raise InputError(f"line {lines[name]}: the range {name!r} contains itself") from error
    for name in order:
        flat: dict[str, None] = {}
        for element in ranges[name]:
            inner = spelled.get(fold_name(element), name)
            flat.update(dict.fromkeys((element,) if inner == name else ranges[inner]))
            _check_length(name, lines[name], flat)
        ranges[name] = tuple(flat)
    for block in blocks:
        if block.kind == "equivalence":
            other = spelled.get(fold_name(block.expression))
            if other is None:
                raise UnknownNameError(f"range (line {block.line})", block.expression, ranges)
            ranges[block.name] = ranges[other]
    return ranges


def expand_elements(element: str, block: Block) -> Iterable[str]:
    """Write out a part of the definition of a range, such as ``(A1-A3)``.

    Parameters
    ----------
    element : str
        A name, or a numbered range in brackets.
    block : Block
        The definition, for messages.

    Returns
    -------
    iterable of str

    Raises
    ------
    InputError
        If a numbered range cannot be read, runs backwards or is too long.
    """
    if not (element.startswith("(") and element.endswith(")")):
        return (join_lines(element).strip('"'),) if element else ()
    left, _, right = element[1:-1].partition("-")
    stem, first = _split_number(left)
    other, last = _split_number(right)
    if stem is None or other is None or stem != other:
        raise InputError(
            f"line {block.line}: the range {block.name!r} cannot be read: write {element[:60]!r} "
            "like (A1-A9), or list its elements"
        )
    # A longer number says by its length that there are too many.
    if max(len(first), len(last)) > 15 or int(last) - int(first) >= MOST_ELEMENTS:
        raise _refuse_length(block.name, block.line)
    if int(last) < int(first):
        raise InputError(f"line {block.line}: the range {block.name!r} runs backwards: {element}")
    return (f"{stem}{number}" for number in range(int(first), int(last) + 1))


def _split_number(text: str) -> tuple[str | None, str]:
    """Split ``A12`` into its stem and its number; no stem without a number."""
    bare = text.strip()
    stem = bare.rstrip("0123456789")
    return (stem, bare[len(stem) :]) if stem != bare else (None, "")


def _check_length(name: str, line: int, listed: Sized) -> None:
    if len(listed) > MOST_ELEMENTS:
        raise _refuse_length(name, line)


def _refuse_length(name: str, line: int) -> InputError:
    return InputError(
        f"line {line}: the range {name!r} has more than {MOST_ELEMENTS:,} elements, which is the "
        "most that is read"
    )


def _check_size(blocks: Iterable[Block], ranges: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a model of too many elements before one of them is written out."""
    lengths = {fold_name(name): len(elements) for name, elements in ranges.items()}
    cells = 0
    for block in blocks:
        if block.kind not in ("range", "equivalence", "group"):
            cells += math.prod(lengths.get(fold_name(name), 1) for name in block.subscripts)
            if cells > MOST_CELLS:
                raise InputError(
                    f"line {block.line}: with {block.name!r} the model has more than "
                    f"{MOST_CELLS:,} elements, which is the most that is read: use fewer or "
                    "shorter ranges"
                )


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
