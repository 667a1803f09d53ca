"""What a study needs to be run: model, strategies, futures, draws and settings, loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.choosing import describe_origin, find_drawn
from smecluster.calibration.drawing import sample_draws
from smecluster.calibration.loading import load_calibrated
from smecluster.model.engine.run.settings import parse_settings
from smecluster.model.errors import InputError
from smecluster.model.support.provenance import make_stamp

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model
    from smecluster.policies.futures import Future
    from smecluster.policies.strategy import Strategy
    from smecluster.policies.study import Study


@dataclass(frozen=True)
class StudyInputs:
    """What a study names, loaded.

    Attributes
    ----------
    study : Study
        The study.
    calibration : str or None
        Name or folder of the calibration; None for the shipped one.
    folders : tuple of Path
        Case folders of further regions.
    model : Model
        The model, with its regions and calibrated values.
    strategies : tuple of Strategy
        The strategies.
    baseline : Strategy
        What they are compared with.
    futures : tuple of Future
        The futures, the base first.
    draws : pandas.DataFrame or None
        A row a draw; None where the best fit is run alone.
    settings : dict of str to float
        Other inputs that hold in every run.
    """

    study: Study
    calibration: str | None
    folders: tuple[Path, ...]
    model: Model
    strategies: tuple[Strategy, ...]
    baseline: Strategy
    futures: tuple[Future, ...]
    draws: pd.DataFrame | None
    settings: dict[str, float]

    @property
    def budget(self) -> str | float | None:
        """The additional money as asked for; None where each strategy spends what it says."""
        return None if self.study.as_written else self.study.budget

    @cached_property
    def drawn_as(self) -> str:
        """How many draws there are, and what tells them apart."""
        return "best fit" if self.draws is None else f"{len(self.draws)} {fingerprint(self.draws)}"

    @cached_property
    def source(self) -> Calibration | None:
        """The calibration that its draws come from, opened once."""
        return find_drawn(self.calibration)

    def redraw(self, count: int, seed: int) -> pd.DataFrame | None:
        """Sample other draws of the same calibration; None where it has none."""
        if self.source is None:
            return None
        return sample_draws(self.source, count, seed, self.model.regions, self.folders)

    def stamp(self, **more: str) -> dict[str, str]:
        """Say where results come from; `more` is added, and stands before the rest."""
        return make_stamp(
            self.model.hash,
            study=self.study.name,
            strategies=", ".join(f"{one.name} {one.hash}" for one in self.strategies),
            baseline=f"{self.baseline.name} {self.baseline.hash}",
            futures=", ".join(f"{one.name} {one.hash}" for one in self.futures),
            calibration=describe_origin(
                self.folders, self.calibration, drawn=self.draws is not None
            ),
            draws=self.drawn_as,
            seed=str(self.study.seed),
            **more,
        )


def load_inputs(
    study: Study,
    *,
    calibration: str | None = None,
    folders: Sequence[Path] = (),
    settings: Sequence[str] = (),
    need_draws: bool = True,
    check: Callable[[Model], None] | None = None,
) -> StudyInputs:
    """Load what a study names.

    Parameters
    ----------
    study : Study
        The study.
    calibration : str, optional
        Name or folder of the calibration; the study's if left out.
    folders : sequence of Path
        Case folders of further regions.
    settings : sequence of str
        Other inputs, ``NAME=VALUE``.
    need_draws : bool
        Whether a calibration without draws is refused; else its best fit is run alone.
    check : callable, optional
        Refuses, of the model, what would be refused once all has been run.

    Returns
    -------
    StudyInputs
        What it names.

    Raises
    ------
    InputError
        If something that it names does not exist or cannot be used.
    """
    name = study.calibration if calibration is None else calibration
    strategies, baseline = study.load_strategies(), study.load_baseline()
    futures = study.load_futures()
    model = load_calibrated(study.regions, folders, name)
    if check is not None:
        check(model)
    held = parse_settings(model, settings)
    return StudyInputs(
        study=study,
        calibration=name,
        folders=tuple(folders),
        model=model,
        strategies=strategies,
        baseline=baseline,
        futures=futures,
        draws=hold_settings(select_draws(study, name, model, folders, needed=need_draws), held),
        settings=held,
    )


def select_draws(
    study: Study,
    calibration: str | None,
    model: Model,
    folders: Sequence[Path] = (),
    *,
    needed: bool = True,
) -> pd.DataFrame | None:
    """Choose a study's draws, None where it runs the best fit alone.

    Parameters
    ----------
    study : Study
        The study: how many draws, and the seed.
    calibration : str, optional
        Name or folder of the calibration.
    model : Model
        The model; what is drawn for regions that it does not have is left out.
    folders : sequence of Path
        Case folders that were added; see `calibration.drawing.sample_draws`.
    needed : bool
        Whether a calibration without draws is refused.

    Returns
    -------
    pandas.DataFrame or None
        A row a draw.

    Raises
    ------
    InputError
        If the calibration has none, or not so many.
    """
    if not study.draws:
        return None
    source = find_drawn(calibration)
    if source is None or not source.has_draws:
        if not needed:
            return None
        raise InputError(
            "draws need a calibration that has some: name one with --calibration, or run the best "
            "fit alone with --draws 0"
        )
    return sample_draws(source, study.draws, study.seed, model.regions, folders)


def hold_settings(
    draws: pd.DataFrame | None, settings: Mapping[str, object]
) -> pd.DataFrame | None:
    """Leave out of draws, if there are any, what is set in every run.

    Parameters
    ----------
    draws : pandas.DataFrame or None
        A row a draw, a column an input of the model.
    settings : mapping
        By input: ``"name"``, which stands for all elements, or ``"name[element]"``.

    Returns
    -------
    pandas.DataFrame or None
    """
    if draws is None:
        return None
    held = [
        name for name in draws.columns if name in settings or name.partition("[")[0] in settings
    ]
    return draws.drop(columns=held)


def fingerprint(draws: pd.DataFrame | None) -> str:
    """Tell draws apart: SHA-256 in hexadecimal, ``none`` without draws."""
    if draws is None:
        return "none"
    return hashlib.sha256(draws.to_csv(index=False).encode()).hexdigest()
