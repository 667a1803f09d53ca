"""How indices settle as runs are added: from ever larger beginnings of the stored runs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smecluster.sensitivity.analysis.cases import Rows, prepare_outputs
from smecluster.sensitivity.analysis.index_table import COLUMNS, build_index_table
from smecluster.sensitivity.methods.estimates import Array, Bootstrap
from smecluster.sensitivity.methods.hdmr import MINIMUM_RUNS
from smecluster.sensitivity.store.results import Results

_STEPS = 5
# Fewer units than these say nothing.
_LEAST = {"sobol": 16, "morris": 4, "hdmr": MINIMUM_RUNS}
_LEAST_OTHERWISE = 128


def trace_convergence(
    results: Results,
    rows: Rows,
    values: Mapping[str, Array],
    outputs: pd.DataFrame,
    bootstrap: Bootstrap,
) -> pd.DataFrame:
    """Estimate the headline index from nested parts of the runs.

    Parameters
    ----------
    results : Results
        The study.
    rows : Rows
        The runs that the method takes.
    values : mapping of str to ndarray (runs of the design,)
        The outputs by name.
    outputs : pandas.DataFrame
        A row for each of them.
    bootstrap : Bootstrap
        How intervals are drawn.

    Returns
    -------
    pandas.DataFrame
        The columns of `sensitivity.analysis.index_table.build_index_table`, with the size and the
        number of runs ahead; empty for FAST, whose curves of different length have no run in
        common.
    """
    nothing = pd.DataFrame(columns=["size", "runs", *COLUMNS])
    if rows.method.name == "fast":
        return nothing
    parts = []
    for size in choose_sizes(rows.size, _LEAST.get(rows.method.name, _LEAST_OTHERWISE)):
        for prepared in prepare_outputs(results, rows, values, outputs, size):
            if prepared.size < 2 or (rows.method.name == "hdmr" and prepared.size < MINIMUM_RUNS):
                continue
            found = build_index_table(
                prepared.sample, prepared.outputs, rows.method.brief, bootstrap
            )
            found = found[found["index"] == rows.method.headline]
            found.insert(0, "runs", size * rows.unit)
            found.insert(0, "size", size)
            parts.append(found)
    return pd.concat(parts, ignore_index=True) if parts else nothing


def choose_sizes(size: int, least: int) -> list[int]:
    """Choose nested sizes of a study: halves of halves, the whole last.

    Parameters
    ----------
    size : int
        Of the study, in base points, trajectories or runs.
    least : int
        The smallest worth looking at.

    Returns
    -------
    list of int
        Up to five, ascending.
    """
    found = [size]
    while len(found) < _STEPS and found[0] // 2 >= least:
        found.insert(0, found[0] // 2)
    return found
