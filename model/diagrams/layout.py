"""The layout of a diagram: short arrows, few crossings, nothing on top of a name.

A drawing is a set of rigid bodies: a chain of stocks and flows is one, every other name is
one of its own. They are moved about by threshold accepting (annealing without randomness in
the acceptance), which `model.diagrams.compiled` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from smecluster.model.diagrams.compiled import (
    GAP_X,
    GAP_Y,
    STEP_Y,
    choose_bulges,
    cost_arrows,
    cost_drawing,
    find_free,
    improve,
    put,
)

Point = tuple[int, int]
Integers = npt.NDArray[np.int64]

_ROUNDS = 10000  # moves tried for each body
_DRAFT_ROUNDS = 4000  # the same for a draft
_ATTEMPTS = 2  # drawings made, of which the best is kept
ROOMINESS = 1.6  # drawing area relative to what the names need
_ASPECT = 1.5  # width over height of the area


@dataclass(frozen=True)
class Box:
    """A rectangle that belongs to a body.

    Attributes
    ----------
    body : int
        Index of the body that it moves with.
    x, y : int
        Its centre relative to the body, pixels.
    half_width, half_height : int
        Its extent, pixels.
    label : int
        Half the width of its name on one line, pixels; 0 without a name.
    pipe : int
        For a flow's pipe the index of the flow's box, else -1.
    """

    body: int
    x: int
    y: int
    half_width: int
    half_height: int
    label: int = 0
    pipe: int = -1


def place_bodies(
    boxes: Sequence[Box],
    arrows: Sequence[tuple[int, int]],
    draft: bool = False,
    room: float = ROOMINESS,
) -> list[Point]:
    """Find a place for every body.

    Parameters
    ----------
    boxes : sequence of Box
        The rectangles; bodies are numbered from 0 without gaps.
    arrows : sequence of (int, int)
        Indices of the boxes that each arrow joins.
    draft : bool
        Whether a rough drawing is enough.
    room : float
        Drawing area relative to what the names need.

    Returns
    -------
    list of (int, int)
        The position of every body, pixels; the drawing's upper left corner is at (0, 0).
    """
    if not boxes:
        return []
    sheet = _prepare(boxes, arrows)
    bodies = len(sheet.holder)
    need = sum(4 * (b.half_width + GAP_X) * (b.half_height + GAP_Y) for b in boxes if b.pipe < 0)
    spans = [_span(boxes, body) for body in range(bodies)]
    width = max(math.isqrt(int(need * room * _ASPECT)), max(wide for wide, _ in spans) + 2 * GAP_X)
    height = max(int(need * room) // width, max(high for _, high in spans) + 2 * GAP_Y)
    order = sorted(range(bodies), key=lambda b: (-spans[b][0] * spans[b][1], b))
    begin = _start(sheet, order, width, height)
    while begin is None:
        height += height // 8 + STEP_Y
        begin = _start(sheet, order, width, height)
    best, spots = -1, begin
    rounds, attempts = (_DRAFT_ROUNDS, 1) if draft else (_ROUNDS, _ATTEMPTS)
    for attempt in range(1, attempts + 1):
        tried = begin.copy()
        where = tried[sheet.table[:, 0]] + sheet.table[:, 1:3]
        seed = np.uint64(88172645463325252 * attempt % 2**64)
        improve(sheet, where, tried, width, height, rounds * bodies, seed)
        cost = cost_drawing(sheet, where)
        if best < 0 or cost < best:
            best, spots = cost, tried
    corner_x = min(int(spots[b.body, 0]) + b.x - b.half_width for b in boxes)
    corner_y = min(int(spots[b.body, 1]) + b.y - b.half_height for b in boxes)
    return [(int(x) - corner_x, int(y) - corner_y) for x, y in spots]


def rate_arrows(
    boxes: Sequence[Box], spots: Sequence[Point], arrows: Sequence[tuple[int, int]]
) -> list[int]:
    """Measure how much each arrow disturbs a drawing.

    Parameters
    ----------
    boxes : sequence of Box
        The rectangles.
    spots : sequence of (int, int)
        The position of every body.
    arrows : sequence of (int, int)
        Indices of the boxes that each arrow joins.

    Returns
    -------
    list of int
        Its length and what it crosses, pixels; 0 within a body.
    """
    sheet = _prepare(boxes, arrows)
    where = np.array(spots, dtype=np.int64)[sheet.table[:, 0]] + sheet.table[:, 1:3]
    costs = cost_arrows(sheet, where)
    return [
        0 if boxes[a].body == boxes[b].body else int(cost)
        for (a, b), cost in zip(arrows, costs, strict=True)
    ]


class _Prepared(NamedTuple):
    """A drawing as arrays, for the compiled code.

    Bodies and their rectangles are `members[first[b] : first[b + 1]]`, bodies and the arrows
    that leave or reach them `arrows[first_arrow[b] : first_arrow[b + 1]]`. `holder` gives,
    the other body for a body joined to one other only, else -1.
    """

    table: Integers
    ends: Integers
    first: Integers
    members: Integers
    first_arrow: Integers
    arrows: Integers
    holder: Integers


def _prepare(boxes: Sequence[Box], arrows: Sequence[tuple[int, int]]) -> _Prepared:
    count = max(box.body for box in boxes) + 1
    members: list[list[int]] = [[] for _ in range(count)]
    for i, box in enumerate(boxes):
        members[box.body].append(i)
    own: list[list[int]] = [[] for _ in range(count)]
    near: list[set[int]] = [set() for _ in range(count)]
    for e, (a, b) in enumerate(arrows):
        one, other = boxes[a].body, boxes[b].body
        own[one].append(e)
        if other != one:
            own[other].append(e)
            near[one].add(other)
            near[other].add(one)
    table = [(b.body, b.x, b.y, b.half_width, b.half_height, b.label, b.pipe) for b in boxes]
    return _Prepared(
        np.array(table, dtype=np.int64),
        np.array(arrows, dtype=np.int64).reshape(-1, 2),
        *_rows(members),
        *_rows(own),
        np.array([min(n) if len(n) == 1 else -1 for n in near], dtype=np.int64),
    )


def _rows(lists: Sequence[Sequence[int]]) -> tuple[Integers, Integers]:
    """Join lists into one; the first result says where each begins."""
    lengths = np.array([0] + [len(one) for one in lists], dtype=np.int64)
    joined = [item for one in lists for item in one]
    return np.cumsum(lengths), np.array(joined, dtype=np.int64)


def _span(boxes: Sequence[Box], body: int) -> Point:
    own = [box for box in boxes if box.body == body]
    wide = max(b.x + b.half_width for b in own) - min(b.x - b.half_width for b in own)
    high = max(b.y + b.half_height for b in own) - min(b.y - b.half_height for b in own)
    return wide, high


def _start(sheet: _Prepared, order: Sequence[int], width: int, height: int) -> Integers | None:
    """Put every body somewhere free, in this order; None if there is no room."""
    where = np.full((len(sheet.table), 2), -(10**6), dtype=np.int64)
    spots = np.zeros((len(order), 2), dtype=np.int64)
    for body in order:
        x, y = find_free(sheet, where, body, width, height)
        if x < 0:
            return None
        put(sheet, where, body, x, y)
        spots[body] = x, y
    return spots


def route_arrows(
    boxes: Sequence[Box],
    spots: Sequence[Point],
    arrows: Sequence[tuple[int, int]],
    bent: Sequence[bool],
) -> list[Point | None]:
    """Choose how each arrow runs: straight, or in an arc around what is in its way.

    Parameters
    ----------
    boxes : sequence of Box
        The rectangles.
    spots : sequence of (int, int)
        The position of every body.
    arrows : sequence of (int, int)
        Indices of the boxes that each arrow joins.
    bent : sequence of bool
        Arrows that may not be straight.

    Returns
    -------
    list of (int, int) or None
        A point that the arc passes through, half-way; None for a straight arrow.
    """
    table = np.array(
        [
            (
                spots[b.body][0] + b.x,
                spots[b.body][1] + b.y,
                b.half_width,
                b.half_height,
                b.pipe,
            )
            for b in boxes
        ],
        dtype=np.int64,
    ).reshape(-1, 5)
    ends = np.array(arrows, dtype=np.int64).reshape(-1, 2)
    chosen = choose_bulges(table, ends, np.array(bent, dtype=np.bool_))
    points: list[Point | None] = []
    for (a, b), bulge in zip(arrows, chosen, strict=True):
        if bulge == 0:
            points.append(None)
            continue
        ax, ay, bx, by = (int(v) for v in (*table[a, :2], *table[b, :2]))
        x = (ax + bx) // 2 - (by - ay) * int(bulge) // 100
        y = (ay + by) // 2 + (bx - ax) * int(bulge) // 100
        points.append((x, y))
    return points
