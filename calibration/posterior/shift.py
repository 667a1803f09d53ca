"""Draws moved from one time step to another: shifted with the optimum, clipped at the bounds.

The posterior is sampled with a longer time step than the model's own, which is many times
quicker. The optimum of the model's own step lies a little elsewhere, and the draws are moved by
as much. That assumes a posterior of the same shape, and it can push a draw over a bound: the table
says for each parameter how far the draws moved and how many were clipped.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.presentation.language.spoken import say

if TYPE_CHECKING:
    from smecluster.calibration.problem.objective import Objective

Floats = NDArray[np.float64]

#: Columns of the table, besides the name and the unit.
BEFORE, AFTER = "estimate before", "estimate after"
SHIFT, CLIPPED, CLIP = "shift in posterior sd", "draws clipped", "largest clip in posterior sd"
_NAMED = 3


@dataclass(frozen=True)
class ShiftedDraws:
    """Draws that were moved, and by how much.

    Attributes
    ----------
    points : array of float, shape (draws, parameters)
        The draws after the move, in the scale of the estimation.
    table : pandas.DataFrame
        A row a parameter: name, unit, ``estimate before`` and ``estimate after`` (in that unit),
        ``shift in posterior sd`` (Dmnl, in the scale of the estimation), ``draws clipped`` (how
        many were moved back to a bound) and ``largest clip in posterior sd`` (Dmnl).
    clipped : int
        How many draws were clipped in at least one parameter.
    """

    points: Floats
    table: pd.DataFrame
    clipped: int

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says: draws, the largest shift, and the clipped parameters."""
        largest = self.table.iloc[int(np.argmax(self.table[SHIFT].abs()))]
        clipped = self.table[self.table[CLIPPED] > 0]
        return {
            "draws": len(self.points),
            "largest shift in posterior sd": float(largest[SHIFT]),
            "parameter shifted most": str(largest["name"]),
            "draws clipped": self.clipped,
            "parameters clipped": dict(
                zip(clipped["name"].astype(str), clipped[CLIPPED].astype(int), strict=True)
            ),
        }


def shift_draws(
    objective: Objective, points: Floats, before: Floats, after: Floats
) -> ShiftedDraws:
    """Move draws from one optimum to another, and clip them at the bounds.

    Parameters
    ----------
    objective : Objective
        Whose bounds hold, and whose parameters these are.
    points : array of float, shape (draws, parameters)
        The draws around `before`, in the scale of the estimation.
    before, after : array of float, shape (parameters,)
        The two optima, in the same scale.

    Returns
    -------
    ShiftedDraws
    """
    moved = points + (after - before)
    kept = np.clip(moved, objective.lower, objective.upper)
    distance = np.abs(kept - moved)
    sd = points.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(sd > 0, (after - before) / sd, 0.0)
        clip = np.where(sd > 0, distance.max(axis=0) / sd, 0.0)
    variables = objective.problem.model.variables
    table = pd.DataFrame(
        {
            "name": objective.names,
            "unit": [variables[name.partition("[")[0]].unit for name in objective.names],
            BEFORE: objective.to_natural(before),
            AFTER: objective.to_natural(after),
            SHIFT: shift,
            CLIPPED: (distance > 0).sum(axis=0),
            CLIP: clip,
        }
    )
    return ShiftedDraws(kept, table, int((distance > 0).any(axis=1).sum()))


def describe_shift(table: pd.DataFrame, draws: int, clipped: int) -> str:
    """Say in a sentence or two how far draws were moved.

    Parameters
    ----------
    table : pandas.DataFrame
        See `ShiftedDraws`.
    draws : int
        How many draws there are.
    clipped : int
        How many of them were clipped.

    Returns
    -------
    str
    """
    largest = table.iloc[int(np.argmax(table[SHIFT].abs()))]
    told: dict[str, object] = {
        "draws": f"{draws:,}",
        "shift": f"{abs(largest[SHIFT]):.2g}",
        "name": say.variable(str(largest["name"])),
    }
    if not clipped:
        return say(
            "All {draws} draws were shifted with the estimate to the model's own time step, by at "
            "most {shift} posterior standard deviations ({name}); none met a bound.",
            **told,
        )
    rows = table[table[CLIPPED] > 0].sort_values(CLIPPED, ascending=False, kind="stable")
    names = [_describe_clipped(row) for row in rows.head(_NAMED).to_dict("records")]
    if len(rows) > _NAMED:
        names.append(say("{count} more", count=len(rows) - _NAMED))
    return say(
        "All {draws} draws were shifted with the estimate to the model's own time step, by at most "
        "{shift} posterior standard deviations ({name}); {clipped} were then clipped at a bound: "
        "{names}.",
        clipped=f"{clipped:,}",
        names=say.join(names),
        **told,
    )


def _describe_clipped(row: Mapping[Hashable, Any]) -> str:
    told = {"name": say.variable(row["name"]), "count": int(row[CLIPPED])}
    # How far is unknown of a calibration from before this was recorded.
    if row[CLIP] != row[CLIP]:
        return say("{name} ({count})", **told)
    return say("{name} ({count}, by up to {most})", most=f"{row[CLIP]:.2g}", **told)
