"""Rows of stocks with the flows between them: each row is one rigid body of a view."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smecluster.model.diagrams.layout import Box
from smecluster.model.diagrams.sheet import Mark, Pipe, Sheet
from smecluster.model.diagrams.sketch import measure_line, measure_name
from smecluster.model.engine.read.document import Document, Variable, find_rate
from smecluster.model.engine.read.names import fold_name

_PITCH = 36  # between one flow's name and the pipe below it
_GAP = 80  # of pipe on both sides of a name between stocks


@dataclass(frozen=True)
class _Flow:
    name: str
    source: str | None
    target: str | None
    grey: bool


def draw_chains(sheet: Sheet, document: Document, own: dict[str, Variable]) -> dict[str, int]:
    """Draw every set of stocks that flows connect as one rigid body.

    Parameters
    ----------
    sheet : Sheet
        The view, to which the drawings are added.
    document : Document
        The model.
    own : dict of str to Variable
        The variables of the view's sector.

    Returns
    -------
    dict of str to int
        The place of each stock and flow among the sheet's marks.
    """
    ends: dict[str, dict[int, str]] = {}
    for stock in _stocks(document):
        for name, sign in read_flows(document, stock).items():
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
        Chain(sheet, own, _order_stocks(chain, inside), inside).draw(standing)
    return standing


def _stocks(document: Document) -> Iterable[Variable]:
    return (v for v in document.variables.values() if v.kind == "stock")


def list_rates(stock: Variable) -> list[str]:
    """List the net flows of a stock, one for each of its equations.

    Parameters
    ----------
    stock : Variable
        The stock.

    Returns
    -------
    list of str
        Expressions as the file writes them.
    """
    rights = (line.partition(" = ")[2] for line in stock.equation.splitlines())
    return [rate for right in rights if (rate := find_rate(right)) is not None]


def read_flows(document: Document, stock: Variable) -> dict[str, int]:
    """Read the flows of a stock: the plain terms of its net flow.

    Parameters
    ----------
    document : Document
        The model.
    stock : Variable
        The stock.

    Returns
    -------
    dict of str to int
        By flow 1 where it fills the stock, -1 where it drains it.
    """
    spelled = {fold_name(name): name for name in document.variables}
    found: dict[str, int] = {}
    for rate in list_rates(stock):
        bare = re.sub(r"\[[^\]]*\]", "", rate)
        bare = re.sub(r"\bSUM\s*\(([^()]*)\)", r"\1", bare, flags=re.I)
        if "(" in bare:
            continue
        for sign, term in re.findall(r"([+-]?)([^+-]+)", bare):
            name = spelled.get(fold_name(term))
            if name is not None and document.variables[name].kind not in ("stock", "constant"):
                found[name] = -1 if sign == "-" else 1
    return found


def _order_stocks(stocks: Sequence[str], flows: Sequence[_Flow]) -> list[str]:
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


class Chain:
    """A row of stocks with the flows between them and across the model's boundary."""

    PER_SIDE = 3

    def __init__(
        self,
        sheet: Sheet,
        own: dict[str, Variable],
        stocks: Sequence[str],
        flows: Sequence[_Flow],
    ) -> None:
        self.sheet, self.own, self.stocks = sheet, own, stocks
        self.body = sheet.body()
        self.sizes = {flow.name: measure_name(flow.name, grey=flow.grey) for flow in flows}
        self.pitch = _PITCH + 2 * max((high for _, high in self.sizes.values()), default=11)
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
        """Add the row to the sheet; `standing` receives the place of each name."""
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
            wide = max(40, measure_name(name)[0] + 8)
            spread = 26 * max(len(self.above[name]), len(self.below[name]), 1) // 2
            wide = max(wide, spread + 10)
            high = max(22, measure_name(name)[1] + 6) + (rows - 1) * self.pitch // 2
            if at > 0:
                gap = (
                    max(self.sizes[f.name][0] for f in self.between[at - 1])
                    if (self.between[at - 1])
                    else 20
                )
                x += boxes[self.stocks[at - 1]][1] + 2 * gap + _GAP + wide
            boxes[name] = (x, wide, high)
            role = "stock" if name in self.own else "grey stock"
            index = self.sheet.add(
                Mark(role, name), Box(self.body, x, 0, wide, high, label=measure_line(name))
            )
            standing.setdefault(name, index)
        for at, flows in self.between.items():
            start, stop = self.stocks[at], self.stocks[at + 1]
            edge = boxes[start][0] + boxes[start][1]
            other = boxes[stop][0] - boxes[stop][1]
            for flow, y in zip(flows, self._place_rows(len(flows)), strict=True):
                self._draw_level(standing, flow, (edge + other) // 2, y, edge, other)
        self._draw_side(standing, self.left, boxes[self.stocks[0]], -1)
        self._draw_side(standing, self.right, boxes[self.stocks[-1]], 1)
        for name, flows in self.above.items():
            self._draw_upright(standing, flows, boxes[name], -1)
        for name, flows in self.below.items():
            self._draw_upright(standing, flows, boxes[name], 1)
        top = max(high for _, _, high in boxes.values())
        if any(self.above.values()):
            top += 120
        for row, flow in enumerate(self.far):
            ends = sorted(boxes[n][0] for n in (flow.source, flow.target) if n is not None)
            y = -top - 50 - row * self.pitch
            self._draw_level(standing, flow, sum(ends) // 2, y, ends[0], ends[1], corner=True)

    def _place_rows(self, count: int) -> list[int]:
        return [(2 * k - count + 1) * self.pitch // 2 for k in range(count)]

    def _draw_side(
        self,
        standing: dict[str, int],
        flows: Sequence[_Flow],
        stock: tuple[int, int, int],
        side: int,
    ) -> None:
        for flow, y in zip(flows, self._place_rows(len(flows)), strict=True):
            wide = self.sizes[flow.name][0]
            edge = stock[0] + side * stock[1]
            valve = edge + side * (wide + 26)
            outer = valve + side * (max(wide, 24) + 22)
            self._draw_level(
                standing, flow, valve, y, min(edge, outer), max(edge, outer), outer=outer
            )

    def _draw_level(
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
        label = self._add_label(standing, flow, x, y + 10 + self.sizes[flow.name][1])
        valve = self.sheet.add(Mark("valve"), Box(self.body, x, y, 6, 8, pipe=label))
        self.sheet.add(
            Mark("pipe"),
            Box(self.body, (first + second) // 2, y, (second - first) // 2, 3, pipe=label),
        )
        cloud = None
        if outer is not None:
            cloud = self.sheet.add(Mark("cloud"), Box(self.body, outer, y, 10, 8, pipe=label))
        self._add_pipes(standing, flow, valve, cloud, corner)

    def _draw_upright(
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
            label = self._add_label(standing, flow, x + 12 + wide, y)
            valve = self.sheet.add(
                Mark("valve", upright=True), Box(self.body, x, y, 8, 6, pipe=label)
            )
            middle, half = (edge + end) // 2, abs(end - edge) // 2
            self.sheet.add(Mark("pipe"), Box(self.body, x, middle, 3, half, pipe=label))
            cloud = self.sheet.add(Mark("cloud"), Box(self.body, x, end, 10, 8, pipe=label))
            self._add_pipes(standing, flow, valve, cloud, corner=False)

    def _add_label(self, standing: dict[str, int], flow: _Flow, x: int, y: int) -> int:
        role = "grey flow" if flow.grey else "flow"
        wide, high = self.sizes[flow.name]
        label = self.sheet.add(
            Mark(role, flow.name),
            Box(self.body, x, y, wide, high, label=measure_line(flow.name)),
        )
        standing[flow.name] = label
        return label

    def _add_pipes(
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
                self.sheet.pipes.append(Pipe(valve, end, into, corner))
