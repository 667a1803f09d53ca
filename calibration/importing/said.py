"""What was done to make a region's folder, in the language of the moment; files keep English."""

from __future__ import annotations

from smecluster.calibration.problem.parameters import FILE
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.filled import say_filled
from smecluster.model.presentation.language.spoken import say

_DONE = (mark("times {factor}"), mark("kept"), mark("left out"))
_LEFT = (
    mark("check whether it applies"),
    mark("dated history of {like}: write the region's own"),
    mark("add a series that it moves, then its row in parameters.csv"),
)
_ESTIMATE = mark("estimate of {name}")
assert _LEFT[-1].endswith(FILE)


def name_value(name: str) -> str:
    """Name a value of the model, or its estimate."""
    said = say_filled(name, (_ESTIMATE,))
    return say.variable(name) if said == name else said


def say_done(done: str) -> str:
    """Say what was done with a value; see `scaling.Treatment`."""
    return say_filled(done, _DONE)


def say_left(left: str) -> str:
    """Say what is left to do with a value."""
    return say_filled(left, _LEFT)
