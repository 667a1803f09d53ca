"""Two worlds in one run, so that a reader in one can be shown what it would see in the other.

The first world is the model as it is. The second has the same equations, its own states and other
values of some inputs: a programme, say. Each link from a variable to one of its readers in the
second world has a switch. While it is on, the reader sees the variable's value of the first world,
at every moment: the link is cut, and all others carry the programme's effect on. Nothing is frozen,
and both worlds share what no input moves.

The worlds are written into the graph of the equations (`engine.graph.graph`), not into the file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from smecluster.model.engine.graph.graph import Graph, Output, Parameter, Program, list_operands
from smecluster.model.errors import InputError
from smecluster.model.file.model import Model

#: What the second world's inputs, and its variables as outputs, are called: the name and this.
SECOND = "in the second world"
#: Inputs that cut: 1 cuts, 0 does not; the number of the cut follows.
CUT = "cut"

#: A link: the variable, and the one that reads it; no reader stands for all of them.
Link = tuple[str, str | None]


@dataclass(frozen=True)
class TwinModel(Model):
    """A model with a second world.

    Attributes
    ----------
    moved : frozenset of str
        Variables whose values as inputs may differ between the worlds.
    cuts : tuple of Link
        Links that can be cut, each by the input `name_cut`.
    """

    moved: frozenset[str] = frozenset()
    cuts: tuple[Link, ...] = ()
    _kept: dict[str, Program] = field(default_factory=dict, repr=False, compare=False)

    @property
    def program(self) -> Program:
        """The equations of both worlds."""
        if "program" not in self._kept:
            self._kept["program"] = _double(Model(self.text, self.path), self.moved, self.cuts)
        return self._kept["program"]

    @property
    def hash(self) -> str:
        """Fingerprint of what determines the numbers."""
        return f"{super().hash} twice {sorted(self.moved)} {self.cuts}"


def name_cut(number: int) -> str:
    """Name the input that cuts a link, by the link's place."""
    return f"{CUT} {number}"


def name_second(name: str) -> str:
    """Name an input or output of the second world: ``name``, or ``name[element]``."""
    bare, bracket, rest = name.partition("[")
    return f"{bare} {SECOND}{bracket}{rest}"


def make_twins(m: Model, moved: Collection[str], cuts: Collection[Link] = ()) -> TwinModel:
    """Give a model a second world.

    Parameters
    ----------
    m : Model
        The model.
    moved : collection of str
        Inputs that may differ, constants of the model without their elements.
    cuts : collection of Link
        Links that can be cut.

    Returns
    -------
    TwinModel
        Its inputs are those of the model, those of the second world (`name_second`; without a
        value, the model's own) and the cuts; its outputs those of the model, and the same of the
        second world.

    Raises
    ------
    InputError
        If the model remembers more of its past than its states.
    """
    if m.program.pasts:
        raise InputError("a model with DELAY FIXED has no second world: it remembers its past")
    return TwinModel(m.text, m.path, frozenset(moved), tuple(cuts))


def _double(m: Model, moved: Collection[str], cuts: Collection[Link]) -> Program:
    program = m.program
    graph = Graph(program.nodes)
    parameters = list(program.parameters)

    def add_parameter(name: str, cell: tuple[str, ...], value: float) -> int:
        parameters.append(Parameter(name, cell, "constant", value))
        return graph.add("param", len(parameters) - 1)

    seconds: dict[int, int] = {}
    for place, one in enumerate(program.parameters):
        if one.name in moved and one.kind == "constant":
            second = add_parameter(name_second(one.name), one.cell, one.value)
            seconds[graph.add("param", place)] = second
    switches = {
        link: graph.truthful(add_parameter(name_cut(at), (), 0.0)) for at, link in enumerate(cuts)
    }
    twins = _Twins(program, graph, seconds, switches)
    states = list(program.states) + [
        (first, twins.build(after, twins.owner_of_state(at)))
        for at, (first, after) in enumerate(program.states)
    ]
    outputs = dict(program.outputs)
    for name, output in program.outputs.items():
        cells = {cell: twins.value(node) for cell, node in output.cells.items()}
        outputs[name_second(name)] = Output(output.dims, cells)
    return replace(
        program,
        nodes=tuple(graph.nodes),
        parameters=tuple(parameters),
        states=tuple(states),
        outputs=outputs,
    )


class _Twins:
    """The second world's node for every node of the first."""

    def __init__(
        self,
        program: Program,
        graph: Graph,
        seconds: Mapping[int, int],
        switches: Mapping[Link, int],
    ) -> None:
        self.program, self.graph = program, graph
        self.seconds, self.switches = seconds, switches
        self.count = len(program.states)
        self.owners: dict[int, list[str]] = {}
        for name, output in program.outputs.items():
            for node in output.cells.values():
                self.owners.setdefault(node, []).append(name)
        self.touched = self._find_touched()
        self.values: dict[int, int] = {}
        # Lower nodes first: what a variable is made of has its twin before it.
        for node in sorted(self.owners):
            if self.touched[node]:
                self.values[node] = self._make(node, self.owners[node][0])

    def _find_touched(self) -> list[bool]:
        """Find what can differ between the worlds: what rests on a state or a moved input."""
        touched: list[bool] = []
        for place, node in enumerate(self.program.nodes):
            differs = node[0] in ("state", "past") or place in self.seconds
            touched.append(differs or any(touched[one] for one in list_operands(node)))
        return touched

    def owner_of_state(self, at: int) -> str | None:
        """Name the stock of a state; None where it is hidden in a delay."""
        node = self.graph.add("state", at)
        return self.owners[node][0] if node in self.owners else None

    def value(self, node: int) -> int:
        """Give the second world's value of a variable's node."""
        return self.values[node] if self.touched[node] else node

    def build(self, node: int, reader: str | None) -> int:
        """Write a node as a variable of the second world computes it."""
        return self._make(node, reader) if node not in self.owners else self._see(node, reader)

    def _make(self, node: int, reader: str | None) -> int:
        """Copy an operation; its operands are what the reader sees."""
        memory: dict[int, int] = {}

        def copy(here: int) -> int:
            if not self.touched[here]:
                return here
            if here in self.seconds:
                return self.seconds[here]
            if here in memory:
                return memory[here]
            op, *rest = self.program.nodes[here]
            if op == "state":
                return self.graph.add("state", rest[0] + self.count)
            operands = list_operands(self.program.nodes[here])
            payload = rest[: len(rest) - len(operands)]
            seen = [self._see(one, reader) if one in self.owners else copy(one) for one in operands]
            memory[here] = self.graph.add(op, *payload, *seen)
            return memory[here]

        return copy(node)

    def _see(self, node: int, reader: str | None) -> int:
        """Give what a reader sees: the second world's value, with a cut the first's."""
        if not self.touched[node]:
            return node
        second = self.values[node] if node in self.values else self._make(node, None)
        names = self.owners[node]
        if reader in names:
            return second
        for name in names:
            for link in ((name, reader), (name, None)):
                if link in self.switches:
                    second = self.graph.add("select", self.switches[link], node, second)
        return second
