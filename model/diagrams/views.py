"""The diagrams of the Vensim file, drawn from its equations.

Every sector becomes a view in which its stocks are boxes, its flows pipes with valves, and
the variables of other sectors grey names; an overview shows the feedback loops. Only the
sketch section of the file changes, so a variable that was added with a text editor has its
place in the diagrams after ``python -m smecluster.model.diagrams.views``, without Vensim.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from smecluster.model.diagrams.layout import ROOMINESS, Box, Point, place, route, strain
from smecluster.model.diagrams.loops import LOOPS, Loop
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text, write_atomic
from smecluster.model.vensim.document import SHIPPED, Document, Variable, find_rate, read_document
from smecluster.model.vensim.source import fold_name, list_names, parse

OVERVIEW = "00 Overview"
SHOWN = 20  # faults that are printed one by one
OVERVIEW_ROOM = 3.4  # the names of the loops stand between the variables
OVERVIEW_NOTE = (
    "The main feedback loops: R reinforcing, B balancing. An arrow may stand for a chain of "
    "influences, which the views of the sectors show. There stocks are boxes, flows pipes, "
    "constants small and blue, tables small and brown; grey names in angle brackets are "
    "repeated from elsewhere."
)
TITLE_LENGTH = 30  # Vensim cuts longer names of views
FOREIGN_TARGETS = 3  # arrows that leave one grey name before it is repeated
REPEATS = 2  # times that arrows are looked at for repeating a name
STRAINED = 900  # length and crossings, pixels, above which an arrow's start is repeated
STRAINED_ALONE = 1700  # the same where it is the only arrow of its start
PITCH = 36  # between one flow's name and the pipe below it
GAP = 80  # of pipe on both sides of a name between stocks
OWN_TARGETS = 5  # arrows that leave a name before it is repeated in grey

_OPENING = "\\\\\\---/// Sketch information - do not modify anything except names"
_VERSION = "V300  Do not put anything below this section - it will be ignored"
_CLOSING = "///---\\\\\\"
_STYLE = "$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|96-96-160|-1--1--1|-1--1--1|96,96,5,0"
_SETTINGS = ":L\x7f<%^E!@\n1:Current.vdf\n4:Time\n15:0,0,0,0,0,0\n19:100,0\n27:0,\n34:0,\n"

# Fields of a variable's line after its size: shape, what it may do, font.
_FONTS = {
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


def draw_views(text: str, loops: Sequence[Loop] = LOOPS) -> str:
    """Regenerate the diagrams of a model.

    Parameters
    ----------
    text : str
        The Vensim file.
    loops : sequence of Loop
        The feedback loops of the overview; those that name a variable which the model does
        not have are left out.

    Returns
    -------
    str
        The same file with new views; equations and settings are kept to the letter.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    source = parse(text)
    document = read_document(text)
    equations = source.text[: len(source.text) - len(source.sketch)]
    _, _, settings = source.sketch.partition(_CLOSING)
    home = homes(document)
    sheets = [_overview(document, loops)]
    sectors = [sector for sector in document.sectors if sector in set(home.values())]
    for number, sector in enumerate(sectors, start=1):
        title = _title(f"{number:02d} {sector}")
        sheets.append(_sector_sheet(document, home, sector, title))
    lines = [line for sheet in sheets if sheet.marks for line in sheet.lines()]
    return (
        equations.rstrip("\n")
        + "\n\n"
        + "\n".join([*lines, _CLOSING])
        + (settings if settings.strip() else "\n" + _SETTINGS)
    )


def homes(document: Document) -> dict[str, str]:
    """Tell in which sector's view each variable stands; elsewhere its name is grey.

    Parameters
    ----------
    document : Document
        The model.

    Returns
    -------
    dict of str to str
        Sector by variable. Vensim's control variables stand nowhere.
    """
    return {
        name: variable.sector
        for name, variable in document.variables.items()
        if variable.kind != "control"
    }


def faults(text: str) -> list[str]:
    """List what is wrong with the views of a model.

    Parameters
    ----------
    text : str
        The Vensim file.

    Returns
    -------
    list of str
        One line for each variable that stands in no view or in several, and for each name in
        a view that the model does not have. Empty when all is well.
    """
    document = read_document(text)
    known = {fold_name(name): name for name in document.variables}
    standing: Counter[str] = Counter()
    shown: set[str] = set()
    for line in parse(text).sketch.splitlines():
        match = re.match(r'10,\d+,("(?:[^"\\]|\\.)*"|[^,]*),(?:-?\d+,){5}(\d+)', line)
        if match:
            folded = fold_name(match[1])
            shown.add(folded)
            if int(match[2]) % 2:
                standing[folded] += 1
    found = []
    for folded, name in known.items():
        if document.variables[name].kind == "control":
            continue
        if standing[folded] == 0:
            found.append(f"{name!r} stands in no view")
        elif standing[folded] > 1:
            found.append(f"{name!r} stands in {standing[folded]} views")
    strange = sorted(shown - known.keys() - {"time"})
    return found + [f"a view shows {name!r}, which the model does not have" for name in strange]


def main(arguments: Sequence[str] | None = None) -> int:
    """Regenerate or check the views of a file; the module's command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command-line arguments; those of the process by default.

    Returns
    -------
    int
        Exit status: 0, 1 if ``--check`` finds something, 2 if the file cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="python -m smecluster.model.diagrams.views",
        description="Draw the views of a Vensim model.",
    )
    parser.add_argument("path", nargs="?", type=Path, default=SHIPPED, help="the .mdl file")
    parser.add_argument(
        "--check", action="store_true", help="only tell whether every variable is in a view"
    )
    given = parser.parse_args(arguments)
    try:
        text = read_text(given.path)
        if given.check:
            found = faults(text)
            print("\n".join(found[:SHOWN]) or "every variable stands in one view")
            if len(found) > SHOWN:
                print(f"and {len(found) - SHOWN} more")
            return 1 if found else 0
        drawn = draw_views(text)
        # Drawing takes a minute: what an editor has saved meanwhile must not be lost.
        if read_text(given.path) != text:
            raise InputError(f"{given.path} was changed while it was drawn: run again")
        if drawn != text:
            write_atomic(given.path, drawn)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


# What stands in a view ----------------------------------------------------------------


@dataclass
class _Mark:
    """Something drawn: a name, a cloud, a valve, a pipe, or a note."""

    role: str
    name: str = ""
    upright: bool = False


@dataclass(frozen=True)
class _Pipe:
    """A flow's pipe between its valve and a stock or cloud; `into` at its head."""

    valve: int
    end: int
    into: bool
    corner: bool = False


@dataclass(frozen=True)
class _Arrow:
    start: int
    stop: int
    sign: str = ""
    initial: bool = False


@dataclass
class _Sheet:
    """A view: rectangles and what is drawn in them, index for index."""

    title: str
    caption: str = ""
    room: float = ROOMINESS
    margin: int = 0
    boxes: list[Box] = field(default_factory=list)
    marks: list[_Mark] = field(default_factory=list)
    pipes: list[_Pipe] = field(default_factory=list)
    arrows: list[_Arrow] = field(default_factory=list)
    notes: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    bodies: int = 0

    def body(self) -> int:
        self.bodies += 1
        return self.bodies - 1

    def add(self, mark: _Mark, box: Box) -> int:
        self.boxes.append(box)
        self.marks.append(mark)
        return len(self.boxes) - 1

    def name(self, role: str, name: str) -> int:
        """Add a name that stands by itself."""
        wide, high = _size(name, small=role in ("constant", "table"), grey=role == "grey")
        if role == "overview stock":
            wide, high = wide + 8, max(high + 4, 20)
        return self.add(
            _Mark(role, name), Box(self.body(), 0, 0, wide, high, label=_on_one_line(name))
        )

    def lines(self) -> Iterator[str]:
        """Write the view as Vensim reads it."""
        spots = self._settle()
        top = 110 if self.caption else 60
        spots = [(x + 60, y + top) for x, y in spots]
        where = [(spots[box.body][0] + box.x, spots[box.body][1] + box.y) for box in self.boxes]
        yield from (_OPENING, _VERSION, f"*{self.title}", _STYLE)
        number = itertools.count(1)
        ids: dict[int, int] = {}
        if self.caption:
            yield from _note(next(number), self.caption, (60, 24))
        for i, mark in enumerate(self.marks):
            x, y = where[i]
            if mark.role == "cloud":
                ids[i] = next(number)
                yield f"12,{ids[i]},48,{x},{y},10,8,0,3,0,0,-1,0,0,0"
            elif mark.role in _FONTS and "flow" not in mark.role:
                ids[i] = next(number)
                box = self.boxes[i]
                yield _variable(ids[i], mark, (x, y), (box.half_width, box.half_height))
        for i, mark in enumerate(self.marks):
            if mark.role == "valve":
                yield from self._flow(i, where, number, ids)
        yield from self._influences(spots, where, number, ids)
        for note, members in self.notes:
            wide, high = _size(note.partition(" ")[2], small=True)
            box = Box(-1, 0, 0, wide, high + 15)
            spot = self._free_spot(box, members, where, top - 20)
            where.append(spot)
            self.boxes.append(box)
            yield from _loop_label(number, note, spot, (wide, high))

    def _settle(self) -> list[Point]:
        """Place everything; what disturbs the drawing too much begins at a repeated name."""
        for _ in range(REPEATS):
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
        return place(roomy, [(a.start, a.stop) for a in self.arrows], draft, self.room)

    def _worst(self, spots: Sequence[Point], without: set[int]) -> int | None:
        """Find the arrow that most needs to begin at a repeated name, if any does."""
        left = [at for at in range(len(self.arrows)) if at not in without]
        fan = Counter(self.arrows[at].start for at in left)
        joined = [(self.arrows[at].start, self.arrows[at].stop) for at in left]
        found, most = None, 0
        for at, cost in zip(left, strain(self.boxes, spots, joined), strict=True):
            arrow = self.arrows[at]
            alone = fan[arrow.start] == 1
            if alone and self.marks[arrow.start].role in ("grey", "constant", "table"):
                continue
            excess = cost - (STRAINED_ALONE if alone else STRAINED)
            if excess > most and not arrow.sign:
                found, most = at, excess
        return found

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
        box = self.boxes[label]
        yield _variable(
            ids[label], self.marks[label], where[label], (box.half_width, box.half_height)
        )

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
            self.arrows, ends, route(self.boxes, spots, ends, bent), strict=True
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


def _sector_sheet(document: Document, home: dict[str, str], sector: str, title: str) -> _Sheet:
    sheet = _Sheet(title, caption=document.sectors.get(sector, ""))
    own = {name: document.variables[name] for name, at in home.items() if at == sector}
    standing = _stocks_and_flows(sheet, document, own)
    for name, variable in own.items():
        if name not in standing:
            role = variable.kind if variable.kind in ("constant", "table") else "name"
            standing[name] = sheet.name(role, name)
    targets: dict[str, list[tuple[str, bool]]] = {}
    for name, variable in own.items():
        for cause, initial in _causes(document, variable):
            if cause != name:
                targets.setdefault(cause, []).append((name, initial))
    for cause, reached in targets.items():
        if cause not in standing and _unit_only(document.variables[cause]):
            continue
        size = OWN_TARGETS if cause in standing else FOREIGN_TARGETS
        for at, chunk in enumerate(_chunks(reached, size)):
            start = standing.get(cause) if at == 0 else None
            if start is None:
                start = sheet.name("grey", cause)
            for name, initial in chunk:
                sheet.arrows.append(_Arrow(start, standing[name], initial=initial))
    return sheet


def _chunks(items: Sequence[tuple[str, bool]], size: int) -> Iterator[Sequence[tuple[str, bool]]]:
    """Split into nearly equal parts of at most about `size`."""
    parts = -(-len(items) // size)
    for part in range(parts):
        yield items[part * len(items) // parts : (part + 1) * len(items) // parts]


def _unit_only(variable: Variable) -> bool:
    """Tell whether a constant only converts units: its arrows would say nothing."""
    return variable.kind == "constant" and variable.name.startswith("one ")


def _causes(document: Document, variable: Variable) -> list[tuple[str, bool]]:
    """Causes to be drawn as arrows, and whether they only set an initial value."""
    if variable.kind != "stock":
        return [(cause, variable.kind == "initial") for cause in variable.causes]
    flows = _terms(document, variable)
    rate = {name for text in _rates(variable) for name in list_names(text)}
    return [
        (cause, fold_name(cause) not in rate) for cause in variable.causes if cause not in flows
    ]


def _stocks(document: Document) -> Iterable[Variable]:
    return (v for v in document.variables.values() if v.kind == "stock")


def _rates(stock: Variable) -> list[str]:
    rights = (line.partition(" = ")[2] for line in stock.equation.splitlines())
    return [rate for right in rights if (rate := find_rate(right)) is not None]


def _terms(document: Document, stock: Variable) -> dict[str, int]:
    """Give the flows of a stock, 1 for in and -1 for out: the plain terms of its net flow."""
    spelled = {fold_name(name): name for name in document.variables}
    found: dict[str, int] = {}
    for rate in _rates(stock):
        bare = re.sub(r"\[[^\]]*\]", "", rate)
        bare = re.sub(r"\bSUM\s*\(([^()]*)\)", r"\1", bare, flags=re.I)
        if "(" in bare:
            continue
        for sign, term in re.findall(r"([+-]?)([^+-]+)", bare):
            name = spelled.get(fold_name(term))
            if name is not None and document.variables[name].kind not in ("stock", "constant"):
                found[name] = -1 if sign == "-" else 1
    return found


# Stocks and flows ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Flow:
    name: str
    source: str | None
    target: str | None
    grey: bool


def _stocks_and_flows(
    sheet: _Sheet, document: Document, own: dict[str, Variable]
) -> dict[str, int]:
    """Draw each set of stocks that flows connect as one rigid body."""
    ends: dict[str, dict[int, str]] = {}
    for stock in _stocks(document):
        for name, sign in _terms(document, stock).items():
            ends.setdefault(name, {}).setdefault(sign, stock.name)
    flows = [
        _Flow(name, at.get(-1), at.get(1), grey=name not in own)
        for name, at in ends.items()
        if any(stock in own for stock in at.values())
    ]
    stocks = [name for name, variable in own.items() if variable.kind == "stock"]
    stocks += [
        name
        for flow in flows
        for name in (flow.source, flow.target)
        if name is not None and name not in own
    ]
    left = list(dict.fromkeys(stocks))
    standing: dict[str, int] = {}
    while left:
        chain = [left[0]]
        while True:
            near = [
                name
                for flow in flows
                for name in (flow.source, flow.target)
                if name in left
                and name not in chain
                and (flow.source in chain or flow.target in chain)
            ]
            if not near:
                break
            chain.append(near[0])
        left = [name for name in left if name not in chain]
        inside = [f for f in flows if f.source in chain or f.target in chain]
        _Chain(sheet, own, _ordered(chain, inside), inside).draw(standing)
    return standing


def _ordered(stocks: Sequence[str], flows: Sequence[_Flow]) -> list[str]:
    """Order stocks in a row: neighbours where flows join them, flows to the right."""

    def cost(order: Iterable[str]) -> int:
        place = {name: at for at, name in enumerate(order)}
        total = 0
        for flow in flows:
            if flow.source in place and flow.target in place:
                step = place[flow.target] - place[flow.source]
                total += 10 * (abs(step) - 1) + (step < 0)
        return total

    if len(stocks) > 7:
        return list(stocks)
    return list(min(itertools.permutations(stocks), key=cost))


class _Chain:
    """A row of stocks with the flows between them and across the model's boundary."""

    PER_SIDE = 3

    def __init__(
        self,
        sheet: _Sheet,
        own: dict[str, Variable],
        stocks: Sequence[str],
        flows: Sequence[_Flow],
    ) -> None:
        self.sheet, self.own, self.stocks = sheet, own, stocks
        self.body = sheet.body()
        self.sizes = {flow.name: _size(flow.name, grey=flow.grey) for flow in flows}
        self.pitch = PITCH + 2 * max((high for _, high in self.sizes.values()), default=11)
        place = {name: at for at, name in enumerate(stocks)}
        last = len(stocks) - 1
        self.between: dict[int, list[_Flow]] = {at: [] for at in range(last)}
        self.far: list[_Flow] = []
        self.left: list[_Flow] = []
        self.right: list[_Flow] = []
        self.above: dict[str, list[_Flow]] = {name: [] for name in stocks}
        self.below: dict[str, list[_Flow]] = {name: [] for name in stocks}
        for flow in flows:
            if flow.source in place and flow.target in place:
                first, second = sorted((place[flow.source], place[flow.target]))
                if second - first == 1:
                    self.between[first].append(flow)
                else:
                    self.far.append(flow)
                continue
            stock = flow.target if flow.target in place else flow.source
            assert stock is not None
            inflow = flow.target == stock
            at = place[stock]
            outer = self.left if at == 0 and (inflow or last > 0) else self.right
            if at in (0, last) and len(outer) < self.PER_SIDE:
                outer.append(flow)
            else:
                (self.above if inflow else self.below)[stock].append(flow)

    def draw(self, standing: dict[str, int]) -> None:
        """Add the row to the sheet; `standing` receives where each name stands."""
        boxes: dict[str, tuple[int, int, int]] = {}
        x = 0
        for at, name in enumerate(self.stocks):
            rows = max(
                len(self.between.get(at - 1, ())),
                len(self.between.get(at, ())),
                len(self.left) if at == 0 else 0,
                len(self.right) if at == len(self.stocks) - 1 else 0,
                1,
            )
            wide = max(40, _size(name)[0] + 8)
            spread = 26 * max(len(self.above[name]), len(self.below[name]), 1) // 2
            wide = max(wide, spread + 10)
            high = max(22, _size(name)[1] + 6) + (rows - 1) * self.pitch // 2
            if at > 0:
                gap = (
                    max(self.sizes[f.name][0] for f in self.between[at - 1])
                    if (self.between[at - 1])
                    else 20
                )
                x += boxes[self.stocks[at - 1]][1] + 2 * gap + GAP + wide
            boxes[name] = (x, wide, high)
            role = "stock" if name in self.own else "grey stock"
            index = self.sheet.add(
                _Mark(role, name), Box(self.body, x, 0, wide, high, label=_on_one_line(name))
            )
            standing.setdefault(name, index)
        for at, flows in self.between.items():
            start, stop = self.stocks[at], self.stocks[at + 1]
            edge = boxes[start][0] + boxes[start][1]
            other = boxes[stop][0] - boxes[stop][1]
            for flow, y in zip(flows, self._rows(len(flows)), strict=True):
                self._level(standing, flow, (edge + other) // 2, y, edge, other)
        self._side(standing, self.left, boxes[self.stocks[0]], -1)
        self._side(standing, self.right, boxes[self.stocks[-1]], 1)
        for name, flows in self.above.items():
            self._upright(standing, flows, boxes[name], -1)
        for name, flows in self.below.items():
            self._upright(standing, flows, boxes[name], 1)
        top = max(high for _, _, high in boxes.values())
        if any(self.above.values()):
            top += 120
        for row, flow in enumerate(self.far):
            ends = sorted(boxes[n][0] for n in (flow.source, flow.target) if n is not None)
            y = -top - 50 - row * self.pitch
            self._level(standing, flow, sum(ends) // 2, y, ends[0], ends[1], corner=True)

    def _rows(self, count: int) -> list[int]:
        return [(2 * k - count + 1) * self.pitch // 2 for k in range(count)]

    def _side(
        self,
        standing: dict[str, int],
        flows: Sequence[_Flow],
        stock: tuple[int, int, int],
        side: int,
    ) -> None:
        for flow, y in zip(flows, self._rows(len(flows)), strict=True):
            wide = self.sizes[flow.name][0]
            edge = stock[0] + side * stock[1]
            valve = edge + side * (wide + 26)
            outer = valve + side * (max(wide, 24) + 22)
            self._level(standing, flow, valve, y, min(edge, outer), max(edge, outer), outer=outer)

    def _level(
        self,
        standing: dict[str, int],
        flow: _Flow,
        x: int,
        y: int,
        first: int,
        second: int,
        outer: int | None = None,
        corner: bool = False,
    ) -> None:
        """Draw a flow along a row: pipe from `first` to `second`, name below the valve."""
        label = self._label(standing, flow, x, y + 10 + self.sizes[flow.name][1])
        valve = self.sheet.add(_Mark("valve"), Box(self.body, x, y, 6, 8, pipe=label))
        self.sheet.add(
            _Mark("pipe"),
            Box(self.body, (first + second) // 2, y, (second - first) // 2, 3, pipe=label),
        )
        cloud = None
        if outer is not None:
            cloud = self.sheet.add(_Mark("cloud"), Box(self.body, outer, y, 10, 8, pipe=label))
        self._join(standing, flow, valve, cloud, corner)

    def _upright(
        self,
        standing: dict[str, int],
        flows: Sequence[_Flow],
        stock: tuple[int, int, int],
        side: int,
    ) -> None:
        """Draw flows that come from above (`side` -1) or leave below, names beside valves.

        The pipe furthest to the right is the shortest, so no pipe runs through a name.
        """
        for k, flow in enumerate(flows):
            wide = self.sizes[flow.name][0]
            x = stock[0] + (2 * k - len(flows) + 1) * 13
            edge = side * stock[2]
            y = edge + side * (40 + (len(flows) - 1 - k) * (self.pitch - 10))
            end = y + side * 34
            label = self._label(standing, flow, x + 12 + wide, y)
            valve = self.sheet.add(
                _Mark("valve", upright=True), Box(self.body, x, y, 8, 6, pipe=label)
            )
            middle, half = (edge + end) // 2, abs(end - edge) // 2
            self.sheet.add(_Mark("pipe"), Box(self.body, x, middle, 3, half, pipe=label))
            cloud = self.sheet.add(_Mark("cloud"), Box(self.body, x, end, 10, 8, pipe=label))
            self._join(standing, flow, valve, cloud, corner=False)

    def _label(self, standing: dict[str, int], flow: _Flow, x: int, y: int) -> int:
        role = "grey flow" if flow.grey else "flow"
        wide, high = self.sizes[flow.name]
        label = self.sheet.add(
            _Mark(role, flow.name),
            Box(self.body, x, y, wide, high, label=_on_one_line(flow.name)),
        )
        standing[flow.name] = label
        return label

    def _join(
        self,
        standing: dict[str, int],
        flow: _Flow,
        valve: int,
        cloud: int | None,
        corner: bool,
    ) -> None:
        for name, into in ((flow.target, True), (flow.source, False)):
            end = standing[name] if name is not None and name in self.stocks else cloud
            if end is not None:
                self.sheet.pipes.append(_Pipe(valve, end, into, corner))


# The overview -------------------------------------------------------------------------


def _overview(document: Document, loops: Sequence[Loop]) -> _Sheet:
    sheet = _Sheet(OVERVIEW, caption=OVERVIEW_NOTE, room=OVERVIEW_ROOM, margin=14)
    known = {fold_name(name): variable for name, variable in document.variables.items()}
    present = [loop for loop in loops if all(fold_name(name) in known for name, _ in loop.path)]
    standing: dict[str, int] = {}
    for loop in present:
        for name, _ in loop.path:
            variable = known[fold_name(name)]
            if variable.name not in standing:
                role = "overview stock" if variable.kind == "stock" else "overview"
                standing[variable.name] = sheet.name(role, variable.name)
    drawn: dict[tuple[int, int], str] = {}
    for loop in present:
        members = [standing[known[fold_name(name)].name] for name, _ in loop.path]
        for at, (_, sign) in enumerate(loop.path):
            drawn.setdefault((members[at], members[(at + 1) % len(members)]), sign)
        sheet.notes.append((loop.label, tuple(members)))
    sheet.arrows = [_Arrow(a, b, sign) for (a, b), sign in drawn.items()]
    return sheet


# Vensim's lines -----------------------------------------------------------------------


def _variable(number: int, mark: _Mark, at: Point, half: Point) -> str:
    name = mark.name if re.fullmatch(r"[\w \-']+", mark.name) else f'"{mark.name}"'
    return f"10,{number},{name},{at[0]},{at[1]},{half[0]},{half[1]},{_FONTS[mark.role]}"


def _note(number: int, text: str, corner: Point) -> Iterator[str]:
    """Write a note whose upper left corner is given."""
    wide = min(_width(text, small=True) // 2 + 10, 420)
    high = 9 * (1 + _width(text, small=True) // (2 * wide)) + 2
    yield (
        f"12,{number},0,{corner[0] + wide},{corner[1] + high},{wide},{high},8,4,0,8,-1,0,0,0,"
        "0-0-0,0-0-0,|10||0-0-0"
    )
    yield text


def _loop_label(number: Iterator[int], label: str, at: Point, half: Point) -> Iterator[str]:
    """Write a loop's sign inside a turning arrow, and its name below."""
    sign, _, name = label.partition(" ")
    font = f"0-0-0,0-0-0,|10||{'0-112-0' if sign.startswith('R') else '160-0-0'}"
    x, y = at
    wide, high = half
    yield f"12,{next(number)},0,{x},{y - high},15,15,4,4,0,10,-1,0,0,0,{font}"
    yield sign
    yield f"12,{next(number)},0,{x},{y + 15},{wide},{high},8,4,0,10,-1,0,0,0,{font}"
    yield name


def _title(text: str) -> str:
    """Cut a view's name at a word so that Vensim keeps it whole."""
    while len(text) > TITLE_LENGTH:
        text = text.rpartition(" ")[0].removesuffix(" and").removesuffix(" of")
    return text


# Sizes of names in Times New Roman, in sixteenths of the height of the letters.
_NARROW, _WIDE = frozenset("fijlrt .,;:'()-I"), frozenset("mwMWABCDGHKNOQRUVXY")


def _width(text: str, small: bool = False) -> int:
    units = sum(5 if c in _NARROW else 12 if c in _WIDE else 8 for c in text)
    return units * 13 // 16 if small else units


def _size(name: str, small: bool = False, grey: bool = False) -> Point:
    """Half width and half height of a name as Vensim wraps it, pixels."""
    shown = f"<{name}>" if grey else name
    lines = [""]
    for word in shown.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, small) > 116:
            lines.append(word)
        else:
            lines[-1] = longer
    widest = max(_width(line, small) for line in lines)
    return widest // 2 + 4, max(11, (8 if small else 9) * len(lines) + 1)


def _on_one_line(name: str) -> int:
    """Half width of a name where a program does not wrap it, pixels."""
    return 3 * len(name)


if __name__ == "__main__":
    sys.exit(main())
