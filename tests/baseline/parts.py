"""The parts of the baseline: what each protects, and how far its numbers may move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import calibration, model, policies, sensitivity
from .store import Tolerance

#: A run has the same digits on every processor; rounding moves the sixteenth.
PLAIN = Tolerance(1e-9, "plain runs: only rounding may differ")
#: Effects are differences of runs that are nearly alike.
EFFECT = Tolerance(1e-7, "differences of runs that are nearly alike", absolute=1e-10)
GAIN = Tolerance(1e-6, "small differences of runs at rest, and eigenvalues", absolute=1e-9)

COST = Tolerance(1e-6, "money is matched to within a tolerance of its own", absolute=1e-6)
SEARCH = Tolerance(1e-3, "the search ends at a tolerance", absolute=1e-3)


@dataclass(frozen=True)
class Part:
    """One part of the baseline.

    Attributes
    ----------
    name : str
        What its file is called.
    about : str
        What its values are.
    tolerance : Tolerance
        How far a number may move.
    values : callable
        Computes them: mappings within mappings, down to values.
    slow : bool
        Whether it takes so long that it is left to ``make test-slow`` and ``make baseline``.
    """

    name: str
    about: str
    tolerance: Tolerance
    values: Callable[[], dict[str, Any]]
    slow: bool = False


PARTS = (
    Part(
        "base-run",
        "The shipped model: every outcome by place and year.",
        PLAIN,
        model.collect_base_run,
    ),
    Part("batch", "A table of runs.", PLAIN, model.collect_batch),
    Part(
        "histories",
        "How close the base case comes to published series.",
        PLAIN,
        calibration.collect_histories,
    ),
    Part("reforms", "Published reforms, run on the model.", EFFECT, calibration.collect_reforms),
    Part("facts", "Stylised facts: numbers and verdicts.", EFFECT, model.collect_facts),
    Part("gains", "Gains of the reinforcing loops at rest.", GAIN, model.collect_gains),
    Part(
        "all-gains",
        "Gains with balancing loops held constant.",
        GAIN,
        model.collect_all_gains,
        slow=True,
    ),
    Part(
        "checks", "What each check on the model comes to.", PLAIN, model.collect_checks, slow=True
    ),
    Part("knockouts", "Mechanisms of the paper, cut.", EFFECT, model.collect_knockouts, slow=True),
    Part(
        "sensitivity", "Sobol' indices of a small study.", EFFECT, sensitivity.collect_sensitivity
    ),
    Part(
        "strategies", "Every shipped strategy, run as written.", PLAIN, policies.collect_strategies
    ),
    Part("comparison", "Strategies at equal additional money.", COST, policies.collect_comparison),
    Part(
        "futures",
        "Strategies in futures and draws: regret and needs.",
        COST,
        policies.collect_futures,
    ),
    Part("contributions", "What each lever contributes.", COST, policies.collect_contributions),
    Part(
        "best-use",
        "A short search for the best use of the money.",
        SEARCH,
        policies.collect_best_use,
    ),
    Part("windows", "When help pays.", COST, policies.collect_windows),
    Part("statistics", "What cluster statistics are worth.", COST, policies.collect_statistics),
    Part(
        "calibration",
        "The shipped calibration and the cost of its points.",
        PLAIN,
        calibration.collect_calibration,
    ),
)
