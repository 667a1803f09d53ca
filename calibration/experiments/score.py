"""How many published effects the model gives, by rules that were fixed before it was run.

- An effect of a study is the median over the regions in which its experiment is run.
- It counts unless an input of its experiment or a constant of the model comes from its study, a fit
  used it, or nobody saw it in a source (see `calibration.experiments.reform.explain_use`).
- Effects of contradictory studies, which share a ``pair``, count as one: within range if the model
  agrees with one of them.
- What cannot be run on a model is told apart and is never within range.
- Sized effects are counted apart from signs. In one share of both, signs weigh at most a third.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.experiments.run import CANNOT_RUN, MATCHES, judge_response

#: What the model must show, before its answers are used: sized effects, their studies, and the
#: share of them within range.
REQUIRED_EFFECTS, REQUIRED_STUDIES, REQUIRED_SHARE = 25, 15, 2 / 3
#: The most that signs weigh in a share of all effects.
LARGEST_SHARE_OF_SIGNS = 1 / 3
SIZED = "sized"

_KEPT = [
    *("study", "reform", "response", "role", "kind", "pair", "unit"),
    *("published low", "published", "published high", "effect", "effect low", "effect high"),
    *("used", "lacks", "status", "source"),
]


@dataclass(frozen=True)
class Tally:
    """Counts of effects; pairs count as one.

    Attributes
    ----------
    sized, signs : int
        Those that count and can be run.
    sized_within, signs_within : int
        Those of them within the accepted range.
    sized_not_run, signs_not_run : int
        Those that count and cannot be run on this model.
    studies : int
        Studies of the sized effects that count and can be run.
    """

    sized: int
    sized_within: int
    sized_not_run: int
    signs: int
    signs_within: int
    signs_not_run: int
    studies: int

    @property
    def share_sized(self) -> float:
        """Share of the sized effects within range; nan if there is none."""
        return self.sized_within / self.sized if self.sized else np.nan

    @property
    def share(self) -> float:
        """Share of all effects within range, signs weighing at most a third; nan without sizes."""
        if not self.sized:
            return np.nan
        most = self.sized * LARGEST_SHARE_OF_SIGNS / (1 - LARGEST_SHARE_OF_SIGNS)
        weight = min(1.0, most / self.signs) if self.signs else 0.0
        within = self.sized_within + weight * self.signs_within
        return within / (self.sized + weight * self.signs)

    @property
    def enough(self) -> bool:
        """Whether the model shows what it must."""
        return (
            self.sized >= REQUIRED_EFFECTS
            and self.studies >= REQUIRED_STUDIES
            and self.share_sized >= REQUIRED_SHARE
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and shares by name."""
        shares = {"share_sized": self.share_sized, "share": self.share, "enough": self.enough}
        return {**asdict(self), **shares}


def tabulate_effects(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the effects of the studies, regardless of region.

    Parameters
    ----------
    table : pandas.DataFrame
        As `calibration.experiments.run.run_reforms` gives it.

    Returns
    -------
    pandas.DataFrame
        A row an effect, by study: ``study``, ``reform``, ``response``, ``role``, ``kind``,
        ``pair``, ``unit``; the accepted range ``published low`` to ``published high`` and the
        estimate ``published``; the model's ``effect`` and, with draws, the bounds of a 90 %
        interval; ``verdict``, ``within``, ``counted``; ``used``, why it does not count, and
        ``lacks``, why it cannot be run; ``status``, ``source``.
    """
    effects = table.drop_duplicates(["reform", "response"])[_KEPT].reset_index(drop=True)
    effects["verdict"] = [
        CANNOT_RUN
        if row["lacks"]
        else judge_response(
            row["effect"], _bound(row["published low"]), _bound(row["published high"])
        )
        for row in effects.to_dict("records")
    ]
    effects["within"] = effects["verdict"] == MATCHES
    effects["counted"] = effects["used"] == ""
    return effects.sort_values(["study", "reform"], kind="stable", ignore_index=True)


def select_left_out(effects: pd.DataFrame) -> pd.DataFrame:
    """Select the effects that no fit may use: the third that was left, without mixed pairs.

    Parameters
    ----------
    effects : pandas.DataFrame
        As `tabulate_effects` gives them.

    Returns
    -------
    pandas.DataFrame
        Those of the role "test", unless a contradictory study of the role "fit" shares their pair.
    """
    mixed = set(effects.loc[effects["role"] == "fit", "pair"]) - {""}
    return effects[(effects["role"] == "test") & ~effects["pair"].isin(mixed)]


def count_effects(effects: pd.DataFrame) -> Tally:
    """Count the effects within range.

    Parameters
    ----------
    effects : pandas.DataFrame
        As `tabulate_effects` gives them, or some of its rows.

    Returns
    -------
    Tally
    """
    counted = effects[effects["counted"]]
    can = counted["verdict"] != CANNOT_RUN
    units = pd.DataFrame(
        {
            "unit": [
                row["pair"] or f"{row['reform']}: {row['response']}"
                for row in counted.to_dict("records")
            ],
            "sized": counted["kind"] == SIZED,
            "run": can,
            "within": counted["within"] & can,
        },
    )
    each = units.groupby("unit")[["sized", "run", "within"]].any()

    def count(rows: pd.DataFrame) -> tuple[int, int, int]:
        return int(rows["run"].sum()), int(rows["within"].sum()), int((~rows["run"]).sum())

    sized, signs = (count(each[each["sized"] == wanted]) for wanted in (True, False))
    studies = counted.loc[can & (counted["kind"] == SIZED), "study"].nunique()
    return Tally(*sized, *signs, int(studies))


def _bound(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
