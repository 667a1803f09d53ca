"""Run a study, and resume one that was interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.engine.run.dask import Cluster, ClusterLostError, check_scheduler
from smecluster.model.engine.run.runs import simulate, stream
from smecluster.model.errors import InputError
from smecluster.model.support.provenance import make_stamp
from smecluster.sensitivity.analysis.compute import judge_runs
from smecluster.sensitivity.analysis.enough import Verdict
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.factors import Setting, build_factors
from smecluster.sensitivity.design.outputs import build_columns, extract_outputs, list_required
from smecluster.sensitivity.design.study import Study
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.folder import (
    FAILED,
    Store,
    open_store,
    read_store,
    write_failed_runs,
)
from smecluster.sensitivity.store.manifest import Manifest, compute_identity

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.sensitivity.design.scenarios import ResolvedStudy

Progress = Callable[[int, int], None]

# Runs that are kept at a time.
_PART = 4096
# A small study is kept in at least so many parts, of at least so many runs.
_PARTS, _LEAST = 16, 64


@dataclass(frozen=True)
class RunSummary:
    """What was run.

    Attributes
    ----------
    runs : int
        Runs of the study, all scenarios together.
    new : int
        Runs made by this call.
    failed : int
        Runs that failed, earlier ones included.
    seconds : float
        Time that the new runs took, s.
    """

    runs: int
    new: int
    failed: int
    seconds: float


@dataclass(frozen=True)
class Step:
    """One size of a study that was run.

    Attributes
    ----------
    study : Study
        The study at this size.
    summary : RunSummary
        What was run.
    verdict : Verdict or None
        Whether the runs are enough; None where the study does not ask.
    """

    study: Study
    summary: RunSummary
    verdict: Verdict | None


def plan_runs(
    study: Study,
    model: Model,
    scenarios: Sequence[Scenario] = (Scenario(),),
    draws: pd.DataFrame | None = None,
    hashes: Mapping[str, str] | None = None,
    budget: str = "",
) -> Manifest:
    """Check a study against a model before anything is written.

    Parameters
    ----------
    study : Study
        The study.
    model : Model
        The model with its regions.
    scenarios : sequence of Scenario
        What the sample is crossed with.
    draws : pandas.DataFrame, optional
        Draws of the calibration: a row a draw, a column an input of the model.
    hashes : mapping of str to str, optional
        Fingerprints of what else the runs depend on: data, calibration.
    budget : str
        The additional money of each strategy, in words.

    Returns
    -------
    Manifest

    Raises
    ------
    InputError
        If a factor, an output or a setting is not the model's, or the model fails with no
        factor moved.
    """
    factors = build_factors(study, model, draws)
    columns = build_columns(study, model)
    used = None if draws is None or not study.dependent else draws
    variables, years = list_required(columns)
    baseline = []
    for scenario in scenarios:
        base = _merge_inputs(study, scenario)
        Setting(model, factors, base)
        alone = simulate(
            model, base, outputs=variables, years=years, within_ranges=False
        ).expand_dims("run")
        values = extract_outputs(alone, columns)
        baseline.append(tuple(float(values[column.name][0]) for column in columns))
    return Manifest(
        study=study,
        factors=factors,
        columns=columns,
        scenarios=tuple(scenarios),
        baseline=tuple(baseline),
        identity=compute_identity(
            study, model, factors, columns, tuple(scenarios), used, hashes or {}
        ),
        versions=make_stamp(model.hash)["versions"],
        budget=budget,
    )


def plan_study(study: Study, resolved: ResolvedStudy) -> Manifest:
    """Compare a study with what it names, before anything is written; see `plan_runs`."""
    return plan_runs(
        study,
        resolved.model,
        resolved.scenarios,
        resolved.draws,
        resolved.hashes,
        resolved.budget,
    )


def run_study(
    manifest: Manifest,
    model: Model,
    folder: Path,
    draws: pd.DataFrame | None = None,
    *,
    text: str = "",
    restart: bool = False,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    part: int | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> RunSummary:
    """Run what a store lacks.

    Runs are kept in parts as they are finished. However the process ends, all finished parts stay
    and the next call runs the rest; neither that nor the number of workers changes the results.

    Parameters
    ----------
    manifest : Manifest
        From `plan_runs`.
    model : Model
        The model.
    folder : Path
        The store.
    draws : pandas.DataFrame, optional
        As for `plan_runs`.
    text : str
        Text of the study's file, kept with the runs.
    restart : bool
        Whether runs of a different identity are removed.
    workers : int, optional
        Threads; one for each processor if left out.
    cluster : str or Cluster, optional
        Address of a Dask scheduler that distributes the runs; with certificates for TLS, a
        `engine.run.dask.Cluster`.
    part : int, optional
        Runs kept at a time; chosen by the size of the study if left out.
    tell : callable, optional
        Called with the number of finished runs and of all runs.

    Returns
    -------
    RunSummary

    Raises
    ------
    InputError
        If the store is in use or holds other runs, the disk is full, or more runs fail than the
        study allows; finished runs stay in all cases.
    """
    if cluster is not None:
        check_scheduler(cluster)  # before anything is written
    study = manifest.study
    used = draws if study.dependent else None
    design = manifest.design(used)
    size = part or _choose_part_size(design.rows, design.unit)
    total = design.rows * len(manifest.scenarios)
    begun = time.monotonic()
    with open_store(folder, manifest, used, text=text, restart=restart) as store:
        have = _Tally(store, design.rows, total)
        store.checkpoints.progress = have.describe()
        _check_failures(have, study, folder)
        if tell is not None:
            tell(have.done, total)
        for place, scenario in enumerate(manifest.scenarios):
            missing = list(parts.find_gaps(store.stored[place].parts, design.rows, size))
            base = _merge_inputs(study, scenario)
            setting = Setting(model, manifest.factors, base)
            variables, years = list_required(manifest.columns)
            pieces = stream(
                model,
                (setting.inputs(design.values(begin, end)) for begin, end in missing),
                variables,
                years,
                chunk=size,
                workers=workers,
                cluster=cluster,
                base=base,
                within_ranges=False,  # the factors' own ranges have been checked
            )
            for (begin, end), piece in zip(missing, _name_kept(pieces, store), strict=True):
                failures = {
                    name: piece[name].values for name in (parts.REASON, parts.VARIABLE, parts.YEAR)
                }
                try:
                    kept = parts.add_part(
                        store.stored[place].checkpoints,
                        begin,
                        _extract(piece, manifest),
                        failures,
                        design.digest(begin, end),
                    )
                except InputError as error:
                    raise InputError(f"{error}; {store.checkpoints.describe_progress()}") from None
                store.add(place, kept)
                have.add(kept)
                store.checkpoints.progress = have.describe()
                if tell is not None:
                    tell(have.done, total)
                _check_failures(have, study, folder)
        if have.failed or (folder / FAILED).exists():
            write_failed_runs(folder)
    return RunSummary(total, have.new, have.failed, time.monotonic() - begun)


def extend_study(
    study: Study,
    resolved: ResolvedStudy,
    folder: Path,
    *,
    text: str = "",
    restart: bool = False,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    watch: Callable[[], AbstractContextManager[Progress]] | None = None,
) -> Iterator[Step]:
    """Run a study; where it says when runs are enough, double its size until then.

    Parameters
    ----------
    study : Study
        The study.
    resolved : ResolvedStudy
        What it names, from `sensitivity.design.scenarios.resolve_study`.
    folder : Path
        The store.
    text, restart, workers, cluster
        As for `run_study`; runs of a different identity are dropped before the first step only.
    watch : callable, optional
        Gives a context for each step, whose value is called with the number of finished runs and
        of all runs.

    Yields
    ------
    Step
        Each size that was run.

    Raises
    ------
    InputError
        As for `plan_runs` and `run_study`.
    """
    while True:
        manifest = plan_study(study, resolved)
        with nullcontext() if watch is None else watch() as tell:
            summary = run_study(
                manifest,
                resolved.model,
                folder,
                resolved.draws,
                text=text,
                restart=restart,
                workers=workers,
                cluster=cluster,
                tell=tell,
            )
        restart = False  # what is run from here on belongs together
        verdict = None if study.enough is None else judge_runs(read_store(folder))
        yield Step(study, summary, verdict)
        if study.enough is None or verdict is None or verdict.enough:
            return
        if 2 * study.method.size > study.enough.largest:
            return
        study = study.resized(2 * study.method.size)


class _Tally:
    """Count the finished and the failed runs."""

    def __init__(self, store: Store, rows: int, total: int) -> None:
        self.total = total
        self.new = 0
        stored = [part for scenario in store.stored for part in scenario.parts if part.begin < rows]
        self.done = sum(min(part.end, rows) - part.begin for part in stored)
        self.failed = sum(part.failed for part in stored)

    def describe(self) -> str:
        return f"{self.done:,} of {self.total:,} runs" if self.done else ""

    def add(self, part: parts.Part) -> None:
        self.new += part.end - part.begin
        self.done += part.end - part.begin
        self.failed += part.failed


def _name_kept(pieces: Iterator[xr.Dataset], store: Store) -> Iterator[xr.Dataset]:
    """Pass runs on; where the cluster is lost, say what is kept and how to resume."""
    try:
        yield from pieces
    except ClusterLostError as error:
        raise ClusterLostError(f"{error}; {store.checkpoints.describe_progress()}") from None


def _check_failures(have: _Tally, study: Study, folder: Path) -> None:
    """Stop as soon as more runs have failed than the study allows in total."""
    share = study.failures.largest_share
    if have.failed > share * have.total:
        raise InputError(
            f"{have.failed:,} of {have.done:,} runs failed, and the study allows for "
            f"{share:.1%} of {have.total:,}: {write_failed_runs(folder)} lists them with their "
            "inputs; narrow the ranges, or raise failures.largest_share"
        )


def _extract(piece: xr.Dataset, manifest: Manifest) -> dict[str, Any]:
    """Take the outputs; a failed run has none, not even from before it failed."""
    failed = piece[parts.REASON].values != ""
    found = extract_outputs(piece, manifest.columns)
    for values in found.values():
        values[failed] = np.nan
    return found


def _merge_inputs(study: Study, scenario: Scenario) -> dict[str, Any]:
    for name in study.settings:
        if name in scenario.inputs:
            raise InputError(
                f"{name!r} is set in [settings] and by {scenario.name!r}: edit one of them"
            )
    return {**study.settings, **scenario.inputs}


def _choose_part_size(rows: int, unit: int) -> int:
    """Choose how many runs to keep at a time: whole units, to which a larger study can add."""
    wanted = _PART if rows >= _PART else max(_LEAST, rows // _PARTS)
    return -(-wanted // unit) * unit
