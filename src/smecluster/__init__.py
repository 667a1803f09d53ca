"""A system-dynamics model of SME clusters and of what government can do for them.

>>> import smecluster as sc
>>> model = sc.load()
>>> model.regions
('Wenzhou', 'Pearl River Delta', 'Zhongguancun')
"""

from __future__ import annotations

import importlib
import os.path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.calibration.loading import load_calibrated as load
    from smecluster.model.interface import simulate, simulate_many
    from smecluster.model.support.errors import InputError
    from smecluster.sensitivity.interface import run_sensitivity as sensitivity

    __version__: str

# Where each name comes from. It is imported when it is first used: `import smecluster` takes
# milliseconds, and a command waits only for what it needs.
_HOMES = {
    "InputError": ("smecluster.model.support.errors", "InputError"),
    "load": ("smecluster.calibration.loading", "load_calibrated"),
    "simulate": ("smecluster.model.interface", "simulate"),
    "simulate_many": ("smecluster.model.interface", "simulate_many"),
}

__all__ = ["InputError", "__version__", "load", "sensitivity", "simulate", "simulate_many"]

# The folders of a checkout stand here as links; git without core.symlinks writes text files.
if not os.path.isdir(os.path.join(os.path.dirname(__file__), "model")):
    raise ImportError(
        f"{os.path.join(os.path.dirname(__file__), 'model')} is no folder: the links in "
        "src/smecluster are missing; run `git config core.symlinks true`, then "
        "`git checkout -- src` (Windows: allow links first, see CONTRIBUTING.md)"
    )


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("smecluster")
    if name == "sensitivity":  # a package that can be called, see its docstring
        return importlib.import_module("smecluster.sensitivity")
    if name not in _HOMES:
        raise AttributeError(f"module 'smecluster' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
