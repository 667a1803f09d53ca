"""Shocks: dated tables of the model bent from a year on, read from ``shocks.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from model.errors import unknown
from model.files import read_toml
from model.rewrite import values_of
from policies.schema import Schema, validate

if TYPE_CHECKING:
    from model import Model

CATALOGUE = Path(__file__).with_name("shocks.toml")


class Shock(Schema):
    """A shock to all regions.

    Parameters
    ----------
    name : str
        Short name.
    title : str
        What tables and figures call it.
    table : str
        The model's dated table that it bends.
    effect : {"multiply", "add"}
        How its size acts on the table's values.
    year : float
        Year in which it begins.
    course : tuple of (float, float)
        Years later, and size (Dmnl, or the table's unit where it is added). Ends without
        effect.
    source : str
        Where shape and size come from.
    """

    name: str
    title: str
    table: str
    effect: Literal["multiply", "add"]
    year: float
    course: tuple[tuple[float, float], ...] = Field(min_length=2)
    source: str

    def inputs(self, model: Model) -> dict[str, list[tuple[float, float]]]:
        """Bend the table.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        dict
            Points (year, value) by table and region, as an input of a run.

        Raises
        ------
        InputError
            If the model has no such table.
        """
        known = values_of(model.text)
        if self.table not in known:
            raise unknown(f"table bent by shock {self.name!r}", self.table, known)
        bent = {}
        for cell, points in known[self.table].items():
            name = f"{self.table}[{', '.join(cell)}]" if cell else self.table
            bent[name] = self._bent(np.array(points))
        return bent

    def _bent(self, points: np.ndarray) -> list[tuple[float, float]]:
        later, size = np.array(self.course).T
        dates = self.year + later
        years = np.union1d(points[:, 0], dates)
        values = np.interp(years, *points.T)
        effect = np.interp(years, dates, size)
        values = values * effect if self.effect == "multiply" else values + effect
        return [(float(year), float(value)) for year, value in zip(years, values, strict=True)]


class _Catalogue(Schema):
    shock: tuple[Shock, ...]


@cache
def shocks() -> tuple[Shock, ...]:
    """Read the shocks that come with the project.

    Returns
    -------
    tuple of Shock
        The shocks.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    return validate(_Catalogue, read_toml(CATALOGUE), CATALOGUE.name).shock
