"""The files of ``calibration/reforms/``: what a study published, as an experiment on the model.

A file holds one study. ``happened`` describes what was done, where and when; ``[study]`` says who
measured it and against what; ``experiment`` how the model does it, and what is left out.

Each ``[[change]]`` has an ``input`` (``here`` is the region) and either a ``value`` or a
``factor``, as a number or as a course [[year, number], ...], which starts in its first year and is
constant after its last. ``in = "baseline"`` changes the baseline instead: if the model's history
contains the reform, the baseline is without it. Inputs and formulas may use the model's names or
the terms of ``calibration/reform_terms.toml``, which hold for several editions of the model.

Each ``[[response]]`` has a formula ``of`` the model's variables and measures, averaged over
``years``,

- ``percent``: 100 (reform / baseline - 1);
- ``difference``: reform - baseline;
- ``elasticity``: ln(reform / baseline), over the same of the formula ``per``;
- ``ratio``: reform / baseline - 1, over the same of ``per``;
- ``multiplier``: reform - baseline, over the same of ``per``: an outcome per yuan, if ``per`` is
  money, or one difference as a share of another;
- ``semielasticity``: 100 (reform / baseline - 1), over reform - baseline of ``per``;
- ``contribution``: 100 times the elasticity times the growth of ``per`` over the growth of ``of``
  in the baseline, from the first to the last year: what a growth accountant attributes to ``per``,

with ``per`` in the years ``per_years`` if those differ.

A ``sized`` effect has an ``estimate``, from which the accepted range follows: half to one and a
half times the estimate, unless ``low`` and ``high`` give an interval that the study published, and
``interval`` says what that is. A range of point estimates is no interval: its middle is the
estimate. A ``sign`` has a bound on one side, or a narrow band around 0 where the study found none.
``role`` says whether later fits may use the study (see `draw_role`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from smecluster.calibration.data.csv_rows import parse_choice
from smecluster.calibration.data.series import STATUSES
from smecluster.model.errors import InputError
from smecluster.model.file.model import Model
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.workspace import find_named_file, list_files

#: The shipped reforms.
REFORMS = Path(__file__).parents[1] / "reforms"
#: Measures that set one formula against another.
RELATIVE = ("elasticity", "ratio", "multiplier", "semielasticity", "contribution")
#: The accepted range around an estimate without a published interval, as shares of it.
ACCEPTED = (0.5, 1.5)
#: Below it lay a third (18) of the first 54 studies, when roles were drawn, before any was run.
LEFT_OUT = 0.29

#: A number far from what overflows.
Number = Annotated[float, Field(ge=-1e300, le=1e300)]
Points = tuple[tuple[Number, Number], ...]
Text = Annotated[str, Field(min_length=1)]
Role = Literal["fit", "test"]
Measure = Literal[
    "percent",
    "difference",
    "elasticity",
    "ratio",
    "multiplier",
    "semielasticity",
    "contribution",
]


class _Record(Schema):
    model_config = ConfigDict(str_strip_whitespace=True)


class Study(_Record):
    """Who published the effects, and against what they were measured."""

    authors: Text = Field(description="surnames, as a text cites them")
    year: int = Field(ge=1900, le=2100)
    title: Text
    journal: str = Field(default="", description="with volume and pages")
    doi: str = Field(default="", pattern=r"^(10\.\d{4,}/\S+)?$")
    counterfactual: Text = Field(description="what the study compared")

    @model_validator(mode="after")
    def _findable(self) -> Study:
        if not self.journal and not self.doi:
            raise ValueError(f"{self.name!r} needs a journal or a doi")
        return self

    @property
    def name(self) -> str:
        """All authors, and the year."""
        return f"{self.authors} {self.year}"


class Change(_Record):
    """A change of the model."""

    input: Text = Field(description="name or name[here, element]")
    in_: Literal["reform", "baseline"] = Field(default="reform", alias="in")
    value: Number | Points | None = Field(default=None, description="in the input's unit")
    factor: Number | Points | None = Field(default=None, description="on the model's value")

    @model_validator(mode="after")
    def _either(self) -> Change:
        if (self.value is None) == (self.factor is None):
            raise ValueError(f"{self.input!r} needs a value or a factor, and not both")
        return self


class Response(_Record):
    """A measured response, and the published one."""

    name: Text
    of: Text = Field(description="formula of the model's variables")
    per: Text | None = Field(default=None, description="formula that it is set against")
    measure: Measure = "percent"
    years: tuple[Number, Number] = Field(description="first and last year of the mean")
    per_years: tuple[Number, Number] | None = Field(default=None, description="the same, for per")
    horizon: Text = Field(description="how long after the reform the study measured")
    unit: Text = Field(description="of the response")
    kind: Literal["sized", "sign"]
    estimate: Number | None = Field(default=None, description="published, of a sized effect")
    low: Number | None = None
    high: Number | None = None
    interval: str = Field(default="", description="what low and high of a sized effect are")
    pair: str = Field(default="", description="name that contradictory studies share")
    used: str = Field(default="", description="what else uses this effect, so that it never counts")
    status: str
    source: Text = Field(description="where in the study, and in which notes of ours")
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Response:
        parse_choice("status", self.status, STATUSES)
        bounds = [bound for bound in (self.low, self.estimate, self.high) if bound is not None]
        if not bounds or (self.kind == "sign" and self.low is None and self.high is None):
            raise ValueError(f"{self.name!r} needs a published low, high or both")
        if bounds != sorted(bounds):
            raise ValueError(f"low, estimate and high of {self.name!r} do not rise: {bounds}")
        for years in (self.years, self.per_years or self.years):
            if years[0] > years[1]:
                raise ValueError(f"years of {self.name!r} run backwards: {years}")
        if (self.per is not None) != (self.measure in RELATIVE):
            raise ValueError(
                f"{self.name!r}: {', '.join(RELATIVE[:-1])} and {RELATIVE[-1]} take 'per', "
                "the others do not"
            )
        if self.measure == "contribution" and not self.years[0] < self.years[1]:
            raise ValueError(f"{self.name!r}: a contribution needs two different years")
        self._check_size()
        return self

    def _check_size(self) -> None:
        if self.kind == "sign":
            if self.estimate is not None:
                raise ValueError(f"{self.name!r} is a sign and so has no estimate")
            return
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.name!r} is sized: give both low and high, or neither")
        if self.low is None and not self.estimate:
            raise ValueError(f"{self.name!r} needs an interval: no range follows from 0")
        if (self.low is not None) != bool(self.interval):
            raise ValueError(
                f"{self.name!r}: 'interval' says what a published low and high are, and only those"
            )

    @property
    def accepted(self) -> tuple[float | None, float | None]:
        """The range within which the model agrees: see the module."""
        if self.kind == "sign" or self.low is not None:
            return self.low, self.high
        assert self.estimate is not None
        low, high = sorted(share * self.estimate for share in ACCEPTED)
        return low, high


class Reform(_Record):
    """What a study published, as an experiment."""

    name: Text = Field(description="the file's name")
    title: Text
    happened: Text = Field(description="what was done, where and when")
    experiment: Text = Field(description="how the model does it, and what is left out")
    regions: tuple[Text, ...] = Field(default=(), description="each in turn; all where empty")
    role: Role = Field(description="may later fits use it, or is it left for testing?")
    used: str = Field(default="", description="what else uses the study, so that it never counts")
    study: Study
    change: tuple[Change, ...] = Field(min_length=1)
    response: tuple[Response, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> Reform:
        names = [response.name for response in self.response]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name!r} is the name of two responses")
        return self


def draw_role(study: Study) -> Role:
    """Draw whether a study is left out of every fit, once and for all.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    str
        ``"test"`` where the SHA-256 of the study's name, as a share of the largest, lies below
        `LEFT_OUT`; ``"fit"`` otherwise. So no result has a say in it, and a study that is added
        later moves no other.
    """
    drawn = int(sha256(study.name.encode()).hexdigest(), 16) / 2**256
    return "test" if drawn < LEFT_OUT else "fit"


def read_reforms(folder: Path = REFORMS) -> tuple[Reform, ...]:
    """Read the published reforms.

    Parameters
    ----------
    folder : Path
        Holds one TOML file a reform.

    Returns
    -------
    tuple of Reform
        By name.

    Raises
    ------
    InputError
        If there is none, or one is malformed: the file, the place in it, what was given and what is
        allowed.
    """
    found = tuple(read_reform(path) for path in list_files(folder).values())
    if not found:
        raise InputError(f"no reforms (*.toml) in {folder}")
    return found


def find_reforms(names: Iterable[str], folder: Path = REFORMS) -> tuple[Reform, ...]:
    """Read chosen reforms: names of the shipped ones, or paths of TOML files.

    Parameters
    ----------
    names : iterable of str
        Names or paths; all shipped reforms if empty.
    folder : Path
        Where names are looked up.

    Returns
    -------
    tuple of Reform

    Raises
    ------
    InputError
        If a name is unknown or a file malformed.
    """
    chosen = tuple(read_reform(find_named_file("reform", name, folder)) for name in names)
    return chosen or read_reforms(folder)


def read_reform(path: Path) -> Reform:
    """Read and check the file of one reform.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Reform

    Raises
    ------
    InputError
        In one line: the file, the place in it, what was given and what is allowed.
    """
    return validate(Reform, {"name": path.stem, **read_toml(path)}, str(path))


# Whether a published effect is independent of the model that it is to test.

_INPUTS = ("constant", "table")
#: Statuses of figures that are no test, and why.
_NO_TEST = {
    "remembered": mark("from memory, not seen in a source"),
    "doubtful": mark("doubtful, kept for the record"),
}
_CITED = mark("source of {names}")
# What may stand between the first two authors and the year, as in "Lu, Wang and Zhu (2019".
_OTHERS = r"[^.;|()\d]*?\s\(?"


def explain_use(model: Model, reform: Reform, response: Response) -> str:
    """Say why an effect never counts as a test of the model.

    Parameters
    ----------
    model : Model
        The model.
    reform : Reform
        The study.
    response : Response
        The effect.

    Returns
    -------
    str
        Empty if it counts: neither an input of its experiment nor a constant of the model comes
        from its study, nor was it fitted, and it was seen in a source.
    """
    if response.status in _NO_TEST:
        return _NO_TEST[response.status]
    if response.used or reform.used:
        return response.used or reform.used
    constants = find_constants(model, reform.study)
    return _CITED.format(names=", ".join(constants)) if constants else ""


def say_use(used: str) -> str:
    """Say in the language of the moment why an effect does not count; see `explain_use`."""
    before = _CITED.removesuffix("{names}")
    if not used.startswith(before):
        return say.word(used)
    names = [say.variable(name) for name in used.removeprefix(before).split(", ")]
    return say(_CITED, names=say.commas(names))


def find_constants(model: Model, study: Study) -> tuple[str, ...]:
    """Find the constants and tables of a model that come from a study.

    Parameters
    ----------
    model : Model
        The model.
    study : Study
        The study.

    Returns
    -------
    tuple of str
        Those whose documentation cites the study, as "Lu, Wang and Zhu 2019" or "Lu et al. 2019".
        A constant that only compares its value with the study's is among them: better a test too
        few than one that tests nothing.
    """
    first, *others = (re.escape(each.strip()) for each in re.split(r",| and ", study.authors))
    # The second author tells apart two studies whose first author and year are the same.
    second = "".join(rf"(?:,| and) {each}(?!\w){_OTHERS}" for each in others[:1])
    after = rf"(?:{second}| et al\.? \(?)" if second else r" \(?"
    cited = re.compile(rf"(?<!\w){first}{after}{study.year}")
    return tuple(name for name, text in _read_sources(model) if cited.search(text))


@lru_cache(maxsize=8)
def _read_sources(model: Model) -> tuple[tuple[str, str], ...]:
    return tuple(
        (variable.name, f"{variable.definition} {variable.source}")
        for variable in model.variables.values()
        if variable.kind in _INPUTS
    )
