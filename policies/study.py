"""A study: what is compared, in which futures, on how many draws; read from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from smecluster.model.errors import InputError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.outcomes import OUTCOMES, find_outcome
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.workspace import find_named_file, list_files
from smecluster.policies.budget import DEFAULT_BUDGET, parse_budget
from smecluster.policies.futures import ALL, Future, load_futures
from smecluster.policies.plan import START
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.prose import join_names

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).with_name("studies")
EVERY = "every region"
Measure = Literal["value", "change", "change in percent"]


class Need(Schema):
    """What a strategy has to reach in a world, to be good enough there.

    Parameters
    ----------
    outcome : str
        An outcome of `model.outcomes`, or ``gained per yuan``.
    measure : {"value", "change", "change in percent"}
        Its value, or its change against the baseline of the same world.
    place : str
        A region, ``total``, or ``every region``.
    at_least, at_most : float, optional
        The limit, in the measure's unit. Either this or that.
    """

    outcome: str
    measure: Measure = "value"
    place: str = "total"
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Need:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        if self.outcome != "gained per yuan":
            find_outcome(self.outcome)
        return self


class Study(Schema):
    """A study of strategies under uncertainty.

    Parameters
    ----------
    name : str
        Short name: the file's, without its suffix.
    title, description : str
        What pages call it, and what it asks.
    strategies : tuple of str
        Names of strategies, or paths of TOML files (as seen from the study's folder too).
    baseline : str
        Name or path of the strategy that they are compared with; policy as now if not given.
    futures : tuple of str
        Names or paths of futures; ``all`` for those of the project. The base is always there.
    draws : int
        How many draws of the calibration; 0 for its best fit alone.
    seed : int
        Of the draws and of everything else that is random.
    calibration : str, optional
        Name or path of a calibration; the model's own values if not given.
    regions : tuple of str
        Regions of the model; all if none is named.
    start : float
        Year from which money and discounted sums count.
    horizon : float, optional
        Last year whose consequences count, to 2060; 2040 if not given. Money counts to 2040
        whatever the horizon is.
    budget : str or float
        Additional programme money of each strategy, see `policies.budget.parse_budget`.
    as_written : bool
        Whether budgets stay as their files give them, instead.
    outcomes : tuple of str
        Outcomes to keep; all if none is named.
    need : tuple of Need
        What a strategy has to reach; by default a yuan gained for each yuan spent.
    """

    name: str
    title: str
    description: str = ""
    strategies: tuple[str, ...] = Field(min_length=1)
    baseline: str = BASELINE
    futures: tuple[str, ...] = (ALL,)
    draws: int = Field(default=500, ge=0)
    seed: int = Field(default=1, ge=1)
    calibration: str | None = None
    regions: tuple[str, ...] = ()
    start: float = START
    horizon: float | None = None
    budget: str | float = DEFAULT_BUDGET
    as_written: bool = False
    outcomes: tuple[str, ...] = ()
    need: tuple[Need, ...] = (Need(outcome="gained per yuan", at_least=1),)

    @model_validator(mode="after")
    def _outcomes_exist(self) -> Study:
        for name in self.outcomes:
            find_outcome(name)
        return self

    @field_validator("budget")
    @classmethod
    def _budget_is_money(cls, given: str | float) -> str | float:
        try:
            parse_budget(given)
        except InputError as error:
            raise ValueError(str(error)) from None
        return given

    def load_strategies(self) -> tuple[Strategy, ...]:
        """Read the strategies."""
        return tuple(load_strategy(name) for name in self.strategies)

    def load_baseline(self) -> Strategy:
        """Read the baseline."""
        return load_strategy(self.baseline)

    def load_futures(self) -> tuple[Future, ...]:
        """Read the futures, the base first."""
        return load_futures(self.futures)

    def name_outcomes(self) -> tuple[str, ...]:
        """Name the outcomes to keep."""
        return self.outcomes or tuple(outcome.name for outcome in OUTCOMES)


def load(name: str | Path) -> Study:
    """Read a study.

    Parameters
    ----------
    name : str or Path
        The name of a study in ``policies/studies``, or the path of a TOML file.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    InputError
        If there is no such study, or the file is broken.
    """
    path = find_named_file("study", name, FOLDER)
    content = {"name": path.stem} | read_toml(path)
    for field in ("strategies", "futures"):
        if isinstance(content.get(field), list):
            content[field] = _beside(content[field], path.parent)
    if isinstance(content.get("baseline"), str):
        (content["baseline"],) = _beside([content["baseline"]], path.parent)
    return validate(Study, content, path.name)


def combine_study(
    name: str | Path | None, strategies: Sequence[str] | None = None, **given: Any
) -> Study:
    """Read a study, and replace what it says by what is given.

    Parameters
    ----------
    name : str or Path, optional
        Name or path of a study.
    strategies : sequence of str, optional
        Names or paths of strategies.
    **given
        Fields of the study; what is None is left as it is.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    InputError
        If there is neither a study nor a strategy, or a file is broken.
    """
    changes = {field: value for field, value in given.items() if value is not None}
    if strategies:
        changes["strategies"] = tuple(strategies)
    if name is not None:
        own = load(name)
        return validate(Study, own.model_dump() | changes, f"study {own.name!r}")
    if not strategies:
        raise InputError("name strategies to compare, or a study with --study")
    whole = {"name": "strategies", "title": _make_title(strategies), **changes}
    return validate(Study, whole, "the command line")


def names() -> tuple[str, ...]:
    """Names of the studies of the workspace and of the package, in alphabetical order."""
    return tuple(list_files(FOLDER))


def _beside(given: Sequence[object], folder: Path) -> list[object]:
    """Find files that stand beside the study."""
    return [
        str(folder / one)
        if isinstance(one, str) and (folder / one).suffix == ".toml" and (folder / one).exists()
        else one
        for one in given
    ]


def _make_title(strategies: Sequence[str]) -> str:
    """Name a comparison by its strategies."""
    called = [Path(name).stem if name.endswith(".toml") else name for name in strategies]
    if say.english:
        return capitalise(join_names(called, "or"))
    return say("{strategies}: a comparison", strategies=say.join([say.name(one) for one in called]))
