"""Runs as the long table that scenario databases and pyam read (the IAMC format)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.file.regions import REGION

#: The columns, in the order of the format.
COLUMNS = ("model", "scenario", "region", "variable", "unit", "year", "value")
#: Where a variable that has no region belongs: what it describes is national.
NATION = "China"


def make_long_table(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Write runs as a long table.

    Parameters
    ----------
    runs : mapping of str to xarray.Dataset
        Runs by the name of their scenario, from `engine.run.runs.simulate`: dimensions ``time``
        (years) and, for some variables, ``Region`` and further ranges.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. A row is one variable in one region and whole year, in the model's own
        unit. An element of a further range follows the variable's name, as in
        ``Firms|imitative``; a variable without regions has the region ``China``.
    """
    rows = [row for name, run in runs.items() for row in _list_rows(name, run)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _list_rows(scenario: str, run: xr.Dataset) -> Iterator[tuple[Any, ...]]:
    edition = f"smecluster {version('smecluster')} {run.attrs['model hash'][:12]}"
    years = np.asarray(run["time"].values, dtype=float)
    whole = np.flatnonzero(years == np.round(years))
    for name, values in run.data_vars.items():
        if "time" not in values.dims:
            continue
        unit = str(values.attrs.get("unit", ""))
        others = [str(dim) for dim in values.dims if dim != "time"]
        for cell in product(*(values[dim].values for dim in others)):
            elements = dict(zip(others, map(str, cell), strict=True))
            path = values.sel(elements).values
            region = elements.pop(REGION, NATION)
            variable = "|".join([str(name), *elements.values()])
            for at in whole:
                yield edition, scenario, region, variable, unit, int(years[at]), float(path[at])
