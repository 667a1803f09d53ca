"""Carry a study out: load what it names, run it, and keep finished runs until all are done."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.loading import (
    describe_origin,
    find_calibration,
    load_calibrated,
    sample_draws,
)
from smecluster.model.settings import parse_settings
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.model.support.provenance import make_stamp
from smecluster.policies.comparison.compute import Progress, compare

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.study import Study


@dataclass(frozen=True)
class StudyRun:
    """A study that was carried out.

    Attributes
    ----------
    study : Study
        The study.
    comparison : Comparison
        Its result.
    provenance : dict of str to str
        Where it came from.
    """

    study: Study
    comparison: Comparison
    provenance: dict[str, str]


def run_study(
    study: Study,
    *,
    calibration: str | None = None,
    folders: Sequence[Path] = (),
    settings: Sequence[str] = (),
    out: Path | None = None,
    workers: int | None = None,
    need_draws: bool = True,
    check: Callable[[Model], None] | None = None,
    progress: Progress | None = None,
) -> StudyRun:
    """Carry a study out; one that was interrupted resumes.

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
    out : Path, optional
        Where finished runs are kept until all are done; nowhere if left out.
    workers : int, optional
        Threads; they change no digit.
    need_draws : bool
        Whether a calibration without draws is refused; else its best fit is run alone.
    check : callable, optional
        Refuses, of the model, what would be refused once all has been run.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    StudyRun
        The comparison and where it came from.

    Raises
    ------
    InputError
        If the study cannot be carried out.
    """
    name = study.calibration if calibration is None else calibration
    strategies, baseline = study.load_strategies(), study.load_baseline()
    futures = study.load_futures()
    model = load_calibrated(study.regions, folders, name)
    if check is not None:
        check(model)
    draws = select_draws(study, name, model, folders, needed=need_draws)
    chosen = parse_settings(model, settings)
    budget = None if study.as_written else study.budget
    identity = {
        "model": model.hash,
        "draws": fingerprint(draws),
        "strategies": " ".join(one.hash for one in (baseline, *strategies)),
        "futures": " ".join(one.hash for one in futures),
        "settings": repr((chosen, study.start, budget, study.outcomes)),
    }
    with _keep_runs(out, identity) as checkpoints:
        comparison = compare(
            model,
            strategies,
            draws,
            futures,
            baseline=baseline,
            start=study.start,
            budget=budget,
            outcomes=study.outcomes,
            settings=chosen,
            workers=workers,
            checkpoints=checkpoints,
            progress=progress,
        )
    provenance = make_stamp(
        model.hash,
        study=study.name,
        strategies=", ".join(f"{one.name} {one.hash}" for one in strategies),
        baseline=f"{baseline.name} {baseline.hash}",
        budget=comparison.describe_budget(),
        futures=", ".join(f"{one.name} {one.hash}" for one in futures),
        calibration=describe_origin(folders, name),
        draws="best fit" if draws is None else f"{len(draws)} {identity['draws']}",
        seed=str(study.seed),
        runs=f"{comparison.runs}",
    )
    return StudyRun(study, comparison, provenance)


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
        Case folders that were added; see `calibration.loading.sample_draws`.
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
    source = find_calibration(calibration)
    if source is None or source.findings["draws"].empty:
        if not needed:
            return None
        raise InputError(
            "draws need a calibration that has some: name one with --calibration, or run the best "
            "fit alone with --draws 0"
        )
    return sample_draws(source, study.draws, study.seed, model.regions, folders)


def fingerprint(draws: pd.DataFrame | None) -> str:
    """Tell draws apart: SHA-256 in hexadecimal, ``none`` without draws."""
    if draws is None:
        return "none"
    return hashlib.sha256(draws.to_csv(index=False).encode()).hexdigest()


@contextmanager
def _keep_runs(out: Path | None, identity: Mapping[str, str]) -> Iterator[Checkpoints | None]:
    """Keep finished runs until all are done: interrupted work stays, refused input leaves nothing.

    Parameters
    ----------
    out : Path or None
        The folder of the results; nothing is kept without one.
    identity : mapping
        What the runs depend on, see `model.support.checkpoints.Checkpoints`.
    """
    if out is None:
        with nullcontext() as nothing:
            yield nothing
        return
    folder = out / f".runs-{hashlib.sha256(repr(identity).encode()).hexdigest()[:12]}"
    made = not folder.parent.exists()
    refused = None
    with Checkpoints(folder, identity) as checkpoints:
        try:
            yield checkpoints
        except InputError as error:
            refused = error
    shutil.rmtree(folder, ignore_errors=True)
    if refused is not None:
        if made:
            with suppress(OSError):
                folder.parent.rmdir()
        raise refused
