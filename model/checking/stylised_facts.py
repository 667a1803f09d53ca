"""Stylised facts: what theory leads one to expect, and whether the model shows it.

A fact is not a check. It may not be built into the model, so it may fail to come out in some
regions or in all, and this is reported. Facts are YAML files that use the words of the checks (see
`model.checking.runner`) and a few more. A file has

``fact``, ``section``, ``means``
    the fact, the section of the paper that it is from, and what exactly must be seen;
``scenarios``
    as in a file of checks, shared by all files of the folder. ``here`` in brackets means the region
    of the case; the value ``start``, or ``start + 10``, means the year in which something starts;
``starts``
    years to start in, one after another; every region and start is a case;
``numbers``
    what is measured in a case, by name. Either ``of`` (a formula, see `model.checking.formula`) in
    a ``scenario``, so many years ``after`` the start (for a pair the mean over these years), alone
    or as ``ratio to``, ``difference to`` or ``gain over`` (ratio less one) another scenario; or
    ``from``: a formula over the numbers above it. A number may have its own ``start``, also as
    ``{formula: value}``: the year in which the formula reaches the value in the model as it is;
``comes out where``
    what must hold of the numbers: ``of`` (a formula over them) and a bound, such as ``above``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.checking.formula import Formula, parse_formula
from smecluster.model.checking.predicate import BOUNDS, find_out_of_bounds
from smecluster.model.checking.runner import Run, make_simulator
from smecluster.model.checking.scenario import BASE, BASED_ON, Inputs, Scenarios
from smecluster.model.checking.statements import SCENARIOS, read_list, read_number, read_statements
from smecluster.model.engine.read.document import read_document
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.model import SHIPPED
from smecluster.model.file.regions import REGION
from smecluster.model.support.files import read_text

if TYPE_CHECKING:
    import xarray as xr

FACTS = Path(__file__).parents[1] / "facts"

_FILE = ("fact", "section", "means", "scenarios", "starts", "numbers", "comes out where")
_COMPARED = ("ratio to", "difference to", "gain over")
_NUMBER = ("of", "scenario", "after", "start", "from", *_COMPARED)
_HERE = re.compile(r"(?<=[\[,])(\s*)here(?=\s*[],])")
_START = re.compile(r"start(?:\s*\+\s*(?P<later>\d+(?:\.\d+)?))?\Z")


@dataclass(frozen=True)
class Case:
    """A fact in one region, from one year on.

    Attributes
    ----------
    region : str
        The region of the case.
    start : float or None
        Year; None if every number has its own start.
    numbers : mapping
        What was measured, by name; NaN where a run failed or a start is never reached.
    holds : bool or None
        Whether the fact comes out; None if a number is missing.
    """

    region: str
    start: float | None
    numbers: Mapping[str, float]
    holds: bool | None


@dataclass(frozen=True)
class Fact:
    """A stylised fact, and whether the model reproduces it.

    Attributes
    ----------
    title : str
        The fact.
    section : str
        Section of the paper.
    means : str
        What exactly must be seen, fixed before any run.
    cases : tuple of Case
        One a region and start.
    """

    title: str
    section: str
    means: str
    cases: tuple[Case, ...]

    @property
    def verdict(self) -> str:
        """``comes out``, ``does not come out``, ``depends`` or ``cannot be judged``."""
        return judge_facts(self.cases)


def judge_facts(cases: Iterable[Case]) -> str:
    """Sum up the cases of a fact.

    Parameters
    ----------
    cases : iterable of Case
        The cases; those without a number do not count.

    Returns
    -------
    str
        ``"comes out"`` (in all), ``"does not come out"`` (in none), ``"depends"`` (in some) or
        ``"cannot be judged"``.
    """
    judged = {case.holds for case in cases if case.holds is not None}
    if not judged:
        return "cannot be judged"
    if len(judged) > 1:
        return "depends"
    return "comes out" if judged == {True} else "does not come out"


def run_facts(
    path: str | Path = SHIPPED,
    folder: str | Path = FACTS,
    *,
    only: str | None = None,
    run: Run | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Fact]:
    """Test which stylised facts a model reproduces.

    Parameters
    ----------
    path : str or Path, optional
        A Vensim file; by default the shipped one.
    folder : str or Path, optional
        YAML files of facts; by default the shipped ones.
    only : str, optional
        Only the facts whose title contains this text.
    run : callable, optional
        A simulator, as for `model.checking.runner.run_checks`.
    say : callable, optional
        Called with each fact before its runs.

    Returns
    -------
    list of Fact
        In the order of the files. All files are read before the first run.

    Raises
    ------
    InputError
        If the model or a file cannot be read, or names something unknown.
    """
    text = read_text(path)
    named, contents = _read_folder(Path(folder))
    wanted = [c for c in contents if only is None or only.casefold() in c["fact"].casefold()]
    if not wanted:
        raise UnknownNameError("fact", only or "", [content["fact"] for content in contents])
    stage = _Stage(text, named, run or make_simulator(path))
    plans = [_Plan(content, stage) for content in wanted]
    facts = []
    for plan in plans:
        if say is not None:
            say(plan.title)
        facts.append(plan.fact())
    return facts


class _Stage:
    """Runs scenarios for a region and a start, each set of inputs once."""

    def __init__(self, text: str, named: Mapping[str, Inputs], run: Run) -> None:
        self._text = text
        self._named = named
        self._run = run
        self._scenarios: dict[tuple[str, float], Scenarios] = {}
        self._results: dict[str, xr.Dataset | None] = {}
        self._used: dict[str, None] = {}
        document = read_document(text)
        self.variables = document.variables
        self.regions = document.subscripts.get(REGION, ())
        if not self.regions:
            raise InputError(f"the model has no range {REGION!r}: facts are tested by region")
        # A trial reads every scenario, to show mistakes before any run.
        trial = self._fill_in(self.regions[0], document.time.initial)
        for name in named:
            trial.inputs(name)

    def formula(self, text: str) -> Formula:
        """Parse a formula over variables of the model."""
        formula = parse_formula(text, self.variables)
        if formula.stepwise:
            raise InputError(f"formula {text!r}: facts concern years, not steps")
        self._used.update(dict.fromkeys(formula.names))
        return formula

    def known(self, scenario: str) -> str:
        """Refuse a scenario that no file defines."""
        if scenario not in (BASE, *self._named):
            raise UnknownNameError("scenario", scenario, (BASE, *self._named))
        return scenario

    def values(
        self, formula: Formula, scenario: str, region: str, start: float
    ) -> xr.DataArray | None:
        """Evaluate a formula for a region in all years; None if the run fails."""
        inputs = self._fill_in(region, start).inputs(scenario)
        same = repr(sorted(inputs.items()))
        if same not in self._results:
            try:
                self._results[same] = self._run(inputs, list(self._used))
            except ArithmeticError:
                self._results[same] = None
        result = self._results[same]
        if result is None:
            return None
        values = formula(result)
        return values.sel({REGION: region}) if REGION in values.dims else values

    def _fill_in(self, region: str, start: float) -> Scenarios:
        """Fill a region and a year into the scenarios."""
        place = (region, start)
        if place not in self._scenarios:
            named = {
                name: {
                    _replace_here(given, region): _replace_start(given, value, start)
                    for given, value in inputs.items()
                }
                for name, inputs in self._named.items()
            }
            self._scenarios[place] = Scenarios(self._text, named)
        return self._scenarios[place]


def _replace_here(given: str, region: str) -> str:
    """Replace ``here`` in the brackets of an input by the region."""
    return _HERE.sub(lambda found: found[1] + region, given)


def _replace_start(given: str, value: Any, start: float) -> Any:
    """Replace ``start`` by the year."""
    if given == BASED_ON or not isinstance(value, str):
        return value
    match = _START.match(value)
    return value if match is None else start + float(match["later"] or 0.0)


class _Plan:
    """A fact ready to be tested."""

    def __init__(self, content: Mapping[str, Any], stage: _Stage) -> None:
        self.title = str(content["fact"])
        self._content = content
        self._stage = stage
        starts = read_list(f"starts of {self.title!r}", content.get("starts") or [])
        self._starts: Sequence[float | None] = [
            read_number(f"starts of {self.title!r}", start) for start in starts
        ]
        self._numbers: dict[str, _Measured | Formula] = {}
        numbers = content["numbers"]
        if not isinstance(numbers, Mapping):
            raise InputError(f"numbers of {self.title!r} must be a table, not {numbers!r}")
        for name, given in numbers.items():
            self._numbers[str(name)] = self._read(str(name), given)
        claims = read_list(f"claims of {self.title!r}", content["comes out where"])
        self._claims = [self._claim(given) for given in claims]

    def fact(self) -> Fact:
        """Test every case."""
        starts = self._starts or [None]
        cases = [self._case(region, start) for region in self._stage.regions for start in starts]
        means = " ".join(str(self._content["means"]).split())
        return Fact(self.title, str(self._content["section"]), means, tuple(cases))

    def _read(self, name: str, given: Any) -> _Measured | Formula:
        if not isinstance(given, Mapping) or ("from" in given) == ("of" in given):
            raise InputError(f"number {name!r} of {self.title!r} needs either 'of' or 'from'")
        for word in given:
            if word not in _NUMBER:
                raise UnknownNameError(f"word in {name!r} of {self.title!r}", str(word), _NUMBER)
        if "from" in given:
            return parse_formula(given["from"], self._numbers)
        if "start" not in given and not self._starts:
            raise InputError(f"number {name!r} of {self.title!r} needs a start")
        return _Measured(f"{name!r} of {self.title!r}", given, self._stage)

    def _claim(self, given: Any) -> tuple[Formula, str, Formula]:
        bounds = [word for word in given if word != "of"] if isinstance(given, Mapping) else []
        if len(bounds) != 1 or "of" not in given:
            raise InputError(f"{self.title!r}: a claim needs 'of' and one bound, not {given!r}")
        if bounds[0] not in BOUNDS:
            raise UnknownNameError(f"bound in {self.title!r}", str(bounds[0]), BOUNDS)
        return (
            parse_formula(given["of"], self._numbers),
            bounds[0],
            parse_formula(given[bounds[0]], self._numbers),
        )

    def _case(self, region: str, start: float | None) -> Case:
        import xarray as xr

        # A single "time" holds the numbers, so formulas can be evaluated over them.
        board = xr.Dataset(coords={"time": [math.nan if start is None else start]})
        for name, number in self._numbers.items():
            if isinstance(number, Formula):
                board[name] = number(board)
            else:
                board[name] = ("time", [number(region, start)])
        numbers = {name: float(board[name].item()) for name in self._numbers}
        return Case(region, start, numbers, self._holds(board, numbers))

    def _holds(self, board: xr.Dataset, numbers: Mapping[str, float]) -> bool | None:
        if not all(math.isfinite(number) for number in numbers.values()):
            return None
        board = board.assign_coords(time=[0.0])
        return all(
            find_out_of_bounds(bound, of(board), limit(board), 0.0) is None
            for of, bound, limit in self._claims
        )


class _Measured:
    """A number measured in runs."""

    def __init__(self, called: str, given: Mapping[str, Any], stage: _Stage) -> None:
        self._stage = stage
        self._of = stage.formula(given["of"])
        self._scenario = stage.known(str(given.get("scenario", BASE)))
        after = given.get("after", 0)
        ends = after if isinstance(after, list) else [after, after]
        if len(ends) != 2:
            raise InputError(f"after of {called} is a year or [first, last], not {after!r}")
        first, last = (read_number(f"after of {called}", end) for end in ends)
        self._after = (first, last)
        self._compared = next((word for word in _COMPARED if word in given), None)
        self._other = stage.known(str(given[self._compared])) if self._compared else None
        start = given.get("start")
        self._passing: tuple[Formula, float] | None = None
        self._start: float | None = None
        if isinstance(start, Mapping):
            if len(start) != 1:
                raise InputError(f"start of {called} is a year or {{formula: level}}")
            ((text, level),) = start.items()
            self._passing = (stage.formula(text), read_number(f"start of {called}", level))
        elif start is not None:
            self._start = read_number(f"start of {called}", start)

    def __call__(self, region: str, start: float | None) -> float:
        year = self._replace_start(region, start)
        if year is None:
            return math.nan
        values = self._stage.values(self._of, self._scenario, region, year)
        if values is not None and self._other is not None:
            other = self._stage.values(self._of, self._other, region, year)
            if other is None:
                return math.nan
            values = values - other if self._compared == "difference to" else values / other
            values = values - 1 if self._compared == "gain over" else values
        if values is None:
            return math.nan
        values = values.sel(time=slice(year + self._after[0], year + self._after[1]))
        # Years after the end of the run are missing, not dropped from the mean.
        asked = self._after[1] - self._after[0] + 1
        return float(values.mean()) if values.size >= asked else math.nan

    def _replace_start(self, region: str, start: float | None) -> float | None:
        if self._passing is None:
            return start if self._start is None else self._start
        formula, level = self._passing
        values = self._stage.values(formula, BASE, region, 0.0)
        if values is None:
            return None
        reached = values["time"].values[values.values >= level]
        return float(reached[0]) if reached.size else None


def _read_folder(folder: Path) -> tuple[dict[str, Inputs], list[Mapping[str, Any]]]:
    """Read all files: the shared scenarios, and the facts in order."""
    named, contents = read_statements(folder, _FILE, "facts")
    facts: list[Mapping[str, Any]] = []
    for file, content in contents:
        if set(content) - {SCENARIOS}:
            for word in ("fact", "section", "means", "numbers", "comes out where"):
                if word not in content:
                    raise InputError(f"{file.name}: a fact needs {word!r}")
            facts.append(content)
    if not facts:
        raise InputError(f"no facts (*.yaml) in {folder}")
    return named, facts
