"""Stored runs as the analysis reads them: columns at a time, never all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.provenance import make_stamp
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.design.samples import Design
from smecluster.sensitivity.design.study import Study
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.manifest import Manifest, name_command
from smecluster.sensitivity.store.parts import Stored

_UNITS = {
    "sobol": mark("its block of Saltelli's sample"),
    "morris": mark("its trajectory"),
    "fast": mark("its curve, and with it the index of that curve's factor"),
}


@dataclass(frozen=True)
class Results:
    """The runs of a study.

    Attributes
    ----------
    folder : Path
        The store.
    manifest : Manifest
        What the store says about them.
    study : Study
        The study; its settings of the analysis may be newer than the runs.
    design : Design
        The sample, drawn when it is asked for.
    stored : tuple of Stored
        The finished runs of each scenario.
    """

    folder: Path
    manifest: Manifest
    study: Study
    design: Design
    stored: tuple[Stored, ...]

    @property
    def method(self) -> str:
        """Name of the study's method."""
        return self.study.method.name

    @property
    def size(self) -> int:
        """Size of the sample, see `sensitivity.study_tables.Method`."""
        return self.study.method.size

    @property
    def factors(self) -> tuple[str, ...]:
        """Labels of the factors."""
        return tuple(factor.label for factor in self.manifest.factors)

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each factor."""
        return tuple(factor.group for factor in self.manifest.factors)

    @property
    def units(self) -> tuple[str, ...]:
        """The unit of each factor."""
        return tuple(factor.unit for factor in self.manifest.factors)

    @property
    def by_group(self) -> bool:
        """Whether the sample moves groups of factors as one."""
        return self.study.method.groups

    @property
    def dependent(self) -> bool:
        """Whether factors depend on one another, as draws of a calibration do."""
        return self.study.dependent

    @property
    def is_random(self) -> bool:
        """Whether there is a random sample: the study's own, or the two that Saltelli mixes."""
        return self.design.unit == 1 or self.method == "sobol"

    @property
    def random_runs(self) -> NDArray[np.int64]:
        """The runs that are a random sample of the factors; all of them where there is none."""
        every = np.arange(self.runs)
        if self.method == "sobol":
            # The first and the last run of a block are two independent points.
            return every.reshape(-1, self.design.unit)[:, [0, -1]].ravel()
        return every

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """What the sample is crossed with; all have the same rows of the sample."""
        return self.manifest.scenarios

    @property
    def columns(self) -> tuple[Column, ...]:
        """The outputs."""
        return self.manifest.columns

    @property
    def series(self) -> dict[tuple[str, str], list[Column]]:
        """The outputs that are time series, by outcome and place, in order of their years."""
        found: dict[tuple[str, str], list[Column]] = {}
        for column in self.columns:
            found.setdefault((column.outcome, column.place), []).append(column)
        return {
            key: sorted(listed, key=lambda column: column.year)
            for key, listed in found.items()
            if len(listed) > 1
        }

    @property
    def runs(self) -> int:
        """How many runs a scenario is to have."""
        return self.design.rows

    @property
    def identity(self) -> dict[str, str]:
        """Fingerprints of all that the runs depend on."""
        return dict(self.manifest.identity)

    @property
    def rule(self) -> str:
        """What is done about runs that fail, in words."""
        unit = _UNITS.get(self.method)
        if unit is None:
            return say("A run that fails or has no value is left out.")
        return say(
            "A run that fails or has no value is left out together with {unit} ({count} runs), "
            "since a gap would bias the estimate.",
            unit=say(unit),
            count=self.design.unit,
        )

    @property
    def complete(self) -> bool:
        """Whether every run of every scenario is stored."""
        return all(bool(self.done(place).all()) for place in range(len(self.scenarios)))

    def refuse_damage(self) -> None:
        """Refuse to analyse runs of which a part is not what was saved.

        Raises
        ------
        InputError
            If a part was altered or cut; the message names it.
        """
        for stored in self.stored:
            for name in stored.damaged:
                raise InputError(
                    f"part {name} in {stored.checkpoints.folder} has been altered or cut (its "
                    f"SHA-256 differs): {name_command(self.folder)} makes its runs again"
                )

    def done(self, scenario: int = 0) -> NDArray[np.bool_]:
        """Say which runs of a scenario are stored, failed ones too.

        Parameters
        ----------
        scenario : int
            Place in `scenarios`.

        Returns
        -------
        array of bool, shape (runs,)
        """
        found = np.zeros(self.runs, dtype=bool)
        for part in self.stored[scenario].parts:
            found[part.begin : part.end] = True
        return found

    def output(self, column: str | Column, scenario: int = 0) -> NDArray[np.float64]:
        """Read one output.

        Parameters
        ----------
        column : str or Column
            The output or its name.
        scenario : int
            Place in `scenarios`.

        Returns
        -------
        array of float, shape (runs,)
            In the output's unit; NaN where a run is missing or has failed, or the output has no
            value.

        Raises
        ------
        InputError
            If there is no such output, or a file of the store cannot be read.
        """
        name = self._name(column)
        return self._read([name], scenario)[name]

    def table(
        self, columns: Sequence[str | Column] | None = None, scenario: int = 0
    ) -> pd.DataFrame:
        """Read several outputs.

        Parameters
        ----------
        columns : sequence of str or Column, optional
            The outputs; all if left out.
        scenario : int
            Place in `scenarios`.

        Returns
        -------
        pandas.DataFrame
            A row for each run, a column for each output, as from `output`.

        Raises
        ------
        InputError
            As for `output`.
        """
        names = [self._name(column) for column in (self.columns if columns is None else columns)]
        return pd.DataFrame(
            self._read(names, scenario), index=pd.RangeIndex(self.runs, name="run"), columns=names
        )

    def usable(
        self, columns: str | Column | Sequence[str | Column], scenario: int | Sequence[int] = 0
    ) -> NDArray[np.bool_]:
        """Say which runs may be analysed: see `rule`.

        Parameters
        ----------
        columns : output or sequence of outputs
            The outputs that are to have a value.
        scenario : int or sequence of int
            The scenarios in which they are to have it.

        Returns
        -------
        array of bool, shape (runs,)
            The same for all runs that belong together.
        """
        chosen = [columns] if isinstance(columns, str | Column) else list(columns)
        good = np.ones(self.runs, dtype=bool)
        for place in [scenario] if isinstance(scenario, int) else scenario:
            for values in self._read([self._name(column) for column in chosen], place).values():
                good &= np.isfinite(values)
        whole = good.reshape(-1, self.design.unit).all(axis=1)
        return np.repeat(whole, self.design.unit)

    def baseline(self, column: str | Column, scenario: int = 0) -> float:
        """Give an output where no factor is moved.

        Parameters
        ----------
        column : str or Column
            The output or its name.
        scenario : int
            Place in `scenarios`.

        Returns
        -------
        float
            In the output's unit.
        """
        names = [known.name for known in self.columns]
        return self.manifest.baseline[scenario][names.index(self._name(column))]

    @cached_property
    def failed(self) -> pd.DataFrame:
        """The runs that have failed: scenario, run, why, where, when, and every factor's value."""
        columns = ["scenario", "run", "reason", "variable", "year"]
        rows: list[tuple[Any, ...]] = []
        values: list[pd.DataFrame] = []
        wanted = ["run", parts.REASON, parts.VARIABLE, parts.YEAR]
        for scenario, stored in zip(self.scenarios, self.stored, strict=True):
            for part, table in parts.read_parts(stored, wanted, self.runs, failed=True):
                table = table[table[parts.REASON].notna() & (table["run"] < self.runs)]
                rows += [(scenario.name, *row) for row in table[wanted].itertuples(index=False)]
                drawn = self.design.values(part.begin, min(part.end, self.runs))
                values.append(drawn.loc[table["run"]])
        listed = pd.DataFrame(rows, columns=columns)
        if not values:
            return listed.reindex(columns=[*columns, *self.factors])
        return pd.concat([listed, pd.concat(values).reset_index(drop=True)], axis=1)

    def stamp(self) -> dict[str, str]:
        """Say where the results come from, for every file made of them."""
        identity = self.identity
        return make_stamp(
            identity["model"],
            **{name: value for name, value in identity.items() if name != "model"},
            sample=f"{self.method}, size {self.size:,}, {self.runs:,} runs a scenario",
            seed=str(self.study.seed),
            budget=self.manifest.budget or None,
            runs_made_with=self.manifest.versions,
        )

    def _name(self, column: str | Column) -> str:
        name = column if isinstance(column, str) else column.name
        known = [one.name for one in self.columns]
        if name not in known:
            raise UnknownNameError("output of the study", name, known)
        return name

    def _read(self, names: Sequence[str], scenario: int) -> dict[str, NDArray[np.float64]]:
        if not 0 <= scenario < len(self.scenarios):
            raise InputError(f"scenario {scenario} is not one of {len(self.scenarios)}")
        values = {name: np.full(self.runs, np.nan) for name in names}
        for part, table in parts.read_parts(self.stored[scenario], names, self.runs):
            end = min(part.end, self.runs)
            for name, column in values.items():
                column[part.begin : end] = table[name].to_numpy()[: end - part.begin]
        return values
