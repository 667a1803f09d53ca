"""How a response to a reform is measured, from the runs without and with it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.calibration.validation.reform_file import Response
from smecluster.model.checking.formula import Formula
from smecluster.model.file.regions import REGION

Floats = NDArray[np.float64]
# A difference smaller than this share of the level counts as none: nothing is divided by it.
_NONE = 1e-9


def span_years(first: float, last: float) -> Floats:
    """List the years of a mean, both ends included."""
    return np.arange(first, last + 0.5)


def measure_response(
    response: Response,
    of: Formula,
    per: Formula,
    baseline: xr.Dataset,
    reformed: xr.Dataset,
    region: str,
) -> Floats:
    """Measure a response in a region.

    Parameters
    ----------
    response : Response
        What is measured; see `calibration.validation.reform_file` for the measures.
    of, per : Formula
        Its formulas; ``per`` is used by relative measures alone.
    baseline, reformed : xarray.Dataset
        Runs without and with the reform: dimensions run, time (years) and those of the variables.
    region : str
        The region.

    Returns
    -------
    numpy.ndarray
        One value for each run, in the unit of the response; nan or infinite where what it is set
        against does not respond.
    """
    change = _compare(of, response.years, baseline, reformed, region)
    if response.measure == "difference":
        return change.difference()
    if response.measure == "percent":
        return 100 * change.relative()
    against = _compare(per, response.per_years or response.years, baseline, reformed, region)
    with np.errstate(divide="ignore", invalid="ignore"):
        if response.measure == "elasticity":
            return change.logarithm() / against.logarithm()
        if response.measure == "ratio":
            return change.relative() / against.relative()
        if response.measure == "multiplier":
            return change.difference() / against.difference()
        if response.measure == "semielasticity":
            return 100 * change.relative() / against.difference()
        elasticity = change.logarithm() / against.logarithm()
        return 100 * elasticity * against.growth() / change.growth()


class _Comparison(NamedTuple):
    """Values of a formula without and with the reform: a row a run, a column a year."""

    baseline: Floats
    reformed: Floats

    def difference(self) -> Floats:
        """Reform less baseline; none if it is no more than the rounding of a run."""
        found = np.asarray((self.reformed - self.baseline).mean(-1))
        level = np.abs(self.baseline).mean(-1)
        return np.where(np.abs(found) <= _NONE * level, 0.0, found)

    def relative(self) -> Floats:
        return np.asarray((self.reformed / self.baseline - 1).mean(-1))

    def logarithm(self) -> Floats:
        return np.asarray(np.log(self.reformed / self.baseline).mean(-1))

    def growth(self) -> Floats:
        """Logarithmic growth of the baseline over the years."""
        return np.asarray(np.log(self.baseline[:, -1] / self.baseline[:, 0]))


def _compare(
    formula: Formula,
    years: tuple[float, float],
    baseline: xr.Dataset,
    reformed: xr.Dataset,
    region: str,
) -> _Comparison:
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [
            _select_region(formula(run.sel(time=span_years(*years))), region)
            for run in (baseline, reformed)
        ]
    return _Comparison(*values)


def _select_region(values: xr.DataArray, region: str) -> Floats:
    if REGION in values.dims:
        values = values.sel({REGION: region})
    return np.asarray(values.transpose("run", "time"), dtype=float)
