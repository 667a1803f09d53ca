"""How the page of a calibration names series, parameters and long lists of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from smecluster.calibration.experiments.reform import read_reforms
from smecluster.model.presentation.language.spoken import say

_LISTED = 5
# Columns that name a parameter.
_PARAMETERS = ("name", "first", "second")


def name_series(row: pd.Series[Any] | Mapping[Hashable, Any]) -> str:
    """Name a series: variable, region, and segment if it has one."""
    told = {"what": say.word(row["variable"]), "region": say.name(row["region"])}
    if row["segment"]:
        return say("{what} ({region}, {part})", part=say.word(row["segment"]), **told)
    return say("{what} ({region})", **told)


def join_listed(names: Sequence[str], between: str = ", ") -> str:
    """Join names as a sentence does; of a long list the rest is counted."""
    return say.join(names, most=_LISTED, between=between)


def join_variables(names: Iterable[str]) -> str:
    """Join parameters as a sentence does, named in the language of the moment."""
    return join_listed([say.variable(name) for name in names])


def add_remark(what: str, remark: str) -> str:
    """Put a remark in brackets behind a name."""
    return say("{what} ({remark})", what=what, remark=remark)


def name_reform(name: str) -> str:
    """Name a reform: in English as its file is called, else by its title."""
    if say.english:
        return name.replace("_", " ")
    return say.name(_list_titles().get(name, name.replace("_", " ")))


@cache
def _list_titles() -> dict[str, str]:
    return {one.name: one.title for one in read_reforms()}


def speak_names(table: pd.DataFrame) -> pd.DataFrame:
    """Name the parameters and units of a table in the language of the moment.

    Parameters
    ----------
    table : pandas.DataFrame
        Its values stay in the units of the model, as files of parameters have them.

    Returns
    -------
    pandas.DataFrame
        The same table in English.
    """
    if say.english:
        return table
    spoken: dict[str, list[Any]] = {
        name: list(map(say.variable, table[name])) for name in _PARAMETERS if name in table
    }
    if "unit" in table:
        spoken["unit"] = [say.own_unit(say.word(unit)) for unit in table["unit"]]
    if "compare" in table:
        words = {"level": say("in level"), "scale": say("up to a factor")}
        spoken["compare"] = [words[each] for each in table["compare"]]
    if "reform" in table:
        spoken["reform"] = [name_reform(str(name)) for name in table["reform"]]
    return table.assign(**spoken)
