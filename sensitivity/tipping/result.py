"""What turns the order of two strategies: comparisons, and the constants that turn them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.policies.base_result import PolicyResult
from smecluster.sensitivity.tipping.measures import WORDS, Case

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure


@dataclass(frozen=True)
class Tipping(PolicyResult):
    """What turns the order of two strategies.

    Attributes
    ----------
    strategies : tuple of str
        Their names.
    base : pandas.DataFrame
        A row a comparison: budget, horizon, measure, money (Myuan, present value), difference
        (first less second, yuan a yuan of that money), ahead (a name), turned (how many constants
        turn it).
    constants : pandas.DataFrame
        A row a constant that turns a comparison: constant, unit, value (its own), low, high (ends
        of what is believed), budget, horizon, measure, difference at low, difference at value,
        difference at high (yuan a yuan), tips at (the value at which the strategies are level),
        toward ("below" or "above" its own value), reason (why the range is believed).
    tried : int
        How many constants, each element of a list by itself, were moved.
    failed : tuple of str
        Those with a run that failed.
    """

    strategies: tuple[str, str]
    base: pd.DataFrame
    constants: pd.DataFrame
    tried: int
    failed: tuple[str, ...]

    def select(self, case: Case) -> pd.DataFrame:
        """Give the constants that turn one comparison."""
        here = self.constants
        for key in ("budget", "horizon", "measure"):
            here = here[here[key] == getattr(case, key)]
        return here

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the constants that turn comparisons, and the comparisons."""
        return {"constants": self.constants, "comparisons": self.base}

    def labelled(self) -> dict[str, pd.DataFrame]:
        """Give the tables in the units of the screen, which their headings say."""
        from smecluster.model.presentation.exports import convert_units

        named = {
            name: f"{name} [yuan a yuan]"
            for name in map(str, self.constants)
            if "difference" in name
        }
        base = convert_units(self.base, {"money": "Myuan"})
        return {
            "constants": self.constants.rename(columns=named).replace({"measure": WORDS}),
            "comparisons": base.rename(columns={"difference": "difference [yuan a yuan]"}).replace(
                {"measure": WORDS}
            ),
        }

    def figures(self) -> dict[str, Figure]:
        """Draw which constants turn which comparisons, and how near that is."""
        from smecluster.sensitivity.tipping.figures import draw_figures

        return draw_figures(self)

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.sensitivity.tipping.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.sensitivity.tipping.text import write_basis

        return write_basis(self)
