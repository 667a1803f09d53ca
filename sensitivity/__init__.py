"""Sensitivity studies: of any size, interrupted and resumed at will, with intervals and warnings.

A study file names factors, outputs and a method (`sensitivity.study`). Its runs are made in parts
that are kept as they are finished (`sensitivity.running`, `sensitivity.store`) and analysed as
often as one likes without running the model again (`sensitivity.analysis`).

The package itself can be called: ``smecluster.sensitivity("quick")`` runs a study and analyses it,
see `sensitivity.interface.run_sensitivity`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from smecluster.sensitivity.design.study import Study
    from smecluster.sensitivity.interface import Sensitivity


class _CallablePackage(ModuleType):
    """A package that is a function, too: the verb of the face has the name of its room."""

    def __call__(self, study: str | Path | Study = "quick", **options: Any) -> Sensitivity:
        """Run a sensitivity study; see `sensitivity.interface.run_sensitivity`."""
        from smecluster.sensitivity.interface import run_sensitivity

        return run_sensitivity(study, **options)


sys.modules[__name__].__class__ = _CallablePackage
