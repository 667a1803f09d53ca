"""Named calibrations: a folder with the estimate, the draws around it, and their provenance.

``parameters.csv`` holds the estimate, ``draws.csv`` points of the posterior, a row a draw, and
``manifest.json`` the hashes of the model, the data, the cases and of every file. A file that is
missing or was altered is refused. The shipped ones are in ``results/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.store.findings import FILES, MANIFEST, Findings, open_findings
from smecluster.model import Model
from smecluster.model.engine.read.values import find_element, set_values
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.files import read_text, write_atomic
from smecluster.model.support.formats import add_format
from smecluster.model.support.seals import hash_files, seal_json
from smecluster.model.support.workspace import list_files, locate

RESULTS = Path(__file__).parents[1] / "results"
#: The shipped calibration: the posterior over every constant, whose draws commands use by default.
DRAWN = "every-constant"
#: The manifest's entry with the fingerprints of the cases' files, by region.
CASES = "cases"
#: Significant digits of stored values: far more than the figures support.
DIGITS = 6


@dataclass(frozen=True)
class Calibration:
    """A named calibration.

    Attributes
    ----------
    name : str
        Its name.
    folder : Path
        Where it is kept.
    findings : Findings
        Its tables and its manifest.
    """

    name: str
    folder: Path
    findings: Findings

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Seed, hashes, versions, time and number of runs."""
        return self.findings.manifest

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that it was made from."""
        return tuple(map(str, self.manifest.get("regions", ())))

    @property
    def parameters(self) -> pd.DataFrame:
        """A row a parameter: name, unit, scale, bounds, prior, estimate, interval, verdict."""
        return self.findings["parameters"]

    @cached_property
    def values(self) -> dict[str, float]:
        """The estimate by input of the model, in the model's units."""
        table = self.parameters
        return {
            str(name): float(x) for name, x in zip(table["name"], table["estimate"], strict=True)
        }

    @property
    def draws(self) -> pd.DataFrame:
        """Points of the posterior: a row a draw, a column an input, in the model's units.

        Raises
        ------
        InputError
            If the calibration has no posterior.
        """
        if not self.has_draws:
            raise InputError(
                f"calibration {self.name!r} has no posterior draws: repeat it without --quick"
            )
        return self.findings["draws"]

    @property
    def has_draws(self) -> bool:
        """Whether it has a posterior: a quick fit has none."""
        return not self.findings["draws"].empty

    def sample(self, count: int, seed: int) -> pd.DataFrame:
        """Sample draws without replacement.

        Parameters
        ----------
        count : int
            How many.
        seed : int
            Seed of the choice.

        Returns
        -------
        pandas.DataFrame
            As `draws`; with the same seed, a smaller sample is the beginning of a larger one.

        Raises
        ------
        InputError
            If there are fewer.
        """
        if not 1 <= count <= len(self.draws):
            raise InputError(
                f"calibration {self.name!r} holds {len(self.draws)} draws, not {count}: ask for "
                f"1 to {len(self.draws)}"
            )
        order = np.random.default_rng(seed).permutation(len(self.draws))
        return self.draws.iloc[order[:count]].reset_index(drop=True)

    @cached_property
    def hash(self) -> str:
        """Fingerprint of estimate and draws: SHA-256 in hexadecimal."""
        digest = hashlib.sha256(repr(sorted(self.values.items())).encode())
        # Hashed as written: parsing a thousand draws takes longer than running the model.
        draws = self.folder / "draws.csv"
        lines = read_text(draws).splitlines() if draws.is_file() else []
        digest.update("\n".join(line for line in lines if not line.startswith("#")).encode())
        return digest.hexdigest()


def open_calibration(name_or_path: str | Path) -> Calibration:
    """Open a calibration; its tables are read when they are first used.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped calibration (see `list_calibrations`), or the path of a folder.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If there is none, or its files are malformed.
    """
    folder = locate(RESULTS / name_or_path)
    if not (folder / MANIFEST).is_file():
        folder = Path(name_or_path)
        if not (folder / MANIFEST).is_file():
            if folder.is_dir():
                raise InputError(f"{folder} holds no calibration: {MANIFEST} is missing")
            raise UnknownNameError("calibration", str(name_or_path), (*list_calibrations(), "none"))
    findings = open_findings(folder)
    return Calibration(findings.name, folder, findings)


def list_calibrations() -> tuple[str, ...]:
    """Name the calibrations of the workspace and of the package."""
    return tuple(list_files(RESULTS, f"*/{MANIFEST}"))


def apply_calibration(model: Model, calibration: Calibration, keep: Collection[str] = ()) -> Model:
    """Apply a calibration's estimate to a model.

    Parameters
    ----------
    model : Model
        The model; regions that are not in the calibration keep their values.
    calibration : Calibration
        The calibration.
    keep : collection of str
        Regions that keep their own values.

    Returns
    -------
    Model
        The model with the calibrated values of its constants.

    Raises
    ------
    InputError
        If the model lacks one of the parameters.
    """
    regions = {*model.regions} - {*keep}
    values = {
        name: value
        for name, value in calibration.values.items()
        if find_element(name, {*calibration.regions, *model.regions}) in {None, *regions}
    }
    text = set_values(model.text, values)
    return model if text == model.text else Model(text, model.path)


def matches_model(model: Model, calibration: Calibration) -> bool:
    """Say whether a calibration was made with this model, regardless of the model's values."""
    return bool(
        apply_calibration(model, calibration).hash
        == calibration.manifest.get("calibrated model hash")
    )


def write_manifest(folder: Path, facts: Mapping[str, Any], files: Collection[str]) -> Path:
    """Write the manifest, last of all: without it a folder is not a calibration.

    Parameters
    ----------
    folder : Path
        The calibration's folder.
    facts : mapping
        What the manifest says.
    files : collection of str
        Names of the tables that belong to the calibration; their SHA-256 is entered.

    Returns
    -------
    Path
        The manifest.

    Raises
    ------
    InputError
        If a table cannot be read, or the manifest cannot be written.
    """
    content = add_format({**facts, FILES: hash_files(folder, sorted(files))}, "calibration")
    return write_atomic(folder / MANIFEST, seal_json(content))


def round_values(values: pd.Series | pd.DataFrame | np.ndarray) -> np.ndarray:
    """Round to the digits that are stored."""
    numbers = np.asarray(values, dtype=float)
    flat = [float(f"{number:.{DIGITS}g}") for number in numbers.ravel()]
    return np.array(flat).reshape(numbers.shape)
