"""Comparisons with few draws and a long step, and what a brief makes of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from smecluster import model
from smecluster.policies import load
from smecluster.policies.accounting.compute import draw_up_account
from smecluster.policies.brief.gather import judge_yardsticks
from smecluster.policies.brief.parts.trust import gather_trust
from smecluster.policies.brief.shelf import list_ready
from smecluster.policies.brief.words.evidence import EVALUATION, Evidence
from smecluster.policies.comparison.compute import compare
from smecluster.policies.futures import load_futures
from smecluster.policies.study import Need

STEP = {"TIME STEP": 0.25}
DRAWS = 6


@pytest.fixture(scope="session")
def make() -> Callable[[str, str], Evidence]:
    """Give evidence by budget and baseline, each made once."""
    shipped = model.load()
    generator = np.random.default_rng(3)
    middle = {"preference for variety": 0.36, "spin off rate": 0.13}
    draws = pd.DataFrame(
        {name: at * np.exp(0.15 * generator.standard_normal(DRAWS)) for name, at in middle.items()}
    )

    @cache
    def gather(budget: str, baseline: str) -> Evidence:
        strategies = tuple(load(name) for name in ("central", "local"))
        against = load(baseline)
        compared = compare(
            shipped,
            strategies,
            draws,
            load_futures(["demand"]),
            baseline=against,
            budget=budget,
            settings=STEP,
        )
        account = draw_up_account(
            shipped, strategies, draws, baseline=against, budget=compared.budget, settings=STEP
        )
        ready = list_ready()
        trust = gather_trust(shipped, None, draws, ready[EVALUATION].tables[EVALUATION])
        judged = judge_yardsticks(compared, (Need(outcome="gained per yuan", at_least=1),))
        return Evidence(compared, account, ready, tuple(shipped.regions), trust, {}, judged)

    return gather
