"""The diagrams of a Vensim file as pictures (SVG), as they stand in its sketches."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

# What a view begins with, and what ends the last of them.
_OPENING = "\\\\\\---/// Sketch information - do not modify anything except names"
_CLOSING = "///---\\\\\\"
_COLOUR = re.compile(r"\|\|(\d+)-(\d+)-(\d+)")
_POINT = re.compile(r"\((-?\d+),(-?\d+)\)\|")
_STOCK, _FLOW = "3", "40"  # shapes of a variable's line
_PIPE = "22"
_ROOM = 40  # around a picture, pixels
_LETTER = 6.4  # mean width of a letter, pixels


@dataclass(frozen=True)
class Thing:
    """A name, note, cloud or valve: what it says, where it is, and half its size in pixels."""

    kind: str
    text: str
    x: float
    y: float
    wide: float
    high: float
    colour: str = "#000"


def draw_views(text: str) -> dict[str, str]:
    """Draw every view of a model.

    Parameters
    ----------
    text : str
        The Vensim file.

    Returns
    -------
    dict of str to str
        SVG by title; the number with which a title begins is left out.
    """
    sketches = text.partition(_CLOSING)[0].split(_OPENING)[1:]
    found = {}
    for sketch in sketches:
        lines = sketch.strip().splitlines()
        title = next(line[1:] for line in lines if line.startswith("*"))
        found[re.sub(r"^\d+ ", "", title)] = _draw(title, lines)
    return found


def _draw(title: str, lines: list[str]) -> str:
    things, arrows = _read(lines)
    left = min(thing.x - thing.wide for thing in things.values()) - _ROOM
    top = min(thing.y - thing.high for thing in things.values()) - _ROOM
    right = max(thing.x + thing.wide for thing in things.values()) + _ROOM
    bottom = max(thing.y + thing.high for thing in things.values()) + _ROOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} {top:.0f} '
        f'{right - left:.0f} {bottom - top:.0f}" font-family="Helvetica, Arial, sans-serif" '
        'font-size="12" text-anchor="middle">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#6060a0"/></marker>'
        '<marker id="p" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#333"/>'
        "</marker></defs>",
        f'<rect x="{left:.0f}" y="{top:.0f}" width="100%" height="100%" fill="#fff"/>',
    ]
    parts += [line for arrow in arrows for line in _draw_arrow(arrow, things)]
    parts += [line for thing in things.values() for line in _draw_thing(thing)]
    return "\n".join([*parts, "</svg>\n"])


def _read(lines: list[str]) -> tuple[dict[str, Thing], list[list[str]]]:
    things: dict[str, Thing] = {}
    arrows = []
    rows = iter(lines)
    for line in rows:
        fields = next(csv.reader([line]))
        if fields[0] == "1":
            arrows.append([*fields[:11], *_POINT.findall(line)[0]])
        elif fields[0] in ("10", "11", "12"):
            x, y, wide, high = map(float, fields[3:7])
            shade = _COLOUR.search(line)
            colour = f"rgb({','.join(shade.groups())})" if shade else "#000"
            if fields[0] == "11":
                things[fields[1]] = Thing("valve", "", x, y, wide, high)
            elif fields[2] == "48":
                things[fields[1]] = Thing("cloud", "", x, y, wide, high)
            elif fields[0] == "12":
                things[fields[1]] = Thing("note", next(rows), x, y, wide, high, colour)
            else:
                kind = "stock" if fields[7] == _STOCK else "name"
                things[fields[1]] = Thing(kind, fields[2].strip('"'), x, y, wide, high, colour)
    return things, arrows


def _draw_thing(thing: Thing) -> Iterator[str]:
    x, y = thing.x, thing.y
    if thing.kind == "cloud":
        yield (
            f'<ellipse cx="{x:g}" cy="{y:g}" rx="13" ry="9" fill="#eee" stroke="#888" '
            'stroke-dasharray="4 2"/>'
        )
        return
    if thing.kind == "valve":
        yield f'<path d="M{x - 7:g} {y - 7:g}h14l-14 14h14z" fill="#fff" stroke="#333"/>'
        return
    if thing.kind == "stock":
        yield (
            f'<rect x="{x - thing.wide:g}" y="{y - thing.high:g}" width="{2 * thing.wide:g}" '
            f'height="{2 * thing.high:g}" fill="#fff" stroke="{thing.colour}"/>'
        )
    lines = _wrap(thing.text, thing.wide)
    for at, line in enumerate(lines):
        below = y + 4 + 13 * (at - (len(lines) - 1) / 2)
        yield (
            f'<text x="{x:g}" y="{below:.0f}" fill="{thing.colour}" stroke="#fff" '
            f'stroke-width="3" paint-order="stroke">{escape(line)}</text>'
        )


def _wrap(text: str, half: float) -> list[str]:
    """Break a text where the room that Vensim gives it ends."""
    most = max(2 * half / _LETTER + 2, 9)
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _draw_arrow(arrow: list[str], things: dict[str, Thing]) -> Iterator[str]:
    start, stop = things.get(arrow[2]), things.get(arrow[3])
    if start is None or stop is None:
        return
    x, y = float(arrow[-2]), float(arrow[-1])
    if arrow[7] == _PIPE:
        into = arrow[4] == "4"
        corner = (x, y) if abs(start.x - stop.x) > 2 and abs(start.y - stop.y) > 2 else None
        end = _edge(stop, corner or (start.x, start.y))
        middle = f"L{corner[0]:g} {corner[1]:g}" if corner else ""
        path = f"M{start.x:g} {start.y:g}{middle}L{end[0]:.1f} {end[1]:.1f}"
        yield f'<path d="{path}" fill="none" stroke="#333" stroke-width="5"/>'
        tip = ' marker-end="url(#p)"' if into else ""
        yield f'<path d="{path}" fill="none" stroke="#fff" stroke-width="3"{tip}/>'
        return
    # The curve passes through the point that the sketch gives, as Vensim's arc does.
    bend = (x, y) if arrow[4] == "1" else ((start.x + stop.x) / 2, (start.y + stop.y) / 2)
    control = (2 * bend[0] - (start.x + stop.x) / 2, 2 * bend[1] - (start.y + stop.y) / 2)
    begin, end = _edge(start, control), _edge(stop, control)
    dashed = ' stroke-dasharray="5 3"' if arrow[10] == "1" else ""
    yield (
        f'<path d="M{begin[0]:.1f} {begin[1]:.1f}Q{control[0]:.1f} {control[1]:.1f} '
        f'{end[0]:.1f} {end[1]:.1f}" fill="none" stroke="#6060a0" '
        f'marker-end="url(#a)"{dashed}/>'
    )
    if arrow[6] in ("43", "45"):
        away = math.dist(control, end) or 1.0
        at = [end[k] + (control[k] - end[k]) * 16 / away for k in (0, 1)]
        sign = "+" if arrow[6] == "43" else "−"  # noqa: RUF001
        yield f'<text x="{at[0] + 7:.1f}" y="{at[1]:.1f}" fill="#6060a0">{sign}</text>'


def _edge(thing: Thing, towards: tuple[float, float]) -> tuple[float, float]:
    """Give the point where a line from a thing's middle leaves its room."""
    dx, dy = towards[0] - thing.x, towards[1] - thing.y
    if not dx and not dy:
        return thing.x, thing.y
    room = min(
        (thing.wide + 2) / abs(dx) if dx else math.inf,
        (thing.high + 2) / abs(dy) if dy else math.inf,
    )
    return thing.x + dx * min(room, 1), thing.y + dy * min(room, 1)
