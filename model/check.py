"""Checks on a model, written as statements in YAML: scenario, dataset, predicate.

A file of checks has a ``group`` (what the statements are about), optionally ``scenarios`` that
all files of the folder may use, and ``checks``. A check has

``it``
    the statement, in words;
``scenario``
    what is assumed: a name, a list of names, a mapping of inputs (see `model.scenario`), or
    ``every`` (all named ones); left out, the model as it is (``base``);
``dataset``
    what is looked at: ``of`` (a formula, see `model.formula`, a list of them, or
    ``every stock``), ``except`` (a list of variables), ``years`` (one, or first and last),
    ``regions`` (a list), and ``ratio to`` or ``difference to`` (another scenario, taken at the
    same time);
``predicate``
    what must hold, at every time and for every element: ``at least``, ``at most``, ``above``,
    ``below``, ``equals`` (a number or a formula), with ``within`` (slack in the dataset's unit;
    for ``equals`` relative to the largest variable of the two formulas at that place);
    ``falls`` or ``rises`` (from first to last by a share), ``flat`` (no further from the first
    than a share of it, and ``within``), ``never falls`` and ``never rises`` (by more than
    ``within`` in a step).

Two further kinds of check look at the file alone: ``units: agree``, and ``documentation:`` with
a rule of `model.lint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from model.document import SHIPPED, Document, describe
from model.errors import InputError, unknown
from model.files import read_text
from model.formula import Formula, read
from model.lint import RULES
from model.predicate import BOUNDS, SHAPES, beyond, misshapen, not_finite
from model.rewrite import REGION
from model.scenario import Inputs, Scenarios
from model.units import checkable, unit_errors

if TYPE_CHECKING:
    import xarray as xr

CHECKS = Path(__file__).with_name("checks")

Run = Callable[[Inputs, Sequence[str]], "xr.Dataset"]

_FILE = ("group", "scenarios", "checks")
_CHECK = ("it", "scenario", "dataset", "predicate", "units", "documentation")
_DATASET = ("of", "except", "years", "regions", "ratio to", "difference to")
_PREDICATE = (*BOUNDS, *SHAPES, "within")
# How many places that break a rule are named; the rest are counted.
_LISTED = 5


@dataclass(frozen=True)
class Finding:
    """What one check came to.

    Attributes
    ----------
    group : str
        What the statement is about.
    statement : str
        The statement.
    status : str
        ``"passed"``, ``"failed"`` or ``"skipped"``.
    detail : str
        The worst value and its place, or why the check was skipped; empty where it passed.
    """

    group: str
    statement: str
    status: str
    detail: str = ""


@dataclass(frozen=True)
class _Check:
    """A check as its file writes it."""

    group: str
    statement: str
    content: Mapping[str, Any]

    def part(self, name: str, allowed: Sequence[str]) -> Mapping[str, Any]:
        """Give the dataset or the predicate."""
        found = self.content.get(name)
        if not isinstance(found, Mapping):
            raise InputError(f"check {self.statement!r} needs a {name}, a mapping")
        for given in found:
            if given not in allowed:
                raise unknown(f"word in the {name} of {self.statement!r}", str(given), allowed)
        return found

    def came_to(self, status: str, detail: str = "") -> Finding:
        return Finding(self.group, self.statement, status, detail)


def run_checks(
    path: str | Path = SHIPPED,
    folder: str | Path = CHECKS,
    *,
    only: str | None = None,
    run: Run | None = None,
) -> Iterator[Finding]:
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
        Simulates: takes inputs and names of variables, gives a dataset with the dimension
        ``time``; raises ArithmeticError where a run leaves the domain of its equations. By
        default `model.simulate`.

    Yields
    ------
    Finding
        One for each check, in the order of the files. All checks are read before the first run.

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
        raise unknown("check", only or "", [check.group for check in checks])
    bench = _Bench(describe(text), Scenarios(text, named), run or _simulator(path))
    works = [_plan_of_file(check, text) or bench.plan(check) for check in wanted]
    return (work() for work in works)


def _plan_of_file(check: _Check, text: str) -> Callable[[], Finding] | None:
    """Plan a check of the file alone, None where the check is of another kind."""
    if "units" in check.content:
        if not checkable():
            reason = "needs pysimlin: install smecluster[loops]"
            return lambda: check.came_to("skipped", reason)
        return lambda: _listed(check, unit_errors(text))
    if "documentation" in check.content:
        rule = str(check.content["documentation"])
        if rule not in RULES:
            raise unknown(f"rule in {check.statement!r}", rule, RULES)
        return lambda: _listed(check, RULES[rule](text))
    return None


def _listed(check: _Check, places: Sequence[str]) -> Finding:
    more = f"; and {len(places) - _LISTED} more" if len(places) > _LISTED else ""
    return check.came_to("failed" if places else "passed", "; ".join(places[:_LISTED]) + more)


class _Bench:
    """Runs each scenario once, for all variables that any check wants of it."""

    def __init__(self, document: Document, scenarios: Scenarios, run: Run) -> None:
        self._document = document
        self._scenarios = scenarios
        self._run = run
        self._inputs: dict[str, Inputs] = {}
        self._needed: dict[str, dict[str, None]] = {}
        self._results: dict[str, xr.Dataset | str] = {}

    def plan(self, check: _Check) -> Callable[[], Finding]:
        """Read a check: its mistakes show, and what it needs is known, before any run."""
        dataset = check.part("dataset", _DATASET)
        predicate = check.part("predicate", _PREDICATE)
        if not set(predicate) - {"within"}:
            raise InputError(f"check {check.statement!r} has no predicate")
        known = self._document.variables
        formulas = [read(text, known) for text in self._formulas(check, dataset)]
        limits = {name: read(predicate[name], known) for name in BOUNDS if name in predicate}
        scenarios = self._assumed(check)
        others = [str(dataset[word]) for word in ("ratio to", "difference to") if word in dataset]
        for name in (*scenarios, *others):
            self._inputs.setdefault(name, scenarios.get(name) or self._scenarios.inputs(name))
            needed = self._needed.setdefault(name, {})
            for formula in (*formulas, *limits.values()):
                needed.update(dict.fromkeys(formula.names))

        def work() -> Finding:
            places, without = [], []
            for scenario in scenarios:
                result = self._result(scenario)
                if isinstance(result, str):
                    without.append(f"{scenario} ({result})")
                    continue
                for formula in formulas:
                    wrong = self._wrong(result, formula, dataset, predicate, limits)
                    if wrong:
                        places.append(f"{formula.text} = {wrong} [{scenario}]")
                        break
            if without:
                more = f" and {len(without) - 1} more" if len(without) > 1 else ""
                places.append(f"no run of {without[0]}{more}")
            return _listed(check, places)

        return work

    def _formulas(self, check: _Check, dataset: Mapping[str, Any]) -> Iterator[str]:
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

    def _assumed(self, check: _Check) -> dict[str, Inputs]:
        """Give the scenarios of a check, by the name that a failure shows."""
        given = check.content.get("scenario", "base")
        if isinstance(given, Mapping):
            return {f"own scenario of {check.statement!r}": self._scenarios.inputs(given)}
        if given == "every":
            given = list(self._scenarios.names)
        names = given if isinstance(given, list) else [given]
        return {str(name): self._scenarios.inputs(str(name)) for name in names}

    def _result(self, scenario: str) -> xr.Dataset | str:
        """Give a scenario's run, or why there is none."""
        if scenario not in self._results:
            inputs = dict(self._inputs[scenario])
            # Every step is looked at, not only the years that are usually saved.
            inputs["SAVEPER"] = inputs.get("TIME STEP", self._document.time.step)
            try:
                self._results[scenario] = self._run(inputs, list(self._needed[scenario]))
            except ArithmeticError as error:
                self._results[scenario] = str(error)
        return self._results[scenario]

    def _wrong(
        self,
        run: xr.Dataset,
        formula: Formula,
        dataset: Mapping[str, Any],
        predicate: Mapping[str, Any],
        limits: Mapping[str, Formula],
    ) -> str | None:
        """Say where the predicate does not hold, None where it does."""
        values = formula(run)
        for word in ("ratio to", "difference to"):
            if word in dataset:
                other = self._result(str(dataset[word]))
                if isinstance(other, str):
                    return f"nothing to compare with: {other}"
                base = formula(other)
                values = values / base if word == "ratio to" else values - base
        values = _selected(values, dataset)
        if values.size == 0:
            return "nothing in the years that are asked for"
        wrong = not_finite(values)
        within = float(predicate.get("within", 0.0))
        for bound, limit in limits.items():
            slack = within * _scale(run, (formula, limit), values) if bound == "equals" else within
            wrong = wrong or beyond(bound, values, limit(run), slack)
        for shape in SHAPES:
            if shape in predicate:
                share = 0.0 if predicate[shape] is True else float(predicate[shape])
                wrong = wrong or misshapen(shape, values, share, within)
        return wrong


def _selected(values: xr.DataArray, dataset: Mapping[str, Any]) -> xr.DataArray:
    """Keep the years and regions that are asked for."""
    if "years" in dataset:
        years = dataset["years"]
        first, last = years if isinstance(years, list) else (years, years)
        values = values.sel(time=slice(first, last))
    if "regions" in dataset:
        known = [str(label) for label in values[REGION].values]
        for name in dataset["regions"]:
            if name not in known:
                raise unknown("region", str(name), known)
        values = values.sel({REGION: list(dataset["regions"])})
    return values


def _scale(run: xr.Dataset, formulas: Iterable[Formula], values: xr.DataArray) -> xr.DataArray:
    """Give what an identity is exact relative to: at each place its largest variable."""
    largest = abs(values) * 0.0
    for name in {name for formula in formulas for name in formula.names}:
        size = abs(run[name])
        size = size.max([dim for dim in size.dims if dim not in values.dims])
        # Half of sum and distance is the larger one; it keeps the times that both have.
        largest = (largest + size + abs(largest - size)) / 2
    return largest


def _simulator(path: str | Path) -> Run:
    """Run the model with the batch kernel, loaded when the first run is wanted."""
    loaded: list[Any] = []

    def run(inputs: Inputs, outputs: Sequence[str]) -> xr.Dataset:
        import model

        if not loaded:
            loaded.append(model.load(path))
        try:
            return model.simulate(loaded[0], inputs, outputs=outputs)
        except model.RunError as error:
            raise ArithmeticError(str(error)) from None

    return run


def _read_folder(folder: Path) -> tuple[dict[str, Inputs], list[_Check]]:
    """Read all files of checks: the scenarios that they share, and the checks in order."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InputError(f"no checks (*.yaml) in {folder}")
    named: dict[str, Inputs] = {}
    checks: list[_Check] = []
    for file in files:
        content = _read_yaml(file)
        for word in content:
            if word not in _FILE:
                raise unknown(f"word in {file.name}", str(word), _FILE)
        for name, inputs in content.get("scenarios", {}).items():
            if name in named:
                raise InputError(f"{file.name}: scenario {name!r} is defined twice")
            named[str(name)] = inputs or {}
        for entry in content.get("checks", []):
            if not isinstance(entry, Mapping) or "it" not in entry:
                raise InputError(f"{file.name}: a check needs 'it', the statement: {entry!r}")
            for word in entry:
                if word not in _CHECK:
                    raise unknown(f"word in {file.name}, {entry['it']!r}", str(word), _CHECK)
            checks.append(_Check(str(content.get("group", file.stem)), str(entry["it"]), entry))
    return named, checks


def _read_yaml(file: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, Mapping):
        raise InputError(f"{file} is not a file of checks: it needs {', '.join(_FILE)}")
    return content
