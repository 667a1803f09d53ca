"""Thirty regions that exist nowhere, made from the shipped ones by rules that are written down.

Studies of coordination have thirty provinces or fifty states. A synthetic region is one of the
shipped regions, in turn, with another size and other endowments:

* **size** multiplies everything that a larger place has more of (`calibration.data.constants`).
  Sizes are lognormal; those made from one region sum to that region, so the nation around them is
  as large as before. Their spread is that of published GDP of four prefecture-level cities in 2020
  (Suzhou, Chengdu, Quanzhou, Wenzhou). All four are large; China's prefectures differ by more.
* **endowments** (`ENDOWMENTS`, of the first year of the model) are multiplied once more, all of a
  region by one lognormal number, whose mean over the regions made from one, weighted by size, is
  one. The spread is that of published GDP per resident in 2020 (these four and the Delta). What is
  left of it in the first year of play is measured, not set.

Everything else, dated tables of policy included, is that of the shipped region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from smecluster.calibration.data.constants import is_extensive
from smecluster.model.errors import InputError
from smecluster.model.file.model import Model
from smecluster.model.file.regions import Region, read_regions, set_regions
from smecluster.policies.game.equilibrium.players import Floats

#: Standard deviation of the logarithm of size, and of endowments: shared data, `cities.csv`,
#: `wenzhou.csv`, `pearl_river_delta.csv`, GDP and resident population of 2020.
SIZE_SPREAD, ENDOWMENT_SPREAD = 0.50, 0.31
#: What one region has more of than another of its size.
ENDOWMENTS = (
    "initial capital",
    "initial infrastructure capital",
    "initial firm knowledge",
    "initial talent",
    "initial skilled",
)
#: Regions at least and at most: thirty compile in ten seconds, a hundred in half a minute.
FEWEST, MOST = 2, 100


def make_regions(model: Model, count: int, seed: int) -> Model:
    """Write a model with synthetic regions.

    Parameters
    ----------
    model : Model
        The model.
    count : int
        How many regions.
    seed : int
        Of sizes and endowments.

    Returns
    -------
    Model
        The model with the synthetic regions as its own.

    Raises
    ------
    InputError
        If the number of regions is not in `FEWEST`..`MOST`, or below that of the model.
    """
    known = read_regions(model.text)
    if not max(FEWEST, len(known)) <= count <= MOST:
        raise InputError(
            f"synthetic regions must number {max(FEWEST, len(known))}..{MOST}, not {count}"
        )
    sizes, endowments = draw_scales(count, len(known), seed)
    made = []
    for at in range(count):
        base = known[at % len(known)]
        made.append(
            Region(
                f"{base.name} {1 + at // len(known)}",
                {
                    name: _scale(value, _factor(model, name, sizes[at], endowments[at]))
                    for name, value in base.constants.items()
                },
                base.tables,
            )
        )
    return Model(set_regions(model.text, made), model.path)


def draw_scales(count: int, bases: int, seed: int) -> tuple[Floats, Floats]:
    """Draw sizes and endowments.

    Parameters
    ----------
    count, bases : int
        How many regions, and of how many shipped ones they are made in turn.
    seed : int
        Seed.

    Returns
    -------
    tuple of array of float, shape (count,)
        Size as a part of the shipped region, Dmnl, which sum to one over the regions made from
        one; and the factor of endowments, Dmnl, whose mean over them, weighted by size, is one.
    """
    random = np.random.default_rng([seed, count])
    sizes = np.exp(SIZE_SPREAD * random.standard_normal(count))
    endowments = np.exp(ENDOWMENT_SPREAD * random.standard_normal(count))
    for base in range(bases):
        own = slice(base, None, bases)
        sizes[own] /= sizes[own].sum()
        endowments[own] /= sizes[own] @ endowments[own]
    return sizes, endowments


def list_bases(regions: Sequence[str]) -> list[str]:
    """Give the shipped region that each synthetic one is made from."""
    return [name.rpartition(" ")[0] for name in regions]


def _factor(model: Model, name: str, size: float, endowment: float) -> float:
    larger = is_extensive(name, model.variables[name].unit)
    return (size if larger else 1.0) * (endowment if name in ENDOWMENTS else 1.0)


def _scale(value: float | Mapping[str, float], factor: float) -> float | Mapping[str, float]:
    if isinstance(value, float | int):
        return value * factor
    return {element: number * factor for element, number in value.items()}
