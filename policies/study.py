"""A study: what is compared, in which futures, on how many draws; read from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from smecluster.model.outcomes import OUTCOMES, find_outcome
from smecluster.model.support.files import find_named_file, read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.policies.futures import ALL, Future, futures
from smecluster.policies.strategy import Strategy
from smecluster.policies.strategy import load as load_strategy

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
    baseline : str, optional
        What they are compared with; the history that they share if not given.
    futures : tuple of str
        Names or paths of futures; ``all`` for those of the project. The base is always there.
    draws : int
        How many draws of the calibration.
    seed : int
        Of the draws and of what else is drawn.
    calibration : str, optional
        Name or path of a calibration; the model's own values if not given.
    regions : tuple of str
        Regions of the model; all if none is named.
    start : float, optional
        Year from which money and discounted sums count.
    budget : float, optional
        Present value that each strategy costs in every world, Myuan.
    outcomes : tuple of str
        Outcomes that are looked at; all if none is named.
    need : tuple of Need
        What a strategy has to reach; by default a yuan gained for each yuan spent.
    """

    name: str
    title: str
    description: str = ""
    strategies: tuple[str, ...] = Field(min_length=1)
    baseline: str | None = None
    futures: tuple[str, ...] = (ALL,)
    draws: int = Field(default=500, ge=1)
    seed: int = Field(default=1, ge=1)
    calibration: str | None = None
    regions: tuple[str, ...] = ()
    start: float | None = None
    budget: float | None = Field(default=None, gt=0)
    outcomes: tuple[str, ...] = ()
    need: tuple[Need, ...] = (Need(outcome="gained per yuan", at_least=1),)

    @model_validator(mode="after")
    def _outcomes_exist(self) -> Study:
        for name in self.outcomes:
            find_outcome(name)
        return self

    def strategies_loaded(self) -> tuple[Strategy, ...]:
        """Read the strategies."""
        return tuple(load_strategy(name) for name in self.strategies)

    def baseline_loaded(self) -> Strategy | None:
        """Read the baseline, None where it is the history that the strategies share."""
        return None if self.baseline is None else load_strategy(self.baseline)

    def futures_loaded(self) -> tuple[Future, ...]:
        """Read the futures, the base first."""
        return futures(self.futures)

    def outcome_names(self) -> tuple[str, ...]:
        """Names of the outcomes that are looked at."""
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
    path = find_named_file("study", name, FOLDER, names())
    content = {"name": path.stem} | read_toml(path)
    for field in ("strategies", "futures"):
        if isinstance(content.get(field), list):
            content[field] = _beside(content[field], path.parent)
    if isinstance(content.get("baseline"), str):
        (content["baseline"],) = _beside([content["baseline"]], path.parent)
    return validate(Study, content, path.name)


def names() -> tuple[str, ...]:
    """Names of the studies that come with the project, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _beside(given: Sequence[object], folder: Path) -> list[object]:
    """Find files that stand beside the study."""
    return [
        str(folder / one)
        if isinstance(one, str) and (folder / one).suffix == ".toml" and (folder / one).exists()
        else one
        for one in given
    ]
