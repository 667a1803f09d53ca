"""The diagrams in a Vensim file: `python -m tests.views` gives what is new a place in them.

What stands in a view stays where it is, so a view that somebody arranged keeps its shape. A
variable that the model has no longer goes with its arrows; a new one is written into a free spot
near its causes and effects in the view of its sector, with straight arrows.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smecluster.model.engine.read.document import Document, Variable, read_document
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse
from smecluster.model.file.model import SHIPPED

OPENING = "\\\\\\---/// Sketch information - do not modify anything except names"
CLOSING = "///---\\\\\\"
#: Vensim cuts longer names of views.
TITLE_LENGTH = 30

# A variable's line: its number, name, middle, half its width and height, shape, what it may do.
NAME = re.compile(r'10,(\d+),("(?:[^"\\]|\\.)*"|[^,]*),(-?\d+),(-?\d+),(\d+),(\d+),\d+,(\d+)')
_ARROW = re.compile(r"1,\d+,(\d+),(\d+),")
_PLACED = re.compile(r"1[0-2],(\d+),[^,]*,(-?\d+),(-?\d+),(\d+),(\d+),")
# How a variable looks: shape, what it may do, font. Boxes are stocks, constants small and blue,
# tables small and brown, what stands in another view grey.
_LOOKS = {
    "stock": "3,3,0,0,0,0,0,0",
    "constant": "8,3,0,10,-1,0,0,0,0-0-0,0-0-0,|10||0-80-160",
    "table": "8,3,0,10,-1,0,0,0,0-0-0,0-0-0,|10||144-64-0",
    "grey": "8,2,0,3,-1,0,0,0,128-128-128,0-0-0,|12||128-128-128",
}
_PLAIN = "8,3,0,0,0,0,0,0"
_LETTERS, _LETTER, _LINE = 16, 4, 9  # of a line; half of each in pixels
_STEP = 12  # between the spots that are tried, pixels


@dataclass
class View:
    """A view: its title and its lines as Vensim reads them."""

    title: str
    lines: list[str]

    def names(self) -> dict[int, tuple[str, bool]]:
        """Give the variables by their numbers, folded, and whether each stands here."""
        found = (NAME.match(line) for line in self.lines)
        return {int(m[1]): (fold_name(m[2]), int(m[7]) % 2 == 1) for m in found if m}

    def remove(self, known: set[str]) -> None:
        """Remove what the model does not have, with its valve, pipes and arrows."""
        gone = {str(number) for number, (name, _) in self.names().items() if name not in known}
        for number in list(gone):
            at = next(i for i, line in enumerate(self.lines) if line.startswith(f"10,{number},"))
            if self.lines[at - 1].startswith("11,"):
                gone.add(self.lines[at - 1].split(",")[1])
        self.lines = [line for line in self.lines if not self._stands_on(line, gone)]

    @staticmethod
    def _stands_on(line: str, numbers: set[str]) -> bool:
        arrow = _ARROW.match(line)
        ends = {arrow[1], arrow[2]} if arrow else set()
        placed = re.match(r"1[01],(\d+),", line)
        return bool(ends & numbers) or (placed is not None and placed[1] in numbers)

    def add(self, variable: Variable, own: set[str]) -> None:
        """Add a variable, arrows from its causes and arrows to its effects in this view."""
        standing = {name: number for number, (name, _) in self.names().items()}
        causes = [fold_name(cause) for cause in variable.causes]
        near = [standing[n] for n in (*causes, *map(fold_name, variable.effects)) if n in standing]
        number = self._write(variable.name, _LOOKS.get(variable.kind, _PLAIN), near)
        for cause, folded in zip(variable.causes, causes, strict=True):
            # A new variable of this view that is still to come draws the arrow itself.
            if folded not in standing and folded not in own:
                standing[folded] = self._write(cause, _LOOKS["grey"], [number])
            if folded in standing:
                self._join(standing[folded], number)
        for effect in variable.effects:
            if fold_name(effect) in standing:
                self._join(number, standing[fold_name(effect)])

    def _write(self, name: str, looks: str, near: list[int]) -> int:
        """Write a name into the free spot that is nearest to some others."""
        wide, high = measure(name)
        found = (_PLACED.match(line) for line in self.lines)
        boxes = {int(m[1]): tuple(map(int, m.groups()[1:])) for m in found if m}
        around = [boxes[at] for at in near] or list(boxes.values()) or [(300, 300, 0, 0)]
        middle = [sum(box[axis] for box in around) // len(around) for axis in (0, 1)]
        lowest = max((box[1] + box[3] for box in boxes.values()), default=0)
        spots = itertools.product(
            range(60 + wide, max((box[0] for box in boxes.values()), default=900) + 60, _STEP),
            range(110 + high, lowest + 120, _STEP),
        )
        free = (
            (x, y)
            for x, y in spots
            if all(
                abs(x - a) > wide + w + 8 or abs(y - b) > high + h + 8
                for a, b, w, h in boxes.values()
            )
        )
        x, y = min(
            free,
            key=lambda at: abs(at[0] - middle[0]) + abs(at[1] - middle[1]),
            default=(60 + wide, lowest + 60),
        )
        number = self._next()
        quoted = name if re.fullmatch(r"[\w \-']+", name) else f'"{name}"'
        self.lines.append(f"10,{number},{quoted},{x},{y},{wide},{high},{looks}")
        return number

    def _join(self, start: int, stop: int) -> None:
        self.lines.append(f"1,{self._next()},{start},{stop},0,0,0,0,0,64,0,-1--1--1,,1|(0,0)|")

    def _next(self) -> int:
        found = (re.match(r"1[0-2]?,(\d+),", line) for line in self.lines)
        return max((int(m[1]) for m in found if m), default=0) + 1


def measure(name: str) -> tuple[int, int]:
    """Measure half the width and half the height of a name as Vensim wraps it, pixels."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > _LETTERS:
            lines.append(word)
        else:
            lines[-1] = longer
    return _LETTER * max(map(len, lines)) + 6, max(11, _LINE * len(lines) + 1)


def shorten_title(text: str) -> str:
    """Shorten a view's name to whole words that fit Vensim's limit."""
    while len(text) > TITLE_LENGTH:
        text = text.rpartition(" ")[0].removesuffix(" and").removesuffix(" of")
    return text


def read_views(text: str) -> list[View]:
    """Read the views of a Vensim file."""
    views = []
    for part in text.partition(CLOSING)[0].split(OPENING)[1:]:
        lines = part.strip().splitlines()
        views.append(View(next(line[1:] for line in lines if line.startswith("*")), lines))
    return views


def place(text: str) -> str:
    """Give every variable its place; equations, settings and what stands already are kept."""
    document = read_document(text)
    known = {fold_name(name) for name in document.variables}
    views = read_views(text)
    for view in views:
        view.remove(known | {"time"})
    standing = {name for view in views for name, here in view.names().values() if here}
    for view in views:
        new = [v for v in list_own(document, view) if fold_name(v.name) not in standing]
        own = {fold_name(variable.name) for variable in new}
        for variable in new:
            view.add(variable, own)
    before, after = text.partition(OPENING)[0], text.partition(CLOSING)[2]
    drawn = "".join(f"{OPENING}\n" + "\n".join(view.lines) + "\n" for view in views)
    return before + drawn + CLOSING + after


def list_own(document: Document, view: View) -> Iterator[Variable]:
    """List the variables of the sector that a view shows."""
    number = view.title.partition(" ")[0]
    for variable in document.variables.values():
        titled = shorten_title(f"{number} {variable.sector}") == view.title
        if variable.kind != "control" and titled:
            yield variable


def find_faults(text: str) -> list[str]:
    """List each variable that is in no view or in several, and each name that the model lacks."""
    document = read_document(text)
    known = {fold_name(name): name for name in document.variables}
    names = [one for view in read_views(parse(text).sketch) for one in view.names().values()]
    standing = Counter(name for name, here in names if here)
    faults = []
    for folded, name in known.items():
        if document.variables[name].kind != "control" and standing[folded] != 1:
            faults.append(f"{name!r} is in {standing[folded] or 'no'} view")
    strange = sorted({name for name, _ in names} - known.keys() - {"time"})
    return faults + [f"a view shows {name!r}, which the model does not have" for name in strange]


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    file.write_text(place(file.read_text(encoding="utf-8")), encoding="utf-8")
