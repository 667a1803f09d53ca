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
    from smecluster.model.program.values import Scale
    from smecluster.model.runs import RunError, failures, simulate, simulate_many, stream
    from smecluster.model.support.errors import InputError
    from smecluster.model.system import Model, load
    from smecluster.model.vensim.document import Clock, Variable
    from smecluster.model.vensim.regions import Region

# Imported when first used: a command that only prints text does not wait for pandas.
_HOMES = {
    "Clock": "smecluster.model.vensim.document",
    "InputError": "smecluster.model.support.errors",
    "Model": "smecluster.model.system",
    "Region": "smecluster.model.vensim.regions",
    "RunError": "smecluster.model.runs",
    "Scale": "smecluster.model.program.values",
    "Variable": "smecluster.model.vensim.document",
    "failures": "smecluster.model.runs",
    "load": "smecluster.model.system",
    "simulate": "smecluster.model.runs",
    "simulate_many": "smecluster.model.runs",
    "stream": "smecluster.model.runs",
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
