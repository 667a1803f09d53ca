"""What a brief is made from: what was run now, and tables that were made before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.policies.accounting.measures import ACCOUNT
from smecluster.policies.brief.words.race import NATION, REGIONS, Yardstick
from smecluster.policies.comparison.measures import select_base
from smecluster.policies.comparison.nation import BENEFIT
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.wording.worlds import Odds

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.robustness.result import Robustness

#: Answers that stand beside a comparison, by name of their tables.
ASSIGNMENT, MAP, GAME, WHY = "assignment", "map", "game", "why"
#: The account, which is made with the page.
COSTS = "account"
TIPPING, DECISION, EVALUATION = "tipping", "decision", "evaluation"


@dataclass(frozen=True)
class Ready:
    """Tables of one answer.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables, by name.
    stamp : mapping of str to str
        Where they came from.
    shipped : bool
        Whether they were made before and are shipped; else they were made with this page.
    """

    tables: Mapping[str, pd.DataFrame]
    stamp: Mapping[str, str]
    shipped: bool


@dataclass(frozen=True)
class Evidence:
    """What a brief is made from.

    Attributes
    ----------
    comparison : Comparison
        The strategies.
    account : Account or None
        Their costs and benefits, on the same draws; None where the model has no such account, or
        money is not equal.
    ready : mapping of str to Ready
        Further answers, by name; one that is not here is left out of the page.
    regions : tuple of str
        Regions of the model.
    trust : mapping of str to float
        Figures on how far to trust the model, see `policies.brief.parts.trust`.
    commands : mapping of str to str
        How to make an answer that is not in `ready`, by name.
    judged : mapping of str to Robustness
        How strategies hold up over all worlds, by whose gain it is (`NATION`, `REGIONS`).
    """

    comparison: Comparison
    account: Account | None
    ready: Mapping[str, Ready] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    trust: Mapping[str, float] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, Robustness] = field(default_factory=dict)

    @property
    def odds(self) -> Odds:
        """What draws may be called."""
        return self.comparison.odds

    def table(self, answer: str, name: str | None = None) -> pd.DataFrame | None:
        """Give a table of an answer, of its own name without one; None where it is not here."""
        ready = self.ready.get(answer)
        return None if ready is None else ready.tables.get(answer if name is None else name)

    def yardsticks(self) -> list[Yardstick]:
        """Give what strategies gain the regions and the nation, to each year that is known."""
        comparison = self.comparison
        gained = select_base(comparison, comparison.gained.sel({PLACE: TOTAL}, drop=True))
        found = [Yardstick(REGIONS, comparison.end, _by_name(comparison, gained))]
        if BENEFIT in comparison.changes:
            change = comparison.changes[BENEFIT]
            change = change.sel({PLACE: TOTAL}, drop=True) if PLACE in change.dims else change
            values = _by_name(comparison, select_base(comparison, change))
            found.append(Yardstick(NATION, comparison.end, values))
        if self.account is not None and self.account.horizon != comparison.end:
            values = _by_name(comparison, self.account.changes[ACCOUNT])
            found.append(Yardstick(NATION, self.account.horizon, values))
        return found


def _by_name(comparison: Comparison, values: xr.DataArray) -> dict[str, np.ndarray]:
    return {
        name: np.asarray(values.sel({STRATEGY: name}).values, dtype=float)
        for name in comparison.names
    }
