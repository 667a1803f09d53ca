"""Tables in the language of the moment: their headings, words and units.

Files keep the headings and units of `exports`, which programs read. What a page shows of them goes
through here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.language.catalogue import NAMES_OF_UNITS, mark
from smecluster.model.presentation.language.spoken import say

#: Headings of tables that pages show as the files have them.
HEADINGS = (
    mark("low"),
    mark("median"),
    mark("high"),
    mark("error"),
    mark("fitted"),
    mark("value"),
    mark("group"),
    mark("changed"),
    mark("distinct"),
    mark("yardstick"),
    mark("best in share of draws"),
    mark("with others"),
    mark("direction"),
    mark("ahead where low"),
    mark("ahead where high"),
    mark("share"),
    mark("box"),
    mark("coverage"),
    mark("density"),
    mark("reproduced"),
    mark("quasi p"),
    mark("words"),
    mark("chain"),
    mark("carries"),
    mark("carries %"),
    mark("variable"),
    mark("least"),
    mark("most"),
    mark("next"),
    mark("gain"),
    mark("division"),
    mark("value added gained"),
    mark("more than the paper's"),
    mark("draws"),
    mark("change"),
    mark("draws ahead"),
    mark("without"),
    mark("with"),
    mark("criterion"),
    mark("lead of best use"),
    mark("lead 5 %"),
    mark("lead 95 %"),
    mark("best use ahead in"),
    mark("share of all money"),
)
_UNIT = "unit"
_WITH_UNIT = re.compile(r"(?P<name>.+?) \[(?P<unit>[^\[\]]+)\]")


def speak_table(table: pd.DataFrame) -> pd.DataFrame:
    """Bring a table to the units of the language of the moment.

    Parameters
    ----------
    table : pandas.DataFrame
        In the units of the screen: a column's in brackets behind its name, or a row's in the column
        ``unit``.

    Returns
    -------
    pandas.DataFrame
        Numbers converted, units and headings named; the same table in English.
    """
    if say.english:
        return table
    units = _find_units()
    made = table.copy()
    if _UNIT in made:
        factors = made[_UNIT].map(lambda unit: units.get(unit, (unit, 1.0))[1])
        for name in made.columns:
            if pd.api.types.is_float_dtype(made[name]) and "[" not in str(name):
                made[name] = made[name] * factors
        made[_UNIT] = [units.get(unit, (unit, 1.0))[0] for unit in made[_UNIT]]
    headings = []
    for at, name in enumerate(made.columns):
        found = _WITH_UNIT.fullmatch(name) if isinstance(name, str) else None
        if found is None:
            headings.append(name)
            continue
        unit, factor = units.get(found["unit"], (found["unit"], 1.0))
        if not pd.api.types.is_numeric_dtype(made.dtypes.iloc[at]) and factor != 1.0:
            unit = found["unit"]  # text was rounded in the unit of the files, and stays in it
        elif factor != 1.0:
            made[name] = made[name] * factor
        headings.append(f"{say.word(found['name'])}（{unit}）")
    made.columns = (
        pd.Index(headings) if not isinstance(made.columns, pd.MultiIndex) else made.columns
    )
    return made


def _find_units() -> Mapping[str, tuple[str, float]]:
    """Find what the units of the screen are in this language, and the factor to them."""
    found = {}
    for unit in NAMES_OF_UNITS:
        english, factor = display_unit(unit)
        spoken, own = say.unit(unit)
        found[unit] = (spoken, own)
        found[english] = (spoken, own / factor)
    return found
