"""What a run returns: from the names of variables to the nodes of a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import UnknownNameError


@dataclass(frozen=True)
class Selection:
    """The variables that a run returns.

    Attributes
    ----------
    names : tuple of str
        The variables.
    nodes : tuple of int
        Their nodes, variable by variable.
    """

    names: tuple[str, ...]
    nodes: tuple[int, ...]


def select_outputs(program: Program, outputs: Sequence[str] | None) -> Selection:
    """Find outputs by name.

    Parameters
    ----------
    program : Program
        The model.
    outputs : sequence of str, optional
        Variables; all if left out.

    Returns
    -------
    Selection

    Raises
    ------
    InputError
        If a variable does not exist.
    """
    names = list(program.outputs)
    if outputs is not None:
        spelled = {fold_name(name): name for name in names}
        for given in outputs:
            if not isinstance(given, str) or fold_name(given) not in spelled:
                raise UnknownNameError("output", str(given), program.outputs)
        names = list(dict.fromkeys(spelled[fold_name(given)] for given in outputs))
    nodes = tuple(node for name in names for node in program.outputs[name].cells.values())
    return Selection(tuple(names), nodes)
