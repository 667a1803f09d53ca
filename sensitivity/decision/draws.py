"""Draws of everything: of what is calibrated from its posterior, of all else as it is believed.

A calibration of every constant gives draws of them all; one that estimates some constants gives
draws of those, and the others are drawn from what the model's file believes of them. Nothing holds
these others against the histories: the text says how many there are. What weighs years, and what a
user chooses, is no uncertainty about the world and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.choosing import find_calibration, find_drawn
from smecluster.calibration.drawing import net_draws, sample_gross
from smecluster.calibration.loading import load_gross
from smecluster.calibration.priors.table import Priors, build_priors
from smecluster.calibration.store.named import Calibration, round_values
from smecluster.calibration.store.own import open_own
from smecluster.model import Model
from smecluster.model.engine.read.values import split_name
from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.tipping.compute import LEFT_OUT

# Switches are drawn by their own probabilities beside it: so many others leave it complete.
_FEW = 5


@dataclass(frozen=True)
class Draws:
    """Draws of every uncertain constant.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a draw, a column an element of a constant, in its unit.
    labels : ndarray of int (draws,)
        Draws that share a draw of the calibration have the same label.
    calibrated : tuple of str
        The columns that come from the calibration.
    source : str
        Where the draws come from, in a sentence.
    """

    table: pd.DataFrame
    labels: NDArray[np.int64]
    calibrated: tuple[str, ...]
    source: str


def draw_everything(
    model: Model,
    calibration: str | None,
    count: int,
    seed: int,
    folders: Sequence[Path] = (),
) -> Draws:
    """Draw every constant of a model.

    Parameters
    ----------
    model : Model
        The model, with the values of the calibration.
    calibration : str, optional
        As in `calibration.choosing.find_drawn`.
    count : int
        How many draws. Where the calibration holds fewer, and does not draw everything, its draws
        are used several times, each time with other values of the other constants; where it draws
        everything, there are no more than it holds.
    seed : int
        Seed of both.
    folders : sequence of Path
        Case folders of the model's additional regions: what their own calibrations draw is taken
        from there, all else as it is believed. A region that is part of another is taken out of it
        in every draw.

    Returns
    -------
    Draws

    Raises
    ------
    InputError
        If the calibration cannot be used.
    """
    parts: dict[str, tuple[str, ...]] = {}
    if folders:
        model, parts = load_gross(model.regions, folders, find_calibration(calibration))
    priors = build_priors(model)
    kept = [name for name in priors.names if split_name(name)[0] not in LEFT_OUT]
    found = find_drawn(calibration)
    fitted = _sample(found, count, seed, folders)
    switches = [one.name for one in priors.switches]
    drawn = [name for name in fitted.columns if name in {*priors.names, *switches}]
    everything = set(drawn) >= set(kept)
    if everything:
        count = min(count, len(fitted))
    # A second stream: the first orders the draws of the calibration.
    rng = np.random.default_rng([seed, 1])
    # Rounded, because the last digits of a matrix product depend on the number of threads.
    values = round_values(priors.to_values(rng.standard_normal((count, len(priors)))))
    table = pd.DataFrame(values, columns=list(priors.names))[kept]
    table = table.assign(**_draw_switches(priors, count, rng))
    labels = np.arange(count)
    if drawn:
        labels = labels % len(fitted)
        for name in drawn:
            if name in table:
                table[name] = fitted[name].to_numpy()[labels]
    calibrated = tuple(name for name in drawn if name in table)
    source = _describe(found, len(fitted), calibrated, len(table.columns), count)
    return Draws(net_draws(table, model, parts), labels, calibrated, source)


def _sample(
    found: Calibration | None, count: int, seed: int, folders: Sequence[Path]
) -> pd.DataFrame:
    """Sample draws of calibrations, as many as each holds; none without draws."""
    if found is None or not found.has_draws:
        return pd.DataFrame()
    owns = [own for own in map(open_own, folders) if own is not None and own.has_draws]
    most = min(len(each.draws) for each in (found, *owns))
    return sample_gross(found, min(count, most), seed, folders)


def _draw_switches(
    priors: Priors, count: int, rng: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Draw the states of switches by their prior probabilities."""
    return {
        one.name: np.where(
            rng.random(count) < one.share, one.state, rng.uniform(one.low, one.high, count)
        )
        for one in priors.switches
    }


def _describe(
    found: Calibration | None, held: int, calibrated: tuple[str, ...], every: int, count: int
) -> str:
    """Say in a sentence where draws come from."""
    draws = say.plural(
        every,
        "{draws} draws of {count} value of constants",
        "{draws} draws of {count} values of constants",
        draws=f"{count:,}",
    )
    rest = every - len(calibrated)
    if found is None or not calibrated:
        return say(
            "{draws}, from what the model's file believes of each: the draws are not held against "
            "the histories.",
            draws=draws,
        )
    told = {"draws": draws, "calibration": found.name}
    if rest <= _FEW:
        return say(
            "{draws}: the posterior over every constant (calibration {calibration}), which is held "
            "against the histories.",
            **told,
        )
    again = "" if held >= count else say(", its {count} draws used in turn", count=f"{held:,}")
    return say(
        "{draws}: {number} from the posterior of the calibration {calibration}{again}, and {rest} "
        "from what the model's file believes of each, which is not held against the histories. "
        "Draws that fit the histories badly count as much as others.",
        number=len(calibrated),
        again=again,
        rest=rest,
        **told,
    )
