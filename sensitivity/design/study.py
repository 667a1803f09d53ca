"""What a study file says: factors, outputs, method, and what is crossed with them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from smecluster.model.errors import InputError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import MOST_SEED
from smecluster.model.support.workspace import find_named_file, list_files
from smecluster.policies.budget import DEFAULT_BUDGET, parse_budget
from smecluster.sensitivity.design.study_tables import (
    CALIBRATION,
    DESIGNED,
    METHODS,
    Analysis,
    Enough,
    FactorTable,
    Failures,
    Future,
    Method,
    OutputTable,
    Text,
)

FOLDER = Path(__file__).parents[1] / "studies"
# Fields that no run depends on: they may change after the runs.
OF_THE_ANALYSIS = ("name", "title", "question", "analysis", "enough", "failures")


class Study(Schema):
    """A sensitivity study.

    Parameters
    ----------
    name : str
        Short name: the file's, without its suffix.
    title, question : str
        Its name in tables and figures, and the question that it answers.
    seed : int
        Seed of the sample and of the bootstrap; at least 1.
    regions : tuple of str
        Regions of the model to keep; all if empty.
    cases : tuple of str
        Folders of further regions, relative to the working folder.
    calibration : str, optional
        Name or folder of the calibration whose values the model gets, and whose draws
        ``from = "calibration"`` takes; the shipped one if not given, ``"none"`` for the values
        of the model's file.
    strategies : tuple of str
        Names or files of strategies, each run with the whole sample; the course of history
        if empty.
    equal_cost : bool
        Whether the money of strategies is scaled to the budget first; they are run as written
        otherwise.
    budget : str or float
        What each strategy then spends on top of policy as now, see `policies.budget`: a share of
        value added (``"0.5%"``), billion yuan (``"300 bn"``) or Myuan, present value.
    futures : tuple of str
        Names or files of futures to cross with; nothing happens in ``"base"``.
    future : tuple of Future
        Futures written out here.
    settings : dict
        Other inputs that hold in all runs, the control variables among them.
    method, factor, output, analysis, enough, failures
        See their classes.
    """

    name: Text
    title: Text
    question: str = ""
    seed: int = Field(default=1, ge=1, lt=MOST_SEED + 1)
    regions: tuple[Text, ...] = ()
    cases: tuple[Text, ...] = ()
    calibration: Text | None = None
    strategies: tuple[Text, ...] = ()
    equal_cost: bool = True
    budget: str | float = DEFAULT_BUDGET
    futures: tuple[Text, ...] = ()
    future: tuple[Future, ...] = ()
    settings: dict[str, float] = Field(default_factory=dict)
    method: Method
    factor: tuple[FactorTable, ...] = Field(min_length=1)
    output: tuple[OutputTable, ...] = Field(min_length=1)
    analysis: Analysis = Analysis()
    enough: Enough | None = None
    failures: Failures = Failures()

    @field_validator("budget")
    @classmethod
    def _is_money(cls, budget: str | float) -> str | float:
        try:
            parse_budget(budget)
        except InputError as error:
            raise ValueError(str(error)) from None
        return budget

    @model_validator(mode="after")
    def _crossed_once(self) -> Study:
        for kind, names in (
            ("strategy", self.strategies),
            ("future", (*self.futures, *(future.name for future in self.future))),
        ):
            twice = _find_repeated(names)
            if twice is not None:
                raise ValueError(f"{kind} {twice!r} is named twice")
        return self

    @model_validator(mode="after")
    def _grouped(self) -> Study:
        if self.method.groups:
            for factor in self.factor:
                if factor.group is None:
                    raise ValueError(
                        f"groups = true, but factor {factor.name!r} has no group: give it one"
                    )
        return self

    @model_validator(mode="after")
    def _independent(self) -> Study:
        if self.dependent and self.method.name in DESIGNED:
            others = ", ".join(name for name in METHODS if name not in DESIGNED)
            raise ValueError(
                f"draws of a calibration depend on one another, {self.method.name} needs "
                f"independent factors: choose one of {others}"
            )
        return self

    @model_validator(mode="after")
    def _doubled(self) -> Study:
        if self.enough is None:
            return self
        if self.method.name == "fast":
            raise ValueError("fast cannot be doubled, all its runs change: leave out enough")
        if self.enough.largest < self.method.size:
            raise ValueError(
                f"enough.largest = {self.enough.largest} is below method.size = {self.method.size}"
            )
        return self

    @property
    def dependent(self) -> bool:
        """Whether factors depend on one another, as draws of a calibration do."""
        return any(factor.from_ == CALIBRATION for factor in self.factor)

    def resized(self, size: int) -> Study:
        """Give the study with another size of its sample.

        Parameters
        ----------
        size : int
            The new size, see `Method`.

        Returns
        -------
        Study

        Raises
        ------
        InputError
            If it is too small for the method.
        """
        content = self.model_dump(by_alias=True, exclude_unset=True)
        content["method"] = {**content["method"], "size": size}
        return validate(Study, content, self.name)

    def differing(self, other: Study) -> list[str]:
        """Name the fields that the runs depend on, apart from their number, and that differ.

        Parameters
        ----------
        other : Study
            For example, the study as it was when the runs were made.

        Returns
        -------
        list of str
        """
        mine, its = self.model_dump(), other.model_dump()
        for content in (mine, its):
            del content["method"]["size"]
        return [name for name in mine if name not in OF_THE_ANALYSIS and mine[name] != its[name]]

    def record(self) -> dict[str, Any]:
        """Give its content for a JSON file, from which `from_record` makes it again."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @classmethod
    def from_record(cls, content: dict[str, Any], where: str) -> Study:
        """Make a study from what `record` gave; `where` is for the error."""
        return validate(cls, content, where)


def load_study(name: str | Path) -> Study:
    """Read a study.

    Parameters
    ----------
    name : str or Path
        The name of a study in ``sensitivity/studies``, or the path of a TOML file.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        If there is no such study, or the file is broken: the field, what was given, what is
        allowed and the nearest right name.
    """
    path = find_study(name)
    return validate(Study, {"name": path.stem} | read_toml(path), path.name)


def find_study(name: str | Path) -> Path:
    """Find a study's file by its name in ``sensitivity/studies``, or take a path as it is.

    Raises
    ------
    InputError
        If there is no study of that name.
    """
    return find_named_file("study", name, FOLDER)


def read_study_text(name: str | Path) -> str:
    """Read a study's file as it is written."""
    return read_text(find_study(name))


def list_studies() -> tuple[str, ...]:
    """Names of the studies of the workspace and of the package, in alphabetical order."""
    return tuple(list_files(FOLDER))


def compute_digest(content: Any) -> str:
    """Fingerprint of a JSON value, regardless of the order of its keys: SHA-256, hexadecimal."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(written.encode()).hexdigest()


def _find_repeated(names: Sequence[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)
