"""A model in a form that a browser runs: a WebAssembly module, and what its host must know.

A host does what `engine.compile.kernel.Kernel.run` does: it lays out the arrays in memory, calls
``prepare`` once for what all runs share, and ``block`` for the runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from smecluster.model.engine.compile.codegen import generate_code
from smecluster.model.engine.compile.frame import Layout
from smecluster.model.engine.compile.kernel import JoinedTables
from smecluster.model.engine.compile.schedule import make_schedule
from smecluster.model.engine.compile.webassembly import WIDTH, Module, assemble_module
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.read.values import spell_name

if TYPE_CHECKING:
    from smecluster.model.engine.model import Model


@dataclass(frozen=True)
class PortableModel:
    """A model as a module, with what a host must know to run it.

    Attributes
    ----------
    module : Module
        The functions ``prepare`` and ``block``, with the arguments of the kernel's.
    layout : Layout
        Sizes of their arrays.
    varied : tuple of str
        Inputs that may differ among runs, in the order of the input array; ``"name[element]"``.
    defaults : tuple of float
        Value of every parameter where no run sets it, in the order of the program.
    tables : dict of str to list
        The arrays of all tables: x, y and slopes, joined; offsets, counts and lower ends.
    outputs : tuple of (str, tuple of str)
        Variables that a run returns, each with its elements, in the order of the output array.
    step : float
        The model's time step, in its unit of time.
    """

    module: Module
    layout: Layout
    varied: tuple[str, ...]
    defaults: tuple[float, ...]
    tables: dict[str, list[float]]
    outputs: tuple[tuple[str, tuple[str, ...]], ...]
    step: float

    def describe(self) -> dict[str, Any]:
        """Give all but the module, as what can be written as JSON."""
        return {
            "layout": asdict(self.layout),
            "varied": list(self.varied),
            "defaults": list(self.defaults),
            "tables": self.tables,
            "outputs": [[name, list(cells)] for name, cells in self.outputs],
            "step": self.step,
            "imports": list(self.module.imports),
            "data": self.module.data,
        }


_TABLE_ARRAYS = ("x", "y", "slopes", "offsets", "counts", "lows")


def make_portable(
    model: Model, outputs: Sequence[str], varied: Iterable[str] | None = None
) -> PortableModel:
    """Compile a model for a browser.

    Parameters
    ----------
    model : Model
        The model; with states that can be set, a `engine.run.branches.ForkedModel`.
    outputs : sequence of str
        Variables to return.
    varied : iterable of str, optional
        Inputs that may differ among runs, ``"name"`` or ``"name[element]"``; all numbers if left
        out. The fewer there are, the smaller and faster is the module.

    Returns
    -------
    PortableModel

    Raises
    ------
    InputError
        If an output or an input does not exist, or the model's clock allows no run, or changes in
        one.
    """
    program = model.program
    chosen = select_outputs(program, outputs)
    places = range(len(program.parameters))
    if varied is not None:
        index = InputIndex(program)
        found = {place for name in varied for place in index.resolve({name: 0.0}, False).values}
        places = sorted(found)  # type: ignore[assignment]
    code = generate_code(make_schedule(program, chosen.nodes), places, WIDTH)
    defaults = tuple(float(parameter.value) for parameter in program.parameters)
    arrays = JoinedTables(program, {}).arrays
    times = compute_times(program, defaults, {})
    times.require_steady("a page that computes runs itself")
    return PortableModel(
        assemble_module(code),
        code.layout,
        tuple(
            spell_name(program.parameters[at].name, program.parameters[at].cell) for at in places
        ),
        defaults,
        {name: part.tolist() for name, part in zip(_TABLE_ARRAYS, arrays, strict=True)},
        tuple(
            (name, tuple(", ".join(cell) for cell in program.outputs[name].cells))
            for name in chosen.names
        ),
        times.step,
    )
