"""An additional region: its own parameters are fitted, those of all other regions are held.

The shared parameters and the other regions keep their calibration. Only the parameters in the
folder's ``parameters.csv`` are estimated, from the folder's figures. The result says how the region
differs, given what the calibrated cases say about what all regions share. That is itself uncertain,
so each draw of the region's posterior is paired with a draw of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from smecluster.calibration.data.case import Case, make_region
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.calibration.problem.assembly import Problem, assemble_problem
from smecluster.calibration.problem.parameters import FILE
from smecluster.calibration.store.named import Calibration, apply_calibration
from smecluster.calibration.store.own import open_own
from smecluster.model import Model, Region, load
from smecluster.model.engine.read.values import find_element
from smecluster.model.errors import InputError


def load_beside(
    case: Case, held: Calibration | None, others: Sequence[Case] = ()
) -> tuple[Model, dict[str, tuple[str, ...]]]:
    """Load the model with an additional region beside the calibrated ones.

    Parameters
    ----------
    case : Case
        The additional region; it replaces a shipped one of the same name.
    held : Calibration or None
        The calibration of the others; None for the values of the model file.
    others : sequence of Case
        Further case folders that stand beside it, each with its own calibration if it has one.

    Returns
    -------
    model : Model
        Nothing is taken out of regions that contain others.
    parts : dict of str to tuple of str
        By region those that are part of it.

    Raises
    ------
    InputError
        If a region lacks a value, has one that is not in the model, or counts what another does.
    """
    added = [*others, case]
    own = [each.place.name for each in added]
    if len({*own}) < len(own):
        raise InputError(f"{' and '.join(own)}: a region stands beside others once")
    kept = [name for name in load().regions if name not in own]
    model = load(regions=[*map(Region, kept), *map(make_region, added)])
    parts = find_parts(model.regions, [each.place for each in added])
    if held is not None:
        model = apply_calibration(model, held, keep=own)
    for each in others:
        calibrated = open_own(each.path)
        if calibrated is not None:
            model = apply_calibration(model, calibrated)
    return model, parts


def assemble_further_problem(
    model: Model,
    case: Case,
    *,
    include: Iterable[str] = (),
    base: Mapping[str, Any] | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
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
    parts : mapping of str to sequence of str, optional
        See `load_beside`.

    Returns
    -------
    Problem
        With the region's own parameters and figures only.

    Raises
    ------
    InputError
        If the folder names nothing to estimate, has no figures, or is malformed.
    """
    found = assemble_problem(model, [case], include=include, shared=False, base=base, parts=parts)
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
