"""Checks on a model, written as statements in YAML: scenario, dataset, predicate.

A file of checks has a ``group`` (what the statements are about), optionally ``scenarios`` that
all files of the folder may use, and ``checks``. A check has

``it``
    the statement, in words;
``scenario``
    what is assumed: a name, a list of names, a mapping of inputs (see `model.checking.scenario`),
    or
    ``every`` (all named ones); by default the model as it is (``base``);
``dataset``
    the values: ``of`` (a formula, see `model.checking.formula`, a list of them, or
    ``every stock``), ``except`` (a list of variables), ``years`` (one, or first and last),
    ``regions`` (a list), and ``ratio to`` or ``difference to`` (another scenario, taken at the
    same time);
``predicate``
    what must hold at every time and for every element: ``at least``, ``at most``, ``above``,
    ``below``, ``equals`` (a number or a formula), with ``within`` (slack in the dataset's unit;
    for ``equals`` relative to the largest variable of the two formulas at that place);
    ``falls`` or ``rises`` (from first to last by a share), ``flat`` (no further from the first
    than a share of it, and ``within``), ``never falls`` and ``never rises`` (by more than
    ``within`` in a step); ``passes`` (a value that lies between the smallest and the largest of
    all times and elements).

A run is saved at every step if a formula uses a change, else at the model's ``SAVEPER``.

A scenario or a check may say ``only with`` (a list of regions): it is skipped if the model lacks
one of them.

A check may say ``missed`` (why): its threshold was written before the result, the model does not
reach it, and neither is bent for the other. It is shown as missed and does not fail.

Two other kinds of check concern the file alone: ``units: agree``, and ``documentation:`` with
a rule of `model.file.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from smecluster.model.checking.formula import Formula, parse_formula
from smecluster.model.checking.predicate import (
    BOUNDS,
    SHAPES,
    find_not_finite,
    find_out_of_bounds,
    find_wrong_shape,
)
from smecluster.model.checking.scenario import ONLY_WITH, Inputs, Scenarios
from smecluster.model.checking.statements import read_list, read_number, read_statements
from smecluster.model.engine.read.document import Document, read_document
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.lint import RULES
from smecluster.model.file.model import SHIPPED
from smecluster.model.file.regions import REGION
from smecluster.model.file.unit_check import can_check_units, find_unit_errors
from smecluster.model.support.files import read_text

if TYPE_CHECKING:
    import xarray as xr

CHECKS = Path(__file__).parents[1] / "checks"

Run = Callable[[Inputs, Sequence[str]], "xr.Dataset"]
# A run, or the reason why there is none.
Result: TypeAlias = "xr.Dataset | str"

_FILE = ("group", "scenarios", "checks")
_MISSED = "missed"
_CHECK = ("it", "scenario", "dataset", "predicate", "units", "documentation", _MISSED, ONLY_WITH)
_DATASET = ("of", "except", "years", "regions", "ratio to", "difference to")
_PREDICATE = (*BOUNDS, *SHAPES, "within")
# This many places that break a rule are named; the rest are counted.
_LISTED = 5


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    group : str
        The subject of the statement.
    statement : str
        The statement.
    status : str
        ``"passed"``, ``"failed"``, ``"missed"`` or ``"skipped"``.
    detail : str
        The worst value and its place, and why a miss stands, or why the check was skipped; empty
        if it passed.
    """

    group: str
    statement: str
    status: str
    detail: str = ""


@dataclass(frozen=True)
class _Check:
    """A check as written in its file."""

    group: str
    statement: str
    content: Mapping[str, Any]

    def part(self, name: str, allowed: Sequence[str]) -> Mapping[str, Any]:
        """Read the dataset or the predicate."""
        part = self.content.get(name)
        if not isinstance(part, Mapping):
            raise InputError(f"check {self.statement!r} needs a {name}, a mapping")
        for given in part:
            if given not in allowed:
                raise UnknownNameError(
                    f"word in the {name} of {self.statement!r}", str(given), allowed
                )
        return part

    @property
    def scenarios(self) -> Sequence[str]:
        """The named scenarios that it needs."""
        given = self.content.get("scenario", ())
        if isinstance(given, Mapping):
            return ()
        named = [given] if isinstance(given, str) else given
        if not isinstance(named, list | tuple):
            raise InputError(
                f"check {self.statement!r}: scenario must be a name or a list of names"
            )
        return [str(name) for name in named]

    @property
    def of_file(self) -> bool:
        """Whether it concerns the file alone."""
        return "units" in self.content or "documentation" in self.content

    @property
    def why_missed(self) -> str:
        """Why it stands as a miss; empty if it has to come out."""
        return str(self.content.get(_MISSED, ""))

    def came_to(self, status: str, detail: str = "") -> Finding:
        return Finding(self.group, self.statement, status, detail)


def run_checks(
    path: str | Path = SHIPPED,
    folder: str | Path = CHECKS,
    *,
    only: str | None = None,
    run: Run | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Finding]:
    """Check a model.

    Parameters
    ----------
    path : str or Path, optional
        A Vensim file; by default the shipped one.
    folder : str or Path, optional
        YAML files of checks; by default the shipped ones.
    only : str, optional
        Run only the checks whose group or statement contains this text.
    run : callable, optional
        A simulator: takes inputs and names of variables, returns a dataset with the dimension
        ``time``, and raises ArithmeticError if a run leaves the domain of its equations. By
        default `model.simulate`.
    say : callable, optional
        Called with the name of each scenario before its run.

    Returns
    -------
    list of Finding
        One a check, in the order of the files. All checks are read before the first run.

    Raises
    ------
    InputError
        If the model or a file of checks cannot be read, or names something unknown.
    """
    text = read_text(path)
    named, checks = _read_folder(Path(folder))
    wanted = [
        check
        for check in checks
        if only is None or only.casefold() in f"{check.group} {check.statement}".casefold()
    ]
    if not wanted:
        raise UnknownNameError("check", only or "", [check.group for check in checks])
    scenarios = Scenarios(text, named)
    bench = _Bench(read_document(text), scenarios, run or make_simulator(path))
    skipped = {
        at: finding for at, check in enumerate(wanted) if (finding := _skip_check(check, scenarios))
    }
    plans = {
        at: bench.plan(check)
        for at, check in enumerate(wanted)
        if not check.of_file and at not in skipped
    }
    of_file = {at: _check_file(check, text) for at, check in enumerate(wanted) if check.of_file}
    bench.run_all(plans.values(), say)
    findings = {at: plan.judge() for at, plan in plans.items()}
    findings |= {at: judge() for at, judge in of_file.items()} | skipped
    return [findings[at] for at in range(len(wanted))]


def _skip_check(check: _Check, scenarios: Scenarios) -> Finding | None:
    """Skip a check about a region that the model lacks."""
    lacking = scenarios.find_lacking(check.content)
    for name in check.scenarios:
        lacking = lacking or scenarios.find_lacking_for(name)
    return check.came_to("skipped", f"the model has no {lacking}") if lacking else None


def _check_file(check: _Check, text: str) -> Callable[[], Finding]:
    """Check the file alone."""
    if "units" in check.content:
        if not can_check_units():
            reason = "needs pysimlin: install smecluster[loops]"
            return lambda: check.came_to("skipped", reason)
        return lambda: _judge_places(check, find_unit_errors(text))
    rule = str(check.content["documentation"])
    if rule not in RULES:
        raise UnknownNameError(f"rule in {check.statement!r}", rule, RULES)
    return lambda: _judge_places(check, RULES[rule](text))


def _judge_places(check: _Check, places: Sequence[str]) -> Finding:
    more = f"; and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    detail = "; ".join(places[:_LISTED]) + more
    if places and check.why_missed:
        return check.came_to("missed", f"{detail}: {check.why_missed}")
    return check.came_to("failed" if places else "passed", detail)


@dataclass
class _Plan:
    """A check ready to run, and the places so far that break it."""

    check: _Check
    dataset: Mapping[str, Any]
    predicate: Mapping[str, Any]
    formulas: Sequence[Formula]
    limits: Mapping[str, Formula]
    places: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str | None:
        """The scenario that the dataset is compared with."""
        words = ("ratio to", "difference to")
        return next((str(self.dataset[word]) for word in words if word in self.dataset), None)

    @property
    def used(self) -> tuple[Formula, ...]:
        """All formulas of the check, whose variables it needs."""
        return (*self.formulas, *self.limits.values())

    def check_run(self, scenario: str, run: Result, reference: Result | None) -> None:
        """Check the run of a scenario."""
        if isinstance(run, str):
            self.without.append(f"{scenario} ({run})")
            return
        if isinstance(reference, str):
            self.without.append(f"{self.reference} ({reference})")
            return
        for formula in self.formulas:
            wrong = self._find_wrong(formula, run, reference)
            if wrong:
                self.places.append(f"{formula.text} = {wrong} [{scenario}]")
                return

    def judge(self) -> Finding:
        """Give the result of the check."""
        places = list(self.places)
        if self.without:
            more = f" and {len(self.without) - 1} more" if len(self.without) > 1 else ""
            places.append(f"no run of {self.without[0]}{more}")
        return _judge_places(self.check, places)

    def _find_wrong(
        self, formula: Formula, run: xr.Dataset, other: xr.Dataset | None
    ) -> str | None:
        """Find where the predicate does not hold; None if it holds."""
        values = formula(run)
        if other is not None:
            base = formula(other)
            values = values / base if "ratio to" in self.dataset else values - base
        values = _select(values, self.dataset)
        if values.size == 0:
            return "no values in the years asked for"
        wrong = find_not_finite(values)
        within = float(self.predicate.get("within", 0.0))
        for bound, limit in self.limits.items():
            slack = (
                within * _compute_scale(run, (formula, limit), values)
                if bound == "equals"
                else within
            )
            wrong = wrong or find_out_of_bounds(bound, values, limit(run), slack)
        for shape in SHAPES:
            if shape in self.predicate:
                share = 0.0 if self.predicate[shape] is True else float(self.predicate[shape])
                wrong = wrong or find_wrong_shape(shape, values, share, within)
        return wrong


class _Bench:
    """Runs each scenario once, for all variables that any check needs of it."""

    def __init__(self, document: Document, scenarios: Scenarios, run: Run) -> None:
        self._document = document
        self._scenarios = scenarios
        self._run = run
        self._inputs: dict[str, Inputs] = {}
        self._looks: dict[str, list[_Plan]] = {}

    def plan(self, check: _Check) -> _Plan:
        """Read a check before any run, to see its mistakes and what it needs."""
        dataset = check.part("dataset", _DATASET)
        predicate = check.part("predicate", _PREDICATE)
        if not set(predicate) - {"within"}:
            raise InputError(f"check {check.statement!r} has no predicate")
        _check_numbers(check.statement, dataset, predicate)
        known = self._document.variables
        formulas = [parse_formula(text, known) for text in self._parse_formulas(check, dataset)]
        limits = {
            name: parse_formula(predicate[name], known) for name in BOUNDS if name in predicate
        }
        plan = _Plan(check, dataset, predicate, formulas, limits)
        for scenario, inputs in self._list_scenarios(check).items():
            self._inputs.setdefault(scenario, inputs)
            self._looks.setdefault(scenario, []).append(plan)
        if plan.reference is not None:
            self._inputs.setdefault(plan.reference, self._scenarios.inputs(plan.reference))
        return plan

    def run_all(self, plans: Iterable[_Plan], say: Callable[[str], None] | None) -> None:
        """Run the scenarios; all checks use a run before the next one."""
        references: dict[str, list[_Plan]] = {}
        for plan in plans:
            if plan.reference is not None:
                references.setdefault(plan.reference, []).append(plan)
        kept: dict[str, Result] = {}
        for scenario in dict.fromkeys((*references, *self._looks)):
            if say is not None:
                say(scenario)
            looks = self._looks.get(scenario, [])
            run = self._run_scenario(scenario, [*looks, *references.get(scenario, [])])
            if scenario in references:
                kept[scenario] = run
            for plan in looks:
                plan.check_run(
                    scenario, run, None if plan.reference is None else kept[plan.reference]
                )

    def _run_scenario(self, scenario: str, plans: Iterable[_Plan]) -> Result:
        """Run a scenario, or say why there is no run."""
        used = [formula for plan in plans for formula in plan.used]
        inputs = dict(self._inputs[scenario])
        if any(formula.stepwise for formula in used):
            inputs["SAVEPER"] = inputs.get("TIME STEP", self._document.time.step)
        try:
            return self._run(inputs, list(dict.fromkeys(n for f in used for n in f.names)))
        except ArithmeticError as error:
            return str(error)

    def _parse_formulas(self, check: _Check, dataset: Mapping[str, Any]) -> Iterator[str]:
        asked = dataset.get("of")
        if asked is None:
            raise InputError(f"check {check.statement!r} has a dataset without 'of'")
        left_out = {self._document.variable(name).name for name in dataset.get("except", ())}
        for text in asked if isinstance(asked, list) else [asked]:
            if text == "every stock":
                for variable in self._document.variables.values():
                    if variable.kind == "stock" and variable.name not in left_out:
                        yield f'"{variable.name}"'
            else:
                yield str(text)

    def _list_scenarios(self, check: _Check) -> dict[str, Inputs]:
        """Give the scenarios of a check by the names that failures show."""
        given = check.content.get("scenario", "base")
        if isinstance(given, Mapping):
            return {f"own scenario of {check.statement!r}": self._scenarios.inputs(given)}
        if given == "every":
            given = [n for n in self._scenarios.names if not self._scenarios.find_lacking_for(n)]
        names = given if isinstance(given, list) else [given]
        return {str(name): self._scenarios.inputs(str(name)) for name in names}


def _check_numbers(
    statement: str, dataset: Mapping[str, Any], predicate: Mapping[str, Any]
) -> None:
    """Refuse numbers and lists that are none, before any run."""
    read_number(f"within of {statement!r}", predicate.get("within", 0.0))
    for shape in SHAPES:
        if shape in predicate:
            read_number(f"{shape} of {statement!r}", predicate[shape])
    if "years" in dataset:
        years = dataset["years"]
        ends = years if isinstance(years, list) else [years, years]
        if len(ends) != 2:
            raise InputError(f"years of {statement!r} are a year or [first, last], not {years!r}")
        for end in ends:
            read_number(f"years of {statement!r}", end)
            if isinstance(end, str):
                raise InputError(f"years of {statement!r}: {end!r} is not a number")
    if "regions" in dataset:
        read_list(f"regions of {statement!r}", dataset["regions"])


def _select(values: xr.DataArray, dataset: Mapping[str, Any]) -> xr.DataArray:
    """Select the years and regions asked for."""
    if "years" in dataset:
        years = dataset["years"]
        first, last = years if isinstance(years, list) else (years, years)
        values = values.sel(time=slice(first, last))
    if "regions" in dataset:
        known = [str(label) for label in values[REGION].values]
        for name in dataset["regions"]:
            if name not in known:
                raise UnknownNameError("region", str(name), known)
        values = values.sel({REGION: list(dataset["regions"])})
    return values


def _compute_scale(
    run: xr.Dataset, formulas: Iterable[Formula], values: xr.DataArray
) -> xr.DataArray:
    """Give the scale of an identity at each place: its largest variable."""
    places = {dim: run.indexes[dim].get_indexer(values.indexes[dim]) for dim in values.dims}
    largest = np.abs(values.values) * 0.0
    for name in {name for formula in formulas for name in formula.names}:
        size = abs(run[name])
        size = size.max([dim for dim in size.dims if dim not in values.dims])
        size = size.transpose(*(dim for dim in values.dims if dim in size.dims))
        axes = tuple(slice(None) if dim in size.dims else None for dim in values.dims)
        here = size.values[np.ix_(*(places[dim] for dim in size.dims))][axes]
        # Half of sum and distance is the larger value.
        largest = (largest + here + np.abs(largest - here)) / 2
    return values.copy(deep=False, data=largest)


def make_simulator(path: str | Path) -> Run:
    """Make a simulator that loads the batch kernel at its first run."""
    loaded: list[Any] = []

    def run(inputs: Inputs, outputs: Sequence[str]) -> xr.Dataset:
        from smecluster import model

        if not loaded:
            loaded.append(model.load(path))
        try:
            # Extremes are what checks are for.
            return model.simulate(loaded[0], inputs, outputs=outputs, within_ranges=False)
        except model.RunError as error:
            raise ArithmeticError(str(error)) from None

    return run


def _read_folder(folder: Path) -> tuple[dict[str, Inputs], list[_Check]]:
    """Read all files of checks: the shared scenarios, and the checks in order."""
    named, contents = read_statements(folder, _FILE, "checks")
    checks: list[_Check] = []
    for file, content in contents:
        for entry in content.get("checks", []):
            if not isinstance(entry, Mapping) or "it" not in entry:
                raise InputError(f"{file.name}: a check needs 'it', the statement: {entry!r}")
            for word in entry:
                if word not in _CHECK:
                    raise UnknownNameError(
                        f"word in {file.name}, {entry['it']!r}", str(word), _CHECK
                    )
            if _MISSED in entry and not (isinstance(entry[_MISSED], str) and entry[_MISSED]):
                raise InputError(f"check {entry['it']!r}: 'missed' says why, in words")
            checks.append(_Check(str(content.get("group", file.stem)), str(entry["it"]), entry))
    return named, checks
