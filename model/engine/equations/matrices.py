"""Vensim's ``INVERT MATRIX``, element by element.

The definition is that of Vensim's reference manual and of its published results
(``invert_matrix`` of SDXorg/test-models, ``invertmatrixio`` of SDEverywhere). What neither shows is
refused, or fails the run.
"""

from __future__ import annotations

from typing import Any

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.indices import IndexBuilder
from smecluster.model.engine.graph.functions import choose, less
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import File

INVERT = "invert matrix"


class MatrixBuilder(IndexBuilder):
    """Builds inverses of matrices.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.inverses: dict[tuple[int, ...], list[list[int]]] = {}

    def build_inverse(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build one element of ``INVERT MATRIX(matrix[row, column], size)``.

        The last two subscripts of the variable say which, as in Vensim's reference manual. A run
        in which the matrix is singular fails.
        """
        where.check_count("INVERT MATRIX", tree.arguments, 2)
        matrix, size = tree.arguments
        listed, values = self._list_matrix(where, env, matrix)
        if len(where.cell) < 2 or not set(where.cell[-2:]) <= set(listed):
            raise where.refuse(
                "uses INVERT MATRIX for elements other than the matrix has: give it the two ranges "
                "of the matrix as its last"
            )
        given = self.number(where, env, size)
        whole = self.graph.add("eq", given, self.graph.const(len(listed)))
        reason = f"matrix of {len(listed)} rows whose INVERT MATRIX says another size"
        kept = self.demand(where, whole, reason, f"give it {len(listed)}")
        row, column = (listed.index(part) for part in where.cell[-2:])
        known = tuple(values)
        if known not in self.inverses:
            self.count_terms(where, INVERT, len(listed) ** 3)
            rows = [values[at : at + len(listed)] for at in range(0, len(values), len(listed))]
            self.inverses[known] = self._invert(where, rows)
        return self.graph.add("mul", self.inverses[known][row][column], kept)

    def _list_matrix(self, where: Site, env: Env, tree: Any) -> tuple[tuple[str, ...], list[int]]:
        """Build the elements of a square matrix, row by row; list those of its range."""
        if not isinstance(tree, syntax.Reference) or tree.subscripts is None:
            raise where.refuse("gives INVERT MATRIX something other than a matrix")
        subscripts = tree.subscripts.subscripts
        keys = [fold_name(name) for name in subscripts[-2:]]
        if len(keys) < 2 or any(key not in self.subscripts.spelled for key in keys):
            raise where.refuse("gives INVERT MATRIX something other than a matrix with two ranges")
        name = self.find_variable(where, tree.reference)
        variable = self.variables[name]
        cell = self.resolve_cell(where, env, name, subscripts)
        ranges = self.subscripts.ranges
        rows, columns = (ranges[self.subscripts.spelled[key]] for key in keys)
        if rows != columns or any(ranges[dim] != rows for dim in variable.dims[-2:]):
            raise where.refuse(
                f"gives INVERT MATRIX {variable.name!r}, whose last two ranges are not the same "
                "elements, or a part of it: give it a whole square matrix"
            )
        values = [
            self.graph.number(self.value(name, (*cell[:-2], row, column), where.first))
            for row in rows
            for column in columns
        ]
        return rows, values

    def _invert(self, where: Site, matrix: list[list[int]]) -> list[list[int]]:
        """Build the inverse by Gauss and Jordan, with the largest number left as each pivot."""
        graph = self.graph
        add = graph.add
        size = len(matrix)
        rows = [
            [*row, *(graph.const(1 if at == own else 0) for at in range(size))]
            for own, row in enumerate(matrix)
        ]
        for step in range(size):
            # To the left of the pivot the numbers are 0 and 1 by now, and nobody reads them.
            for other in range(step + 1, size):
                above, below = rows[step], rows[other]
                larger = less(graph, add("abs", above[step]), add("abs", below[step]))
                for at in range(step, 2 * size):
                    a, b = above[at], below[at]
                    above[at] = choose(graph, larger, b, a)
                    below[at] = choose(graph, larger, a, b)
            pivot = rows[step][step]
            regular = add("ne", pivot, graph.const(0))
            one = self.demand(where, regular, "matrix without an inverse", "let its rows differ")
            scale = add("mul", add("div", graph.const(1), pivot), one)
            for at in range(step + 1, 2 * size):
                rows[step][at] = add("mul", rows[step][at], scale)
            for other in range(size):
                if other != step:
                    factor = rows[other][step]
                    for at in range(step + 1, 2 * size):
                        taken = add("mul", factor, rows[step][at])
                        rows[other][at] = add("sub", rows[other][at], taken)
        return [row[size:] for row in rows]
