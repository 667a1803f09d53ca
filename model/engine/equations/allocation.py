"""A scarce supply shared out among requests: ``ALLOCATE BY PRIORITY`` and ``ALLOCATE AVAILABLE``.

The definitions are those of Vensim's reference manual and of its published results
(``allocate_by_priority`` and ``allocate_available`` of SDXorg/test-models; those, ``allocate`` and
``allocate_ptype`` of SDEverywhere). Each request is spread over a curve of priorities; supply goes
to the highest ones first, down to the priority at which it is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.matrices import MatrixBuilder
from smecluster.model.engine.graph.curves import FIXED, TYPES, Profile, build_bounds, build_share
from smecluster.model.engine.graph.functions import at_most, choose, less
from smecluster.model.engine.graph.graph import Graph
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import File

BY_PRIORITY = "allocate by priority"
AVAILABLE = "allocate available"
# So many halvings leave a span of priorities over which the curves are straight lines but for
# the last digits.
_HALVINGS = 30
# What describes a curve: its type, its centre, its width, and what no type that is computed uses.
_PARTS = 4
# Beyond any priority that a model holds.
_FAR = 1e300


class AllocationBuilder(MatrixBuilder):
    """Builds what each of several requests is allocated.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.allocated: dict[tuple[int, ...], list[int]] = {}

    def build_by_priority(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build ``ALLOCATE BY PRIORITY(request, priority, size, width, supply)`` of one element.

        Its last subscript says which, as in Vensim's reference manual.
        """
        name = BY_PRIORITY
        where.check_count(name.upper(), tree.arguments, 5)
        graph = self.graph
        own, requests = self.list_vector(where, env, name, tree.arguments[0])
        place, priorities = self.list_vector(where, env, name, tree.arguments[1])
        if place != own or len(requests) != len(priorities):
            raise where.refuse(
                f"gives {name.upper()} requests and priorities of different ranges: give it one"
            )
        size, width, supply = (self.number(where, env, part) for part in tree.arguments[2:])
        whole = (
            graph.add("eq", size, graph.const(len(requests))),
            f"{name.upper()} among {len(requests)} requests that says another size",
            f"give it {len(requests)}",
        )
        conditions = [whole, *self._check_amounts(name, requests, supply, [width])]
        kept = [self.demand(where, *condition) for condition in conditions]
        known = (*requests, *priorities, width, supply)
        if known not in self.allocated:
            self.count_terms(where, name, 2 * len(requests) ** 2)
            self.allocated[known] = _share_out(graph, requests, priorities, width, supply)
        return reduce(lambda a, b: graph.add("mul", a, b), kept, self.allocated[known][own])

    def _check_amounts(
        self, name: str, requests: Sequence[int], supply: int, widths: Sequence[int]
    ) -> list[tuple[int, str, str]]:
        """List what must hold of requests, supply and widths, the reason and the advice."""
        graph = self.graph
        zero = graph.const(0)

        def all_of(nodes: Sequence[int]) -> int:
            return reduce(lambda a, b: graph.add("and", a, b), nodes)

        return [
            (
                all_of([less(graph, zero, width) for width in widths]),
                f"{name.upper()} whose width is not positive",
                "give it a positive one",
            ),
            (
                all_of([at_most(graph, zero, amount) for amount in (*requests, supply)]),
                f"{name.upper()} of a supply or requests below 0",
                "keep them at 0 or above, for instance with MAX",
            ),
        ]

    def build_available(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build ``ALLOCATE AVAILABLE(request, profile, available)`` of one element.

        Requests of a fixed quantity share the supply in proportion, as Vensim's published results
        show; what becomes of them beside other curves these do not show. Constant elasticity (type
        5) and shares in whole numbers (10 added to the type) are not computed.
        """
        name = AVAILABLE
        where.check_count(name.upper(), tree.arguments, 3)
        graph = self.graph
        own, requests = self.list_vector(where, env, name, tree.arguments[0])
        place, profiles = self._list_profiles(where, env, name, tree.arguments[1])
        if place != own or len(requests) != len(profiles):
            raise where.refuse(
                f"gives {name.upper()} requests and profiles of different ranges: give it one"
            )
        supply = self.number(where, env, tree.arguments[2])
        conditions = self._check_amounts(name, requests, supply, [one.width for one in profiles])
        conditions += self._check_kinds(name, profiles)
        kept = [self.demand(where, *condition) for condition in conditions]
        curves = [(one.kind, one.centre, one.width) for one in profiles]
        known = (*requests, *(node for curve in curves for node in curve), supply)
        if known not in self.allocated:
            self.count_terms(where, name, _HALVINGS * len(requests))
            self.allocated[known] = _ration(graph, requests, profiles, supply)
        return reduce(lambda a, b: graph.add("mul", a, b), kept, self.allocated[known][own])

    def _check_kinds(self, name: str, profiles: Sequence[Profile]) -> list[tuple[int, str, str]]:
        """List what must hold of the types of curves, the reason and the advice."""
        graph = self.graph
        conditions = []
        fixed = [graph.add("eq", one.kind, graph.const(FIXED)) for one in profiles]
        for one in profiles:
            if one.known is None:
                same = [graph.add("eq", one.kind, graph.const(kind)) for kind in TYPES]
                right = reduce(lambda a, b: graph.add("or", a, b), same)
            else:
                right = graph.add("eq", one.kind, graph.const(one.known))
            kinds = f"{TYPES[0]} to {TYPES[-1]}" if one.known is None else f"{one.known}"
            conditions.append(
                (right, f"{name.upper()} with a curve of a type other than {kinds}", "keep to it")
            )
        alike = reduce(
            lambda a, b: graph.add("and", a, b),
            [graph.add("eq", graph.number(fixed[0]), graph.number(one)) for one in fixed],
        )
        reason = f"{name.upper()} with fixed quantities beside curves"
        return [*conditions, (alike, reason, "give all requests a curve, or none")]

    def _list_profiles(
        self, where: Site, env: Env, name: str, tree: Any
    ) -> tuple[int, list[Profile]]:
        """Build the curves along the last subscript but one, and find the place of one's own.

        The last subscript names the element of the type; the others follow it in its range.
        """
        if not isinstance(tree, syntax.Reference) or tree.subscripts is None:
            raise where.refuse(f"gives {name.upper()} something other than priority profiles")
        subscripts = tree.subscripts.subscripts
        keys = [fold_name(one) for one in subscripts]
        if len(keys) < 2 or keys[-2] not in self.subscripts.spelled:
            raise where.refuse(f"gives {name.upper()} one profile: give it a range of them")
        listed = self.subscripts.ranges[self.subscripts.spelled[keys[-2]]]
        own = self.subscripts.resolve_element(where, env, subscripts[-2])
        variable = self.find_variable(where, tree.reference)
        last = self.subscripts.ranges[self.variables[variable].dims[-1]]
        first = self.subscripts.elements.get(keys[-1])
        parts = last[last.index(first) :][:_PARTS] if first in last else ()
        if len(parts) < _PARTS:
            raise where.refuse(
                f"gives {name.upper()} a profile that lacks one of type, priority, width and extra"
            )
        outer = tuple(pair for pair in env if pair[0] != keys[-2])
        profiles = []
        for element in listed:
            inside = (*outer, (keys[-2], element))
            cells = [
                self.resolve_cell(where, inside, variable, (*subscripts[:-1], part))
                for part in parts[:3]
            ]
            kind, centre, width = (
                self.graph.number(self.value(variable, cell, where.first)) for cell in cells
            )
            profiles.append(Profile(kind, self._find_kind(where, name, kind), centre, width))
        return listed.index(own), profiles

    def _find_kind(self, where: Site, name: str, kind: int) -> int | None:
        """Find the type of a curve that is a number in the file, so that only it is built."""
        op, *rest = self.graph.nodes[kind]
        if op not in ("const", "param"):
            return None
        value = rest[0] if op == "const" else self.parameters[rest[0]].value
        if value not in TYPES:
            raise where.refuse(
                f"gives {name.upper()} a curve of type {value:g}; {TYPES[0]} to {TYPES[-1]} are "
                "computed"
            )
        return int(value)


def _ration(
    graph: Graph, requests: Sequence[int], profiles: Sequence[Profile], supply: int
) -> list[int]:
    """Build what each request gets of a supply that may be scarce.

    The priority at which the supply is used up lies between two that are brought together by
    halves. What each request gets there is joined by a line: the shares add up to the supply.
    """
    add, const = graph.add, graph.const

    def join(nodes: Sequence[int]) -> int:
        return reduce(lambda a, b: add("add", a, b), nodes)

    def ask(level: int) -> list[int]:
        return [
            add("mul", request, build_share(graph, profile, level))
            for request, profile in zip(requests, profiles, strict=True)
        ]

    wanted = join(requests)
    enough = at_most(graph, wanted, supply)
    part = add("div", supply, choose(graph, enough, const(1), wanted))
    even = [add("mul", request, part) for request in requests]
    if all(profile.known == FIXED for profile in profiles):
        shares = even
    else:
        low, high = build_bounds(graph, profiles)
        for _ in range(_HALVINGS):
            level = add("mul", const(0.5), add("add", low, high))
            left = at_most(graph, supply, join(ask(level)))
            low, high = choose(graph, left, level, low), choose(graph, left, high, level)
        shares = _divide(graph, ask(high), ask(low), supply)
        if profiles[0].known is None:
            fixed = add("eq", profiles[0].kind, const(FIXED))
            shares = [choose(graph, fixed, *pair) for pair in zip(even, shares, strict=True)]
    return [choose(graph, enough, *pair) for pair in zip(requests, shares, strict=True)]


def _divide(graph: Graph, least: Sequence[int], most: Sequence[int], supply: int) -> list[int]:
    """Build what lies between two lists of amounts and adds up to a supply."""
    add = graph.add
    below, above = (reduce(lambda a, b: add("add", a, b), nodes) for nodes in (least, most))
    gap = add("sub", above, below)
    flat = at_most(graph, gap, graph.const(0))
    part = add("div", add("sub", supply, below), choose(graph, flat, graph.const(1), gap))
    part = add("min", add("max", part, graph.const(0)), graph.const(1))
    return [
        add("add", one, add("mul", part, add("sub", other, one)))
        for one, other in zip(least, most, strict=True)
    ]


def _share_out(
    graph: Graph, requests: Sequence[int], priorities: Sequence[int], width: int, supply: int
) -> list[int]:
    """Build what each request gets.

    What is asked for above a priority is a straight line between the priorities at which a request
    begins or ends. So the two of these between which the supply is used up are found, and what each
    request gets there is joined by a line as well: the shares add up to the supply.
    """
    add = graph.add
    zero, one = graph.const(0), graph.const(1)

    def ask(level: int) -> list[int]:
        """Build what each request asks for above a priority."""
        shares = [add("div", add("sub", priority, level), width) for priority in priorities]
        return [
            add("mul", request, add("min", add("max", share, zero), one))
            for request, share in zip(requests, shares, strict=True)
        ]

    levels = [level for begin in priorities for level in (begin, add("sub", begin, width))]
    totals = [reduce(lambda a, b: add("add", a, b), ask(level)) for level in levels]
    left = add("min", supply, reduce(lambda a, b: add("max", a, b), totals))
    enough = [at_most(graph, left, total) for total in totals]
    scarce = [at_most(graph, total, left) for total in totals]

    def pick(op: str, chosen: Sequence[int], nodes: Sequence[int]) -> int:
        return _pick_extreme(graph, op, chosen, nodes)

    # The lowest priority at which too little is asked for, the highest at which enough is.
    above, below = pick("min", scarce, levels), pick("max", enough, levels)
    return _divide(graph, ask(above), ask(below), left)


def _pick_extreme(graph: Graph, op: str, chosen: Sequence[int], nodes: Sequence[int]) -> int:
    """Build the least or the greatest of the nodes that are chosen."""
    none = graph.const(_FAR if op == "min" else -_FAR)
    kept = [choose(graph, here, node, none) for here, node in zip(chosen, nodes, strict=True)]
    return reduce(lambda a, b: graph.add(op, a, b), kept)
