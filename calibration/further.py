"""A further region: its own parameters are fitted, those of all other regions are held.

The shared parameters and the other regions stay at their calibration; only what the folder's
``parameters.csv`` names is estimated, from the folder's figures. The result says how the
region differs, given what the calibrated cases say about what regions share; that knowledge is
itself uncertain, and a draw of the region's posterior is therefore paired with a draw of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from smecluster.calibration.data.case import Case, make_region
from smecluster.calibration.problem.assembly import Problem, assemble_problem
from smecluster.calibration.problem.parameters import FILE
from smecluster.calibration.store.named import Calibration, apply_calibration
from smecluster.model import Model, Region, load
from smecluster.model.support.errors import InputError


def load_beside(case: Case, held: Calibration | None) -> Model:
    """Load the shipped regions at their calibration, with a further region beside them.

    Parameters
    ----------
    case : Case
        The further region; it replaces a shipped one of the same name.
    held : Calibration or None
        The calibration of the others; the values of the model's file where it is None.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If the region lacks a value or has one that the model does not know.
    """
    shipped = [name for name in load().regions if name != case.place.name]
    model = load(regions=[*map(Region, shipped), make_region(case)])
    return model if held is None else apply_calibration(model, held, keep=[case.place.name])


def assemble_further_problem(
    model: Model,
    case: Case,
    *,
    include: Iterable[str] = (),
    base: Mapping[str, Any] | None = None,
) -> Problem:
    """Put the estimation problem of a further region together.

    Parameters
    ----------
    model : Model
        See `load_beside`.
    case : Case
        The further region.
    include : iterable of str
        ``"remembered"`` adds figures given from memory.
    base : mapping, optional
        Inputs that all runs set, such as the time step.

    Returns
    -------
    Problem
        Of the region's own parameters and figures alone.

    Raises
    ------
    InputError
        If the folder names nothing to estimate, has no figures, or is malformed.
    """
    found = assemble_problem(model, [case], include=include, shared=False, base=base)
    if not found.parameters:
        raise InputError(
            f"{case.path / FILE} names no parameter: there is nothing to estimate for "
            f"{case.place.name}"
        )
    return found


def pair_draws(own: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Put draws of a further region beside draws of the calibration that was held.

    Parameters
    ----------
    own, held : pandas.DataFrame
        As many draws of each, in random order.

    Returns
    -------
    pandas.DataFrame
        A row a draw: the held calibration's columns, less those of a region that the own draws
        replace, then the own ones.
    """
    regions = {name.partition("[")[2] for name in own.columns}
    kept = [
        name for name in held.columns if not ("[" in name and name.partition("[")[2] in regions)
    ]
    return pd.concat([held[kept].reset_index(drop=True), own.reset_index(drop=True)], axis=1)
