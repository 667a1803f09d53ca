"""Calibration: published figures of the regions, and the model fitted to them.

>>> from smecluster import calibration
>>> result = calibration.calibrate("my-region", quick=True)  # doctest: +SKIP
>>> result.table()  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.calibration.data.case import Case, list_cases, load_case, make_region
    from smecluster.calibration.drawing import sample_draws
    from smecluster.calibration.interface import calibrate
    from smecluster.calibration.loading import load_calibrated
    from smecluster.calibration.store.named import (
        Calibration,
        apply_calibration,
        list_calibrations,
        open_calibration,
    )

# Read when first used: a command that only prints text does not wait for pandas.
_HOMES = {
    "Calibration": "store.named",
    "Case": "data.case",
    "apply_calibration": "store.named",
    "calibrate": "interface",
    "list_calibrations": "store.named",
    "list_cases": "data.case",
    "load_calibrated": "loading",
    "load_case": "data.case",
    "make_region": "data.case",
    "open_calibration": "store.named",
    "sample_draws": "drawing",
}

__all__ = [
    "Calibration",
    "Case",
    "apply_calibration",
    "calibrate",
    "list_calibrations",
    "list_cases",
    "load_calibrated",
    "load_case",
    "make_region",
    "open_calibration",
    "sample_draws",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
