"""The same equations with less work: rewritten so that a step costs fewer expensive operations.

Every rule is exact but for the last digits. No rule depends on which inputs vary or which outputs
are returned, so a run's digits do not either. What a comparison or rounding depends on is left
as written, since a last digit can be decisive there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from smecluster.model.engine.graph.graph import (
    DECIDING,
    Graph,
    Node,
    find_moving,
    list_operands,
)


@dataclass
class _Product:
    """A product as a list of factors.

    Attributes
    ----------
    above, below : list of int
        Factors and divisors.
    powers : list of (int, int)
        Bases and exponents.
    """

    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    powers: list[tuple[int, int]] = field(default_factory=list)


def simplify_graph(nodes: Sequence[Node]) -> tuple[Graph, list[int]]:
    """Rewrite a program's operations.

    Parameters
    ----------
    nodes : sequence of tuple
        The operations.

    Returns
    -------
    graph : Graph
        The new operations.
    places : list of int
        The place of the value of each old operation.
    """
    return _Rewriter(nodes).simplify()


class _Rewriter:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.graph = Graph()
        self.new: list[int] = []
        self.exact = _list_deciding(nodes)
        self.moving = find_moving(nodes)
        self.uses = [0] * len(nodes)
        for node in nodes:
            for operand in list_operands(node):
                self.uses[operand] += 1
        self.products: dict[int, _Product] = {}
        self.still: set[int] = set()  # new nodes that do not change over time

    def simplify(self) -> tuple[Graph, list[int]]:
        for place, node in enumerate(self.nodes):
            made = self._simplify_node(place, node)
            self.new.append(made)
            if not self.moving[place]:
                self.still.add(made)
        return self.graph, self.new

    def _simplify_node(self, place: int, node: Node) -> int:
        op = node[0]
        free = self.moving[place] and place not in self.exact
        if free and op in ("mul", "div", "pow"):
            product = self._read_product(place, node)
            self.products[place] = product
            if self._pays(product, op):
                return self._build_product(product)
        used = list_operands(node)
        if op == "ln" and self.moving[place]:
            # Powers need the logarithm of their base too, but may have a value where it has none.
            base = self.new[used[0]]
            return self.graph.add("log", self.graph.add("lnp", base), base)
        if free and op == "div" and not self.moving[used[1]]:
            # A division by something constant costs as much as ten multiplications.
            return self.graph.add("mul", self.new[used[0]], self._share(self.new[used[1]]))
        return self.graph.copy(node, self.new)

    def _pays(self, product: _Product, op: str) -> bool:
        """Say whether a product is cheaper in another order."""
        if op == "div":
            return bool(product.powers) or len(product.below) > 1
        return op == "pow" or len(product.powers) > 1

    def _share(self, divisor: int) -> int:
        share = self.graph.add("div", self.graph.const(1), divisor)
        self.still.add(share)
        return share

    def _read_product(self, place: int, node: Node) -> _Product:
        """Take a product apart; a factor that is used elsewhere stays whole."""
        op, first, second = node
        product = _Product()
        if op == "pow":
            product.powers.append((self.new[first], self.new[second]))
            return product
        self._take_factor(product, first, over=True)
        self._take_factor(product, second, over=op == "mul")
        return product

    def _take_factor(self, product: _Product, factor: int, over: bool) -> None:
        inner = self.products.get(factor)
        if inner is None or self.uses[factor] > 1:
            (product.above if over else product.below).append(self.new[factor])
            return
        product.above += inner.above if over else inner.below
        product.below += inner.below if over else inner.above
        for base, exponent in inner.powers:
            if not over:
                exponent = self.graph.add("neg", exponent)
                self.still.add(exponent)
            product.powers.append((base, exponent))

    def _build_product(self, product: _Product) -> int:
        """Build ``above / below * exp(sum of exponent * ln(base))``."""
        graph = self.graph
        above = [node for node in product.above if node not in self.still]
        fixed = [node for node in product.above if node in self.still]
        if product.powers:
            above.insert(0, self._build_powers(product.powers))
        below = []
        for node in product.below:
            if node in self.still:
                fixed.append(self._share(node))
            else:
                below.append(node)
        if fixed:
            above.append(self._build_chain(fixed))
            self.still.add(above[-1])
        node = self._build_chain(above) if above else graph.const(1)
        return graph.add("div", node, self._build_chain(below)) if below else node

    def _build_chain(self, factors: Sequence[int]) -> int:
        node = factors[0]
        for factor in factors[1:]:
            node = self.graph.add("mul", node, factor)
        return node

    def _build_powers(self, powers: Sequence[tuple[int, int]]) -> int:
        """Build a product of powers: a logarithm for each base, one exponential for all."""
        graph = self.graph
        total = None
        for base, exponent in powers:
            term = graph.add("mul", exponent, graph.add("lnp", base))
            total = term if total is None else graph.add("add", total, term)
        return graph.add("powers", total, *(part for pair in powers for part in pair))


def _list_deciding(nodes: Sequence[Node]) -> set[int]:
    """List the nodes that a comparison or rounding in the same step depends on."""
    result: set[int] = set()
    for place in range(len(nodes) - 1, -1, -1):
        if place in result or nodes[place][0] in DECIDING:
            result.update(list_operands(nodes[place]))
    return result
