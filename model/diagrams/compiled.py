"""The inner loops of the layout, compiled by numba: costs of a drawing, moves, and arcs.

All arithmetic is on integers and the random numbers are drawn here, so the same input gives
the same drawing on every computer.
"""

from __future__ import annotations

import math

import numpy as np

from smecluster.model.errors import InputError

try:
    import numba
except ImportError:
    raise InputError("drawing the views needs numba: pip install 'smecluster[diagrams]'") from None

# Costs, in pixels of arrow length.
CROSSING = 100  # one arrow over another
THROUGH = 600  # an arrow over a name or stock that is not its own
OVER_PIPE = 130  # an arrow over a flow's pipe
NARROW = 140  # two arrows that leave one place in nearly one direction
PULL = 8  # pixels from the middle of the sheet that count as one
LABELS = 60  # labels that touch when a program draws them on one line
GAP_X, GAP_Y = 26, 20  # least distance between names
STEP_X, STEP_Y = 20, 14  # positions lie on this lattice, which lines names up
BOLDNESS = 700  # how much worse a first move may make the drawing, pixels


@numba.njit(cache=True)
def find_free(sheet, where, body, width, height):  # type: ignore[no-untyped-def]
    """Find the free spot for a body nearest to the middle; (-1, -1) if there is none."""
    best = -1
    best_x, best_y = -1, -1
    for y in range(0, height, STEP_Y):
        for x in range(0, width, STEP_X):
            away = 4 * (x - width // 2) ** 2 + 9 * (y - height // 2) ** 2
            if best < 0 or away < best:
                put(sheet, where, body, x, y)
                if _fits(sheet, where, body, width, height):
                    best, best_x, best_y = away, x, y
    return best_x, best_y


@numba.njit(cache=True)
def put(sheet, where, body, x, y):  # type: ignore[no-untyped-def]
    """Move the rectangles of a body there."""
    for n in range(sheet.first[body], sheet.first[body + 1]):
        i = sheet.members[n]
        where[i, 0] = x + sheet.table[i, 1]
        where[i, 1] = y + sheet.table[i, 2]


@numba.njit(cache=True)
def _fits(sheet, where, body, width, height):  # type: ignore[no-untyped-def]
    """Say whether a body is inside the sheet and clear of all others."""
    table = sheet.table
    for n in range(sheet.first[body], sheet.first[body + 1]):
        i = sheet.members[n]
        x, y = where[i, 0], where[i, 1]
        wide, high = table[i, 3], table[i, 4]
        if x - wide < 0 or x + wide > width or y - high < 0 or y + high > height:
            return False
        wide, high = wide + GAP_X, high + GAP_Y
        for j in range(table.shape[0]):
            if (
                abs(x - where[j, 0]) < wide + table[j, 3]
                and abs(y - where[j, 1]) < high + table[j, 4]
                and table[j, 0] != body
            ):
                return False
    return True


@numba.njit(cache=True)
def _side(ax, ay, bx, by, cx, cy):  # type: ignore[no-untyped-def]
    turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return (turn > 0) - (turn < 0)


@numba.njit(cache=True)
def _meet(ax, ay, bx, by, cx, cy, dx, dy):  # type: ignore[no-untyped-def]
    """Say whether two segments cross."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    return (
        _side(ax, ay, bx, by, cx, cy) * _side(ax, ay, bx, by, dx, dy) <= 0
        and _side(cx, cy, dx, dy, ax, ay) * _side(cx, cy, dx, dy, bx, by) <= 0
    )


@numba.njit(cache=True)
def _touches(ax, ay, bx, by, cx, cy, wide, high):  # type: ignore[no-untyped-def]
    """Say whether a segment touches a rectangle."""
    if max(ax, bx) < cx - wide or min(ax, bx) > cx + wide:
        return False
    if max(ay, by) < cy - high or min(ay, by) > cy + high:
        return False
    one = _side(ax, ay, bx, by, cx - wide, cy - high)
    return not (
        one != 0
        and one == _side(ax, ay, bx, by, cx + wide, cy - high)
        and one == _side(ax, ay, bx, by, cx - wide, cy + high)
        and one == _side(ax, ay, bx, by, cx + wide, cy + high)
    )


@numba.njit(cache=True)
def _pair(where, ends, e, f):  # type: ignore[no-untyped-def]
    """Cost of the way in which two arrows lie."""
    a, b, c, d = ends[e, 0], ends[e, 1], ends[f, 0], ends[f, 1]
    ax, ay, bx, by = where[a, 0], where[a, 1], where[b, 0], where[b, 1]
    cx, cy, dx, dy = where[c, 0], where[c, 1], where[d, 0], where[d, 1]
    if a != c and b != d and a != d and b != c:
        return CROSSING if _meet(ax, ay, bx, by, cx, cy, dx, dy) else 0
    if a == d or b == c:
        if a == d and b == c:
            return 0
        cx, cy, dx, dy = dx, dy, cx, cy
        c, d = d, c
    if a == c and b == d:
        return 0
    if b == d:
        ax, ay, bx, by, cx, cy, dx, dy = bx, by, ax, ay, dx, dy, cx, cy
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    along = ux * vx + uy * vy
    across = abs(ux * vy - uy * vx)
    return NARROW if along > 0 and 7 * across < along else 0


@numba.njit(cache=True)
def _hit(table, where, ends, e, i):  # type: ignore[no-untyped-def]
    """Cost of an arrow lying over a rectangle."""
    a, b = ends[e, 0], ends[e, 1]
    if not _touches(
        where[a, 0],
        where[a, 1],
        where[b, 0],
        where[b, 1],
        where[i, 0],
        where[i, 1],
        table[i, 3] + 3,
        table[i, 4] + 2,
    ):
        return 0
    flow = table[i, 6]
    if i in (a, b) or (flow >= 0 and flow in (a, b)):
        return 0
    return OVER_PIPE if flow >= 0 else THROUGH


@numba.njit(cache=True)
def _cost(sheet, where, body, middle_x, middle_y):  # type: ignore[no-untyped-def]
    """Sum the part of a drawing's cost that depends on where one body stands."""
    table, ends = sheet.table, sheet.ends
    total = 0
    for n in range(sheet.first_arrow[body], sheet.first_arrow[body + 1]):
        e = sheet.arrows[n]
        a, b = ends[e, 0], ends[e, 1]
        x, y = where[a, 0] - where[b, 0], where[a, 1] - where[b, 1]
        total += int(math.sqrt(float(x * x + y * y)))
        for f in range(ends.shape[0]):
            if f != e:
                total += _pair(where, ends, e, f)
        for i in range(table.shape[0]):
            total += _hit(table, where, ends, e, i)
    for n in range(sheet.first[body], sheet.first[body + 1]):
        i = sheet.members[n]
        x, y = where[i, 0], where[i, 1]
        if n == sheet.first[body]:
            total += (abs(x - middle_x) + 2 * abs(y - middle_y)) // PULL
        for e in range(ends.shape[0]):
            if table[ends[e, 0], 0] != body and table[ends[e, 1], 0] != body:
                total += _hit(table, where, ends, e, i)
        if table[i, 5] > 0:
            for j in range(table.shape[0]):
                if (
                    abs(y - where[j, 1]) < 18
                    and abs(x - where[j, 0]) < table[i, 5] + table[j, 5] + 8
                    and table[j, 5] > 0
                    and table[j, 0] != body
                ):
                    total += LABELS
    return total


@numba.njit(cache=True)
def improve(sheet, where, spots, width, height, moves, state):  # type: ignore[no-untyped-def]
    """Move bodies about, boldly at first and cautiously later; a body may take its inputs along."""
    table, ends = sheet.table, sheet.ends
    bodies = spots.shape[0]
    party = np.zeros(bodies, np.int64)
    old, new = spots.copy(), spots.copy()
    draw = np.zeros(6, np.int64)
    for move in range(moves):
        left = moves - move
        threshold = BOLDNESS * left // moves * left // moves
        reach = 3 + (width // STEP_X) * left // moves
        for k in range(6):
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            draw[k] = np.int64(state >> np.uint64(33))
        body = draw[0] % bodies
        kind = draw[1] % 8
        count = 1
        party[0] = body
        shift_x = (draw[3] % (2 * reach + 1) - reach) * STEP_X
        shift_y = (draw[4] % (2 * reach + 1) - reach) * STEP_Y
        if kind == 0:
            # Two bodies change places.
            other = draw[2] % bodies
            if other == body:
                continue
            party[1] = other
            count = 2
        elif kind <= 4 and ends.shape[0] > 0:
            # To somewhere near a thing that it is joined to.
            e = draw[2] % ends.shape[0]
            a, b = ends[e, 0], ends[e, 1]
            if draw[5] % 2:
                a, b = b, a
            body = table[a, 0]
            party[0] = body
            if table[b, 0] == body:
                continue
            x = (where[b, 0] - table[a, 1]) // STEP_X + draw[3] % 25 - 12
            y = (where[b, 1] - table[a, 2]) // STEP_Y + draw[4] % 25 - 12
            shift_x, shift_y = x * STEP_X - spots[body, 0], y * STEP_Y - spots[body, 1]
        elif draw[5] % 4 == 0:
            for b in range(bodies):
                if sheet.holder[b] == body:
                    party[count] = b
                    count += 1
        for k in range(count):
            b = party[k]
            old[b] = spots[b]
            new[b, 0], new[b, 1] = spots[b, 0] + shift_x, spots[b, 1] + shift_y
        if kind == 0:
            new[party[0]], new[party[1]] = spots[party[1]], spots[party[0]]
        for k in range(count):
            b = party[k]
            put(sheet, where, b, new[b, 0], new[b, 1])
        good = True
        for k in range(count):
            good = good and _fits(sheet, where, party[k], width, height)
        if good:
            change = 0
            for k in range(count):
                change += _cost(sheet, where, party[k], width // 2, height // 2)
            for k in range(count):
                put(sheet, where, party[k], old[party[k], 0], old[party[k], 1])
            for k in range(count):
                change -= _cost(sheet, where, party[k], width // 2, height // 2)
            good = change <= threshold
        chosen = new if good else old
        for k in range(count):
            b = party[k]
            spots[b] = chosen[b]
            put(sheet, where, b, chosen[b, 0], chosen[b, 1])


@numba.njit(cache=True)
def cost_arrows(sheet, where):  # type: ignore[no-untyped-def]
    """Cost of each arrow."""
    ends = sheet.ends
    costs = np.zeros(ends.shape[0], np.int64)
    for e in range(ends.shape[0]):
        a, b = ends[e, 0], ends[e, 1]
        x, y = where[a, 0] - where[b, 0], where[a, 1] - where[b, 1]
        costs[e] = int(math.sqrt(float(x * x + y * y)))
        for f in range(ends.shape[0]):
            if f != e:
                costs[e] += _pair(where, ends, e, f)
        for i in range(where.shape[0]):
            costs[e] += _hit(sheet.table, where, ends, e, i)
    return costs


@numba.njit(cache=True)
def cost_drawing(sheet, where):  # type: ignore[no-untyped-def]
    """Cost of a drawing."""
    total = 0
    ends = sheet.ends
    for e in range(ends.shape[0]):
        a, b = ends[e, 0], ends[e, 1]
        x, y = where[a, 0] - where[b, 0], where[a, 1] - where[b, 1]
        total += int(math.sqrt(float(x * x + y * y)))
        for f in range(e):
            total += _pair(where, ends, e, f)
        for i in range(where.shape[0]):
            total += _hit(sheet.table, where, ends, e, i)
    return total


@numba.njit(cache=True)
def _arc_cost(table, ends, curves, e, bulge):  # type: ignore[no-untyped-def]
    """Cost of an arc: what it touches and crosses, and that it is not straight."""
    a, b = ends[e, 0], ends[e, 1]
    pieces = curves.shape[1] - 1
    total = 2 * abs(bulge)
    line = np.zeros((pieces + 1, 2), np.int64)
    _curve(table, a, b, bulge, line)
    for i in range(table.shape[0]):
        flow = table[i, 4]
        if i in (a, b) or (flow >= 0 and flow in (a, b)):
            continue
        for k in range(pieces):
            if _touches(
                line[k, 0],
                line[k, 1],
                line[k + 1, 0],
                line[k + 1, 1],
                table[i, 0],
                table[i, 1],
                table[i, 2] + 3,
                table[i, 3] + 2,
            ):
                total += OVER_PIPE if flow >= 0 else THROUGH
                break
    for f in range(ends.shape[0]):
        if f == e:
            continue
        c, d = ends[f, 0], ends[f, 1]
        if a in (c, d) or b in (c, d):
            if a == d and b == c and bulge == 0:
                total += THROUGH
            continue
        crossed = False
        for k in range(pieces):
            for m in range(pieces):
                if not crossed and _meet(
                    line[k, 0],
                    line[k, 1],
                    line[k + 1, 0],
                    line[k + 1, 1],
                    curves[f, m, 0],
                    curves[f, m, 1],
                    curves[f, m + 1, 0],
                    curves[f, m + 1, 1],
                ):
                    crossed = True
        if crossed:
            total += CROSSING // 2
    return total


@numba.njit(cache=True)
def _curve(table, a, b, bulge, line):  # type: ignore[no-untyped-def]
    """Write points along an arc between two boxes into `line`."""
    pieces = line.shape[0] - 1
    ax, ay, bx, by = table[a, 0], table[a, 1], table[b, 0], table[b, 1]
    for k in range(pieces + 1):
        lift = 4 * bulge * k * (pieces - k)
        line[k, 0] = ax + (bx - ax) * k // pieces - (by - ay) * lift // (100 * pieces * pieces)
        line[k, 1] = ay + (by - ay) * k // pieces + (bx - ax) * lift // (100 * pieces * pieces)


@numba.njit(cache=True)
def choose_bulges(table, ends, bent):  # type: ignore[no-untyped-def]
    """Choose the height of each arc in percent of its length, arrow by arrow, in two passes."""
    count = ends.shape[0]
    chosen = np.zeros(count, np.int64)
    curves = np.zeros((count, 9, 2), np.int64)
    for e in range(count):
        if bent[e]:
            chosen[e] = 25
        _curve(table, ends[e, 0], ends[e, 1], chosen[e], curves[e])
    for _ in range(2):
        for e in range(count):
            best = -1
            for step in range(8):
                for sign in (1, -1):
                    bulge = sign * (0, 8, 14, 20, 27, 35, 44, 55)[step]
                    if bent[e] and abs(bulge) < 20:
                        continue
                    cost = _arc_cost(table, ends, curves, e, bulge)
                    if best < 0 or cost < best:
                        best = cost
                        chosen[e] = bulge
            _curve(table, ends[e, 0], ends[e, 1], chosen[e], curves[e])
    return chosen
