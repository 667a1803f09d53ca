"""Mechanisms knocked out: from a chosen year on, readers see a variable frozen, zero or doubled.

Each variable that is to be knocked out gets a twin. Readers read the twin, which equals the
variable until the year of the knock-out; from then on a power decides: 1 leaves the variable as it
is, 0 cuts the mechanism, 2 doubles it. The variable itself goes on being computed. As in
`model.file.cutting` this is text surgery on the model's file, so no equation is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name, split_elements
from smecluster.model.engine.read.source import parse
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION

#: Inputs of the rewritten model: the first year of a knock-out, and the year after its last.
START, END = "knock out start", "knock out end"
#: No knock-out begins before it, so a run without one is the model as it is.
NEVER = 9999.0

_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$])*')
_BRACKET = re.compile(r"\s*\[[^\]]*\]")


@dataclass(frozen=True)
class Knock:
    """A variable that can be knocked out.

    Attributes
    ----------
    variable : str
        Its name; ``"response[Region, talent training]"`` for one element of a further range.
    act : {"freeze", "stop"}
        Whether readers see the value of the first year, or zero.
    form : {"ratio", "difference"}
        How a power of 2 doubles a frozen variable: the ratio to the first year's value, or the
        difference from it. A variable that can be zero or negative needs the difference.
    power : str
        Name of the input that holds the power, Dmnl, by region; of a variable without regions
        the input of that name followed by ``everywhere``.
    readers : tuple of str
        The variables that read the twin; all that read the variable if empty.
    """

    variable: str
    act: str
    form: str
    power: str
    readers: tuple[str, ...] = ()


def with_knocks(text: str, knocks: Iterable[Knock]) -> str:
    """Write a model whose mechanisms can be knocked out.

    Parameters
    ----------
    text : str
        The Vensim file's text.
    knocks : iterable of Knock
        What can be knocked out; knock-outs of one power act together.

    Returns
    -------
    str
        The new text. Its inputs `START` and `END` (Year) say when, and each power (Dmnl) how.
        At their defaults the model gives the same values as before.

    Raises
    ------
    InputError
        If a variable or reader is unknown, a named reader does not read the variable, or nothing
        reads it.
    """
    powers: dict[str, None] = {}
    # A variable may carry several mechanisms: the twin of one then reads the twin of the next, and
    # named readers are served before a knock-out takes all of them.
    for knock in sorted(knocks, key=lambda knock: not knock.readers):
        text, power = _knock(text, knock)
        powers[power] = None
    added = [
        f"{START} = {NEVER:g}\n\t~ Year\n\t~ First year of a knock-out. Source: experiment.|\n\n",
        f"{END} = {NEVER:g}\n\t~ Year\n\t~ Year after a knock-out. Source: experiment.|\n\n",
    ]
    added += [
        f"{power} = 1\n\t~ Dmnl\n\t~ 1 as it is, 0 cut, 2 doubled. Source: experiment.|\n\n"
        for power in powers
    ]
    place = next(block.start for block in parse(text).blocks if block.kind == "equation")
    return text[:place] + "".join(added) + text[place:]


def is_regional(text: str, knock: Knock) -> bool:
    """Say whether a knock-out can act in one region alone."""
    block, fixed = _definition(text, knock.variable)
    return REGION in (fixed or block.subscripts)


def _knock(text: str, knock: Knock) -> tuple[str, str]:
    variable, fixed = _definition(text, knock.variable)
    dims = tuple(dim for dim in (fixed or variable.subscripts) if not fixed or dim == REGION)
    regional = REGION in dims
    inside = f"[{', '.join(dims)}]" if dims else ""
    original = variable.name + (f"[{', '.join(fixed)}]" if fixed else inside)
    label = re.sub(r"[^0-9A-Za-z]+", " ", f"{knock.power} {knock.variable}").strip()
    twin, held = f"seen by {label}", f"held by {label}"
    edits = []
    for block in _readers(text, variable, knock):
        right = text.index("=", block.start) + 1
        for match in _NAME.finditer(text, right, block.end):
            if fold_name(match[0]) != fold_name(variable.name):
                continue
            bracket = _BRACKET.match(text, match.end())
            if fixed is None:
                blank = match[0][len(match[0].rstrip()) :]
                edits.append((match.start(), match.end(), twin + blank))
            elif bracket and _same(split_elements(bracket[0]), fixed):
                edits.append((match.start(), bracket.end(), twin + inside))
    if not edits:
        raise InputError(f"nothing reads {knock.variable!r}: there is nothing to knock out")
    power = f"{knock.power}[{REGION}]" if regional else f"{knock.power} everywhere"
    acting = f"Time >= {START} :AND: Time < {END}"
    if knock.act == "stop":
        value = f"{power} * {original}"
        more = ""
    else:
        frozen = f"{held}{inside}"
        value = (
            f"{frozen} * ZIDZ({original}, {frozen}) ^ {power}"
            if knock.form == "ratio"
            else f"{frozen} + {power} * ({original} - {frozen})"
        )
        more = (
            f"{frozen} = SAMPLE IF TRUE(Time <= {START}, {original}, {original})\n"
            f"\t~ {variable.unit}\n\t~ {knock.variable} when it is knocked out."
            " Source: experiment.|\n\n"
        )
    added = (
        f"{twin}{inside} = IF THEN ELSE({acting}, IF THEN ELSE({power} = 1, {original}, {value}),"
        f" {original})\n\t~ {variable.unit}\n\t~ What readers see of {knock.variable}."
        " Source: experiment.|\n\n"
    )
    edits.append((variable.start, variable.start, more + added))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text, power


def _definition(text: str, name: str) -> tuple[Block, tuple[str, ...] | None]:
    """Find a variable's equation, and the subscripts where only some elements are meant."""
    bare, bracket, _ = name.partition("[")
    blocks = {
        fold_name(block.name): block for block in parse(text).blocks if block.kind == "equation"
    }
    if fold_name(bare) not in blocks:
        raise UnknownNameError("variable", bare.strip(), [block.name for block in blocks.values()])
    return blocks[fold_name(bare)], split_elements(name[len(bare) :]) if bracket else None


def _readers(text: str, variable: Block, knock: Knock) -> list[Block]:
    """List the equations that are to read the twin."""
    blocks = [block for block in parse(text).blocks if block.kind == "equation"]
    wanted = {fold_name(name): name for name in knock.readers}
    known = {fold_name(block.name) for block in blocks}
    for folded, name in wanted.items():
        if folded not in known:
            raise UnknownNameError("reader", name, [block.name for block in blocks])
    own = fold_name(variable.name)
    chosen = [
        block
        for block in blocks
        if (fold_name(block.name) in wanted if wanted else fold_name(block.name) != own)
    ]
    for block in chosen if wanted else ():
        right = text.index("=", block.start) + 1
        names = {fold_name(match[0]) for match in _NAME.finditer(text, right, block.end)}
        if own not in names:
            raise InputError(f"{block.name!r} does not read {variable.name!r}")
    return [block for block in chosen if "=" in text[block.start : block.end]]


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return [fold_name(name) for name in one] == [fold_name(name) for name in other]
