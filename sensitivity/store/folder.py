"""The store of a study: a folder with a manifest and the finished parts of its runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from smecluster.model.support.errors import InputError
from smecluster.model.support.exports import write_csv
from smecluster.model.support.files import write_atomic
from smecluster.model.support.locks import held
from smecluster.sensitivity.design.samples import Design
from smecluster.sensitivity.store import manifest as manifests
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.manifest import Manifest
from smecluster.sensitivity.store.parts import Found
from smecluster.sensitivity.store.results import Results
from smecluster.sensitivity.study import OF_THE_ANALYSIS, Study

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
    found : list of Found
        The finished parts of each scenario.
    """

    folder: Path
    manifest: Manifest
    found: list[Found]

    def folder_of(self, scenario: int) -> Path:
        """Name the folder of a scenario's parts."""
        return _runs(self.folder, self.manifest, scenario)

    def keep(self, scenario: int, part: parts.Part) -> None:
        """Take note of a part that has been added."""
        found = self.found[scenario]
        self.found[scenario] = replace(found, parts=tuple(sorted([*found.parts, part], key=_begin)))


@contextmanager
def opened(
    folder: Path,
    manifest: Manifest,
    draws: pd.DataFrame | None = None,
    *,
    text: str = "",
    anew: bool = False,
) -> Iterator[Store]:
    """Take a store to fill it; it is made if it is missing.

    Parameters
    ----------
    folder : Path
        Its folder.
    manifest : Manifest
        The runs that it is to hold.
    draws : pandas.DataFrame, optional
        Draws of the calibration; kept with the runs.
    text : str
        The study's file, kept for the reader.
    anew : bool
        Whether runs of another identity are removed.

    Yields
    ------
    Store

    Raises
    ------
    InputError
        If another process fills it, it holds runs of another identity, or it cannot be written.
    """
    with held(folder):
        _admit(folder, manifest, anew)
        found = []
        for scenario in range(len(manifest.scenarios)):
            place = _runs(folder, manifest, scenario)
            parts.clean(place)
            have = parts.scan(place)
            for path in have.damaged:
                path.unlink(missing_ok=True)
            found.append(Found(have.parts, ()))
        _agree(manifest.design(draws), found, manifest)
        if draws is not None:
            _write_draws(folder / _DRAWS, draws)
        if text:
            write_atomic(folder / STUDY, text)
        manifest.write(folder)
        _remove_others(folder, manifest)
        yield Store(folder, manifest, found)


def read(folder: str | Path, study: Study | None = None) -> Results:
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
    manifest = manifests.read(place)
    draws = None
    if any(factor.distribution is None for factor in manifest.factors):
        try:
            draws = pd.read_parquet(place / _DRAWS)
        except (OSError, ValueError) as error:
            raise InputError(
                f"cannot read {place / _DRAWS}: {str(error).splitlines()[0]}"
            ) from None
    found = [
        parts.scan(_runs(place, manifest, scenario)) for scenario in range(len(manifest.scenarios))
    ]
    design = manifest.design(draws)
    _agree(design, found, manifest)
    chosen = manifest.study
    if study is not None:
        chosen = chosen.model_copy(
            update={name: getattr(study, name) for name in OF_THE_ANALYSIS if name != "name"}
        )
    return Results(place, manifest, chosen, design, tuple(found))


def list_failed(folder: Path) -> Path | None:
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
        If it cannot be written, or for `read`.
    """
    results = read(folder)
    path = folder / FAILED
    if results.failed.empty:
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
        return None
    return write_csv(results.failed, path, results.stamp())[0]


def _admit(folder: Path, manifest: Manifest, anew: bool) -> None:
    """Refuse to mix runs of two identities."""
    if anew or not (folder / manifests.NAME).exists():
        return
    differing = manifests.differing(manifests.read(folder).identity, manifest.identity)
    if differing:
        raise InputError(
            f"{folder} holds runs made with another {' and another '.join(differing)}: choose "
            "another folder with --out, or make them anew with --anew"
        )


def _agree(design: Design, found: list[Found], manifest: Manifest) -> None:
    """Hold the sample against the fingerprints of the first and the last part of each scenario."""
    for have in found:
        kept = [part for part in have.parts if part.end <= design.rows]
        for part in {kept[0], kept[-1]} if kept else ():
            if design.digest(part.begin, part.end) != part.design:
                raise InputError(
                    f"{part.path.name} was made from another sample than these versions of SALib "
                    f"and NumPy draw; the runs were made with {manifest.versions}"
                )


def _write_draws(path: Path, draws: pd.DataFrame) -> None:
    write_atomic(path, draws.to_parquet(index=False))


def _runs(folder: Path, manifest: Manifest, scenario: int) -> Path:
    return folder / _RUNS / manifest.key / f"{scenario:03d}"


def _remove_others(folder: Path, manifest: Manifest) -> None:
    """Remove the runs of other identities, which the manifest no longer names."""
    for other in (folder / _RUNS).glob("*"):
        if other.name != manifest.key and len(other.name) == len(manifest.key):
            shutil.rmtree(other, ignore_errors=True)


def _begin(part: parts.Part) -> int:
    return part.begin
