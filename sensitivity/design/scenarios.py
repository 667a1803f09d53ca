"""What a study names, as plain inputs of the model: strategies, futures, a calibration's draws."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.calibration.choosing import describe_origin, find_calibration
from smecluster.calibration.loading import load_calibrated
from smecluster.calibration.store.mismatches import NONE
from smecluster.model.engine.read.values import find_element
from smecluster.model.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.budget import Budget
    from smecluster.policies.plan import Plan
    from smecluster.sensitivity.design.crossing import Scenario
    from smecluster.sensitivity.design.study import Study


@dataclass(frozen=True)
class ResolvedStudy:
    """What a study names.

    Attributes
    ----------
    model : Model
        The model with the study's regions and the calibration's values.
    scenarios : tuple of Scenario
        Strategies crossed with futures.
    draws : pandas.DataFrame or None
        The calibration's draws, if the study takes factors from them.
    hashes : dict of str to str
        The calibration, and fingerprints of the data.
    budget : str
        The additional money of each strategy, in words; empty where they are run as written.
    """

    model: Model
    scenarios: tuple[Scenario, ...]
    draws: pd.DataFrame | None
    hashes: dict[str, str]
    budget: str = ""


def resolve_study(study: Study, given: Model | None = None) -> ResolvedStudy:
    """Find what a study names.

    Parameters
    ----------
    study : Study
        The study.
    given : Model, optional
        A model to use as it is; by default the calibrated one with the study's regions and cases.

    Returns
    -------
    ResolvedStudy

    Raises
    ------
    InputError
        If there is nothing of a name, or strategies cannot be brought to the same cost.
    """
    from smecluster.sensitivity.design.crossing import cross

    folders = [Path(case) for case in study.cases]
    if given is None:
        model = load_calibrated(study.regions, folders, study.calibration)
        hashes = {"calibration": describe_origin(folders, study.calibration)}
    else:
        model, hashes = given, {"calibration": NONE}
        if study.regions or folders or study.calibration not in (None, NONE) or study.dependent:
            raise InputError(
                f"study {study.name!r} names regions, cases or a calibration, which belong to the "
                "calibrated model: leave out either them or model="
            )
    hashes |= {f"data of {folder.name}": _contents(folder) for folder in folders}
    draws = _draws(study, model, folders) if study.dependent else None
    plans, budget = _fund(study, model)
    strategies = {plan.name: dict(plan.inputs) for plan in plans}
    scenarios = cross(strategies, _futures(study, model))
    return ResolvedStudy(
        model, scenarios, draws, hashes, "" if budget is None else budget.describe()
    )


def _draws(study: Study, model: Model, folders: Sequence[Path]) -> pd.DataFrame:
    """Give the calibration's draws, less those of regions that the study leaves out or replaces."""
    from smecluster.calibration import load_case

    calibration = find_calibration(study.calibration)
    if calibration is None:
        raise InputError(
            "from = 'calibration' needs a calibration: give calibration = 'its name', or make one "
            "with `smecluster calibrate`"
        )
    regions = {*model.regions} - {load_case(folder).place.name for folder in folders}
    kept = [
        name
        for name in map(str, calibration.draws.columns)
        if find_element(name, calibration.regions) in {None, *regions}
    ]
    return calibration.draws[kept]


def _fund(study: Study, model: Model) -> tuple[list[Plan], Budget | None]:
    """Make the plans of a study's strategies and give each the same additional money.

    The money is that of every comparison, at the model's own values in the base future: factors
    of the study that move a strategy's effects move what it costs, too.
    """
    from smecluster.policies import load
    from smecluster.policies.budget import set_budget
    from smecluster.policies.plan import START
    from smecluster.policies.triggers import settle_triggers

    plans = [load(name).plan(model, START) for name in study.strategies]
    names = [plan.name for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two strategies are called {name!r}: give one another file name")
    budget = None
    if study.equal_cost and any(plan.has_money for plan in plans):
        budget = set_budget(model, study.budget, START, study.settings)
        plans = _scale(plans, model, study.settings, budget)
    return [settle_triggers(model, plan, study.settings) for plan in plans], budget


def _scale(
    plans: Sequence[Plan], model: Model, settings: Mapping[str, float], budget: Budget
) -> list[Plan]:
    """Scale the money of plans until each spends the budget beyond policy as now."""
    import pandas as pd

    from smecluster.policies.ensemble.cases import REASON, STRATEGY
    from smecluster.policies.ensemble.worlds import FACTOR, Ensemble
    from smecluster.policies.futures import load

    alone = Ensemble(model, pd.DataFrame(index=["model"]), (load("base"),), settings)
    found = alone.run(plans, [], [budget.start, budget.end], budget=budget.money)
    scaled = []
    for plan in plans:
        one = found.sel({STRATEGY: plan.name})
        reason = str(one[REASON].item())
        if reason:
            raise InputError(f"strategy {plan.name!r} cannot be given the budget: {reason}")
        # Rounded well inside the tolerance of the money: the last digits depend on the processor,
        # and runs made with them would not resume on another one.
        factor = float(f"{one[FACTOR].item():.7g}")
        scaled.append(plan.scale(factor) if plan.has_money else plan)
    return scaled


def _futures(study: Study, model: Model) -> dict[str, dict[str, Any]]:
    from smecluster.policies.futures import load

    found: dict[str, dict[str, Any]] = {}
    for name in study.futures:
        future = load(name)
        found[future.name] = dict(future.inputs(model))
    return found | {future.name: dict(future.inputs) for future in study.future}


def _contents(folder: Path) -> str:
    """Fingerprint a case's folder: the names and the bytes of its files."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.is_file():
            found.update(f"{path.name}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
