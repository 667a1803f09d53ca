"""What pages call the bars and their limits, which tables hold in English."""

from __future__ import annotations

from smecluster.calibration.evaluation.summary import (
    AT_MOST,
    BELOW,
    BETTER,
    BETWEEN,
    COVERED,
    NOT_WORSE,
)
from smecluster.model.presentation.language.filled import say_filled


def name_bar(bar: str) -> str:
    """Name a bar in the language of the moment; see `summary.judge_bars`."""
    return say_filled(bar, (COVERED, BETTER, NOT_WORSE))


def name_limit(limit: str) -> str:
    """Name the limit of a bar in the language of the moment."""
    return say_filled(limit, (BETWEEN, BELOW, AT_MOST))
