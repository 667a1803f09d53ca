"""Which code a batch of runs is computed with: the one for all outputs, or one for some."""

from __future__ import annotations

from collections.abc import Callable

from smecluster.model.engine.compile.kernel import ALONE, Batch, Result, load_kernel
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.graph.outputs import Selection, select_outputs
from smecluster.model.engine.model import Model

# How many results are computed at a time: 64 MiB of them.
CHUNK_NUMBERS = 8_388_608

# With this many runs it pays to compile for only the inputs that differ.
_MANY = 4096
# Below so many time steps, of all runs together, compiling takes longer than running.
_FEW_STEPS = 200_000
# How many selections are counted.
_SELECTIONS = 64
# Of larger models a selection may need a small part.
_MOST_NODES = 40_000

#: How many time steps selections of outputs have been asked for, all runs together.
_ASKED: dict[tuple[str, tuple[int, ...]], int] = {}


def run_batch(
    m: Model,
    batch: Batch,
    chosen: Selection,
    threads: int,
    say: Callable[[str], None] | None = None,
) -> Result:
    """Run a batch for some outputs.

    A few runs use the code that every single run uses, which gives all outputs: to compile code
    for a selection takes longer, and pays only once it has been asked for often. Neither changes a
    digit.

    Parameters
    ----------
    m : Model
        The model.
    batch : Batch
        The runs.
    chosen : Selection
        The outputs.
    threads : int
        How many threads share the runs.
    say : callable, optional
        Called with one line when a long compilation starts.

    Returns
    -------
    Result
        A row of values for each node of `chosen`.
    """
    program = m.program
    every = range(len(program.parameters))
    steps = batch.runs * len(batch.times)
    asked = _ASKED[m.hash, chosen.nodes] = steps + _ASKED.pop((m.hash, chosen.nodes), 0)
    while len(_ASKED) > _SELECTIONS:
        _ASKED.pop(next(iter(_ASKED)), None)
    if asked < _FEW_STEPS and len(program.nodes) < _MOST_NODES:
        everything = select_outputs(program, None)
        if len(everything.nodes) * (int(batch.kept.max()) + 1) * batch.runs < CHUNK_NUMBERS:
            code = load_kernel(program, everything.nodes, every, ALONE, say, steps)
            result = code.run(batch, len(everything.nodes), threads)
            # A run can also fail in what is not asked for.
            if not (result.failed >= 0).any():
                rows = find_rows(program, chosen)
                return Result(result.values[rows], result.failed, result.states)
    varied = tuple(batch.varied) if batch.runs >= _MANY else every
    code = load_kernel(program, chosen.nodes, varied, say=say, steps=steps)
    return code.run(batch, len(chosen.nodes), threads)


def find_rows(program: Program, chosen: Selection) -> list[int]:
    """Find the rows of some outputs among the rows of all.

    Parameters
    ----------
    program : Program
        The model.
    chosen : Selection
        The outputs.

    Returns
    -------
    list of int
    """
    begin, first = 0, {}
    for name, output in program.outputs.items():
        first[name] = begin
        begin += len(output.cells)
    return [
        first[name] + place
        for name in chosen.names
        for place in range(len(program.outputs[name].cells))
    ]
