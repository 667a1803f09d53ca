"""Elements of arrays that XMILE equations count (`engine.read.xmile_names`)."""

from __future__ import annotations

import itertools
import math

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.vectors import VectorBuilder
from smecluster.model.engine.read import syntax


class IndexBuilder(VectorBuilder):
    """Builds ``array[index]`` where the index is a number.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def build_element_at(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build the element of an array that indices count from 1.

        A run in which one is no whole number, or counts beyond the range, fails.
        """
        array, *indices = tree.arguments
        variable = self.find_variable(where, array.reference)
        dims = self.variables[variable].dims
        subscripts = array.subscripts.subscripts
        if len(subscripts) != len(dims):
            raise where.refuse(
                f"uses {self.variables[variable].name!r} with {len(subscripts)} subscripts, it has "
                f"{len(dims)}"
            )
        axes = [
            self.subscripts.ranges[dim] if name == "*" else (name,)
            for name, dim in zip(subscripts, dims, strict=True)
        ]
        self.count_terms(where, "index", math.prod(map(len, axes)))
        cells = [
            self.resolve_cell(where, env, variable, names) for names in itertools.product(*axes)
        ]
        nodes = [self.graph.number(self.value(variable, cell, where.first)) for cell in cells]
        free = [axis for name, axis in zip(subscripts, axes, strict=True) if name == "*"]
        for axis, index in reversed(list(zip(free, indices, strict=True))):
            place = self.graph.add("sub", self.number(where, env, index), self.graph.const(1))
            whole = self.graph.add("eq", place, self.graph.add("floor", place))
            kept = self.demand(where, whole, "index that is no whole number", "round it")
            size = len(axis)
            rows = [nodes[at : at + size] for at in range(0, len(nodes), size)]
            nodes = [self.pick(where, "index", row, place) for row in rows]
            nodes = [self.graph.add("mul", node, kept) for node in nodes]
        return nodes[0]
