"""What draws are called in sentences: worlds that fit the history only where all is varied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.file.beliefs import CONVENTIONS, RANGE, SWITCH, read_beliefs
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.wording.prose import bound, describe_draws, format_draws

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model

_DRAWS = (mark("draws"), mark("draws"))
_WORLDS = (mark("worlds that fit the history, all judgements varied"), mark("worlds"))


@dataclass(frozen=True)
class Odds:
    """Counts of draws as a sentence says them.

    Attributes
    ----------
    all_varied : bool
        Whether the draws vary everything of which the model's file believes a range.
    total : int
        How many draws there are.
    """

    all_varied: bool
    total: int

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that counts mean something."""
        return self.total > 1

    def say(self, values: xr.DataArray | np.ndarray, *, short: bool = True) -> str:
        """Say in how many draws values are above zero.

        Parameters
        ----------
        values : array of float
            One value a draw; NaN where there is none.
        short : bool
            Whether what worlds are has been said before.

        Returns
        -------
        str
            Words that follow a verb, such as ``in 72 of 100 draws``; nothing of a single draw.
            Values that are nothing count as not above zero.
        """
        given = np.asarray(values, dtype=float)
        known = int(np.isfinite(given).sum())
        if not self.several or not known:
            return ""
        count = int((given > 0).sum())
        if not self.all_varied:
            return format_draws(count, known)
        said = {"count": f"{count:,}", "total": f"{known:,}", "worlds": self.noun(short)}
        if 0 < count < known:
            return say("in {count} of {total} {worlds}", **said)
        del said["count"]
        if count:
            return say("in all {total} {worlds} that were run", **said) + bound(count, known)
        return say("in none of the {total} {worlds} that were run", **said) + bound(0, known)

    def describe(self, draws: pd.DataFrame) -> str:
        """Say what differs among draws, and what does not; see `prose.describe_draws`."""
        if not (self.all_varied and self.several):
            return describe_draws(draws)
        return say(
            "The {total} worlds vary {count} values: all constants of which the model's file "
            "believes a range, as far as the histories allow. The equations, the discount rate and "
            "the national drivers stay as they are.",
            total=f"{self.total:,}",
            count=f"{len(draws.columns):,}",
        )

    def noun(self, short: bool = True) -> str:
        """Name the draws."""
        return say((_WORLDS if self.all_varied else _DRAWS)[short])


class Drawn:
    """A result on draws, which says what they may be called.

    Attributes
    ----------
    draws : pandas.DataFrame
        What differs among draws: a row each.
    all_varied : bool
        Whether they vary everything of which the model's file believes a range.
    """

    draws: pd.DataFrame
    all_varied: bool

    @property
    def odds(self) -> Odds:
        """What its draws may be called."""
        return Odds(self.all_varied, len(self.draws))


def count_odds(model: Model, draws: pd.DataFrame) -> Odds:
    """Find out what draws may be called.

    Parameters
    ----------
    model : Model
        The model, whose file says what is believed of every constant.
    draws : pandas.DataFrame
        A row a draw, a column an input.

    Returns
    -------
    Odds
        Counts are of worlds where every constant with a believed range is drawn, those that weigh
        years excepted; of draws otherwise.
    """
    drawn = {str(name).partition("[")[0] for name in draws.columns}
    judged = list_judged(model)
    return Odds(bool(judged) and judged <= drawn, len(draws))


def list_judged(model: Model) -> set[str]:
    """List the constants of which the model's file believes a range, or a choice.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    set of str
        Their names, without those that weigh years and are no claim about the world.
    """
    return {
        name
        for name, variable in model.document.variables.items()
        if variable.kind == "constant"
        and name not in CONVENTIONS
        and any(belief.kind in (RANGE, SWITCH) for belief in read_beliefs(variable))
    }
