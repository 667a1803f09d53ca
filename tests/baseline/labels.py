"""Run what is shipped, and label values by name, unit, place and year."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model

#: For many runs: coarser than the model's own step.
LONG_STEP = {"TIME STEP": 0.125}


def load_shipped() -> Model:
    """Load the calibrated model that every command uses."""
    from smecluster.calibration.loading import load_calibrated

    return load_calibrated([], [])


def choose_draws(model: Model, count: int) -> pd.DataFrame:
    """Choose draws of the shipped calibration."""
    from smecluster.calibration.drawing import draw_values

    return draw_values(None, count, 1, model.regions)


def run_command(*arguments: str) -> Any:
    """Run ``smecluster`` in this process and read the JSON that it prints.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    from smecluster.scripts.main import main

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(io.StringIO()) as complaints:
        try:
            main(arguments)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"{' '.join(arguments)}: {complaints.getvalue()}") from None
    return json.loads(printed.getvalue())


def label_outcomes(outcomes: xr.Dataset) -> dict[str, Any]:
    """Label outcomes by name and unit, place and year."""
    return {
        name_with_unit(str(name), values): (
            {str(place): label_years(values.sel(place=place)) for place in values["place"].values}
            if "place" in values.dims
            else {"total": label_years(values)}
        )
        for name, values in outcomes.data_vars.items()
    }


def label_table(table: pd.DataFrame, texts: Sequence[str] = ()) -> dict[str, Any]:
    """Label the rows of a table by its columns of words and years, and keep the rest.

    Columns that `texts` names hold words that are results, and label nothing.
    """
    import pandas as pd

    years = ("start", "year", "size")
    keys = [
        name
        for name in table
        if name in years or not (name in texts or pd.api.types.is_numeric_dtype(table[name]))
    ]
    units = [name for name in keys if name == "unit"]
    labelled: dict[str, Any] = {}
    for row in table.to_dict("records"):
        label = ", ".join(f"{row[key]}" for key in keys if key not in units)
        label += "".join(f" [{row[unit]}]" for unit in units)
        assert label not in labelled, label
        labelled[label] = {str(name): row[name] for name in table if name not in keys}
    return labelled


def name_with_unit(name: str, values: xr.DataArray) -> str:
    return f"{name} [{values.attrs.get('unit', 'Dmnl')}]"


def label_years(values: xr.DataArray) -> dict[str, float]:
    return {f"{year:g}": float(values.sel(time=year)) for year in values["time"].values}


def label_dataset(data: xr.Dataset, names: Sequence[str] = ()) -> dict[str, Any]:
    """Label variables of a dataset by the coordinates of each value."""
    found: dict[str, Any] = {}
    for name in names or list(data):
        values = data[name]
        for label, value in values.to_series().items():
            keys = [str(key) for key in (label if isinstance(label, tuple) else (label,))]
            found.setdefault(str(name), {}).setdefault(", ".join(keys[:-1]) or "all", {})[
                keys[-1]
            ] = value
    return found


def label_rows(table: pd.DataFrame, keys: Sequence[str], values: Sequence[str]) -> dict[str, Any]:
    """Label some columns of a table by others."""
    return {
        ", ".join(str(row[key]) for key in keys): {name: row[name] for name in values}
        for row in table.to_dict("records")
    }


def count_table(table: pd.DataFrame) -> dict[str, Any]:
    """Sum up a table: its rows, and the sum of each column of numbers, words being counted."""
    import pandas as pd

    return {"rows": len(table)} | {
        str(name): float(column.sum())
        if pd.api.types.is_numeric_dtype(column)
        else f"{column.nunique()} different"
        for name, column in table.items()
    }
