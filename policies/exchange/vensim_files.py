"""What Vensim reads and writes beside a model: changes (.cin), searches (.voc), runs (.tab)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

_MOST = 12  # digits: what Vensim's own files carry


def write_changes(values: Mapping[str, float]) -> str:
    """Write values as a file of changes (.cin), which Vensim reads before a run.

    Parameters
    ----------
    values : mapping of str to float
        Value by input, ``name`` or ``name[element, element]``, in the model's units. Only constants
        can be changed this way; a table keeps its course.

    Returns
    -------
    str
        A line for each constant.
    """
    return "".join(f"{name} = {_format(value)}\n" for name, value in values.items())


def write_search(parameters: pd.DataFrame) -> str:
    """Write the parameters of a calibration as a file for Vensim's optimiser (.voc).

    Parameters
    ----------
    parameters : pandas.DataFrame
        A row a parameter: ``name``, ``lower``, ``estimate``, ``upper``, in the model's units.

    Returns
    -------
    str
        The optimiser's settings, then ``lower <= name = start <= upper`` for each. The priors
        cannot be said in this format; a payoff file has to be written for the model.
    """
    lines = [":OPTIMIZER=Powell", ":SENSITIVITY=Off", ":MULTIPLE_START=Off"]
    for row in parameters.to_dict("records"):
        low, start, high = (_format(float(row[name])) for name in ("lower", "estimate", "upper"))
        lines.append(f"{low} <= {row['name']} = {start} <= {high}")
    return "\n".join(lines) + "\n"


def make_tab_table(run: xr.Dataset) -> pd.DataFrame:
    """Lay a run out as Vensim exports it: a row a variable, a column a time.

    Parameters
    ----------
    run : xarray.Dataset
        A run, with the dimension ``time`` (years).

    Returns
    -------
    pandas.DataFrame
        The first column, ``Time``, holds names such as ``Firms[Wenzhou,imitative]``; the others are
        times.
    """
    rows: dict[str, np.ndarray] = {}
    for name, values in run.data_vars.items():
        others = [dim for dim in values.dims if dim != "time"]
        if not others:
            rows[str(name)] = values.values
            continue
        spread = values.stack(cell=others).transpose("cell", "time")
        for cell, path in zip(spread["cell"].values, spread.values, strict=True):
            rows[f"{name}[{','.join(map(str, cell))}]"] = path
    times = [_format(float(year)) for year in run["time"].values]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=times)
    return table.rename_axis("Time").reset_index()


def _format(value: float) -> str:
    return f"{value:.{_MOST}g}"
