"""Write a calibration's estimate into the model file and the case folders.

The model file then shows in Vensim what the project's commands use, and the cases carry the
same regional values. Nothing that a command computes with this calibration changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from smecluster.calibration.authoring.region_values import Copied, copy_values
from smecluster.calibration.store.named import SHIPPED as CALIBRATION
from smecluster.calibration.store.named import apply_calibration, open_calibration
from smecluster.calibration.store.own import refuse_stale
from smecluster.model import load
from smecluster.model.support.files import overwrite_file
from smecluster.model.vensim.document import SHIPPED


@dataclass(frozen=True)
class Adopted:
    """What was written.

    Attributes
    ----------
    calibration : str
        Name of the calibration.
    values : int
        How many values of the model file it set.
    copied : tuple of Copied
        What the case folders received.
    """

    calibration: str
    values: int
    copied: tuple[Copied, ...]


def adopt_calibration(calibration: str | Path = CALIBRATION, model: Path = SHIPPED) -> Adopted:
    """Write a calibration's estimate into a model file, then copy it into the case folders.

    Parameters
    ----------
    calibration : str or Path
        Name of a shipped calibration, or a folder.
    model : Path
        The Vensim file.

    Returns
    -------
    Adopted

    Raises
    ------
    InputError
        If there is no such calibration or model file, the model lacks one of the parameters, or
        it is the calibration of a case that has changed since.
    """
    chosen = open_calibration(calibration)
    refuse_stale(chosen)
    overwrite_file(model, apply_calibration(load(model), chosen).text)
    return Adopted(chosen.name, len(chosen.values), copy_values(model))
