"""What every call of a notebook needs: strategies by name, a model, draws, and held settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.engine.run.settings import check_inputs
from smecluster.policies.strategy import Strategy

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model

#: A strategy: its name, the path of its file, or itself.
Named = str | Path | Strategy


@dataclass(frozen=True)
class Worlds:
    """A model, and the draws and inputs with which it is run.

    Attributes
    ----------
    model : Model
        The model.
    draws : pandas.DataFrame or None
        A row a draw, a column an input of the model, without what is set; None for one run with
        the model's own values.
    settings : dict
        Other inputs that hold in every run.
    """

    model: Model
    draws: pd.DataFrame | None
    settings: dict[str, Any]


def load_named(named: Named) -> Strategy:
    """Load a strategy.

    Parameters
    ----------
    named : str, Path or Strategy
        Its name, the path of its file, or itself.

    Returns
    -------
    Strategy

    Raises
    ------
    InputError
        If there is no such strategy.
    """
    from smecluster.policies.strategy import load

    return named if isinstance(named, Strategy) else load(named)


def load_all(named: Named | Sequence[Named]) -> list[Strategy]:
    """Load one strategy, or several, as a list; see `load_named`."""
    several = [named] if isinstance(named, str | Path | Strategy) else named
    return [load_named(one) for one in several]


def load_worlds(
    model: Model | None,
    draws: int | pd.DataFrame,
    settings: Mapping[str, Any] | None,
    calibration: str | None,
    seed: int,
) -> Worlds:
    """Load a model and draws.

    Parameters
    ----------
    model : Model, optional
        The model; the shipped one with the calibration's values if left out.
    draws : int or pandas.DataFrame
        How many draws of the calibration, 0 for its best fit alone; or the draws.
    settings : mapping, optional
        Other inputs that hold in every run.
    calibration : str, optional
        Name or folder of the calibration; the shipped one if left out.
    seed : int
        Of the draws.

    Returns
    -------
    Worlds

    Raises
    ------
    InputError
        If there is no such calibration or input, or the calibration has fewer draws.
    """
    from smecluster.calibration.drawing import draw_values
    from smecluster.calibration.loading import load_calibrated
    from smecluster.policies.comparison.study_inputs import hold_settings

    whole = load_calibrated((), (), calibration) if model is None else model
    drawn = None
    if not isinstance(draws, int):
        drawn = draws
    elif draws:
        drawn = draw_values(calibration, draws, seed, whole.regions)
    held = check_inputs(whole, settings)
    return Worlds(whole, hold_settings(drawn, held), held)
