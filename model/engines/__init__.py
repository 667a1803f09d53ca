"""Other engines for the same model: PySD is the reference, pysimlin shares no code with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smecluster.model.clock import Times
from smecluster.model.inputs import Inputs
from smecluster.model.results import Selection
from smecluster.model.system import Model


def run(
    engine: str, model: Model, inputs: Inputs, chosen: Selection, clock: Times
) -> NDArray[np.float64]:
    """Run a model once.

    Parameters
    ----------
    engine : {"pysd", "simlin"}
        What computes it.
    model : Model
        The model.
    inputs : Inputs
        What the run sets.
    chosen : Wanted
        Variables to keep.
    clock : Times
        The times of the run.

    Returns
    -------
    array of float
        Of shape (elements of the variables, times kept).

    Raises
    ------
    InputError
        If the engine is not installed or cannot run the model.
    """
    if engine == "simlin":
        from smecluster.model.engines.simlin import run as run_simlin

        return run_simlin(model, inputs, chosen, clock)
    from smecluster.model.engines.pysd import run as run_pysd

    return run_pysd(model, inputs, chosen, clock)
