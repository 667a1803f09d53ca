"""Carry a study out: load what it names, run it, and keep finished runs until all are done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints, drop, remove_abandoned
from smecluster.policies.comparison.compute import Progress, compare
from smecluster.policies.comparison.study_inputs import StudyInputs, fingerprint, load_inputs

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.study import Study

# How the folder of an unfinished study begins; the first digits of its fingerprint follow.
_KEPT = ".runs-"
_DIGITS = 12


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
    inputs : StudyInputs
        What it names, loaded.
    """

    study: Study
    comparison: Comparison
    provenance: dict[str, str]
    inputs: StudyInputs


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
    inputs = load_inputs(
        study,
        calibration=calibration,
        folders=folders,
        settings=settings,
        need_draws=need_draws,
        check=check,
    )
    everyone = (inputs.baseline, *inputs.strategies)
    identity = {
        "model": inputs.model.hash,
        "draws": fingerprint(inputs.draws),
        "strategies": " ".join(one.hash for one in everyone),
        "futures": " ".join(one.hash for one in inputs.futures),
        "settings": repr(
            (inputs.settings, study.start, study.horizon, inputs.budget, study.outcomes)
        ),
    }
    with keep_runs(out, identity) as checkpoints:
        comparison = compare(
            inputs.model,
            inputs.strategies,
            inputs.draws,
            inputs.futures,
            baseline=inputs.baseline,
            start=study.start,
            budget=inputs.budget,
            horizon=study.horizon,
            outcomes=study.outcomes,
            settings=inputs.settings,
            workers=workers,
            checkpoints=checkpoints,
            progress=progress,
        )
    provenance = inputs.stamp(budget=comparison.describe_budget(), runs=f"{comparison.runs}")
    return StudyRun(study, replace(comparison, provenance=provenance), provenance, inputs)


@contextmanager
def keep_runs(out: Path | None, identity: Mapping[str, str]) -> Iterator[Checkpoints | None]:
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
    folder = out / f"{_KEPT}{hashlib.sha256(repr(identity).encode()).hexdigest()[:_DIGITS]}"
    made = not folder.parent.exists()
    refused = None
    with Checkpoints(folder, identity) as checkpoints:
        try:
            yield checkpoints
        except InputError as error:
            refused = error
    drop(folder)
    if refused is not None:
        if made:
            with suppress(OSError):
                folder.parent.rmdir()
        raise refused
    # Of other studies, whose results were to be where these will be now.
    for other in out.glob(_KEPT + _DIGITS * "[0-9a-f]"):
        remove_abandoned(other)
