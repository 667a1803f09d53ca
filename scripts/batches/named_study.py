"""The study that a command line names: a shipped one, a file, or a folder of results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError

if TYPE_CHECKING:
    from smecluster.sensitivity.design.study import Study
    from smecluster.sensitivity.store.results import Results


@dataclass(frozen=True)
class Given:
    """The study that is named, and the case folders that are added to it."""

    name: str
    cases: tuple[str, ...] = ()

    @property
    def is_store(self) -> bool:
        """Whether a folder of results is named, which has its own cases."""
        return is_results(self.name)

    @property
    def words(self) -> str:
        """What was given, as on the command line."""
        return " ".join([self.name, *(f"--from {case}" for case in self.cases)])


def load_study(given: Given, out: Path | None) -> tuple[Study, Path, str]:
    """Find a study by name, file, or folder of results; its folder and its text."""
    from smecluster.sensitivity.design.study import find_study, read_study_text
    from smecluster.sensitivity.design.study import load_study as load_named
    from smecluster.sensitivity.interface import choose_folder
    from smecluster.sensitivity.store import folder as store
    from smecluster.sensitivity.store import manifest

    folder = Path(given.name)
    if given.is_store:
        if given.cases:
            raise InputError(
                f"{folder} holds results of a study with its own cases: --from belongs to the study"
            )
        kept = folder / store.STUDY
        stored = manifest.read_manifest(folder).study
        return stored, out or folder, read_study_text(kept) if kept.exists() else ""
    chosen = load_named(given.name)
    chosen = chosen.model_copy(update={"cases": (*chosen.cases, *given.cases)})
    folder = out or choose_folder(find_study(given.name).stem)
    return chosen, folder, read_study_text(given.name)


def is_results(given: str) -> bool:
    """Say whether a folder of results is meant; one that has but a study's name is not."""
    from smecluster.sensitivity.design.study import list_studies
    from smecluster.sensitivity.store.manifest import NAME

    folder = Path(given)
    return folder.is_dir() and (given not in list_studies() or (folder / NAME).is_file())


def read_results(given: Given, out: Path | None) -> Results:
    """Read the stored runs of the study that is named."""
    from smecluster.sensitivity.store.folder import read_store

    study, folder, _ = load_study(given, out)
    return read_store(folder, None if given.is_store else study)
