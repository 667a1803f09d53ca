"""What every analysis gives: facts, labelled tables and pictures, and a page that says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from smecluster.model.errors import UnknownNameError
from smecluster.model.presentation.exports import write_excel
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.writing import pages
from smecluster.model.writing.pages import Page, Text
from smecluster.model.writing.words import ENGLISH

if TYPE_CHECKING:
    import xarray as xr

    from smecluster.model.presentation.plotting import Figure
    from smecluster.model.writing.pictures import Picture

T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """What an analysis found.

    Attributes
    ----------
    template : str
        Name of the templates that put it into words, one for each language.
    facts : mapping
        What their sentences speak of.
    tables : mapping of str to pandas.DataFrame
        Labelled tables, the most important first; ``attrs["units"]`` gives the units of columns.
    pictures : mapping of str to Picture
        What is drawn, the most important first.
    data : xarray.Dataset, optional
        The numbers behind it, with their units.
    """

    template: str
    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    data: xr.Dataset | None = None

    def page(self, language: str = ENGLISH) -> Page:
        """Put it into words.

        Parameters
        ----------
        language : str
            Code of a language.

        Returns
        -------
        Page
            The page.

        Raises
        ------
        InputError
            If there is no such language.
        """
        return pages.render(self.template, self.facts, self.tables, self.pictures, language)

    def answer(self, language: str = ENGLISH) -> list[str]:
        """Give the sentences of the page's head."""
        return [one.plain for one in self.page(language).head if isinstance(one, Text)]

    def table(self, name: str | None = None) -> pd.DataFrame:
        """Give one table, its units in the headings; the most important one without a name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        return label_units(_pick("table", name, self.tables))

    def figure(self, name: str | None = None, language: str = ENGLISH) -> Figure:
        """Draw one picture, the most important one without a name.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        from smecluster.model.writing.forms import draw

        return draw(_pick("figure", name, self.page(language).drawings), language)

    def to_excel(self, path: str | Path, language: str = ENGLISH) -> Path:
        """Write its tables, and its words, as an Excel workbook.

        Parameters
        ----------
        path : str or Path
            The workbook, ``.xlsx``.
        language : str
            Code of the language of the words.

        Returns
        -------
        Path
            The workbook.

        Raises
        ------
        InputError
            If the name does not end in ``.xlsx``, or the file cannot be written.
        """
        page = self.page(language)
        said = [one.plain for one in (*page.head, *page.body) if isinstance(one, Text)]
        return write_excel(
            {name: label_units(one) for name, one in self.tables.items()}, path, said
        )


def label_units(table: pd.DataFrame) -> pd.DataFrame:
    """Convert columns from the model's units to the reader's, and say so in their headings.

    Parameters
    ----------
    table : pandas.DataFrame
        A table; ``attrs["units"]`` gives the units of its columns.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> table = pd.DataFrame({"gain": [1500.0]})
    >>> table.attrs["units"] = {"gain": "Myuan"}
    >>> label_units(table).to_dict("list")
    {'gain [bn yuan]': [1.5]}
    """
    units = {name: display_unit(unit) for name, unit in table.attrs.get("units", {}).items()}
    converted = table.assign(
        **{name: table[name] * factor for name, (_, factor) in units.items() if factor != 1.0}
    )
    return converted.rename(columns={name: f"{name} [{unit}]" for name, (unit, _) in units.items()})


def _pick(kind: str, name: str | None, made: Mapping[str, T]) -> T:
    chosen = next(iter(made), "") if name is None else name
    if chosen not in made:
        raise UnknownNameError(kind, chosen, made)
    return made[chosen]
