"""A stretch of LLVM code: one operation after the other, on numbers or on vectors of runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from smecluster.model.engine.compile.arithmetic import LIBRARY, name_function
from smecluster.model.engine.compile.schedule import Check
from smecluster.model.engine.compile.writer import Shape, Writer
from smecluster.model.engine.graph.graph import LOGICAL, list_operands

_DIRECT = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_COMPARE = {"lt": "olt", "le": "ole", "eq": "oeq", "ne": "une"}
_CALLED = {"exp", "ln", "lnp", "pow", *LIBRARY}
_BUILT_IN = {"abs": "fabs", "sqrt": "sqrt", "floor": "floor", "trunc": "trunc"}
# Several independent sums of what must be finite, so no addition waits for the last one.
_SUMS = 8


class Region:
    """A stretch of code in which values are computed and named.

    Parameters
    ----------
    nodes : sequence of tuple
        The schedule's nodes.
    shape : Shape
        Numbers or vectors.
    prefix : str
        What the names start with.
    label : str
        Name of the block in which it starts; later of the block that it has reached.
    outside : callable
        ``outside(region, node)`` writes the reading of a value from elsewhere and names it.
    """

    def __init__(
        self,
        nodes: Sequence[tuple[object, ...]],
        shape: Shape,
        prefix: str,
        label: str,
        outside: Callable[[Region, int], str],
    ) -> None:
        self.nodes = nodes
        self.shape = shape
        self.writer = Writer(shape, prefix)
        self.prefix = prefix
        self.names: dict[int, str] = {}
        self.label = label
        self.outside = outside

    def read(self, node: int) -> str:
        """Name the value of a node, reading it if it is not here yet."""
        if node not in self.names:
            op, *rest = self.nodes[node]
            if op == "const":
                assert isinstance(rest[0], float)
                self.names[node] = self.shape.constant(rest[0])
            elif op == "true":
                bit = "true" if rest[0] else "false"
                many = "<" + ", ".join([f"i1 {bit}"] * self.shape.width) + ">"
                self.names[node] = bit if self.shape.width == 1 else many
            else:
                self.names[node] = self.outside(self, node)
        return self.names[node]

    def truth(self, number: str) -> str:
        """Turn a stored 1 or 0 back into a truth value."""
        return self.writer.compare("une", number, self.shape.constant(0.0))

    def read_number(self, node: int) -> str:
        """Name the value of a node as a number: a truth value as 1 or 0."""
        value = self.read(node)
        if self.nodes[node][0] in LOGICAL:
            constant = self.shape.constant
            return self.writer.select(value, constant(1.0), constant(0.0))
        return value

    def compute(self, node: int) -> None:
        """Write an operation."""
        op, *rest = self.nodes[node]
        assert isinstance(op, str)
        if op in ("const", "true"):
            return
        w, shape = self.writer, self.shape
        used = [self.read(operand) for operand in list_operands(self.nodes[node])]
        if op in _DIRECT:
            result = self.join(op, *used)
        elif op in _COMPARE:
            result = w.compare(_COMPARE[op], *used)
        elif op in ("min", "max", "and", "or"):
            result = self.join(op, *used)
        elif op == "select":
            kind = shape.truth if self.nodes[node][2] in LOGICAL else shape.real
            result = w.put(f"select {shape.truth} {used[0]}, {kind} {used[1]}, {kind} {used[2]}")
        elif op == "not":
            ones = self._ones()
            result = w.put(f"xor {shape.truth} {used[0]}, {ones}")
        elif op == "float":
            result = w.select(used[0], shape.constant(1.0), shape.constant(0.0))
        elif op == "neg":
            result = w.put(f"fneg {shape.real} {used[0]}")
        elif op in _BUILT_IN:
            result = w.intrinsic(_BUILT_IN[op], *used)
        elif op in _CALLED:
            result = w.call(name_function("ln" if op == "lnp" else op, shape), *used)
        elif op == "log":
            result = used[0]
        elif op == "powers":
            result = w.call(name_function(f"powers{len(used) // 2}", shape), *used)
        elif op == "table":
            result = self.look_up(str(rest[0]), used[0])
        else:
            assert op == "past", op
            result = self.recall(str(rest[0]), *used)
        self.names[node] = result

    def _ones(self) -> str:
        if self.shape.width == 1:
            return "true"
        return "<" + ", ".join(["i1 true"] * self.shape.width) + ">"

    def join(self, op: str, a: str, b: str) -> str:
        """Write an operation that sums and the like are made of."""
        w, shape = self.writer, self.shape
        if op in _DIRECT:
            return w.real(_DIRECT[op], a, b)
        if op in ("and", "or"):
            return w.put(f"{op} {shape.truth} {a}, {b}")
        return w.select(w.compare("olt" if op == "min" else "ogt", a, b), a, b)

    def recall(self, past: str, lag: str, initial: str) -> str:
        """Write the reading of an earlier value, given its number among those remembered."""
        real = self.shape.real
        return self.writer.put(
            f"call {real} @past(ptr %history, i64 %k, i64 {{pasts}}, i64 {past}, "
            f"{real} {lag}, {real} {initial})"
        )

    def look_up(self, table: str, at: str) -> str:
        """Write the reading of a table, given its number."""
        w, shape = self.writer, self.shape

        def entry(array: str, kind: str) -> str:
            address = w.put(f"getelementptr {kind}, ptr %{array}, i64 {table}")
            return w.put(f"load {kind}, ptr {address}")

        offset, count, low = entry("toff", "i64"), entry("tn", "i64"), entry("tlow", "double")
        columns = ", ".join(
            "ptr " + w.put(f"getelementptr double, ptr %{array}, i64 {offset}")
            for array in ("tx", "ty", "ts")
        )
        return w.put(
            f"call {shape.real} @{name_function('table', shape)}({columns}, i64 {count}, "
            f"double {low}, {shape.real} {at})"
        )

    def check(self, checks: Iterable[Check]) -> str | None:
        """Write a test that is true where a value that matters is not finite."""
        total = self.sum_checks(checks)
        return (
            None if total is None else self.writer.compare("uno", total, self.shape.constant(0.0))
        )

    def sum_checks(self, checks: Iterable[Check]) -> str | None:
        """Write a sum that is zero unless a value that matters is not finite."""
        w, zero = self.writer, self.shape.constant(0.0)
        sums = [zero] * _SUMS
        place = -1
        for place, check in enumerate(checks):
            value = self.read(check.node)
            if check.gate is not None:
                value = w.select(self.read(check.gate), value, zero)
            sums[place % _SUMS] = w.fma(value, zero, sums[place % _SUMS])
        if place < 0:
            return None
        total = sums[0]
        for other in sums[1 : place + 1]:
            total = w.real("fadd", total, other)
        return total
