"""The model of SME clusters: its Vensim file, what it says about itself, and its runs.

>>> import model
>>> m = model.load()
>>> result = model.simulate(m, {"history switch": 0})
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.document import Clock, Variable
    from model.errors import InputError
    from model.inputs import Scale
    from model.rewrite import Region
    from model.runs import RunError, failures, simulate, simulate_many, stream
    from model.system import Model, load

# Read when first used: a command that only prints text does not wait for pandas.
_HOMES = {
    "Clock": "model.document",
    "InputError": "model.errors",
    "Model": "model.system",
    "Region": "model.rewrite",
    "RunError": "model.runs",
    "Scale": "model.inputs",
    "Variable": "model.document",
    "failures": "model.runs",
    "load": "model.system",
    "simulate": "model.runs",
    "simulate_many": "model.runs",
    "stream": "model.runs",
}

__all__ = [
    "Clock",
    "InputError",
    "Model",
    "Region",
    "RunError",
    "Scale",
    "Variable",
    "failures",
    "load",
    "simulate",
    "simulate_many",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'model' has no attribute {name!r}")
