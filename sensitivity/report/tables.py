"""The tables of an analysis as they are shown and written: in the units of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.model.presentation.exports import convert_units

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis

# Indices in the output's unit; all others are shares or distances without a unit.
_EFFECTS = ("mu star", "mu", "sigma")
_INDEX_TABLES = ("indices", "pairs", "convergence")
_ENDS = ["value", "low", "high", "floor"]
_VALUES = {
    "outputs": ["baseline", "mean", "sd", "5 %", "50 %", "95 %"],
    "swings": ["at low", "at high", "mean", "half low", "half high"],
    "advantages": ["mean", "5 %", "95 %"],
}


def present_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Give the tables of an analysis in the units of the screen, each with its unit beside it.

    Parameters
    ----------
    analysis : Analysis
        The analysis.

    Returns
    -------
    dict of str to pandas.DataFrame
        As `sensitivity.analysis.analysis.Analysis.tables`, without those that are empty. The
        column ``unit`` is that of the numbers in the row: ``Dmnl`` for an index that is a share.
    """
    tables = {}
    for name, table in analysis.tables.items():
        if table.empty:
            continue
        if name in _INDEX_TABLES:
            table = _present_indices(table)
        elif name in _VALUES:
            if "unit" not in table:
                table = table.assign(unit=table["output"].map(_list_units(analysis)))
            table = convert_units(table, values=_VALUES[name])
        tables[name] = table
    return tables


def rank_factors(analysis: Analysis) -> pd.DataFrame:
    """Rank the factors of every principal output by the headline index.

    Parameters
    ----------
    analysis : Analysis
        The analysis.

    Returns
    -------
    pandas.DataFrame
        A row for each scenario, output and factor, those that matter most first: the headline
        index, the ends of its interval, their unit, whether the interval can be trusted (``"no"``:
        the output rests on too few runs), and what more of the factor does to the output (see
        `sensitivity.direction.Direction`; missing for groups of factors).
    """
    table = analysis.tables["indices"]
    headline = analysis.method.headline
    names = [column.name for column in analysis.outputs]
    chosen = _present_indices(table[(table["index"] == headline) & table["output"].isin(names)])
    keys = ["scenario", "output", "factor"]
    ranked = chosen[[*keys, "value", "low", "high", "unit", "trusted"]]
    heading = f"{headline} index" if analysis.method.shares else headline
    ranked = ranked.rename(columns={"value": heading}).reset_index(drop=True)
    swings = analysis.tables["swings"]
    if swings.empty:
        return ranked
    return ranked.merge(swings[[*keys, "direction"]], on=keys, how="left")


def _present_indices(table: pd.DataFrame) -> pd.DataFrame:
    unit = table["unit"].where(table["index"].isin(_EFFECTS), "Dmnl")
    ends = [name for name in _ENDS if name in table]
    trusted = np.where(table["trusted"].astype(bool), "yes", "no")
    return convert_units(table.assign(unit=unit, trusted=trusted), values=ends)


def _list_units(analysis: Analysis) -> dict[str, str]:
    return {column.name: column.unit for column in analysis.outputs}
