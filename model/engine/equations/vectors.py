"""Vensim's functions of vectors: choosing, sorting and reordering.

The definitions are those of Vensim's reference manual and of its published results
(``vector_select`` and ``vector_order`` of SDXorg/test-models, ``vector`` of SDEverywhere). What
neither shows is refused, or fails the run.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.expressions import ExpressionBuilder
from smecluster.model.engine.graph.functions import at_most, choose, less
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import File
from smecluster.model.support.limits import MOST_TERMS

# Functions that run over the ranges marked in their arguments.
REDUCTIONS = {"sum": "add", "prod": "mul", "vmin": "min", "vmax": "max"}
# XMILE's, which run over all elements of ranges that the equation is not written for.
WHOLE = {
    "vmin xmile": "min",
    "vmax xmile": "max",
    "sum xmile": "add",
    "prod xmile": "mul",
    "mean xmile": "add",
    "size xmile": "",
}
_ARITIES = {
    "vector select": 5,
    "vector elm map": 2,
    "vector sort order": 2,
    "vector rank": 2,
    "vector reorder": 2,
}
VECTORS = frozenset(_ARITIES)
# The numerical actions of VECTOR SELECT: how elements are weighted, and how they are gathered.
_ACTIONS = (
    *(("mul", "add"), ("mul", "mul"), ("mul", "min"), ("mul", "max"), ("mul", "mean")),
    ("pow", "mul"),
    *(("", "add"), ("", "mul"), ("", "min"), ("", "max"), ("", "mean")),
)


class VectorBuilder(ExpressionBuilder):
    """Builds calls of the functions of vectors.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.terms = 0

    def count_terms(self, where: Site, name: str, count: int) -> None:
        """Count the terms of a call, and refuse those of the model if they are too many."""
        self.terms += count
        if self.terms > MOST_TERMS:
            raise where.refuse(
                f"has a {name.upper()} with which those of the model have more than {MOST_TERMS:,} "
                "terms, which is the most that is computed: use fewer or shorter ranges"
            )

    def list_axes(self, where: Site, over: Sequence[str]) -> list[tuple[str, ...]]:
        """List the elements of ranges marked by ``!``."""
        for marked in over:
            if fold_name(marked.rstrip("!")) not in self.subscripts.spelled:
                raise self.subscripts.refuse_subscript(where.variable, marked.rstrip("!"))
        ranges, spelled = self.subscripts.ranges, self.subscripts.spelled
        return [ranges[spelled[fold_name(marked.rstrip("!"))]] for marked in over]

    def build_vector(self, where: Site, env: Env, name: str, tree: syntax.Call) -> int:
        """Build a call of a function of `VECTORS`."""
        where.check_count(name.upper(), tree.arguments, _ARITIES[name])
        if name == "vector select":
            return self._select(where, env, tree.arguments)
        if name == "vector elm map":
            return self._map_element(where, env, *tree.arguments)
        place, values = self.list_vector(where, env, name, tree.arguments[0])
        if name == "vector reorder":
            return self.pick(where, name, values, self.number(where, env, tree.arguments[1]))
        return self._sort(where, name, place, values, self.number(where, env, tree.arguments[1]))

    # Choosing -------------------------------------------------------------------------------

    def _select(self, where: Site, env: Env, arguments: Sequence[Any]) -> int:
        graph = self.graph
        choosing, chosen, missing, action, error = arguments
        marked = (*list_subscripts(choosing), *list_subscripts(chosen))
        over = tuple(dict.fromkeys(name for name in marked if name.endswith("!")))
        if not over:
            raise where.refuse("uses VECTOR SELECT without a range marked by '!'")
        axes = self.list_axes(where, over)
        self.count_terms(where, "vector select", math.prod(map(len, axes)))
        pairs = []
        for cell in itertools.product(*axes):
            inner = tuple((fold_name(one), part) for one, part in zip(over, cell, strict=True))
            inside = (*(pair for pair in env if pair[0] not in dict(inner)), *inner)
            pairs.append((self.number(where, inside, choosing), self.number(where, inside, chosen)))
        zero = graph.const(0)
        taken = [graph.add("ne", weight, zero) for weight, _ in pairs]
        count = reduce(lambda a, b: graph.add("add", a, b), map(graph.number, taken))
        node = self._gather(where, pairs, taken, count, self.number(where, env, action))
        none = graph.add("eq", count, zero)
        node = choose(graph, none, self.number(where, env, missing), node)
        kind = self.number(where, env, error)
        for few, kinds, reason in (
            (none, (1, 3), "VECTOR SELECT that selects nothing"),
            (less(graph, graph.const(1), count), (2, 3), "VECTOR SELECT that selects several"),
        ):
            asked = reduce(
                lambda a, b: graph.add("or", a, b),
                [graph.add("eq", kind, graph.const(one)) for one in kinds],
            )
            fine = graph.add("not", graph.add("and", few, asked))
            advice = "select one element, or give the error action 0"
            node = graph.add("mul", node, self.demand(where, fine, reason, advice))
        return node

    def _gather(
        self,
        where: Site,
        pairs: Sequence[tuple[int, int]],
        taken: Sequence[int],
        count: int,
        action: int,
    ) -> int:
        """Build what the numerical action makes of the elements taken; one may change in a run."""
        graph = self.graph
        known = graph.value(action)
        if known is not None:
            if known not in range(len(_ACTIONS)):
                raise where.refuse(
                    f"gives VECTOR SELECT the numerical action {known:g}; there are "
                    f"{len(_ACTIONS)}, from 0"
                )
            return self._act(pairs, taken, count, *_ACTIONS[int(known)])
        same = [graph.add("eq", action, graph.const(at)) for at in range(len(_ACTIONS))]
        node = graph.const(0)
        for condition, (weighting, op) in zip(same, _ACTIONS, strict=True):
            node = choose(graph, condition, self._act(pairs, taken, count, weighting, op), node)
        one = self.demand(
            where,
            reduce(lambda a, b: graph.add("or", a, b), same),
            "VECTOR SELECT whose numerical action is none",
            f"give one from 0 to {len(_ACTIONS) - 1}",
        )
        return graph.add("mul", node, one)

    def _act(
        self,
        pairs: Sequence[tuple[int, int]],
        taken: Sequence[int],
        count: int,
        weighting: str,
        op: str,
    ) -> int:
        graph = self.graph

        def weigh(weight: int, value: int) -> int:
            if not weighting:
                return value
            first, second = (value, weight) if weighting == "pow" else (weight, value)
            return graph.add(weighting, first, second)

        # What is not taken must not count: 0 in a sum, 1 in a product, without end elsewhere.
        neutral = {"add": 0.0, "mean": 0.0, "mul": 1.0, "min": _FAR, "max": -_FAR}[op]
        nodes = [
            choose(graph, chosen, weigh(weight, value), graph.const(neutral))
            for chosen, (weight, value) in zip(taken, pairs, strict=True)
        ]
        node = reduce(lambda a, b: graph.add("add" if op == "mean" else op, a, b), nodes)
        if op == "mean":
            some = graph.add("max", count, graph.const(1))
            node = graph.add("div", node, some)
        return node

    # Places ---------------------------------------------------------------------------------

    def list_vector(self, where: Site, env: Env, name: str, tree: Any) -> tuple[int, list[int]]:
        """Build the elements along the last subscript, and find the place of one's own."""
        if not isinstance(tree, syntax.Reference) or tree.subscripts is None:
            raise where.refuse(f"gives {name.upper()} something other than a list")
        subscripts = tree.subscripts.subscripts
        key = fold_name(subscripts[-1])
        if key not in self.subscripts.spelled:
            raise where.refuse(f"gives {name.upper()} one element: give it a range")
        listed = self.subscripts.ranges[self.subscripts.spelled[key]]
        own = self.subscripts.resolve_element(where, env, subscripts[-1])
        variable = self.find_variable(where, tree.reference)
        if self.subscripts.ranges[self.variables[variable].dims[-1]] != listed:
            raise where.refuse(
                f"gives {name.upper()} a part of {self.variables[variable].name!r}: give it all "
                "elements"
            )
        self.count_terms(where, name, len(listed))
        outer = tuple(pair for pair in env if pair[0] != key)
        values = [
            self.value(
                variable,
                self.resolve_cell(where, (*outer, (key, part)), variable, subscripts),
                where.first,
            )
            for part in listed
        ]
        return listed.index(own), [self.graph.number(value) for value in values]

    def _map_element(self, where: Site, env: Env, tree: Any, offset: Any) -> int:
        name = "vector elm map"
        if not isinstance(tree, syntax.Reference) or tree.subscripts is None:
            raise where.refuse("gives VECTOR ELM MAP something other than an element of a list")
        subscripts = tree.subscripts.subscripts
        variable = self.find_variable(where, tree.reference)
        cell = self.resolve_cell(where, env, variable, subscripts)
        listed = self.subscripts.ranges[self.variables[variable].dims[-1]]
        if fold_name(subscripts[-1]) not in self.subscripts.elements:
            raise where.refuse("gives VECTOR ELM MAP a range: its last subscript is an element")
        for other in self.subscripts.ranges.values():
            if set(listed) < set(other):
                places = [other.index(part) for part in listed]
                if places != list(range(places[0], places[0] + len(places))):
                    raise where.refuse(
                        "counts with VECTOR ELM MAP along a range that leaves elements of another "
                        "one out, which is not computed: use the whole range"
                    )
        self.count_terms(where, name, len(listed))
        values = []
        for part in listed:
            if (*cell[:-1], part) not in self.variables[variable].cells:
                raise where.refuse(f"counts with VECTOR ELM MAP over {part!r}, which has no value")
            values.append(self.graph.number(self.value(variable, (*cell[:-1], part), where.first)))
        start = self.graph.const(listed.index(cell[-1]))
        place = self.graph.add("add", start, self.number(where, env, offset))
        return self.pick(where, name, values, place)

    def pick(self, where: Site, name: str, values: Sequence[int], place: int) -> int:
        """Build the element at a place, from 0."""
        graph = self.graph
        whole = graph.add("floor", graph.add("add", place, graph.const(0.5)))
        node = values[0]
        for at, value in enumerate(values[1:], start=1):
            node = choose(graph, graph.add("eq", whole, graph.const(at)), value, node)
        inside = graph.add(
            "and",
            at_most(graph, graph.const(0), whole),
            at_most(graph, whole, graph.const(len(values) - 1)),
        )
        reason = f"{name.upper()} that counts beyond the list"
        return graph.add("mul", node, self.demand(where, inside, reason, "stay inside it"))

    # Sorting --------------------------------------------------------------------------------

    def _sort(
        self, where: Site, name: str, place: int, values: Sequence[int], direction: int
    ) -> int:
        """Build a rank, from 1, or which element, from 0, comes at a place.

        Equal elements keep their order when they are sorted upwards, as Vensim's results show; of
        other ties they show nothing, and a run with one fails.
        """
        graph = self.graph
        add = graph.add
        self.count_terms(where, name, len(values) ** 2)
        upwards = less(graph, graph.const(0), direction)
        sign = choose(graph, upwards, graph.const(1), graph.const(-1))
        keys = [add("mul", value, sign) for value in values]

        def before(one: int, other: int) -> int:
            test = at_most if one < other else less
            return graph.number(test(graph, keys[one], keys[other]))

        def rank(at: int) -> int:
            others = [before(other, at) for other in range(len(values)) if other != at]
            return reduce(lambda a, b: add("add", a, b), others, graph.const(0))

        if name == "vector rank":
            node = add("add", rank(place), graph.const(1))
        else:
            here = graph.const(place)
            node = graph.const(0)
            for at in range(1, len(values)):
                node = choose(graph, add("eq", rank(at), here), graph.const(at), node)
        apart = [
            add("ne", values[one], values[other])
            for one, other in itertools.combinations(range(len(values)), 2)
        ]
        fine = reduce(lambda a, b: add("and", a, b), apart, graph.const(1))
        if name == "vector sort order":
            fine = add("or", upwards, graph.truthful(fine))
        one = self.demand(where, fine, f"{name.upper()} of equal elements", "let them differ")
        return add("mul", node, one)


# Greater than any number that a model holds.
_FAR = 1e300


def list_subscripts(tree: Any) -> Iterator[str]:
    """List the subscripts in an expression, except those inside a reduction."""
    if isinstance(tree, syntax.Call):
        if fold_name(tree.function.reference) not in (*REDUCTIONS, *WHOLE, "vector select"):
            for part in (tree.function, *tree.arguments):
                yield from list_subscripts(part)
    elif isinstance(tree, syntax.Reference):
        yield from tree.subscripts.subscripts if tree.subscripts else ()
    elif isinstance(tree, syntax.Arithmetic | syntax.Logic):
        for part in tree.arguments:
            yield from list_subscripts(part)
    elif isinstance(tree, syntax.InlineLookups):
        yield from list_subscripts(tree.argument)
