"""The estimation problem as three tables: measurements, observables, parameters.

The terms are those of PEtab (Schmiester et al. 2021, PLoS Computational Biology 17(1)): a
*measurement* is a figure, an *observable* is the variable of the model that it measures with its
noise, a *parameter* has a scale, bounds and a prior.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.constants import TARGET, Target
from smecluster.calibration.data.csv_rows import raise_first
from smecluster.calibration.nesting.netted_cases import net_cases
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.problem.parameters import (
    FILE,
    SHARED,
    Parameter,
    check_parameters,
    read_parameters,
)
from smecluster.model import Model
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.support.workspace import locate

#: Factor on the error of a figure from memory.
REMEMBERED = 2.0
#: Autocorrelation of a series' errors from one figure to the next. It is assumed, like the errors
#: themselves: if it were measured on residuals, every misfit of the model would count as noise, and
#: the fit would miss such series even more.
CORRELATION = 0.6


@dataclass(frozen=True)
class Problem:
    """What is estimated, and from which figures.

    Attributes
    ----------
    model : Model
        The model.
    measurements : pandas.DataFrame
        A row a figure or a target (segment ``target``): observable, region, variable, segment,
        year, value, unit (the model's; money in prices of 2010), status, source, sigma (Dmnl,
        standard deviation of the error of the logarithm).
    observables : pandas.DataFrame
        A row a series, by name as index: region, variable, segment, unit, compare (``level``, or
        ``scale`` if a factor is estimated with it because the definition differs), error (as
        stated in the case, Dmnl), sigma (as used, Dmnl), rho (autocorrelation of the errors,
        Dmnl), figures (how many), effective figures (autocorrelated figures count for fewer: n
        figures count as ``n (1 - rho) / (1 + rho)``, at least one).
    parameters : tuple of Parameter
        What is estimated.
    base : mapping
        Inputs that all runs set.
    netting : Netting or None
        Where a region of the model is part of another: what is taken out of that one in each run.
        The model itself then holds the values of the wholes.
    """

    model: Model
    measurements: pd.DataFrame
    observables: pd.DataFrame
    parameters: tuple[Parameter, ...]
    base: Mapping[str, Any]
    netting: Netting | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The estimated parameters, as inputs of the model."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def table(self) -> pd.DataFrame:
        """The parameters as a table: name, unit, scale, scope, bounds, prior, status, source."""
        rows = [
            (
                parameter.name,
                self.model.variables[parameter.name.partition("[")[0]].unit,
                parameter.scale,
                "shared" if parameter.shared else "regional",
                parameter.lower,
                parameter.upper,
                parameter.mean,
                parameter.sd,
                parameter.status,
                parameter.source,
            )
            for parameter in self.parameters
        ]
        columns = ["name", "unit", "scale", "scope", "lower", "upper", "prior mean", "prior sd"]
        return pd.DataFrame(rows, columns=[*columns, "status", "source"])

    @property
    def hash(self) -> str:
        """Fingerprint of the figures, their noise, the parameters and the settings."""
        digest = hashlib.sha256()
        for table in (self.measurements, self.observables, self.table):
            digest.update(table.to_csv(float_format="%.12g").encode())
        digest.update(repr(sorted(self.base.items())).encode())
        if self.netting is not None:
            digest.update(repr(sorted(self.netting.parts.items())).encode())
        return digest.hexdigest()

    def complete_inputs(self, table: pd.DataFrame) -> pd.DataFrame:
        """Add to inputs, a row a run, what regions are without those that are parts of them."""
        return table if self.netting is None else self.netting.net_inputs(table, every=True)

    def drop_targets_after(self, year: float) -> Problem:
        """Leave out the targets of later years, which are no figures to forecast."""
        later = (self.measurements["segment"] == TARGET) & (self.measurements["year"] > year)
        return self.select(~later) if later.any() else self

    def select_until(self, year: float) -> Problem:
        """Select the figures up to a year."""
        return self.select(self.measurements["year"] <= year)

    def select(self, kept: pd.Series) -> Problem:
        """Select some of the figures.

        Parameters
        ----------
        kept : pandas.Series of bool
            Which measurements to keep.

        Returns
        -------
        Problem

        Raises
        ------
        InputError
            If no figure is left.
        """
        if not kept.any():
            raise InputError("no figure is left to estimate from")
        measurements = self.measurements[kept].reset_index(drop=True)
        left = self.observables.index.isin(measurements["observable"].unique())
        return replace(
            self,
            measurements=measurements,
            observables=_count_figures(self.observables[left], measurements),
        )

    def with_parameters(self, names: Iterable[str]) -> Problem:
        """Select parameters: the others are not estimated.

        Raises
        ------
        InputError
            If one of them is not a parameter of the problem.
        """
        chosen = list(names)
        for name in chosen:
            if name not in self.names:
                raise UnknownNameError("parameter", name, self.names)
        kept = tuple(parameter for parameter in self.parameters if parameter.name in chosen)
        return replace(self, parameters=kept)


def assemble_problem(
    model: Model,
    cases: Sequence[Case],
    *,
    include: Iterable[str] = (),
    shared: bool = True,
    base: Mapping[str, Any] | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Problem:
    """Assemble the estimation problem of some regions.

    Parameters
    ----------
    model : Model
        The model, with the regions of the cases.
    cases : sequence of Case
        Cases whose figures are used and whose regional parameters are estimated.
    include : iterable of str
        ``"remembered"`` adds figures and targets given from memory, with twice the error.
    shared : bool
        Whether the parameters shared by all regions are estimated too.
    base : mapping, optional
        Inputs that all runs set, such as the time step.
    parts : mapping of str to sequence of str, optional
        By region those that are part of it (`calibration.nesting.boundaries.find_parts`): their
        values and figures are taken out of its own.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If a table is malformed or does not match the model.
    """
    include = tuple(include)
    cases = net_cases(cases, parts or {})
    parameters = list(read_parameters(locate(SHARED))) if shared else []
    measured = []
    observables: dict[str, dict[str, Any]] = {}
    for case in cases:
        if case.place.name not in model.regions:
            raise UnknownNameError("region", case.place.name, model.regions)
        own = case.path / FILE
        if own.is_file():
            parameters += read_parameters(own, case.place.name)
        figures = _tabulate_measurements(case, include)
        described = _describe_observables(case, model, figures)
        if figures.empty:
            continue
        errors = figures["observable"].map({name: row["error"] for name, row in described.items()})
        memory = np.where(figures["status"] == "remembered", REMEMBERED, 1.0)
        measured.append(figures.assign(sigma=errors * memory))
        raise_first(find_misnamed_targets(case.targets, model))
        aimed = _tabulate_targets(case, include)
        if len(aimed):
            measured.append(aimed)
        observables |= described | _describe_targets(case, set(aimed.get("observable", ())))
    check_parameters(parameters, model)
    if not measured:
        raise InputError("the cases hold no figure to estimate from")
    measurements = pd.concat(measured, ignore_index=True)
    table = pd.DataFrame(list(observables.values()), index=list(observables))
    table.index.name = "observable"
    return Problem(
        model,
        measurements,
        _count_figures(table, measurements),
        tuple(parameters),
        dict(base or {}),
        Netting(model, parts) if parts else None,
    )


def _tabulate_measurements(case: Case, include: tuple[str, ...]) -> pd.DataFrame:
    figures = case.measurements(include)
    bad = figures[~(figures["value"] > 0)]
    if len(bad):
        row = bad.iloc[0]
        raise InputError(
            f"case {case.name}: {row['variable']} of {row['year']} is {row['value']:g}: errors are "
            "logarithmic, so figures must be above 0 (exclude the year)"
        )
    # A factor fitted to a single figure would leave nothing to compare.
    size = figures.groupby(["variable", "segment"])["value"].transform("size")
    figures = figures[(figures["compare"] == "level") | (size > 1)]
    names = [
        _name_observable(region, variable, segment)
        for region, variable, segment in figures[["region", "variable", "segment"]].to_numpy()
    ]
    kept = ["region", "variable", "segment", "year", "value", "unit", "status", "source"]
    return figures[kept].assign(observable=names)[["observable", *kept]]


def find_misnamed_targets(targets: Iterable[Target], model: Model) -> list[InputError]:
    """Find targets whose variable or unit the model does not have; each with file and line."""
    problems = []
    regional = [name for name, each in model.variables.items() if each.dims == (REGION,)]
    for target in targets:
        if target.variable not in regional:
            text = str(UnknownNameError("regional variable", target.variable, regional))
            problems.append(InputError(f"{target.line}: {text}"))
        elif model.variables[target.variable].unit != target.unit:
            problems.append(
                InputError(
                    f"{target.line}: the target of {target.variable!r} is in {target.unit!r}, the "
                    f"model has it in {model.variables[target.variable].unit!r}"
                )
            )
    return problems


def _tabulate_targets(case: Case, include: tuple[str, ...]) -> pd.DataFrame:
    region = case.place.name
    records = [
        {
            "observable": _name_observable(region, target.variable, TARGET),
            "region": region,
            "variable": target.variable,
            "segment": TARGET,
            "year": target.year,
            "value": target.value,
            "unit": target.unit,
            "status": target.status,
            "source": target.source,
            "sigma": target.error * (REMEMBERED if target.status == "remembered" else 1.0),
        }
        for target in case.targets
        if target.status != "remembered" or target.status in include
    ]
    return pd.DataFrame.from_records(records)


def _describe_targets(case: Case, used: set[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for target in case.targets:
        name = _name_observable(case.place.name, target.variable, TARGET)
        if name in used and name not in found:
            found[name] = {
                "region": case.place.name,
                "variable": target.variable,
                "segment": TARGET,
                "unit": target.unit,
                "compare": "level",
                "error": target.error,
                "sigma": target.error,
                "rho": CORRELATION,
            }
    return found


def _name_observable(region: str, variable: str, segment: str) -> str:
    return f"{variable}[{region}]" + (f" ({segment})" if segment else "")


def _describe_observables(
    case: Case, model: Model, figures: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    found = {}
    used = set(figures["observable"])
    for measure in case.measures:
        name = _name_observable(case.place.name, measure.variable, measure.segment)
        variable = model.variables.get(measure.variable)
        if variable is None:
            unknown = UnknownNameError("variable", measure.variable, model.variables)
            raise InputError(f"case {case.name}: {unknown}")
        if variable.dims != (REGION,):
            raise InputError(f"case {case.name}: {measure.variable!r} is not a regional variable")
        if measure.compare == "level" and variable.unit != measure.unit:
            raise InputError(
                f"case {case.name}: {measure.variable!r} is measured in {measure.unit!r}, the "
                f"model has it in {variable.unit!r}"
            )
        if name in used:
            found[name] = {
                "region": case.place.name,
                "variable": measure.variable,
                "segment": measure.segment,
                "unit": measure.unit,
                "compare": measure.compare,
                "error": measure.error,
                "sigma": measure.error,
                "rho": CORRELATION,
            }
    return found


def _count_figures(observables: pd.DataFrame, measurements: pd.DataFrame) -> pd.DataFrame:
    """Count the figures, and the effectively independent ones."""
    counted = observables.copy()
    figures = measurements.groupby("observable")["value"].size().reindex(observables.index)
    rho = observables["rho"]
    effective = np.maximum(1.0, figures * (1 - rho) / (1 + rho))
    counted["figures"] = figures
    counted["effective figures"] = np.minimum(effective, figures)
    return counted
