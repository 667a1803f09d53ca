"""The sketch section of a Vensim file: its lines, and how much room names take in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

Point = tuple[int, int]

OPENING = "\\\\\\---/// Sketch information - do not modify anything except names"
VERSION = "V300  Do not put anything below this section - it will be ignored"
CLOSING = "///---\\\\\\"
STYLE = "$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|96-96-160|-1--1--1|-1--1--1|96,96,5,0"
SETTINGS = ":L\x7f<%^E!@\n1:Current.vdf\n4:Time\n15:0,0,0,0,0,0\n19:100,0\n27:0,\n34:0,\n"

# Fields of a variable's line after its size: shape, what it may do, font.
FONTS = {
    "stock": "3,3,0,0,0,0,0,0",
    "flow": "40,3,0,0,-1,0,0,0",
    "name": "8,3,0,0,0,0,0,0",
    "constant": "8,3,0,10,-1,0,0,0,0-0-0,0-0-0,|10||0-80-160",
    "table": "8,3,0,10,-1,0,0,0,0-0-0,0-0-0,|10||144-64-0",
    "grey stock": "3,2,0,3,-1,0,0,0,128-128-128,0-0-0,|12||128-128-128",
    "grey flow": "40,2,0,3,-1,0,0,0,128-128-128,0-0-0,|12||128-128-128",
    "grey": "8,2,0,3,-1,0,0,0,128-128-128,0-0-0,|12||128-128-128",
    "overview stock": "3,2,0,0,0,0,0,0",
    "overview": "8,2,0,0,0,0,0,0",
}

_TITLE_LENGTH = 30  # Vensim cuts longer names of views
# Sizes of names in Times New Roman, in sixteenths of the height of the letters.
_NARROW, _WIDE = frozenset("fijlrt .,;:'()-I"), frozenset("mwMWABCDGHKNOQRUVXY")


def write_variable(number: int, name: str, role: str, at: Point, half: Point) -> str:
    """Write the line of a variable.

    Parameters
    ----------
    number : int
        The line's number in its view.
    name : str
        The variable.
    role : str
        How it looks, a key of `FONTS`.
    at : (int, int)
        Its centre, pixels.
    half : (int, int)
        Half its width and half its height, pixels.

    Returns
    -------
    str
    """
    if not re.fullmatch(r"[\w \-']+", name):
        name = f'"{name}"'
    return f"10,{number},{name},{at[0]},{at[1]},{half[0]},{half[1]},{FONTS[role]}"


def write_note(number: int, text: str, corner: Point) -> Iterator[str]:
    """Write a note, its upper left corner at `corner`."""
    wide = min(_measure_text(text, small=True) // 2 + 10, 420)
    high = 9 * (1 + _measure_text(text, small=True) // (2 * wide)) + 2
    yield (
        f"12,{number},0,{corner[0] + wide},{corner[1] + high},{wide},{high},8,4,0,8,-1,0,0,0,"
        "0-0-0,0-0-0,|10||0-0-0"
    )
    yield text


def write_loop_label(number: Iterator[int], label: str, at: Point, half: Point) -> Iterator[str]:
    """Write a loop's sign in a turning arrow, and its name below."""
    sign, _, name = label.partition(" ")
    font = f"0-0-0,0-0-0,|10||{'0-112-0' if sign.startswith('R') else '160-0-0'}"
    x, y = at
    wide, high = half
    yield f"12,{next(number)},0,{x},{y - high},15,15,4,4,0,10,-1,0,0,0,{font}"
    yield sign
    yield f"12,{next(number)},0,{x},{y + 15},{wide},{high},8,4,0,10,-1,0,0,0,{font}"
    yield name


def shorten_title(text: str) -> str:
    """Shorten a view's name to whole words that fit Vensim's limit."""
    while len(text) > _TITLE_LENGTH:
        text = text.rpartition(" ")[0].removesuffix(" and").removesuffix(" of")
    return text


def _measure_text(text: str, small: bool = False) -> int:
    units = sum(5 if c in _NARROW else 12 if c in _WIDE else 8 for c in text)
    return units * 13 // 16 if small else units


def measure_name(name: str, small: bool = False, grey: bool = False) -> Point:
    """Measure half the width and half the height of a name as Vensim wraps it, pixels."""
    shown = f"<{name}>" if grey else name
    lines = [""]
    for word in shown.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _measure_text(longer, small) > 116:
            lines.append(word)
        else:
            lines[-1] = longer
    widest = max(_measure_text(line, small) for line in lines)
    return widest // 2 + 4, max(11, (8 if small else 9) * len(lines) + 1)


def measure_line(name: str) -> int:
    """Measure half the width of a name in a program that does not wrap it, pixels."""
    return 3 * len(name)
