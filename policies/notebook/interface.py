"""Compare strategies with one call: what a notebook uses.

>>> from smecluster import policies
>>> found = policies.compare(["central", "local"])
>>> found
<Comparison: central, local against as-now, base future, best fit>
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.policies.budget import DEFAULT_BUDGET, Budget
from smecluster.policies.notebook.loading import Named, load_all, load_named, load_worlds
from smecluster.policies.plan import START
from smecluster.policies.strategy import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.robustness.result import Robustness
    from smecluster.policies.study import Study


def compare(
    strategies: Named | Sequence[Named],
    model: Model | None = None,
    *,
    draws: int | pd.DataFrame = 0,
    futures: Sequence[str | Path] = ("base",),
    baseline: Named = BASELINE,
    budget: str | float | Budget | None = DEFAULT_BUDGET,
    start: float = START,
    horizon: float | None = None,
    outcomes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Comparison:
    """Compare strategies at equal additional money, as ``smecluster compare`` does.

    Parameters
    ----------
    strategies : str, Path, Strategy, or sequence of these
        Names of strategies, paths of their files, or strategies.
    model : Model, optional
        The model; the shipped one with the calibration's values if left out.
    draws : int or pandas.DataFrame
        How many draws of the calibration, 0 for its best fit alone; or a row a draw, a column an
        input of the model.
    futures : sequence of str or Path
        Names or paths; ``all`` for those of the project.
    baseline : str, Path or Strategy
        What to compare with.
    budget : str, float or Budget, optional
        Additional money of each strategy: ``"0.5%"`` of the regions' value added, ``"300 bn"``
        yuan in present value, or Myuan. None: what each strategy's file says.
    start : float
        Year from which money and discounted sums count.
    horizon : float, optional
        Last year whose consequences count, to 2060; 2040 if left out. Money counts to 2040
        whatever the horizon is.
    outcomes : sequence of str
        Outcomes to keep; all if none is named.
    settings : mapping, optional
        Other inputs of the model that hold in every run.
    calibration : str, optional
        Name or folder of the calibration; the shipped one if left out.
    seed : int
        Of the draws.
    workers : int, optional
        Threads; they change no digit.

    Returns
    -------
    Comparison
        The comparison: ``.table()``, ``.figure()``, ``.to_excel()``, ``.answer()``.

    Raises
    ------
    InputError
        If there is nothing of a name, or the strategies cannot be compared.

    Examples
    --------
    >>> from smecluster import policies
    >>> found = policies.compare("local", budget="300 bn", outcomes=["Employment"])
    >>> round(found.budget.money)
    300000
    """
    from smecluster.calibration.choosing import describe_origin
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.comparison.compute import compare as run_comparison
    from smecluster.policies.comparison.study_inputs import fingerprint
    from smecluster.policies.futures import load_futures

    worlds = load_worlds(model, draws, settings, calibration, seed)
    drawn = worlds.draws
    found = run_comparison(
        worlds.model,
        load_all(strategies),
        drawn,
        load_futures(futures),
        baseline=load_named(baseline),
        start=start,
        budget=budget,
        horizon=horizon,
        outcomes=outcomes,
        settings=worlds.settings,
        workers=workers,
    )
    provenance = make_stamp(
        worlds.model.hash,
        strategies=", ".join(f"{one.name} {one.hash}" for one in found.strategies),
        baseline=f"{found.baseline.name} {found.baseline.hash}",
        budget=found.describe_budget(),
        futures=", ".join(f"{one.name} {one.hash}" for one in found.futures),
        calibration=describe_origin((), calibration, drawn=drawn is not None)
        if model is None
        else "the model as given",
        draws="best fit" if drawn is None else f"{len(drawn)} {fingerprint(drawn)}",
        seed=str(seed),
        runs=f"{found.runs}",
    )
    return replace(found, provenance=provenance)


def run_study(study: str | Path | Study, *, out: Path | None = None, **changes: Any) -> Comparison:
    """Carry a study out, as ``smecluster compare --study`` does.

    Parameters
    ----------
    study : str, Path or Study
        Name of a study, path of its file, or the study.
    out : Path, optional
        Where finished runs are kept until all are done, so that the same call resumes; nowhere if
        left out.
    **changes
        Fields of the study to replace, for example ``draws=50``.

    Returns
    -------
    Comparison
        The comparison.

    Raises
    ------
    InputError
        If the study cannot be carried out.
    """
    from smecluster.policies.comparison.study_run import run_study as carry_out
    from smecluster.policies.study import Study, combine_study

    if isinstance(study, Study):
        whole = study.model_copy(update=changes)
    else:
        whole = combine_study(study, **changes)
    return carry_out(whole, out=out).comparison


def judge(
    found: Comparison,
    needs: Sequence[Any] | None = None,
    *,
    outcome: str = "Discounted value added",
    place: str = "total",
    seed: int = 1,
) -> Robustness:
    """Judge strategies over all worlds of a comparison, as ``smecluster stress robust`` does.

    Parameters
    ----------
    found : Comparison
        The strategies in all worlds.
    needs : sequence of Need, optional
        What is good enough; a yuan gained for each yuan spent if left out.
    outcome, place : str
        What regret is measured in, and where: a region, or ``total``.
    seed : int
        For resampling.

    Returns
    -------
    Robustness
        The judgement: ``.table()``, ``.figure()``, ``.to_excel()``, ``.answer()``.

    Raises
    ------
    InputError
        If an outcome was not kept, is neither better nor worse, or a place does not exist.
    """
    from smecluster.policies.robustness.compute import judge_strategies
    from smecluster.policies.study import Need

    wanted = [Need(outcome="gained per yuan", at_least=1)] if needs is None else needs
    return judge_strategies(found, wanted, outcome=outcome, place=place, seed=seed)
