"""Results on disk: tables, labelled arrays and figures, each with its stamp."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL, collect_outcomes
from smecluster.model.support.exports import write_csv, write_figure, write_table
from smecluster.model.support.files import replace_file
from smecluster.policies.comparison.single import Comparison
from smecluster.policies.ensemble.recovery import LOSS, YEARS

Stamp = Mapping[str, str]
_PURE = ("factor", "gained per yuan")


def write_tables(comparison: Comparison, folder: Path, stamp: Stamp) -> list[Path]:
    """Write a comparison's tables as CSV, Parquet and JSON, and its paths as NetCDF too.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    folder : Path
        Where to; made if it is missing. Each file is written completely or not at all.
    stamp : mapping
        Where the result came from; every file carries it.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    tables = {
        "outcomes": comparison.table,
        "paths": long_table(comparison.paths),
        "spillovers": long_table(comparison.origins),
        "money": money_table(comparison),
        "recovery": long_table(comparison.recovery[[LOSS, YEARS]]),
    }
    costs = tables.pop("money")
    units = {str(name): "Myuan" for name in costs if name not in ("strategy", *_PURE)}
    files = write_table(costs, folder, "money", stamp, units=units)
    for name, table in tables.items():
        values = [column for column in ("baseline", "value", "change") if column in table]
        files += write_table(table, folder, name, stamp, values=values)
    files.append(_netcdf(comparison.paths, folder / "paths.nc", stamp))
    return files


def write_figures(comparison: Comparison, folder: Path, stamp: Stamp) -> dict[str, Path]:
    """Write a comparison's figures as PNG and give the files by name; see `write_tables`."""
    from smecluster.policies.comparison.figures_single import figures

    drawn = figures(comparison)
    return {name: write_figure(figure, folder, name, stamp) for name, figure in drawn.items()}


def write_run(run: xr.Dataset, folder: Path, stamp: Stamp) -> list[Path]:
    """Write a run: every variable as NetCDF, the outcomes as CSV; see `write_tables`."""
    return [
        *write_csv(
            long_table(collect_outcomes(run)), folder / "outcomes.csv", stamp, values=["value"]
        ),
        _netcdf(run, folder / "run.nc", stamp),
    ]


def long_table(data: xr.Dataset) -> pd.DataFrame:
    """Put a data set into long form: outcome, unit, its dimensions, value."""
    parts = []
    for name, values in data.data_vars.items():
        part = values.rename("value").to_dataframe().reset_index()
        part = part[[*map(str, values.dims), "value"]]
        if PLACE in data.dims and PLACE not in values.dims:
            part[PLACE] = TOTAL
        part.insert(0, "unit", values.attrs.get("unit", ""))
        part.insert(0, "outcome", str(name))
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    known = [name for name in ("shock", "strategy", "origin", PLACE, "time") if name in table]
    return table[["outcome", "unit", *known, "value"]]


def money_table(comparison: Comparison) -> pd.DataFrame:
    """Put what each strategy costs into a table, Myuan in present value unless it says else.

    Columns: strategy, written (as the file gives it), factor (Dmnl), money (as compared),
    gained (value added beyond the baseline), gained per yuan (Dmnl), and what each payer
    pays.
    """
    gained = comparison.gained
    rows = [
        {
            "strategy": item.strategy.name,
            "written": item.written,
            "factor": item.factor,
            "money": item.money,
            "gained": gained[item.strategy.name],
            "gained per yuan": gained[item.strategy.name] / item.money if item.money else None,
            **{
                f"paid by {payer}": value
                for payer, value in comparison.money.loc[item.strategy.name].items()
            },
        }
        for item in comparison.funded
    ]
    return pd.DataFrame(rows)


def _netcdf(data: xr.Dataset, path: Path, stamp: Stamp) -> Path:
    with replace_file(path) as temporary:
        data.assign_attrs(stamp=json.dumps(dict(stamp))).to_netcdf(temporary)
    return path
