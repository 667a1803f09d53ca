"""From a model's file to a program: subscripts unrolled, stocks and delays written out.

What cannot be computed exactly is refused, with the variable, the function and the line of the
file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from smecluster.model.engine.equations.accounts import AccountBuilder
from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.expressions import CONTROLS
from smecluster.model.engine.graph.graph import Output, Program, list_reached
from smecluster.model.engine.graph.integration import Scheme
from smecluster.model.engine.graph.interpreter import Interpreter
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.syntax import File
from smecluster.model.errors import InputError


def build_program(file: File) -> Program:
    """Unroll a model into scalar operations.

    Parameters
    ----------
    file : File
        What the model's file says.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If an equation uses a function that cannot be computed or an unknown variable or
        element, or variables depend on each other in a circle without a stock.
    """
    with _allow_recursion():
        try:
            return _ProgramBuilder(file).build()
        except RecursionError as error:
            raise InputError(
                "the equations are nested too deeply to be computed: split them"
            ) from error


class _ProgramBuilder(AccountBuilder):
    """Builds the whole program: its variables, its clock, and how it is integrated."""

    def find_stateful(self, kind: type) -> Callable[[Site, Env, Any], int] | None:
        """Find what builds a function that remembers, such as INTEG; None if nothing does."""
        build = _STATEFUL.get(kind)
        return None if build is None else build.__get__(self)

    def build(self) -> Program:
        """Build the program."""
        outputs = {}
        for name, variable in list(self.variables.items()):
            cells = {
                cell: self.graph.number(self.value(name, cell, first=False))
                for cell, (definition, _) in variable.cells.items()
                if not definition.lookup
            }
            for cell, (definition, _) in variable.cells.items():
                if definition.lookup:
                    self.named_table(name, cell)
            if cells:
                outputs[variable.name] = Output(variable.dims, cells)
        while self.pending:
            self.pending.popleft()()
        if self.method != "euler":
            self._integrate_better()
        program = self.close(outputs, self._build_clock())
        self._refuse_broken(program)
        return program

    def _build_clock(self) -> tuple[int, int, int, int]:
        """Build what steers a run; but for ``INITIAL TIME`` it may change with the time."""
        first = self.value(CONTROLS[0], (), first=True)
        later = [self.value(name, (), first=False) for name in CONTROLS]
        for name, node in zip(CONTROLS, later, strict=True):
            used = list_reached(self.graph.nodes, [node])
            if any(self.graph.nodes[place][0] in ("state", "past") for place in used):
                variable = self.variables[name]
                raise InputError(
                    f"{variable.place}{variable.name!r} depends on a stock or a delay, which is "
                    "not computed: let it depend on the time and on constants"
                )
        if self.graph.varies(later[0]):
            first = self._confirm_beginning(first, later[0])
        _, last, step, saveper = later
        return first, last, step, saveper

    def _confirm_beginning(self, first: int, later: int) -> int:
        """Build ``INITIAL TIME`` where it depends on the time, and is the same at its own."""
        graph = self.graph
        moved: dict[int, int] = {}
        for place in list_reached(self.graph.nodes, [later]):
            node = graph.nodes[place]
            moved[place] = first if node[0] == "time" else graph.copy(node, moved)
        variable = self.variables[CONTROLS[0]]
        (definition, _), *_ = variable.cells.values()
        same = graph.add("eq", first, moved[later])
        reason = "value that is another one at its own time"
        where = Site(variable, definition, (), first=True)
        kept = self.demand(where, same, reason, "let it not depend on the time")
        return graph.add("mul", first, kept)

    def _refuse_broken(self, program: Program) -> None:
        """Refuse what the values of the file itself do not allow, at whatever time."""
        known = [demand for demand in self.demands if not self.graph.varies(demand.condition)]
        conditions = [demand.condition for demand in known]
        interpreter = Interpreter(program, [parameter.value for parameter in program.parameters])
        values = interpreter.compute(list_reached(program.nodes, conditions), {})
        for demand in known:
            if not values[demand.condition]:
                raise demand.where.refuse(demand.otherwise)

    def _integrate_better(self) -> None:
        """Put Runge-Kutta steps in the place of Euler's."""
        initial = self.value("initial time", (), first=True)
        step = self.value("time step", (), first=False)
        if self.graph.varies(step):
            raise InputError(
                "the model's TIME STEP changes in a run, which is computed with Euler's "
                "integration only"
            )
        scheme = Scheme(self.graph, self.rates, initial, step, self.reasons)
        for place, after in scheme.follow(self.method).items():
            first = self.states[place]
            assert first is not None
            self.states[place] = (first[0], after)


_STATEFUL: dict[type, Any] = {
    syntax.Depreciation: _ProgramBuilder.build_depreciation,
    syntax.NetPresentValue: _ProgramBuilder.build_npv,
    syntax.Integ: _ProgramBuilder.build_integ,
    syntax.Initial: _ProgramBuilder.build_initial,
    syntax.Smooth: _ProgramBuilder.build_smooth,
    syntax.SmoothN: _ProgramBuilder.build_smooth,
    syntax.Delay: _ProgramBuilder.build_delay,
    syntax.DelayN: _ProgramBuilder.build_delay,
    syntax.DelayFixed: _ProgramBuilder.build_delay_fixed,
    syntax.SampleIfTrue: _ProgramBuilder.build_sample,
}


@contextmanager
def _allow_recursion() -> Iterator[None]:
    """Allow long chains of variables: each takes a level of Python's recursion."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
