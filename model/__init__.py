"""The model of SME clusters: its Vensim file, what the file says about itself, and its runs.

- `load` reads a model file, the shipped one by default, and can replace its regions.
- `simulate` runs it once, `simulate_many` for every row of a table of inputs, `stream` does the
  same piece by piece where the results would not fit into memory; all three give
  `xarray.Dataset` with names and units. `failures` lists the runs that left the domain.
- `smecluster.model.interface` wraps runs for notebooks: tables, figures, workbooks.

>>> from smecluster import model
>>> m = model.load()
>>> run = model.simulate(m, {"history switch": 0}, outputs=["value added"], years=[2040])
>>> run["value added"].dims
('time', 'Region')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.model.engine.graph.values import Scale
    from smecluster.model.engine.read.document import Clock, Variable
    from smecluster.model.engine.run.runs import RunError, failures, simulate, simulate_many, stream
    from smecluster.model.file.model import Model, load
    from smecluster.model.file.regions import Region

# Imported when first used: a command that only prints text does not wait for pandas.
_HOMES = {
    "Clock": "smecluster.model.engine.read.document",
    "InputError": "smecluster.model.errors",
    "Model": "smecluster.model.file.model",
    "Region": "smecluster.model.file.regions",
    "RunError": "smecluster.model.engine.run.runs",
    "Scale": "smecluster.model.engine.graph.values",
    "Variable": "smecluster.model.engine.read.document",
    "failures": "smecluster.model.engine.run.runs",
    "load": "smecluster.model.file.model",
    "simulate": "smecluster.model.engine.run.runs",
    "simulate_many": "smecluster.model.engine.run.runs",
    "stream": "smecluster.model.engine.run.runs",
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
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
