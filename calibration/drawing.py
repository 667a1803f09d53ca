"""Draws of a calibration, with those of additional regions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.choosing import find_drawn
from smecluster.calibration.loading import load_gross
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.store.mismatches import CalibrationWarning, warn_of_edits, warn_of_model
from smecluster.calibration.store.own import open_own
from smecluster.model.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model


def draw_values(
    name: str | None,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of a calibration's posterior.

    Parameters
    ----------
    name : str, optional
        As in `find_drawn`.
    count : int
        How many.
    seed : int
        Seed of the choice.
    regions : sequence of str, optional
        Regions of the model; columns of other regions are left out.
    folders : sequence of Path
        Case folders of additional regions: draws of their own calibrations are added.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has too few draws, or none.
    """
    calibration = find_drawn(name)
    if calibration is None:
        raise InputError("draws need a calibration: choose one with --calibration")
    return sample_draws(calibration, count, seed, regions, folders)


def sample_draws(
    calibration: Calibration,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of an open calibration; see `draw_values`."""
    from smecluster.calibration.data.case import load_case
    from smecluster.calibration.store.named import DRAWN
    from smecluster.model.engine.read.values import find_element
    from smecluster.model.file.beliefs import CONVENTIONS

    if calibration.name == DRAWN:
        warn_of_model(calibration)
        warn_of_edits(calibration)
    # Present values of two draws can only be compared if they are discounted alike.
    draws = sample_gross(calibration, count, seed, folders)
    draws = draws.drop(columns=list(CONVENTIONS), errors="ignore")
    places = [load_case(path).place for path in folders]
    for path, place in zip(folders, places, strict=True):
        own = open_own(path)
        if own is not None and not own.has_draws:
            warnings.warn(
                f"{place.name} was calibrated with --quick and has no draws: its own values are "
                f"the same in every draw; 'smecluster calibrate {path}' draws them",
                CalibrationWarning,
                stacklevel=3,
            )
    if any(place.part_of for place in places):
        draws = net_draws(draws, *load_gross(regions or (), folders, calibration))
    if regions is None:
        return draws
    kept = {None, *regions}
    known = {*calibration.regions, *regions, *(place.name for place in places)}
    return draws[[name for name in draws.columns if find_element(name, known) in kept]]


def sample_gross(
    calibration: Calibration, count: int, seed: int, folders: Sequence[Path]
) -> pd.DataFrame:
    """Sample draws with those of additional regions, nothing taken out of what contains them.

    Parameters
    ----------
    calibration, count, seed, folders
        As in `sample_draws`. A region whose own calibration is a quick one, or that has none, is
        not drawn: its values are those of the model.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has too few draws, or none.
    """
    from smecluster.calibration.data.case import load_case
    from smecluster.calibration.further import pair_draws
    from smecluster.model.engine.read.values import find_element

    draws = calibration.sample(count, seed)
    for at, path in enumerate(folders, 1):
        own = open_own(path)
        if own is not None and own.has_draws:
            draws = pair_draws(own.sample(count, seed + at), draws, own.regions)
            continue
        # The folder's values replace a calibrated region of the same name.
        place = load_case(path).place.name
        draws = draws.drop(columns=[n for n in draws.columns if find_element(n, [place])])
    return draws


def net_draws(
    draws: pd.DataFrame, gross: Model, parts: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Take in each draw parts out of the regions that contain them.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, as `sample_gross` gives them.
    gross : Model
        The model, nothing taken out; see `load_gross`.
    parts : mapping of str to sequence of str
        By region those that are part of it.

    Returns
    -------
    pandas.DataFrame
        A row a draw.
    """
    if not parts:
        return draws
    netting = Netting(gross, parts)
    short = netting.count_short(draws)
    if short:
        warnings.warn(
            f"in {short} of {len(draws)} draws {' and '.join(parts)} has less of something than "
            "its parts: it is left with a thousandth",
            CalibrationWarning,
            stacklevel=3,
        )
    return netting.net_inputs(draws)
