"""What a store says about its runs: their design, what they depend on, and who made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.formats import FORMATS, check_format
from smecluster.model.support.seals import read_sealed
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.factors import Factor
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.design.samples import Design
from smecluster.sensitivity.design.study import Study, compute_digest
from smecluster.sensitivity.design.study_tables import DESIGNED

if TYPE_CHECKING:
    from smecluster.model import Model

NAME = "manifest.json"
#: What the identity calls the fingerprint of the draws.
DRAWS = "calibration draws"
_KIND = "sensitivity study"
_FORMAT = FORMATS[_KIND]


@dataclass(frozen=True)
class Manifest:
    """What a store says about its runs.

    Attributes
    ----------
    study : Study
        The study.
    factors : tuple of Factor
        Its factors in the terms of the model.
    columns : tuple of Column
        Its outputs.
    scenarios : tuple of Scenario
        What the sample is crossed with.
    baseline : tuple of tuple of float
        The outputs of each scenario with no factor moved.
    identity : mapping of str to str
        Fingerprints of all that the runs depend on; runs of another identity are never mixed
        with these.
    versions : str
        Packages that took part.
    budget : str
        The additional money of each strategy, in words; empty where they are run as written.
    """

    study: Study
    factors: tuple[Factor, ...]
    columns: tuple[Column, ...]
    scenarios: tuple[Scenario, ...]
    baseline: tuple[tuple[float, ...], ...]
    identity: Mapping[str, str]
    versions: str
    budget: str = ""

    @property
    def key(self) -> str:
        """Short fingerprint of the identity, the name of the folder of its runs."""
        return compute_digest(dict(self.identity))[:16]

    def design(self, draws: pd.DataFrame | None) -> Design:
        """Give the sample."""
        return Design(self.study.method, self.study.seed, self.factors, draws)

    def checkpoints(self, folder: Path, *, restart: bool = False) -> Checkpoints:
        """Give the checkpoints of the runs in a folder, whose identity file is the manifest.

        Parameters
        ----------
        folder : Path
            The store.
        restart : bool
            Whether runs of a different identity are dropped, instead of being refused.

        Returns
        -------
        Checkpoints
            To be entered for writing.
        """
        record = {
            "versions": self.versions,
            "budget": self.budget,
            "study": self.study.record(),
            "factors": [factor.record() for factor in self.factors],
            "columns": [column.record() for column in self.columns],
            "scenarios": [scenario.record() for scenario in self.scenarios],
            "baseline": [list(values) for values in self.baseline],
        }
        return Checkpoints(
            folder, self.identity, file=NAME, record=record, format_=_FORMAT, restart=restart
        )


def name_command(folder: Path) -> str:
    """Name the command that makes again what a store lacks."""
    return f"'smecluster study run STUDY.toml --out {folder}'"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a store.

    Parameters
    ----------
    folder : Path
        The store's folder.

    Returns
    -------
    Manifest

    Raises
    ------
    InputError
        If the folder is no store, or its manifest was altered since the runs were made.
    """
    path = folder / NAME
    if not path.is_file():
        raise InputError(f"{folder} holds no runs of a study: no {NAME} there")
    remedy = f"{name_command(folder)} writes it again and keeps the runs"
    try:
        content = check_format(
            read_sealed(path, remedy, f"it was cut, or is of an earlier version; {remedy}"),
            _KIND,
            path,
        )
        return Manifest(
            study=Study.from_record(content["study"], str(path)),
            factors=tuple(map(Factor.from_record, content["factors"])),
            columns=tuple(map(Column.from_record, content["columns"])),
            scenarios=tuple(map(Scenario.from_record, content["scenarios"])),
            baseline=tuple(tuple(values) for values in content["baseline"]),
            identity=content["identity"],
            versions=content["versions"],
            budget=content.get("budget", ""),
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{path} says too little ({type(error).__name__}): start again with --restart"
        ) from None


def compute_identity(
    study: Study,
    model: Model,
    factors: tuple[Factor, ...],
    columns: tuple[Column, ...],
    scenarios: tuple[Scenario, ...],
    draws: pd.DataFrame | None,
    more: Mapping[str, str],
) -> dict[str, str]:
    """Fingerprint what the runs of a study depend on, apart from their number.

    Parameters
    ----------
    study, model, factors, columns, scenarios, draws
        The study, resolved.
    more : mapping of str to str
        Other fingerprints: of the data, of the calibration.

    Returns
    -------
    dict of str to str
        By what it is a fingerprint of, in words.
    """
    method = study.method
    designed = method.name in DESIGNED
    sample: dict[str, Any] = {"sample": method.name if designed else "latin"}
    if designed:
        sample |= {"groups": method.groups, "second order": method.second_order}
    if method.name == "morris":
        sample["levels"] = method.levels
    if method.name == "fast":
        sample["size"] = method.size  # its curves change with the number of points on them
    moved = [factor.record() for factor in factors]
    if not method.groups:
        for record in moved:
            del record["group"]
    fingerprints = {
        "model": model.hash,
        **more,
        "study": compute_digest(
            {
                **sample,
                "seed": study.seed,
                "factors": moved,
                "columns": [column.name for column in columns],
                "settings": study.settings,
            }
        ),
        "strategies and futures": compute_digest([scenario.record() for scenario in scenarios]),
    }
    if draws is not None:
        fingerprints[DRAWS] = fingerprint_draws(draws)
    return fingerprints


def fingerprint_draws(draws: pd.DataFrame) -> str:
    """Fingerprint the draws of a calibration that a study uses."""
    return compute_digest({str(name): values.tolist() for name, values in draws.items()})
