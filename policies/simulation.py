"""Run the model under a strategy with one call: what a notebook uses.

>>> from smecluster.policies.simulation import simulate
>>> local = simulate(strategy="local", outputs=["value added"], years=[2025, 2040])
>>> local
<Runs: 1 run, 1 variable, 2025-2040>
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.calibration.loading import load_model
from smecluster.policies.strategy import Strategy, load

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.model.engine.run.dask import Cluster
    from smecluster.model.interface import Runs


def simulate(
    inputs: Mapping[str, Any] | None = None,
    *,
    strategy: str | Path | Strategy | None = None,
    model: Model | None = None,
    engine: str = "kernel",
    outputs: Sequence[str] | None = None,
    years: Sequence[float] | None = None,
    within_ranges: bool = True,
) -> Runs:
    """Run the model once, as ``smecluster run`` does.

    Parameters
    ----------
    inputs : mapping, optional
        Values of the model by name, ``"name"`` or ``"name[element]"``, in the model's units. They
        go before what the strategy sets.
    strategy : str, Path or Strategy, optional
        Its name, the path of its file, or itself; policy as now if left out. Its money is what
        its file says.
    model : Model, optional
        The calibrated one if left out, see `calibration.loading.load_model`.
    engine, outputs, years, within_ranges
        As for `engine.run.runs.simulate`.

    Returns
    -------
    Runs
        ``.table()``, ``.figure()``, ``.to_excel()``, and ``.data``, an `xarray.Dataset`.

    Raises
    ------
    InputError
        If an input, strategy, output, year or engine cannot be used.
    RunError
        If the run leaves the domain of an equation.

    Examples
    --------
    >>> runs = simulate({"preference for variety": 0.5}, strategy="central", years=[2040])
    >>> runs.table(["Employment[Wenzhou]"])["unit"].tolist()
    ['thousand persons']
    """
    from smecluster.model.engine.run.settings import override_inputs
    from smecluster.model.interface import simulate as run

    whole = load_model() if model is None else model
    base = _plan_inputs(whole, strategy, inputs)
    return run(
        override_inputs(whole, base, inputs) if base else inputs,
        model=whole,
        engine=engine,
        outputs=outputs,
        years=years,
        within_ranges=within_ranges,
    )


def simulate_many(
    table: pd.DataFrame | Mapping[str, Any],
    outputs: Sequence[str],
    years: Sequence[float] | None = None,
    *,
    strategy: str | Path | Strategy | None = None,
    model: Model | None = None,
    base: Mapping[str, Any] | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    within_ranges: bool = True,
) -> Runs:
    """Run the model many times, as ``smecluster batch`` does.

    Parameters
    ----------
    table : DataFrame or mapping of sequences
        A column an input, a row a run. It goes before `base`, and that before the strategy.
    strategy, model
        As for `simulate`.
    outputs, years, base, workers, cluster, within_ranges
        As for `engine.run.runs.simulate_many`.

    Returns
    -------
    Runs
        ``.table()``, ``.figure()``, ``.to_excel()``, ``.failures()``, and ``.data``.

    Raises
    ------
    InputError
        If an input, strategy, output or year cannot be used.

    Examples
    --------
    >>> many = simulate_many({"preference for variety": [0.4, 0.5]}, ["value added"], [2040])
    >>> len(many.table(["value added[Wenzhou]"]))
    2
    """
    from smecluster.model.engine.run.settings import override_inputs
    from smecluster.model.interface import simulate_many as run

    whole = load_model() if model is None else model
    plan = _plan_inputs(whole, strategy, base)
    return run(
        table,
        outputs,
        years,
        model=whole,
        base=override_inputs(whole, plan, base) if plan else base,
        workers=workers,
        cluster=cluster,
        within_ranges=within_ranges,
    )


def _plan_inputs(
    model: Model, strategy: str | Path | Strategy | None, settings: Mapping[str, Any] | None
) -> dict[str, Any]:
    if strategy is None:
        return {}
    from smecluster.policies.triggers import settle_triggers

    chosen = strategy if isinstance(strategy, Strategy) else load(strategy)
    return dict(settle_triggers(model, chosen.plan(model), settings).inputs)
