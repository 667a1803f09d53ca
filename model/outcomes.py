"""The catalogue of outcomes, and how each is added up over the regions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from smecluster.model.errors import UnknownNameError

PLACE = "place"
TOTAL = "total"
DISPERSION = "dispersion of value added per worker"


@dataclass(frozen=True)
class Outcome:
    """An outcome by which strategies are judged.

    Parameters
    ----------
    name : str
        The model's variable: by region, or national (it then has a total only).
    better : {"more", "less", "neither"}
        Which direction is an improvement, other things being equal.
    weight : str, optional
        Variable that weights the regions in the total; without one the total is their sum.
    only_changes : bool, optional
        Whether it is known up to a constant, so that only differences between runs mean
        anything: no level and no percentage of it is shown.
    """

    name: str
    better: Literal["more", "less", "neither"]
    weight: str | None = None
    only_changes: bool = False


OUTCOMES = (
    Outcome("value added", "more"),
    Outcome("Discounted value added", "more"),
    Outcome("value added elsewhere", "more"),
    Outcome("Net national benefit account", "more", only_changes=True),
    Outcome("log consumer index", "more", only_changes=True),
    Outcome("value added per worker", "more", weight="Employment"),
    Outcome("value added rate", "more", weight="gross income"),
    Outcome("total firms", "neither"),
    Outcome("Imitative SMEs", "neither"),
    Outcome("Upgraded SMEs", "more"),
    Outcome("External firms", "neither"),
    Outcome("Employment", "more"),
    Outcome("Talent", "more"),
    Outcome("annual wage", "more", weight="Employment"),
    Outcome("innovation capacity", "more", weight="value added"),
    Outcome("average quality", "more", weight="value added"),
    Outcome("Regional brand", "more", weight="value added"),
    Outcome("Embeddedness", "more", weight="External firms"),
    Outcome("transaction cost share", "less", weight="value added"),
    Outcome("external investment", "neither"),
    Outcome("SME loans", "neither"),
    Outcome("fiscal balance", "more"),
    Outcome("Local public debt", "less"),
    Outcome("local programme cost", "neither"),
    Outcome("central fiscal balance", "more"),
    Outcome("central programme cost", "neither"),
)


def find_outcome(name: str) -> Outcome:
    """Find an outcome by its name.

    Parameters
    ----------
    name : str
        Name of the outcome.

    Returns
    -------
    Outcome
        The outcome.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    for outcome in OUTCOMES:
        if outcome.name == name:
            return outcome
    raise UnknownNameError("outcome", name, [outcome.name for outcome in OUTCOMES])


def shows_only_changes(name: str) -> bool:
    """Say whether only differences between runs mean anything for an outcome of this name."""
    return any(outcome.only_changes for outcome in OUTCOMES if outcome.name == name)


def list_variables(outcomes: Iterable[Outcome] = OUTCOMES) -> list[str]:
    """List the variables of the model that outcomes are computed from."""
    needed = dict.fromkeys(outcome.name for outcome in outcomes)
    needed |= dict.fromkeys(outcome.weight for outcome in outcomes if outcome.weight)
    return [*needed]


def collect_outcomes(run: xr.Dataset, outcomes: Iterable[Outcome] = OUTCOMES) -> xr.Dataset:
    """Collect the outcomes of runs, by region and in total.

    Parameters
    ----------
    run : xarray.Dataset
        Result of ``simulate`` or ``simulate_many`` with the outcomes' variables.
    outcomes : iterable of Outcome
        The outcomes to collect.

    Returns
    -------
    xarray.Dataset
        Each outcome along ``place`` (the regions, then ``total``) instead of ``Region``,
        with unit and definition. National outcomes have no ``place``. Neither has the
        dispersion among regions, Dmnl: the coefficient of variation (population standard
        deviation over unweighted mean) of value added per worker.
    """
    places = np.array([*map(str, run["Region"].values), TOTAL], dtype=object)
    gathered = {outcome.name: _with_total(run, outcome) for outcome in outcomes}
    if "value added per worker" in run:
        spread = run["value added per worker"].variable
        gathered[DISPERSION] = spread.std("Region") / spread.mean("Region")
        gathered[DISPERSION].attrs = {
            "unit": "Dmnl",
            "definition": "Standard deviation over mean of the regions' value added per worker",
        }
    coordinates = {
        name: values for name, values in run.coords.items() if "Region" not in values.dims
    }
    return xr.Dataset(gathered, {**coordinates, PLACE: places}, attrs=run.attrs)


def _with_total(run: xr.Dataset, outcome: Outcome) -> xr.Variable:
    regional = run[outcome.name].variable
    if "Region" not in regional.dims:
        return regional
    regional = regional.transpose(..., "Region")
    values = regional.values
    if outcome.weight is None:
        total = values.sum(-1, keepdims=True)
    else:
        weight = run[outcome.weight].variable.transpose(..., "Region").values
        size = weight.sum(-1, keepdims=True)
        # With nothing to weight by (no external firm anywhere) the total is undefined.
        total = np.full_like(size, np.nan)
        np.divide((values * weight).sum(-1, keepdims=True), size, out=total, where=size > 0)
    dims = (*regional.dims[:-1], PLACE)
    return xr.Variable(dims, np.concatenate([values, total], axis=-1), regional.attrs)
