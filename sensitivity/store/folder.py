"""The store of a study: a folder with a manifest and the finished parts of its runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import write_csv
from smecluster.model.support.checkpoints import (
    Checkpoints,
    is_identity,
    name_differences,
    remove_parts,
)
from smecluster.model.support.files import check_writable, overwrite_file, write_atomic
from smecluster.model.support.ledger import claim, remove
from smecluster.sensitivity.design.samples import Design
from smecluster.sensitivity.design.study import OF_THE_ANALYSIS, Study
from smecluster.sensitivity.store import manifest as manifests
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.manifest import DRAWS, Manifest, fingerprint_draws
from smecluster.sensitivity.store.parts import Stored
from smecluster.sensitivity.store.results import Results

STUDY = "study.toml"
FAILED = "failed.csv"
_DRAWS = "draws.parquet"
_RUNS = "runs"


@dataclass
class Store:
    """A store that is being filled, by one process at a time.

    Attributes
    ----------
    folder : Path
        The store.
    manifest : Manifest
        What it says about its runs.
    checkpoints : Checkpoints
        Of the whole study.
    stored : list of Stored
        The finished runs of each scenario.
    """

    folder: Path
    manifest: Manifest
    checkpoints: Checkpoints
    stored: list[Stored]

    def add(self, scenario: int, part: parts.Part) -> None:
        """Take note of a part that has been saved."""
        stored = self.stored[scenario]
        in_order = sorted([*stored.parts, part], key=_begin)
        self.stored[scenario] = replace(stored, parts=tuple(in_order))


@contextmanager
def open_store(
    folder: Path,
    manifest: Manifest,
    draws: pd.DataFrame | None = None,
    *,
    text: str = "",
    restart: bool = False,
) -> Iterator[Store]:
    """Open a store to fill it; it is made if it is missing.

    Parameters
    ----------
    folder : Path
        Its folder.
    manifest : Manifest
        What it will hold.
    draws : pandas.DataFrame, optional
        Draws of the calibration; kept with the runs.
    text : str
        Text of the study's file, kept with the runs.
    restart : bool
        Whether runs of a different identity are removed.

    Yields
    ------
    Store

    Raises
    ------
    InputError
        If another process fills it, it holds runs of a different identity or files of others,
        or it cannot be written.
    """
    known = is_identity(folder / manifests.NAME)
    if not known:
        check_writable(folder)
    if _is_same_work(folder, manifest):
        # Before the manifest is renewed: it says which versions have drawn the sample.
        earlier = manifests.read_manifest(folder)
        _check_sample(manifest.design(draws), _scan(manifest.checkpoints(folder), earlier), earlier)
    with manifest.checkpoints(folder, restart=restart) as checkpoints:
        stored = []
        for found in _scan(checkpoints, manifest):
            for name in found.damaged:
                found.checkpoints.discard(name)
            stored.append(replace(found, damaged=()))
        if draws is not None:
            # Altered ones are written again, and so are those of a version that kept no list.
            claim(folder / _DRAWS, ours=known)
            overwrite_file(folder / _DRAWS, draws.to_parquet(index=False))
        if text:
            write_atomic(folder / STUDY, text)
        _remove_others(folder, manifest)
        yield Store(folder, manifest, checkpoints, stored)


def read_store(folder: str | Path, study: Study | None = None) -> Results:
    """Open the runs of a study for analysis; the store may be incomplete or being filled.

    Parameters
    ----------
    folder : str or Path
        The store.
    study : Study, optional
        The study as its file is now, for the settings of the analysis.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If the folder is no store, or its sample cannot be drawn again as it was.
    """
    place = Path(folder)
    manifest = manifests.read_manifest(place)
    draws = None
    if any(factor.distribution is None for factor in manifest.factors):
        try:
            draws = pd.read_parquet(place / _DRAWS)
        except (OSError, ValueError) as error:
            raise InputError(
                f"cannot read {place / _DRAWS}: {str(error).splitlines()[0]}"
            ) from None
        if fingerprint_draws(draws) != manifest.identity.get(DRAWS):
            raise InputError(
                f"{place / _DRAWS} has been altered (its fingerprint differs): "
                f"{manifests.name_command(place)} writes it again"
            )
    stored = _scan(manifest.checkpoints(place), manifest)
    design = manifest.design(draws)
    _check_sample(design, stored, manifest)
    chosen = manifest.study
    if study is not None:
        chosen = chosen.model_copy(
            update={name: getattr(study, name) for name in OF_THE_ANALYSIS if name != "name"}
        )
    return Results(place, manifest, chosen, design, tuple(stored))


def write_failed_runs(folder: Path) -> Path | None:
    """Keep the list of the runs that have failed, with their inputs, up to date.

    Parameters
    ----------
    folder : Path
        The store.

    Returns
    -------
    Path or None
        The list; None, and no file, where no run has failed.

    Raises
    ------
    InputError
        If it cannot be written, or for `read_store`.
    """
    results = read_store(folder)
    path = folder / FAILED
    if results.failed.empty:
        remove(path)
        remove(path.with_suffix(".json"))
        return None
    return write_csv(results.failed, path, results.stamp())[0]


def _is_same_work(folder: Path, manifest: Manifest) -> bool:
    """Say whether a folder holds runs that are to be continued."""
    if not (folder / manifests.NAME).exists():
        return False
    try:
        return not name_differences(manifests.read_manifest(folder).identity, manifest.identity)
    except InputError:
        return False  # which entering the checkpoints refuses, or drops


def _scan(checkpoints: Checkpoints, manifest: Manifest) -> list[Stored]:
    """List the finished runs of each scenario."""
    return [
        parts.list_parts(checkpoints.inner(f"{_RUNS}/{manifest.key}/{scenario:03d}", keyed=True))
        for scenario in range(len(manifest.scenarios))
    ]


def _check_sample(design: Design, stored: list[Stored], manifest: Manifest) -> None:
    """Compare the sample with the fingerprints of each scenario's first and last part."""
    for have in stored:
        kept = [part for part in have.parts if part.end <= design.rows]
        for part in {kept[0], kept[-1]} if kept else ():
            if design.digest(part.begin, part.end) != part.design:
                raise InputError(
                    f"{part.path.name} was made from a different sample than these versions of "
                    f"SALib and NumPy draw; the runs were made with {manifest.versions}"
                )


def _remove_others(folder: Path, manifest: Manifest) -> None:
    """Remove the runs of other identities, which the manifest no longer names."""
    for other in (folder / _RUNS).glob("*"):
        if other.name != manifest.key and len(other.name) == len(manifest.key):
            remove_parts(other)


def _begin(part: parts.Part) -> int:
    return part.begin
