"""One run for another engine to carry out."""

from __future__ import annotations

from dataclasses import dataclass

from smecluster.model.engine.graph.clock import Times
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.graph.inputs import Inputs
from smecluster.model.engine.graph.outputs import Selection


@dataclass(frozen=True)
class Job:
    """A model and one run of it.

    Attributes
    ----------
    text : str
        The text of the model file.
    suffix : str
        The suffix of the file's name, which tells Vensim from XMILE.
    program : Program
        Its equations.
    inputs : Inputs
        What the run sets.
    selection : Selection
        Variables to return.
    times : Times
        The times of the run.
    """

    text: str
    suffix: str
    program: Program
    inputs: Inputs
    selection: Selection
    times: Times
