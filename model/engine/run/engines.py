"""Other engines for the same model: PySD is the reference, pysimlin shares no code with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.reference.job import Job


def run_engine(engine: str, job: Job) -> NDArray[np.float64]:
    """Run a model once with an engine other than the kernel.

    Parameters
    ----------
    engine : {"pysd", "simlin"}
        The engine.
    job : Job
        The model and its run.

    Returns
    -------
    array of float, shape (elements of the variables, times kept)
        In the units of the variables.

    Raises
    ------
    InputError
        If the engine is not installed or cannot run the model.
    """
    if engine == "simlin":
        from smecluster.model.engine.reference.simlin import run_simlin

        return run_simlin(job)
    from smecluster.model.engine.reference.pysd import run_pysd

    return run_pysd(job)
