"""What a page needs to name the variable with which a run left the domain of its equations.

A compiled module says at which step a run failed, and leaves the states of that step. The page then
computes that one step again, operation by operation, from the list that is written here, and looks
for the first result that is no number: as `engine.compile.diagnosis` does.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.engine.compile.diagnosis import name_variables
from smecluster.model.engine.compile.schedule import find_checks
from smecluster.model.engine.graph.graph import PAYLOAD, Graph, list_operands

if TYPE_CHECKING:
    from smecluster.model.engine.graph.graph import Program

_MOST = 3  # operands


def describe_operations(program: Program, kept: list[int]) -> dict[str, Any]:
    """Write a model's operations as what can be written as JSON.

    Parameters
    ----------
    program : Program
        The model.
    kept : list of int
        Nodes that a run returns.

    Returns
    -------
    dict
        ``operations``: names; ``nodes``: for each node the place of its operation, a payload and
        three operands (-1 where there is none); ``first``: the nodes that begin the states;
        ``checks``: nodes that must be finite, in order; ``gates``: by a check's place the node
        that says whether it matters; ``names``, ``cells``, ``owners``: for each check the places
        of its variable's name and elements; ``reasons``: what a check means, by its place.
    """
    graph = Graph(program.nodes)
    first = [initial for initial, _ in program.states]
    after = [following for _, following in program.states]
    checks = find_checks(graph, [*first, *after, *program.pasts], kept, every=True)
    operations: dict[str, int] = {}
    rows = np.full((len(graph.nodes), _MOST + 2), -1, dtype=float)
    for place, node in enumerate(graph.nodes):
        operands = list_operands(node)
        rows[place, 0] = operations.setdefault(node[0], len(operations))
        if PAYLOAD.get(node[0]):
            rows[place, 1] = float(node[1])
        rows[place, 2 : 2 + len(operands)] = operands
    owner = name_variables(program)
    called = [owner.get(check.node, "").partition("[") for check in checks]
    names = list(dict.fromkeys(name for name, _, _ in called))
    cells = list(dict.fromkeys(cell for _, _, cell in called))
    return {
        "operations": list(operations),
        "nodes": _pack(rows),
        "first": first,
        "checks": [check.node for check in checks],
        "gates": {str(at): check.gate for at, check in enumerate(checks) if check.gate is not None},
        "names": names,
        "cells": [cell.rstrip("]") for cell in cells],
        "owners": [[names.index(name), cells.index(cell)] for name, _, cell in called],
        "reasons": {
            str(at): program.reasons[check.node]
            for at, check in enumerate(checks)
            if check.node in program.reasons
        },
    }


def _pack(rows: np.ndarray) -> dict[str, Any]:
    """Write the rows compactly: whole numbers in 16 bits, and apart the few that are not whole."""
    whole = (rows == np.round(rows)) & (np.abs(rows) < 30_000)
    apart = {str(at): float(rows.flat[at]) for at in np.flatnonzero(~whole)}
    small = np.where(whole, rows, 0).astype("<i2")
    return {"whole": base64.b64encode(small.tobytes()).decode(), "apart": apart}
