"""Read the first diagram of a Vensim file: where its names stand, and which arrows join them.

The lines are those of Vensim's sketch section, whose format Vensim's reference manual gives under
"Sketch information": ``10`` is a variable, ``11`` a valve, ``12`` a comment, ``1`` an arrow. An
arrow's field with 43 or 45 is its sign, the code of the letter; its last field the point through
which it bends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse

_HEAD = re.compile(r"^\*", re.M)
_SIGNS = {"43": "+", "45": "-"}
_BOX = "3"  # the shape of a stock
_LOOP = re.compile(r"[RB]\d+$")
_BEND = re.compile(r"\|\((-?\d+),(-?\d+)\)\|")


@dataclass(frozen=True)
class Name:
    """A variable in a diagram.

    Attributes
    ----------
    variable : str
        Its name.
    x, y : int
        The middle, in Vensim's units.
    width, height : int
        Half the width and half the height.
    boxed : bool
        Whether it is a stock, in a box.
    """

    variable: str
    x: int
    y: int
    width: int
    height: int
    boxed: bool


@dataclass(frozen=True)
class Influence:
    """An arrow of a diagram.

    Attributes
    ----------
    cause, effect : str
        The variables that it joins.
    sign : str
        ``"+"``, ``"-"`` or ``""``.
    bend : tuple of int or None
        The point through which it bends; None if it is straight.
    """

    cause: str
    effect: str
    sign: str
    bend: tuple[int, int] | None


@dataclass(frozen=True)
class Overview:
    """The first diagram of a model.

    Attributes
    ----------
    names : tuple of Name
        The variables.
    influences : tuple of Influence
        The arrows between them.
    loops : tuple of (str, int, int)
        Labels such as R1 or B2, and where they stand.
    """

    names: tuple[Name, ...]
    influences: tuple[Influence, ...]
    loops: tuple[tuple[str, int, int], ...]


def read_overview(text: str) -> Overview:
    """Read the first diagram of a Vensim file.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    Overview
        Without names where the file has no diagram. Lines that are none of these are passed over.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    sketch = parse(text).sketch
    parts = _HEAD.split(sketch)
    lines = parts[1].splitlines() if len(parts) > 1 else []
    names: dict[str, Name] = {}
    influences, loops = [], []
    for at, line in enumerate(lines):
        fields = line.split(",")
        if fields[0] == "10" and len(fields) > 8:
            x, y, width, height = (int(field) for field in fields[3:7])
            name = fields[2].strip('"')
            names[fields[1]] = Name(name, x, y, width, height, fields[7] == _BOX)
        elif fields[0] == "12" and at + 1 < len(lines) and _LOOP.match(lines[at + 1]):
            loops.append((lines[at + 1], int(fields[3]), int(fields[4])))
        elif fields[0] == "1" and len(fields) > 6 and {fields[2], fields[3]} <= set(names):
            bend = _BEND.search(line)
            point = (int(bend[1]), int(bend[2])) if bend else (0, 0)
            cause, effect = names[fields[2]].variable, names[fields[3]].variable
            sign = _SIGNS.get(fields[6], "")
            influences.append(Influence(cause, effect, sign, point if any(point) else None))
    return Overview(tuple(names.values()), tuple(influences), tuple(loops))


def list_parts(
    overview: Overview, followers: dict[str, tuple[str, ...]]
) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Find the links of the equations that stand behind each arrow.

    An arrow may stand for a chain. It is cut where that touches the fewest other arrows: at the
    links that leave its cause, or at those that reach its effect.

    Parameters
    ----------
    overview : Overview
        The diagram.
    followers : dict
        Variables that each variable acts on.

    Returns
    -------
    dict
        By cause and effect of an arrow, links as (variable, reader). Where every chain from one to
        the other passes a third variable of the diagram, all links that leave the cause and lead
        to the effect; none where no chain leads there.
    """
    spelled = {fold_name(name): name for name in followers}
    shown = {spelled[key] for one in overview.names if (key := fold_name(one.variable)) in spelled}
    before: dict[str, list[str]] = {}
    for name, readers in followers.items():
        for reader in readers:
            before.setdefault(reader, []).append(name)
    onward = {name: _reach(name, followers, shown) for name in shown}
    backward = {name: _reach(name, before, shown) for name in shown}
    parts = {}
    for one in overview.influences:
        cause, effect = (spelled.get(fold_name(name), name) for name in (one.cause, one.effect))
        between = onward.get(cause, set()) & backward.get(effect, set())
        leaving = [
            (cause, reader)
            for reader in followers.get(cause, ())
            if reader == effect or reader in between
        ]
        reaching = [
            (name, effect) for name in before.get(effect, ()) if name == cause or name in between
        ]
        # How many others each would touch too.
        others = len({a for _, name in leaving for a in shown if name in backward[a]})
        sources = len({a for name, _ in reaching for a in shown if name in onward[a]})
        chosen = leaving if others <= sources else reaching
        if not chosen:
            leading = _reach(effect, before, {cause}) | {effect}
            chosen = [(cause, name) for name in followers.get(cause, ()) if name in leading]
        parts[one.cause, one.effect] = tuple(chosen)
    return parts


def _reach(
    begin: str, arrows: dict[str, tuple[str, ...]] | dict[str, list[str]], ends: set[str]
) -> set[str]:
    """List what is reached without passing one of the ends."""
    reached: set[str] = set()
    pending = [begin]
    while pending:
        for name in arrows.get(pending.pop(), ()):
            if name not in ends and name not in reached:
                reached.add(name)
                pending.append(name)
    return reached
