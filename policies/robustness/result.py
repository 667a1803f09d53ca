"""What a judgement of robustness gives: regret, what is good enough, and where a strategy fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.policies.base_result import pick_named
from smecluster.policies.robustness.regret import EXPECTED, HIGH, MOST

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from smecluster.model.presentation.plotting import Figure
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.robustness.prim import Discovery
    from smecluster.policies.study import Need
from smecluster.policies.robustness.measures import _box_table

REGRET = "regret"


@dataclass(frozen=True, repr=False)
class Robustness:
    """How strategies hold up over all worlds.

    Attributes
    ----------
    outcome, place : str
        What regret is measured in, and where.
    needs : tuple of Need
        What is good enough.
    given_away : xarray.DataArray
        Regret along (strategy, future, draw), in the outcome's unit.
    enough : xarray.DataArray
        Whether a strategy is good enough, along (strategy, future, draw).
    regrets : pandas.DataFrame
        Per future (and ``all futures``) and strategy: expected, 90th percentile and maximum
        regret, share of worlds in which it is best.
    shares : pandas.DataFrame
        Per future (and ``all futures``) and strategy: share of worlds in which it meets each
        need, and all of them.
    worlds : pandas.DataFrame
        What differs among worlds: the future, and the drawn inputs.
    discoveries : dict
        Per strategy, the boxes of the worlds in which it ``fails`` (is not good enough) and in
        which it ``is beaten`` by another.
    compared : Comparison
        What was judged.
    """

    outcome: str
    place: str
    needs: tuple[Need, ...]
    given_away: xr.DataArray
    enough: xr.DataArray
    regrets: pd.DataFrame
    shares: pd.DataFrame
    worlds: pd.DataFrame
    discoveries: dict[str, dict[str, Discovery]]
    compared: Comparison

    def __repr__(self) -> str:
        names = ", ".join(self.compared.names)
        return f"<Robustness: {names} in {len(self.worlds):,} worlds>"

    @property
    def boxes(self) -> pd.DataFrame:
        """The boxes in long form, a row a limit.

        Columns: strategy, what (``fails`` or ``is beaten``), share (of all worlds), box,
        coverage, density, mass, factor, low, high, names, quasi p, reproduced, words.
        """
        return _box_table(self)

    # For notebooks

    def answer(self) -> list[str]:
        """Say which strategy holds up best, and when each fails."""
        from smecluster.policies.robustness.text import answer_robustness

        return answer_robustness(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name: ``regret``, ``good-enough``, ``limits``.

        Regret is in the unit of the command line, which the heading gives.
        """
        from smecluster.model.presentation.exports import convert_units

        unit = self.compared.ends[self.outcome].attrs.get("unit", "")
        regret = convert_units(self.regrets, units=dict.fromkeys((EXPECTED, HIGH, MOST), unit))
        return {**{name: make(self) for name, make in TABLES.items()}, REGRET: regret}

    def table(self, name: str = REGRET) -> pd.DataFrame:
        """Give one table, see `tables`.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        return pick_named("table", name, self.tables())

    def figures(self) -> dict[str, Figure]:
        """Draw every figure by its name."""
        from smecluster.policies.robustness.figures import draw_figures

        return draw_figures(self)

    def figure(self, name: str = "good-enough") -> Figure:
        """Draw one figure, see `figures`.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        return pick_named("figure", name, self.figures())

    def to_excel(self, path: str | Path) -> Path:
        """Write all tables to an Excel workbook, with a sheet that says what they rest on.

        Parameters
        ----------
        path : str or Path
            The workbook, ``.xlsx``.

        Returns
        -------
        Path
            The workbook.

        Raises
        ------
        InputError
            If the name does not end in ``.xlsx``, or the file cannot be written.
        """
        from smecluster.model.presentation.exports import write_excel
        from smecluster.policies.comparison.text import describe_basis

        said = [*self.answer(), *describe_basis(self.compared)]
        notes = {f"note {at}": line for at, line in enumerate(said, 1)}
        return write_excel(self.tables(), path, {**notes, **self.compared.provenance})


#: What takes each table, by its file name without suffix; in the model's units.
TABLES: dict[str, Callable[[Robustness], pd.DataFrame]] = {
    REGRET: lambda judged: judged.regrets,
    "good-enough": lambda judged: judged.shares,
    "limits": lambda judged: judged.boxes,
}
