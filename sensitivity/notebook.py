"""Ask what turns a decision with one call: what a notebook uses beside the studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smecluster.policies.budget import DEFAULT_BUDGET
from smecluster.policies.notebook.loading import Named, load_all, load_worlds

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.sensitivity.decision.result import Decision
    from smecluster.sensitivity.tipping.result import Tipping


def tipping(
    strategies: Sequence[Named] = ("central", "local"),
    model: Model | None = None,
    *,
    budgets: str | Sequence[str] = (),
    horizons: int | Sequence[int] = (),
    constants: str | Sequence[str] = (),
    calibration: str | None = None,
    workers: int | None = None,
) -> Tipping:
    """Find the constants that would turn the order of two strategies, and at what value.

    Parameters
    ----------
    strategies : sequence of str, Path or Strategy
        Two.
    model : Model, optional
        The model; the shipped one with the calibration's values if left out.
    budgets : str or sequence of str
        Additional money of each; 0.1 %, 0.5 % and 3 % of value added if none is given.
    horizons : int or sequence of int
        Last years whose consequences count; 2040 and 2060 if none is given.
    constants : str or sequence of str
        Constants to try; all if none is named.
    calibration : str, optional
        Name or folder of the calibration; the shipped one if left out.
    workers : int, optional
        Threads; they change no digit.

    Returns
    -------
    Tipping
        What turns the order; see `sensitivity.tipping.compute.find_tipping_values`.

    Raises
    ------
    InputError
        If there is nothing of a name, or a budget or horizon cannot be used.
    """
    from smecluster.sensitivity.tipping.compute import BUDGETS, HORIZONS, find_tipping_values

    worlds = load_worlds(model, 0, None, calibration, 1)
    return find_tipping_values(
        worlds.model,
        load_all(strategies),
        [budgets] if isinstance(budgets, str) else budgets or BUDGETS,
        [horizons] if isinstance(horizons, int) else horizons or HORIZONS,
        constants=[constants] if isinstance(constants, str) else constants,
        workers=workers,
    )


def decide(
    strategies: Sequence[Named] = ("central", "local"),
    model: Model | None = None,
    *,
    draws: int = 4000,
    budget: str = DEFAULT_BUDGET,
    horizon: int = 2040,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Decision:
    """Find which constants decide between strategies, and what a study of each is worth.

    Parameters
    ----------
    strategies : sequence of str, Path or Strategy
        Two or more; doing nothing is always an option beside them.
    model : Model, optional
        The model; the shipped one with the calibration's values if left out.
    draws : int
        How many draws of every uncertain constant.
    budget : str
        Additional money of each strategy, see `policies.budget.parse_budget`.
    horizon : int
        Last year whose consequences count, to 2060.
    calibration : str, optional
        Name or folder of the calibration; that of every constant, where there is one, if left out.
    seed : int
        Of the draws.
    workers : int, optional
        Threads; they change no digit.

    Returns
    -------
    Decision
        What the decision rests on; see `sensitivity.decision.compute.decide`.

    Raises
    ------
    InputError
        If there is nothing of a name, or no draw has a result.
    """
    from smecluster.sensitivity.decision.compute import decide as find_decision
    from smecluster.sensitivity.decision.draws import draw_everything

    worlds = load_worlds(model, 0, None, calibration, seed)
    return find_decision(
        worlds.model,
        load_all(strategies),
        draw_everything(worlds.model, calibration, draws, seed),
        budget=budget,
        horizon=horizon,
        seed=seed,
        workers=workers,
    )
