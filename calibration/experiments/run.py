"""Published reforms run on the model, to see whether it responds as the world did.

A quasi-experiment (see `calibration.experiments.reform`) runs twice on the same inputs, without
and with the reform, in each of its regions in turn. Nothing here is tuned to the published
responses; where a file sets the size of a reform by a published number, it says so.

How a response to a reform is measured, from the runs without and with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.calibration.experiments.reform import Change, Reform, Response, explain_use
from smecluster.calibration.experiments.terms import HERE, LackingError, Terms
from smecluster.calibration.problem.courses import add_courses, bend_table, name_course
from smecluster.model.checking.formula import Formula
from smecluster.model.checking.scenario import Scenarios
from smecluster.model.engine.run.runs import simulate_many
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.model import Model
from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.catalogue import mark

MATCHES = mark("matches")
#: Verdict on an experiment for which the model lacks something.
CANNOT_RUN = mark("cannot be run")
#: Verdicts on a response against the published one.
VERDICTS = (
    *(MATCHES, mark("too weak"), mark("too strong"), mark("wrong sign"), mark("no response")),
    CANNOT_RUN,
)
# A response smaller than this share of the published one counts as none.
_NONE = 1e-9
_LACKING = (LackingError, UnknownNameError)


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
        A row a reform, region and response: ``reform``, ``study``, ``role``, ``region``,
        ``response``, ``kind``, ``pair``, ``unit``; ``model`` and, with draws, ``model median`` and
        the bounds ``model low`` and ``model high`` of a 90 % interval; ``effect``, ``effect low``
        and ``effect high``, the same of the median over the reform's regions; ``published low``,
        ``published``, ``published high``: the accepted range and the estimate; ``verdict`` (see
        `judge_response`) and ``agrees``, both of ``model``; ``draws`` that did not fail, and the
        share of ``draws within`` the accepted range; ``used``, why the effect never counts;
        ``lacks``, what the model lacks to be asked: then ``region`` is "-" and there is no value;
        ``status``, ``source``.

    Raises
    ------
    InputError
        If the model lacks something that each reform uses, or all regions of the reforms, or an
        input cannot be changed as a reform says.
    """
    plans = [_Plan.make(model, Terms(model), reform) for reform in chosen]
    concerned = [plan for plan in plans if plan.regions]
    if not concerned:
        raise InputError(
            f"no reform concerns {', '.join(model.regions)}: "
            f"{', '.join(dict.fromkeys(name for each in chosen for name in each.regions))}"
        )
    if not any(plan.formulas for plan in concerned):
        reform, lacks = concerned[0].reform, next(iter(concerned[0].lacking.values()))
        raise InputError(f"reform {reform.name!r}: {lacks}")
    runner = _Runner(model, concerned, draws)
    return pd.DataFrame([row for plan in concerned for row in _tabulate(model, plan, runner)])


def simulate_effects(
    model: Model, chosen: Sequence[Reform], draws: pd.DataFrame
) -> dict[tuple[str, str], Floats]:
    """Run reforms with draws, and give the effects, one for each draw.

    Parameters
    ----------
    model, chosen, draws
        As for `run_reforms`.

    Returns
    -------
    dict of (str, str) to array of float, shape (draws,)
        By reform and response, the median over the reform's regions, in the response's unit. What
        the model cannot give is left out.
    """
    plans = [_Plan.make(model, Terms(model), reform) for reform in chosen]
    able = [plan for plan in plans if plan.regions and plan.formulas]
    if not able:
        return {}
    runner = _Runner(model, able, draws)
    found = {}
    for plan in able:
        pairs = {region: runner.run_pair(plan, region) for region in plan.regions}
        for response in plan.reform.response:
            if response.name in plan.formulas:
                values = [
                    measure_response(response, *plan.formulas[response.name], *pair, region)
                    for region, pair in pairs.items()
                ]
                whole = np.median(np.stack(values), axis=0)
                found[plan.reform.name, response.name] = whole[1:]
    return found


@dataclass(frozen=True)
class _Plan:
    """A reform in the names of a model."""

    reform: Reform
    regions: tuple[str, ...]
    #: A change and what the model calls its input.
    changes: tuple[tuple[Change, str], ...] = ()
    #: Of each response that the model can give.
    formulas: Mapping[str, tuple[Formula, Formula]] = field(default_factory=dict)
    #: Of each response that it cannot give, what it lacks.
    lacking: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, model: Model, terms: Terms, reform: Reform) -> _Plan:
        """Find what the model calls all that the reform uses."""
        regions = tuple(each for each in reform.regions or model.regions if each in model.regions)
        try:
            changes = tuple((each, terms.find_input(each.input)) for each in reform.change)
        except _LACKING as error:
            return cls(reform, regions, lacking=dict.fromkeys(_list_names(reform), str(error)))
        formulas, lacking = {}, {}
        for response in reform.response:
            try:
                of = terms.parse(response.of)
                per = of if response.per is None else terms.parse(response.per)
                formulas[response.name] = (of, per)
            except _LACKING as error:
                lacking[response.name] = str(error)
            except InputError as error:
                where = f"reform {reform.name!r}, response {response.name!r}"
                raise InputError(f"{where}: {error}") from None
        return cls(reform, regions, changes, formulas, lacking)


def _list_names(reform: Reform) -> list[str]:
    return [response.name for response in reform.response]


def _tabulate(model: Model, plan: _Plan, runner: _Runner) -> Iterator[dict[str, Any]]:
    """List the rows of a reform: the first value of each is the model's, the others are draws."""
    pairs = {region: runner.run_pair(plan, region) for region in plan.regions if plan.formulas}
    for response in plan.reform.response:
        about = _describe_effect(model, plan.reform, response)
        if response.name in plan.lacking:
            nothing = {**_describe_values(response, np.array([])), "verdict": CANNOT_RUN}
            effect = dict.fromkeys(("effect", "effect low", "effect high"), np.nan)
            lacks = plan.lacking[response.name]
            yield {**about, "region": "-", **nothing, **effect, "lacks": lacks}
            continue
        of, per = plan.formulas[response.name]
        values = {
            region: measure_response(response, of, per, *pair, region)
            for region, pair in pairs.items()
        }
        whole = _describe_values(response, np.median(np.stack(list(values.values())), axis=0))
        effect = {
            "effect": whole["model"],
            "effect low": whole["model low"],
            "effect high": whole["model high"],
        }
        for region, found in values.items():
            yield {**about, "region": region, **_describe_values(response, found), **effect}


def _describe_effect(model: Model, reform: Reform, response: Response) -> dict[str, Any]:
    low, high = response.accepted
    return {
        "reform": reform.name,
        "study": reform.study.name,
        "role": reform.role,
        "region": "",
        "response": response.name,
        "kind": response.kind,
        "pair": response.pair,
        "unit": response.unit,
        "published low": np.nan if low is None else low,
        "published": np.nan if response.estimate is None else response.estimate,
        "published high": np.nan if high is None else high,
        "used": explain_use(model, reform, response),
        "lacks": "",
        "status": response.status,
        "source": response.source,
    }


def _describe_values(response: Response, values: Floats) -> dict[str, Any]:
    value = float(values[0]) if len(values) else np.nan
    drawn = values[1:][np.isfinite(values[1:])]
    low, median, high = np.quantile(drawn, (0.05, 0.5, 0.95)) if len(drawn) else [np.nan] * 3
    verdict = judge_response(value, *response.accepted)
    bottom, top = response.accepted
    within = np.ones(len(drawn), bool)
    within &= drawn >= (-np.inf if bottom is None else bottom)
    within &= drawn <= (np.inf if top is None else top)
    return {
        "model": value,
        "model low": low,
        "model median": median,
        "model high": high,
        "verdict": verdict,
        "agrees": verdict == MATCHES,
        "draws": len(drawn),
        "draws within": within.mean() if len(drawn) else np.nan,
    }


class _Runner:
    """Runs without and with a reform, on the same inputs."""

    def __init__(self, model: Model, plans: Sequence[_Plan], draws: pd.DataFrame | None) -> None:
        dated = {}
        for plan in plans:
            for change, name in plan.changes if plan.formulas else ():
                if change.factor is not None and _is_constant(model, name):
                    dated[model.document.variable(_strip_elements(name)).name] = True
        # The model gives a constant one value for all years; a factor may change it from a year on.
        self._model = Model(add_courses(model.text, dated), model.path) if dated else model
        self._scenarios = Scenarios(self._model.text, {})
        formulas = [
            formula for plan in plans for pair in plan.formulas.values() for formula in pair
        ]
        self._outputs = sorted({name for formula in formulas for name in formula.names})
        self._years = _list_years([plan.reform for plan in plans])
        point = pd.DataFrame(index=range(1))
        self._tables = [point] if draws is None else [point, draws]
        self._as_it_is: xr.Dataset | None = None

    def run_pair(self, plan: _Plan, region: str) -> tuple[xr.Dataset, xr.Dataset]:
        """Run without and with a reform in a region; the first run of each has no draw."""
        runs = []
        for part in ("baseline", "reform"):
            inputs: dict[str, Any] = {}
            for change, name in plan.changes:
                if change.in_ == part:
                    try:
                        inputs |= self._change_inputs(change, name, region, inputs)
                    except InputError as error:
                        raise InputError(f"reform {plan.reform.name!r}: {error}") from None
            runs.append(self._run(inputs))
        return runs[0], runs[1]

    def _run(self, inputs: Mapping[str, Any]) -> xr.Dataset:
        if not inputs and self._as_it_is is not None:
            return self._as_it_is
        parts = [
            simulate_many(
                self._model, table, self._outputs, self._years, base=inputs, within_ranges=False
            )
            for table in self._tables
        ]
        kept = [part[list(self._outputs)].drop_vars("run", errors="ignore") for part in parts]
        run = xr.concat(kept, "run", combine_attrs="override") if len(kept) > 1 else kept[0]
        if not inputs:
            self._as_it_is = run
        return run

    def _change_inputs(
        self, change: Change, given: str, region: str, before: Mapping[str, Any]
    ) -> dict[str, Any]:
        """List the inputs of a change, one for each element."""
        bare, bracket, rest = given.partition("[")
        inside = bracket + rest.replace(HERE, region)
        name = self._model.document.variable(bare).name
        dated = change.factor is not None and _is_constant(self._model, name)
        as_they_are = self._scenarios.inputs(
            {(name_course(name) if dated else name) + inside: {"times": 1}}
        )
        return {
            cell: _change_input(change, before.get(cell, points))
            for cell, points in as_they_are.items()
        }


def _is_constant(model: Model, given: str) -> bool:
    return model.document.variable(_strip_elements(given)).kind == "constant"


def _strip_elements(given: str) -> str:
    return given.partition("[")[0].strip()


def _list_years(chosen: Sequence[Reform]) -> list[float]:
    windows = [
        window
        for reform in chosen
        for response in reform.response
        for window in (response.years, response.per_years or response.years)
    ]
    return sorted({float(year) for first, last in windows for year in span_years(first, last)})


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


# How a response to a reform is measured, from the runs without and with it.

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
        What is measured; see `calibration.experiments.reform` for the measures.
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
