"""Levers, strategies and their comparison at equal additional money.

A policy analyst edits the files in ``strategies``, ``futures`` and ``studies``. The calls:

>>> from smecluster import policies
>>> found = policies.compare(["central", "local"])
>>> found.figure("overview")  # doctest: +SKIP
>>> list(found.table("money").columns)[:3]
['outcome', 'unit', 'strategy']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.policies.budget import Budget, parse_budget, set_budget
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.futures import Future
    from smecluster.policies.futures import load as load_future
    from smecluster.policies.levers import Lever, check_catalogue, read_levers
    from smecluster.policies.notebook.analyses import (
        compute_contributions,
        map_windows,
        measure_dominance,
        optimise,
        value_statistics,
    )
    from smecluster.policies.notebook.interface import compare, judge, run_study
    from smecluster.policies.plan import Plan
    from smecluster.policies.robustness.result import Robustness
    from smecluster.policies.strategy import Strategy, load, names
    from smecluster.policies.strategy import load as load_strategy
    from smecluster.policies.study import Study
    from smecluster.policies.study import load as load_study

# Where each name comes from. It is imported when it is first used: a command that reads a strategy
# does not wait for what compares them.
_HOMES = {
    "Budget": ("budget", "Budget"),
    "Comparison": ("comparison.result", "Comparison"),
    "Future": ("futures", "Future"),
    "Lever": ("levers", "Lever"),
    "Plan": ("plan", "Plan"),
    "Robustness": ("robustness.result", "Robustness"),
    "Strategy": ("strategy", "Strategy"),
    "Study": ("study", "Study"),
    "check_catalogue": ("levers", "check_catalogue"),
    "compare": ("notebook.interface", "compare"),
    "compute_contributions": ("notebook.analyses", "compute_contributions"),
    "judge": ("notebook.interface", "judge"),
    "load": ("strategy", "load"),
    "load_future": ("futures", "load"),
    "load_strategy": ("strategy", "load"),
    "load_study": ("study", "load"),
    "map_windows": ("notebook.analyses", "map_windows"),
    "measure_dominance": ("notebook.analyses", "measure_dominance"),
    "names": ("strategy", "names"),
    "optimise": ("notebook.analyses", "optimise"),
    "parse_budget": ("budget", "parse_budget"),
    "read_levers": ("levers", "read_levers"),
    "run_study": ("notebook.interface", "run_study"),
    "set_budget": ("budget", "set_budget"),
    "value_statistics": ("notebook.analyses", "value_statistics"),
}

__all__ = [
    "Budget",
    "Comparison",
    "Future",
    "Lever",
    "Plan",
    "Robustness",
    "Strategy",
    "Study",
    "check_catalogue",
    "compare",
    "compute_contributions",
    "judge",
    "load",
    "load_future",
    "load_strategy",
    "load_study",
    "map_windows",
    "measure_dominance",
    "names",
    "optimise",
    "parse_budget",
    "read_levers",
    "run_study",
    "set_budget",
    "value_statistics",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
