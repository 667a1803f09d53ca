"""An additional region: its own parameters are fitted, those of all other regions are held.

The shared parameters and the other regions keep their calibration. Only the parameters in the
folder's ``parameters.csv`` are estimated, from the folder's figures. The result says how the region
differs, given what the calibrated cases say about what all regions share. That is itself uncertain,
so each draw of the region's posterior is paired with a draw of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from smecluster.calibration.data.case import Case, make_region
from smecluster.calibration.problem.assembly import Problem, assemble_problem
from smecluster.calibration.problem.parameters import FILE
from smecluster.calibration.store.named import Calibration, apply_calibration
from smecluster.model import Model, Region, load
from smecluster.model.support.errors import InputError
from smecluster.model.vensim.values import find_element


def load_beside(case: Case, held: Calibration | None) -> Model:
    """Load the model with an additional region beside the calibrated ones.

    Parameters
    ----------
    case : Case
        The additional region; it replaces a shipped one of the same name.
    held : Calibration or None
        The calibration of the others; None for the values of the model file.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If the region lacks a value, or has one that is not in the model.
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
    """Assemble the estimation problem of an additional region.

    Parameters
    ----------
    model : Model
        See `load_beside`.
    case : Case
        The additional region.
    include : iterable of str
        ``"remembered"`` adds figures given from memory.
    base : mapping, optional
        Inputs that all runs set, such as the time step.

    Returns
    -------
    Problem
        With the region's own parameters and figures only.

    Raises
    ------
    InputError
        If the folder names nothing to estimate, has no figures, or is malformed.
    """
    found = assemble_problem(model, [case], include=include, shared=False, base=base)
    if not found.parameters:
        raise InputError(
            f"{case.path / FILE} names no parameter: nothing can be estimated for {case.place.name}"
        )
    return found


def pair_draws(own: pd.DataFrame, held: pd.DataFrame, regions: Collection[str]) -> pd.DataFrame:
    """Pair draws of an additional region with draws of the calibration that held the others.

    Parameters
    ----------
    own, held : pandas.DataFrame
        Equally many draws of each, in random order.
    regions : collection of str
        The regions of `own`.

    Returns
    -------
    pandas.DataFrame
        A row a draw: the columns of `held`, except those of `regions`, then those of `own`.
    """
    kept = [name for name in held.columns if find_element(name, regions) is None]
    return pd.concat([held[kept].reset_index(drop=True), own.reset_index(drop=True)], axis=1)
