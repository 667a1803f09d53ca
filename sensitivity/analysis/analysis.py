"""What stored runs say: tables, rankings, remarks and a verdict."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from smecluster.sensitivity.analysis.enough import Verdict
from smecluster.sensitivity.analysis.ranking import Ranking
from smecluster.sensitivity.analysis.trust import Remark
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.methods import Method


@dataclass(frozen=True)
class Analysis:
    """What stored runs say.

    Parameters
    ----------
    method : Method
        How they were analysed.
    outputs : tuple of Column
        The principal outputs, which sentences and figures are about.
    tables : dict of str to pandas.DataFrame
        ``indices``: see `sensitivity.analysis.index_table.build_index_table`; ``pairs``: those of
        pairs, if the design has them; ``outputs``: distribution of each output; ``swings``:
        principal outputs where a factor is low and high (Morris: half its mean effect below and
        above the mean); ``convergence``: the headline index from parts of the runs; ``ranking``,
        ``advantages``, ``causes``: see `sensitivity.analysis.ranking.Ranking`; ``failed``: runs
        that failed, with their inputs.
    rankings : tuple of Ranking
        How strategies rank; empty where fewer than two are crossed.
    remarks : tuple of Remark
        How far to trust the numbers, warnings first.
    verdict : Verdict
        Whether the runs are enough: as the study asks, or else as `sensitivity.study_tables.Enough`
        does.
    """

    method: Method
    outputs: tuple[Column, ...]
    tables: dict[str, pd.DataFrame]
    rankings: tuple[Ranking, ...]
    remarks: tuple[Remark, ...]
    verdict: Verdict

    def by_output(self, name: str, scenario: str) -> list[tuple[Column, pd.DataFrame]]:
        """Take a table's rows of one scenario apart by the principal outputs."""
        table = self.tables[name]
        table = table[table["scenario"] == scenario]
        return [(column, table[table["output"] == column.name]) for column in self.outputs]

    @property
    def enough(self) -> bool:
        """Whether the runs are enough."""
        return self.verdict.enough
