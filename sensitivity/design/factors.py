"""The factors of a study in the terms of a model, and the inputs that their values make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.values import Scale
from smecluster.model.engine.read.document import CONTROLS
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.policies.menu import read_menu
from smecluster.sensitivity.design.constants import span_constants
from smecluster.sensitivity.design.distributions import Distribution, find_ends
from smecluster.sensitivity.design.study import Study
from smecluster.sensitivity.design.study_tables import MODEL, FactorTable

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.engine.graph.graph import Parameter


@dataclass(frozen=True)
class Factor:
    """One factor.

    Attributes
    ----------
    label : str
        What tables and figures call it.
    group : str
        The group that it belongs to, its own label where it has none.
    unit : str
        Unit of its values, Dmnl where they multiply or weigh.
    effect : {"set", "multiply", "add", "weigh"}
        What its values do to the inputs; ``"weigh"``: multiply the money of a lever before all
        shares are divided by their sum.
    cells : tuple of str
        The inputs of the model that it acts on.
    distribution : Distribution or None
        None where its values are draws of a calibration.
    """

    label: str
    group: str
    unit: str
    effect: str
    cells: tuple[str, ...]
    distribution: Distribution | None

    def record(self) -> dict[str, Any]:
        """Give its content for a JSON file."""
        return {
            "label": self.label,
            "group": self.group,
            "unit": self.unit,
            "effect": self.effect,
            "cells": list(self.cells),
            "distribution": self.distribution and self.distribution.record(),
        }

    @classmethod
    def from_record(cls, content: Mapping[str, Any]) -> Factor:
        """Make it again from what `record` gave."""
        drawn = content["distribution"]
        own = {
            "cells": tuple(content["cells"]),
            "distribution": None if drawn is None else Distribution.from_record(drawn),
        }
        return cls(**{**content, **own})


def build_factors(
    study: Study, model: Model, draws: pd.DataFrame | None = None
) -> tuple[Factor, ...]:
    """Find the factors of a study in a model.

    Parameters
    ----------
    study : Study
        The study.
    model : Model
        The model; its plausible ranges are respected.
    draws : pandas.DataFrame, optional
        Draws of the calibration: a row a draw, a column an input of the model.

    Returns
    -------
    tuple of Factor

    Raises
    ------
    InputError
        If the model has no such input, a range is not the model's, or two factors act on the
        same input.
    """
    finder = _Finder(model)
    found: list[Factor] = []
    # All constants that nothing else moves: once everything else is known.
    for table in sorted(study.factor, key=lambda table: table.from_ == MODEL):
        if table.from_ == MODEL:
            taken = {cell for factor in found for cell in factor.cells}
            taken |= {cell for name in study.settings for cell in finder.cells(name)}
            found += finder.constants(table, taken)
        elif table.from_ is not None:
            found += finder.drawn(table, draws)
        elif table.lever is not None:
            found += finder.lever(table)
        else:
            found += finder.input(table)
    labels: set[str] = set()
    acting: dict[str, str] = {}
    for factor in found:
        if factor.label in labels:
            raise InputError(f"two factors are called {factor.label!r}: give one another label")
        labels.add(factor.label)
        for cell in factor.cells:
            if cell in acting:
                raise InputError(
                    f"factors {acting[cell]!r} and {factor.label!r} both act on {cell!r}"
                )
            acting[cell] = factor.label
    for name in study.settings:
        for cell in finder.cells(name):
            if cell in acting:
                raise InputError(f"{cell!r} is set in [settings] and by factor {acting[cell]!r}")
    return tuple(found)


class Setting:
    """Turns values of factors into inputs of the model, in one scenario.

    Parameters
    ----------
    model : Model
        The model.
    factors : sequence of Factor
        The factors.
    base : mapping
        What the scenario sets, as in `model.simulate`.

    Raises
    ------
    InputError
        If a factor leads out of the model's plausible range in this scenario.
    """

    def __init__(self, model: Model, factors: Sequence[Factor], base: Mapping[str, Any]) -> None:
        self._model = model
        self._factors = tuple(factors)
        self._finder = _Finder(model)
        self._own = self._finder.values(base)
        for factor in factors:
            self._check(factor)

    def inputs(self, values: pd.DataFrame) -> pd.DataFrame:
        """Make the table of runs.

        Parameters
        ----------
        values : pandas.DataFrame
            A row for each run, a column for each factor, in the factor's unit.

        Returns
        -------
        pandas.DataFrame
            The same rows, a column for each input of the model.
        """
        columns: dict[str, Any] = {}
        weights: dict[str, NDArray[np.float64]] = {}
        for factor in self._factors:
            drawn = values[factor.label].to_numpy(dtype=float)
            for cell in factor.cells:
                if cell in self._finder.tables:
                    columns[cell] = [Scale(float(one)) for one in drawn]
                elif factor.effect == "weigh":
                    weights[cell] = drawn * self._own[cell]
                elif factor.effect == "multiply":
                    columns[cell] = drawn * self._own[cell]
                elif factor.effect == "add":
                    columns[cell] = drawn + self._own[cell]
                else:
                    columns[cell] = drawn
        for budget in self._finder.budgets:
            columns |= self._shares(budget, weights, len(values))
        return pd.DataFrame(columns, index=values.index)

    def _shares(
        self, budget: Sequence[str], weights: Mapping[str, NDArray[np.float64]], runs: int
    ) -> dict[str, NDArray[np.float64]]:
        """Divide weights by their sum, since moving a lever's money leaves the total unchanged."""
        if not any(cell in weights for cell in budget):
            return {}
        moved = np.array([weights.get(cell, np.full(runs, self._own[cell])) for cell in budget])
        total = moved.sum(0)
        # A strategy without a programme at this level has nothing to share out.
        shares = np.divide(moved, total, out=moved, where=total > 0)
        return dict(zip(budget, shares, strict=True))

    def _check(self, factor: Factor) -> None:
        if factor.distribution is None or factor.effect == "weigh":
            return
        for cell in factor.cells:
            if cell in self._finder.tables:
                continue
            low, high = factor.distribution.low, factor.distribution.high
            own = self._own[cell]
            if factor.effect != "set" and math.isnan(own):
                raise InputError(
                    f"factor {factor.label!r}: the model computes {cell!r} itself: use effect "
                    "= 'set'"
                )
            if factor.effect == "multiply":
                low, high = sorted((own * low, own * high))
            elif factor.effect == "add":
                low, high = own + low, own + high
            self._finder.within_range(factor.label, cell, low, high)


class _Finder:
    """Names of a model that a study uses."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._menu = read_menu(model)
        self._directory = InputIndex(model.program)
        parameters = model.program.parameters
        self._names = [_name_cell(parameter) for parameter in parameters]
        self.tables = {
            name
            for name, parameter in zip(self._names, parameters, strict=True)
            if parameter.kind == "scale"
        }
        self.budgets = list(self._budgets())

    def values(self, base: Mapping[str, Any]) -> dict[str, float]:
        """Give the value of every input where a run sets nothing but `base`."""
        found = self._directory.resolve(base).parameters(self._model.program)
        return dict(zip(self._names, found.tolist(), strict=True))

    def cells(self, written: str) -> tuple[str, ...]:
        """List the elements that an input means."""
        name, _ = self._directory.find(written)
        is_table = name in self._directory.scales
        resolved = self._directory.resolve({written: Scale(1.0) if is_table else 1.0})
        return tuple(self._names[place] for place in resolved.values)

    def within_range(self, label: str, cell: str, low: float, high: float) -> None:
        """Refuse values outside of the model's plausible range."""
        variable = self._model.document.variable(_drop_element(cell))
        least = -math.inf if variable.low is None else variable.low
        most = math.inf if variable.high is None else variable.high
        room = 1e-9 * max(abs(low), abs(high))
        if low < least - room or high > most + room:
            raise InputError(
                f"factor {label!r}: {cell} from {low:g} to {high:g} leaves the model's range "
                f"{least:g}..{most:g} {variable.unit}"
            )

    def input(self, table: FactorTable) -> list[Factor]:
        """Make the factors that act on an input."""
        assert table.input is not None
        cells = self.cells(table.input)
        name = _drop_element(cells[0])
        if name in CONTROLS:
            raise InputError(f"factor {table.name!r} steers the run: set it in [settings]")
        if name in self._menu.allocations.values():
            raise InputError(
                f"factor {table.name!r}: parts of a programme's money add up to one: give "
                "lever = 'its name' instead of input"
            )
        is_table = cells[0] in self.tables
        if is_table and table.effect != "multiply":
            raise InputError(f"factor {table.name!r} is a table: give effect = 'multiply'")
        unit = self._model.document.variable(name).unit if table.effect != "multiply" else "Dmnl"
        parts: dict[str, list[str]] = {table.label or table.input: list(cells)}
        if table.each:
            parts = {}
            for cell in cells:
                element = _find_first_element(cell)
                if element is None:
                    raise InputError(f"factor {table.name!r} has no elements: leave out each")
                parts.setdefault(f"{table.label or name}[{element}]", []).append(cell)
        return [
            Factor(
                label,
                table.group or label,
                unit,
                table.effect,
                tuple(part),
                self._distribution(table, label, part),
            )
            for label, part in parts.items()
        ]

    def lever(self, table: FactorTable) -> list[Factor]:
        """Make the factors that move money between levers."""
        assert table.lever is not None
        if table.lever not in self._menu.levers:
            raise UnknownNameError("lever", table.lever, self._menu.levers)
        if table.effect != "multiply":
            raise InputError(
                f"lever {table.lever!r}: give effect = 'multiply', its values weigh its money "
                "against that of the others"
            )
        names = self._menu.name_allocation(table.lever)
        cells = [cell for name in names for cell in self.cells(name)]
        label = table.label or table.lever
        parts: dict[str, list[str]] = {}
        for cell in cells:
            region = self._find_region(cell) if table.each else None
            parts.setdefault(label if region is None else f"{label}[{region}]", []).append(cell)
        return [
            Factor(
                label,
                table.group or label,
                "Dmnl",
                "weigh",
                tuple(part),
                self._distribution(table, label, part),
            )
            for label, part in parts.items()
        ]

    def drawn(self, table: FactorTable, draws: pd.DataFrame | None) -> list[Factor]:
        """Make a factor of each parameter of a calibration."""
        if draws is None:
            raise InputError("from = 'calibration' needs a calibration with draws")
        names = [str(name) for name in draws.columns]
        for name in table.only:
            if name not in names:
                raise UnknownNameError("parameter of the calibration", name, names)
        return [
            Factor(
                name,
                table.group or name,
                self._model.document.variable(_drop_element(name)).unit,
                "set",
                self.cells(name),
                None,
            )
            for name in table.only or names
        ]

    def constants(self, table: FactorTable, taken: set[str]) -> list[Factor]:
        """Make a factor of each constant of the model that nothing else sets."""
        spans = span_constants(
            self._model.document, self.cells, self.values({}), table.except_, taken, table.reach
        )
        return [
            Factor(cell, table.group or cell, variable.unit, "set", (cell,), law)
            for cell, (variable, law) in spans.items()
        ]

    def _distribution(self, table: FactorTable, label: str, cells: Sequence[str]) -> Distribution:
        kind = table.distribution
        if kind == "choice":
            return Distribution(kind, min(table.values), max(table.values), values=table.values)
        first = next(
            (one for one in (table.mode, table.mean, table.median) if one is not None), 0.0
        )
        second = next((one for one in (table.sd, table.log_sd) if one is not None), 0.0)
        if kind in ("normal", "lognormal", "exponential"):
            low, high = find_ends(kind, first, second)
        else:
            low, high = self._span(table, label, cells)
        low = low if table.low is None else table.low
        high = high if table.high is None else table.high
        if low >= high:
            raise InputError(f"factor {label!r}: from {low:g} to {high:g} it does not vary")
        if kind in ("loguniform", "lognormal") and low <= 0:
            raise InputError(f"factor {label!r}: {kind} needs low above 0, not {low:g}")
        if kind == "triangular":
            first = (low + high) / 2 if table.mode is None else table.mode
            if not low <= first <= high:
                raise InputError(
                    f"factor {label!r}: mode = {first:g} is not between {low:g} and {high:g}"
                )
        if table.effect == "set":
            for cell in cells:
                self.within_range(label, cell, low, high)
        return Distribution(kind, low, high, first, second)

    def _span(self, table: FactorTable, label: str, cells: Sequence[str]) -> tuple[float, float]:
        """Give the ends of a factor that has none in the study."""
        if table.low is not None and table.high is not None:
            return table.low, table.high
        if table.effect == "multiply" and table.within is not None:
            return 1 - table.within, 1 + table.within
        if table.effect != "set":
            raise InputError(f"factor {label!r}: give low and high, or within")
        variable = self._model.document.variable(_drop_element(cells[0]))
        low = -math.inf if variable.low is None else variable.low
        high = math.inf if variable.high is None else variable.high
        if table.within is not None:
            values = self.values({})
            own = {values[cell] for cell in cells}
            if len(own) > 1 or math.isnan(next(iter(own))):
                raise InputError(
                    f"factor {label!r} has no one value that it could stay within a share of: "
                    "give each = true, effect = 'multiply', or low and high"
                )
            (value,) = own
            reach = table.within * abs(value)
            return max(low, value - reach), min(high, value + reach)
        missing = (table.low is None and math.isinf(low)) or (
            table.high is None and math.isinf(high)
        )
        if missing:
            raise InputError(f"factor {label!r} has no range in the model: give low and high")
        return low, high

    def _find_region(self, cell: str) -> str | None:
        elements = cell.partition("[")[2].rstrip("]").split(", ")
        return next((one for one in elements if one in self._menu.regions), None)

    def _budgets(self) -> list[list[str]]:
        """List the cells whose shares add up to one."""
        budgets: dict[tuple[str, ...], list[str]] = {}
        for parameter, name in zip(self._model.program.parameters, self._names, strict=True):
            if parameter.name in self._menu.allocations.values():
                budgets.setdefault((parameter.name, *parameter.cell[:-1]), []).append(name)
        return list(budgets.values())


def _name_cell(parameter: Parameter) -> str:
    return f"{parameter.name}[{', '.join(parameter.cell)}]" if parameter.cell else parameter.name


def _drop_element(name: str) -> str:
    return name.partition("[")[0].strip()


def _find_first_element(cell: str) -> str | None:
    inside = cell.partition("[")[2].rstrip("]")
    return inside.partition(",")[0].strip() or None
