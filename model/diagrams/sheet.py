"""A view of a diagram: what stands in it, and the lines in which Vensim reads it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from smecluster.model.diagrams.layout import (
    ROOMINESS,
    Box,
    place_bodies,
    rate_arrows,
    route_arrows,
)
from smecluster.model.diagrams.sketch import (
    FONTS,
    OPENING,
    STYLE,
    VERSION,
    Point,
    measure_line,
    measure_name,
    write_loop_label,
    write_note,
    write_variable,
)

_REPEATS = 2  # times that arrows are looked at for repeating a name
_STRAINED = 900  # length and crossings, pixels, above which an arrow's start is repeated
_STRAINED_ALONE = 1700  # the same where it is the only arrow of its start


@dataclass
class Mark:
    """Something drawn: a name, a cloud, a valve or a pipe."""

    role: str
    name: str = ""
    upright: bool = False


@dataclass(frozen=True)
class Pipe:
    """A flow's pipe between its valve and a stock or cloud; `into` says that it ends there."""

    valve: int
    end: int
    into: bool
    corner: bool = False


@dataclass(frozen=True)
class Arrow:
    """An influence of one mark on another: its sign, and whether it only sets a first value."""

    start: int
    stop: int
    sign: str = ""
    initial: bool = False


@dataclass
class Sheet:
    """A view: rectangles and what is drawn in them, index for index."""

    title: str
    caption: str = ""
    room: float = ROOMINESS
    margin: int = 0
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    pipes: list[Pipe] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    notes: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    bodies: int = 0

    def body(self) -> int:
        """Start a rigid body and give its number."""
        self.bodies += 1
        return self.bodies - 1

    def add(self, mark: Mark, box: Box) -> int:
        """Add a mark and give its place."""
        self.boxes.append(box)
        self.marks.append(mark)
        return len(self.boxes) - 1

    def name(self, role: str, name: str) -> int:
        """Add a name that stands by itself."""
        wide, high = measure_name(name, small=role in ("constant", "table"), grey=role == "grey")
        if role == "overview stock":
            wide, high = wide + 8, max(high + 4, 20)
        return self.add(
            Mark(role, name), Box(self.body(), 0, 0, wide, high, label=measure_line(name))
        )

    def lines(self) -> Iterator[str]:
        """Write the view as Vensim reads it."""
        spots = self._settle()
        top = 110 if self.caption else 60
        spots = [(x + 60, y + top) for x, y in spots]
        where = [(spots[box.body][0] + box.x, spots[box.body][1] + box.y) for box in self.boxes]
        yield from (OPENING, VERSION, f"*{self.title}", STYLE)
        number = itertools.count(1)
        ids: dict[int, int] = {}
        if self.caption:
            yield from write_note(next(number), self.caption, (60, 24))
        for i, mark in enumerate(self.marks):
            x, y = where[i]
            if mark.role == "cloud":
                ids[i] = next(number)
                yield f"12,{ids[i]},48,{x},{y},10,8,0,3,0,0,-1,0,0,0"
            elif mark.role in FONTS and "flow" not in mark.role:
                ids[i] = next(number)
                box = self.boxes[i]
                half = (box.half_width, box.half_height)
                yield write_variable(ids[i], mark.name, mark.role, (x, y), half)
        for i, mark in enumerate(self.marks):
            if mark.role == "valve":
                yield from self._flow(i, where, number, ids)
        yield from self._influences(spots, where, number, ids)
        for note, members in self.notes:
            wide, high = measure_name(note.partition(" ")[2], small=True)
            box = Box(-1, 0, 0, wide, high + 15)
            spot = self._free_spot(box, members, where, top - 20)
            where.append(spot)
            self.boxes.append(box)
            yield from write_loop_label(number, note, spot, (wide, high))

    def _settle(self) -> list[Point]:
        """Place everything; an arrow that disturbs too much starts at a repeated name."""
        for _ in range(_REPEATS):
            spots = self._place(draft=True)
            repeated: set[int] = set()
            worst = self._worst(spots, repeated)
            if worst is None:
                break
            while worst is not None:
                repeated.add(worst)
                worst = self._worst(spots, repeated)
            for at in sorted(repeated):
                name = self.marks[self.arrows[at].start].name
                self.arrows[at] = replace(self.arrows[at], start=self.name("grey", name))
        return self._place()

    def _place(self, draft: bool = False) -> list[Point]:
        """Place everything, with the sheet's margin around each name."""
        roomy = [
            replace(
                box,
                half_width=box.half_width + self.margin,
                half_height=box.half_height + self.margin,
            )
            for box in self.boxes
        ]
        return place_bodies(roomy, [(a.start, a.stop) for a in self.arrows], draft, self.room)

    def _worst(self, spots: Sequence[Point], without: set[int]) -> int | None:
        """Find the arrow that most needs to start at a repeated name, if any does."""
        left = [at for at in range(len(self.arrows)) if at not in without]
        fan = Counter(self.arrows[at].start for at in left)
        joined = [(self.arrows[at].start, self.arrows[at].stop) for at in left]
        worst, most = None, 0
        for at, cost in zip(left, rate_arrows(self.boxes, spots, joined), strict=True):
            arrow = self.arrows[at]
            alone = fan[arrow.start] == 1
            if alone and self.marks[arrow.start].role in ("grey", "constant", "table"):
                continue
            excess = cost - (_STRAINED_ALONE if alone else _STRAINED)
            if excess > most and not arrow.sign:
                worst, most = at, excess
        return worst

    def _flow(
        self, valve: int, where: Sequence[Point], number: Iterator[int], ids: dict[int, int]
    ) -> Iterator[str]:
        """Write a flow: its pipes, its valve, and directly after that its name."""
        pipes = sorted((p for p in self.pipes if p.valve == valve), key=lambda p: not p.into)
        lines = [next(number) for _ in pipes]
        ids[valve] = next(number)
        label = self.boxes[valve].pipe
        ids[label] = next(number)
        x, y = where[valve]
        for line, pipe in zip(lines, pipes, strict=True):
            end_x, end_y = where[pipe.end]
            if pipe.corner:
                point = (end_x, y)
            elif self.marks[valve].upright:
                point = (x, (y + end_y) // 2)
            else:
                point = ((x + end_x) // 2, y)
            shape = 4 if pipe.into else 100
            yield (
                f"1,{line},{ids[valve]},{ids[pipe.end]},{shape},0,0,22,0,0,0,"
                f"-1--1--1,,1|({point[0]},{point[1]})|"
            )
        form = "8,6,33,3,0,0,4,0,0,0" if self.marks[valve].upright else "6,8,34,3,0,0,1,0,0,0"
        yield f"11,{ids[valve]},48,{x},{y},{form}"
        box, mark = self.boxes[label], self.marks[label]
        half = (box.half_width, box.half_height)
        yield write_variable(ids[label], mark.name, mark.role, where[label], half)

    def _influences(
        self,
        spots: Sequence[Point],
        where: Sequence[Point],
        number: Iterator[int],
        ids: dict[int, int],
    ) -> Iterator[str]:
        valves = {
            self.boxes[i].pipe: i for i, mark in enumerate(self.marks) if mark.role == "valve"
        }
        ends = []
        for arrow in self.arrows:
            # An arrow from above meets a flow at its valve, any other at its name.
            pair = []
            for own, other in ((arrow.start, arrow.stop), (arrow.stop, arrow.start)):
                valve = valves.get(own)
                above = valve is not None and where[other][1] < where[valve][1] - 20
                pair.append(valve if valve is not None and above else own)
            ends.append((pair[0], pair[1]))
        bent = [self.boxes[a].body == self.boxes[b].body for a, b in ends]
        for arrow, (a, b), point in zip(
            self.arrows, ends, route_arrows(self.boxes, spots, ends, bent), strict=True
        ):
            x, y = point or (0, 0)
            sign = ord(arrow.sign) if arrow.sign else 0
            yield (
                f"1,{next(number)},{ids[a]},{ids[b]},{0 if point is None else 1},0,{sign},0,0,"
                f"64,{int(arrow.initial)},-1--1--1,,1|({x},{y})|"
            )

    def _free_spot(
        self, label: Box, members: Sequence[int], where: Sequence[Point], top: int
    ) -> Point:
        """Find a free place near the middle of some marks, `top` or further down."""
        wide, high = label.half_width + 6, label.half_height + 6
        middle_x = sum(where[i][0] for i in members) // len(members)
        middle_y = sum(where[i][1] for i in members) // len(members)
        lines = [
            (
                where[a.start][0] + (where[a.stop][0] - where[a.start][0]) * k // 20,
                where[a.start][1] + (where[a.stop][1] - where[a.start][1]) * k // 20,
            )
            for a in self.arrows
            for k in range(1, 20)
        ]
        best: tuple[int, Point] | None = None
        for x, y in itertools.product(
            range(middle_x - 480, middle_x + 481, 12), range(middle_y - 360, middle_y + 361, 12)
        ):
            if (
                x < wide
                or y - high < top
                or any(
                    abs(x - at[0]) < wide + box.half_width
                    and abs(y - at[1]) < high + box.half_height
                    for box, at in zip(self.boxes, where, strict=True)
                )
            ):
                continue
            crossed = sum(abs(x - px) < wide and abs(y - py) < high for px, py in lines)
            away = abs(x - middle_x) + abs(y - middle_y) + 30 * crossed
            if best is None or away < best[0]:
                best = away, (x, y)
        if best is not None:
            return best[1]
        return middle_x, max(at[1] for at in where) + 60
