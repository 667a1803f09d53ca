"""One definition of a Vensim file: ``name[subscripts] = equation ~ unit [low, high] ~ comment``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smecluster.model.engine.read.names import (
    NUMBER,
    join_lines,
    list_subscripts,
    parse_number,
    split_elements,
)
from smecluster.model.errors import InputError

Points = tuple[tuple[float, float], ...]

_PLAIN_NUMBER = re.compile(rf"\s*+{NUMBER}\s*+\Z")
_NUMBERS = re.compile(rf"\s*+{NUMBER}(?:\s*+[,;]\s*+{NUMBER})*+\s*+;?\s*+\Z")
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
_POINT = re.compile(rf"\(\s*+({NUMBER})\s*+,\s*+({NUMBER})\s*+\)")
_VIEWPORT = re.compile(r"\[\s*\([^\[\]]*\]\s*,?")
_SOURCE = re.compile(r"\bSources?:\s*", re.I)


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


def read_block(equation: str, unit: str, comment: str, line: int) -> Block | None:
    """Read one definition; the caller adds its position in the file.

    Parameters
    ----------
    equation, unit, comment : str
        Its parts as written, without what divides them.
    line : int
        Line of the file on which it starts, for messages.

    Returns
    -------
    Block or None
        None where there is nothing, or a statement that Vensim only checks.

    Raises
    ------
    InputError
        If it cannot be read.
    """
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
