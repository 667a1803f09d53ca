"""What a study names, as plain inputs of the model: strategies, futures, a calibration's draws."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.calibration.loading import describe_origin, find_calibration, load_calibrated
from smecluster.model.support.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model
    from smecluster.policies import Strategy
    from smecluster.sensitivity.design.crossing import Scenario
    from smecluster.sensitivity.study import Study


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
    """

    model: Model
    scenarios: tuple[Scenario, ...]
    draws: pd.DataFrame | None
    hashes: dict[str, str]


def resolve_study(study: Study) -> ResolvedStudy:
    """Find what a study names.

    Parameters
    ----------
    study : Study
        The study.

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
    model = load_calibrated(study.regions, folders, study.calibration)
    hashes = {"calibration": describe_origin(folders, study.calibration)}
    hashes |= {f"data of {folder.name}": _contents(folder) for folder in folders}
    draws = _draws(study, model, folders) if study.dependent else None
    strategies = _strategies(study, model)
    return ResolvedStudy(model, cross(strategies, _futures(study, model)), draws, hashes)


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
        if "[" not in name or name.partition("[")[2].rstrip("]") in regions
    ]
    return calibration.draws[kept]


def _strategies(study: Study, model: Model) -> dict[str, dict[str, Any]]:
    from smecluster.policies import load

    chosen = tuple(load(name) for name in study.strategies)
    names = [strategy.name for strategy in chosen]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two strategies are called {name!r}: give one another file name")
    if study.equal_cost and len(chosen) > 1:
        chosen = _at_equal_cost(chosen, model, study.settings)
    return {strategy.name: dict(strategy.inputs(model)) for strategy in chosen}


def _at_equal_cost(
    strategies: tuple[Strategy, ...], model: Model, settings: Mapping[str, float]
) -> tuple[Strategy, ...]:
    """Bring strategies to the first one's programme money, with no factor moved."""
    from smecluster.model import simulate
    from smecluster.policies.ensemble.equal_cost import ACCOUNTS, equalise

    def run(strategy: Strategy) -> xr.Dataset:
        inputs = {**strategy.inputs(model), **settings}
        found: xr.Dataset = simulate(model, inputs, outputs=ACCOUNTS)
        return found

    # A programme that waits for a critical mass may start at any time.
    starts = [
        model.time.initial if programme.start is None else programme.start
        for strategy in strategies
        for programme in strategy.programmes
    ]
    start = min(starts, default=model.time.initial)
    return tuple(item.strategy for item in equalise(strategies, run, start))


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
