"""Published reforms run on the model, to see whether it responds as the world did.

A quasi-experiment (see `calibration.validation.reform_file`) runs twice on the same inputs, without
and with the reform, in each of its regions in turn. Nothing here is tuned to the published
responses; where a file sets the size of a reform by a published number, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.calibration.problem.courses import add_courses, bend_table, name_course
from smecluster.calibration.validation.reform_file import Change, Reform, Response
from smecluster.model.checking.formula import Formula, parse_formula
from smecluster.model.checking.scenario import Scenarios
from smecluster.model.runs import simulate_many
from smecluster.model.support.errors import InputError
from smecluster.model.system import Model
from smecluster.model.vensim.document import Variable
from smecluster.model.vensim.regions import REGION

HERE = "here"
MATCHES = "matches"
#: Verdicts on a response against the published one.
VERDICTS = (MATCHES, "too weak", "too strong", "wrong sign", "no response")
# A response smaller than this share of the published one counts as none.
_NONE = 1e-9


def judge_response(value: float, low: float | None, high: float | None) -> str:
    """Judge how a response compares with the published range.

    Parameters
    ----------
    value : float
        The model's response.
    low, high : float or None
        The published range, in the same unit; None if only the other bound is known.

    Returns
    -------
    str
        One of `VERDICTS`: "too weak" is between zero and the range, "too strong" beyond it,
        "wrong sign" on the other side of zero, if the range has one sign.
    """
    bottom, top = (-np.inf if low is None else low), (np.inf if high is None else high)
    scale = max((abs(bound) for bound in (bottom, top) if np.isfinite(bound)), default=0.0)
    if not np.isfinite(value):
        return "no response"
    if abs(value) <= _NONE * max(scale, 1.0) and not bottom < 0 < top:
        return "no response"
    if bottom <= value <= top:
        return MATCHES
    if (bottom >= 0 and value < 0) or (top <= 0 and value > 0):
        return "wrong sign"
    return "too weak" if abs(value) < min(abs(bottom), abs(top)) else "too strong"


def run_reforms(
    model: Model, chosen: Sequence[Reform], draws: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Run reforms, and compare the responses with the published ones.

    Parameters
    ----------
    model : Model
        The calibrated model.
    chosen : sequence of Reform
        The reforms; regions that the model does not have are left out.
    draws : pandas.DataFrame, optional
        Draws for the uncertainty of the responses: a row a draw, columns inputs of the model.
        Runs without and with the reform use the same draws.

    Returns
    -------
    pandas.DataFrame
        A row a reform, region and response: ``reform``, ``region``, ``response``, ``unit``;
        ``model`` and, with draws, ``model median`` and the bounds ``model low`` and ``model
        high`` of a 90 % interval; ``published low``, ``published``, ``published high``;
        ``verdict`` (see `judge_response`) and ``agrees``, both of ``model``; ``draws`` that did not
        fail, and the share of ``draws within`` the published range; ``status``, ``source``.

    Raises
    ------
    InputError
        If the model lacks something that a reform uses, or all regions of the reforms.
    """
    formulas = {
        (reform.name, response.name): _read_formulas(model, reform, response)
        for reform in chosen
        for response in reform.response
    }
    names = {name for pair in formulas.values() for each in pair for name in each.names}
    runner = _Runner(_add_levers(model, chosen), sorted(names), _list_years(chosen), draws)
    rows = []
    for reform in chosen:
        for region in [name for name in reform.regions or model.regions if name in model.regions]:
            baseline, reformed = runner.pair(reform, region)
            for response in reform.response:
                of, per = formulas[reform.name, response.name]
                values = _measure_response(response, of, per, baseline, reformed, region)
                rows.append(_describe_response(reform, region, response, values))
    if not rows:
        raise InputError(
            f"no reform concerns {', '.join(model.regions)}: "
            f"{', '.join(dict.fromkeys(name for each in chosen for name in each.regions))}"
        )
    return pd.DataFrame(rows)


def _describe_response(
    reform: Reform, region: str, response: Response, values: NDArray[np.float64]
) -> dict[str, Any]:
    """Describe one response; the first value is the model's, the others are draws."""
    value, drawn = float(values[0]), values[1:][np.isfinite(values[1:])]
    low, median, high = np.quantile(drawn, (0.05, 0.5, 0.95)) if len(drawn) else [np.nan] * 3
    bottom = -np.inf if response.low is None else response.low
    top = np.inf if response.high is None else response.high
    said = judge_response(value, response.low, response.high)
    return {
        "reform": reform.name,
        "region": region,
        "response": response.name,
        "unit": response.unit,
        "model": value,
        "model low": low,
        "model median": median,
        "model high": high,
        "published low": np.nan if response.low is None else response.low,
        "published": np.nan if response.central is None else response.central,
        "published high": np.nan if response.high is None else response.high,
        "verdict": said,
        "agrees": said == MATCHES,
        "draws": len(drawn),
        "draws within": ((drawn >= bottom) & (drawn <= top)).mean() if len(drawn) else np.nan,
        "status": response.status,
        "source": response.source,
    }


def _read_formulas(model: Model, reform: Reform, response: Response) -> tuple[Formula, Formula]:
    try:
        of = parse_formula(response.of, model.variables)
        return of, of if response.per is None else parse_formula(response.per, model.variables)
    except InputError as error:
        raise InputError(f"reform {reform.name!r}, response {response.name!r}: {error}") from None


def _list_years(chosen: Sequence[Reform]) -> list[float]:
    windows = [
        window
        for reform in chosen
        for response in reform.response
        for window in (response.years, response.per_years or response.years)
    ]
    return sorted({float(year) for first, last in windows for year in _span_years(first, last)})


def _span_years(first: float, last: float) -> NDArray[np.float64]:
    return np.arange(first, last + 0.5)


def _add_levers(model: Model, chosen: Sequence[Reform]) -> Model:
    """Add courses to the constants that a reform multiplies."""
    dated = {}
    for reform in chosen:
        for change in reform.change:
            variable = _find_variable(model, reform, change)
            if change.factor is not None and variable.kind == "constant":
                dated[variable.name] = True
    return Model(add_courses(model.text, dated), model.path) if dated else model


def _find_variable(model: Model, reform: Reform, change: Change) -> Variable:
    try:
        return model.document.variable(change.name)
    except InputError as error:
        raise InputError(f"reform {reform.name!r}: {error}") from None


class _Runner:
    """Runs without and with a reform, on the same inputs."""

    def __init__(
        self,
        model: Model,
        outputs: Sequence[str],
        years: Sequence[float],
        draws: pd.DataFrame | None,
    ) -> None:
        self._model = model
        self._scenarios = Scenarios(model.text, {})
        self._outputs = outputs
        self._years = years
        point = pd.DataFrame(index=range(1))
        self._tables = [point] if draws is None else [point, draws]

    def pair(self, reform: Reform, region: str) -> tuple[xr.Dataset, xr.Dataset]:
        """Run without and with a reform in a region; the first run of each has no draw."""
        runs = []
        for part in ("baseline", "reform"):
            inputs: dict[str, Any] = {}
            for change in reform.change:
                if change.in_ == part:
                    try:
                        inputs |= self._inputs(change, region, inputs)
                    except InputError as error:
                        raise InputError(f"reform {reform.name!r}: {error}") from None
            runs.append(self._run(inputs))
        return runs[0], runs[1]

    def _run(self, inputs: Mapping[str, Any]) -> xr.Dataset:
        parts = [
            simulate_many(
                self._model, table, self._outputs, self._years, base=inputs, within_ranges=False
            )
            for table in self._tables
        ]
        kept = [part[list(self._outputs)].drop_vars("run", errors="ignore") for part in parts]
        return xr.concat(kept, "run", combine_attrs="override") if len(kept) > 1 else kept[0]

    def _inputs(self, change: Change, region: str, before: Mapping[str, Any]) -> dict[str, Any]:
        """List the inputs of a change, one for each element."""
        bare, bracket, rest = change.input.partition("[")
        inside = bracket + rest.replace(HERE, region)
        name = self._model.document.variable(bare).name
        dated = change.factor is not None and self._model.variables[name].kind == "constant"
        as_they_are = self._scenarios.inputs(
            {(name_course(name) if dated else name) + inside: {"times": 1}}
        )
        return {
            cell: _change_input(change, before.get(cell, points))
            for cell, points in as_they_are.items()
        }


def _change_input(change: Change, old: Any) -> Any:
    """Compute a table's new points, or a constant's new value."""
    given = change.value if change.factor is None else change.factor
    assert given is not None
    replaces = change.factor is None
    if isinstance(old, float):
        if not isinstance(given, float):
            raise InputError(f"{change.input!r} is one number for all years: give a factor")
        return given
    course = ((old[0][0], given),) if isinstance(given, float) else given
    return bend_table(old, course, replaces=replaces)


def _measure_response(
    response: Response,
    of: Formula,
    per: Formula,
    baseline: xr.Dataset,
    reformed: xr.Dataset,
    region: str,
) -> NDArray[np.float64]:
    """Measure a response in a region, one value for each run."""

    def means(formula: Formula, years: tuple[float, float]) -> _Means:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = [
                _select_region(formula(run.sel(time=_span_years(*years))), region)
                for run in (baseline, reformed)
            ]
        return _Means(*values)

    change = means(of, response.years)
    if response.measure == "difference":
        return change.difference()
    if response.measure == "percent":
        return 100 * change.relative()
    against = means(per, response.per_years or response.years)
    with np.errstate(divide="ignore", invalid="ignore"):
        if response.measure == "elasticity":
            return change.logarithm() / against.logarithm()
        return change.relative() / against.relative()


class _Means(NamedTuple):
    """Values of a formula without and with the reform: a row a run, a column a year."""

    baseline: NDArray[np.float64]
    reformed: NDArray[np.float64]

    def difference(self) -> NDArray[np.float64]:
        return np.asarray((self.reformed - self.baseline).mean(-1))

    def relative(self) -> NDArray[np.float64]:
        return np.asarray((self.reformed / self.baseline - 1).mean(-1))

    def logarithm(self) -> NDArray[np.float64]:
        return np.asarray(np.log(self.reformed / self.baseline).mean(-1))


def _select_region(values: xr.DataArray, region: str) -> NDArray[np.float64]:
    if REGION in values.dims:
        values = values.sel({REGION: region})
    return np.asarray(values.transpose("run", "time"), dtype=float)
