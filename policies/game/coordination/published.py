"""What studies find on coordination, beside what the game on many regions brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
import pandas as pd
from pydantic import model_validator

from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.arrangements import COORDINATED, name_nash

EXPECTED = Path(__file__).with_name("expected.toml")
FILE = Path(__file__).with_name("published.toml")
Measure = Literal[
    "coordination against growth, over value added",
    "coordination against welfare, over value added",
    "part of coordination that welfare as the aim misses",
    "loss of the nation for a yuan, rivals for growth",
    "share of regions whose residents gain by coordination, against growth",
]


class Played(Protocol):
    """A game with the aims growth and welfare, or reforms: policy as now, and arrangements."""

    @property
    def idle(self) -> Account:
        """Policy as now."""

    @property
    def accounts(self) -> Mapping[str, Account]:
        """What each arrangement brings, by name."""


class Study(Schema):
    """A published size of what coordination is worth.

    Parameters
    ----------
    name, source, finding : str
        What was studied, by whom, and what was found.
    measure : str
        What is held against it.
    estimate, low, high : float
        The estimate, and the accepted range, Dmnl.
    differs : str
        How the experiment differs from the study.
    """

    name: str
    source: str
    finding: str
    measure: Measure
    estimate: float
    low: float
    high: float
    differs: str

    @model_validator(mode="after")
    def _is_ordered(self) -> Study:
        if not self.low <= self.estimate <= self.high:
            raise ValueError(f"study {self.name!r}: the estimate lies outside of its range")
        return self


class Expectation(Schema):
    """What was expected of synthetic regions before they were run.

    Parameters
    ----------
    study : str
        Name of the study.
    low, high : float
        The range, Dmnl.
    reason : str
        Why.
    """

    study: str
    low: float
    high: float
    reason: str


class _File(Schema):
    study: tuple[Study, ...]


class _Expected(Schema):
    expectation: tuple[Expectation, ...]


@cache
def read_studies() -> tuple[Study, ...]:
    """Read what studies find.

    Raises
    ------
    InputError
        If the file is broken.
    """
    return validate(_File, read_toml(FILE), FILE.name).study


@cache
def read_expectations() -> dict[str, Expectation]:
    """Read what was expected of synthetic regions, by study.

    Raises
    ------
    InputError
        If the file is broken.
    """
    known = validate(_Expected, read_toml(EXPECTED), EXPECTED.name).expectation
    return {one.study: one for one in known}


def compare_studies(result: Played) -> pd.DataFrame:
    """Hold the game against the studies.

    Parameters
    ----------
    result : Played
        A game with the aims growth and welfare, or reforms.

    Returns
    -------
    pandas.DataFrame
        A row a study: ``study``, ``source``, ``measure``, ``published``, ``low``, ``high``,
        ``model`` (mean over draws; NaN where there is nothing to divide by), Dmnl, and ``within``.
    """
    rows = []
    for study in read_studies():
        value = _MEASURES[study.measure](result)
        rows.append(
            {
                mark("study"): study.name,
                "source": study.source,
                mark("measure"): study.measure,
                mark("published"): study.estimate,
                "low": study.low,
                "high": study.high,
                mark("model"): value,
                mark("within"): bool(study.low <= value <= study.high),
            }
        )
    return pd.DataFrame(rows)


def _residents(result: Played, name: str) -> float:
    """Give what residents of all regions get, mean over draws, Myuan."""
    change = result.accounts[name].residents - result.idle.residents
    return float(np.nanmean(change.sum(axis=-1)))


def _over_value_added(result: Played, aim: str) -> float:
    more = _residents(result, COORDINATED) - _residents(result, name_nash(aim))
    return more / float(np.nanmean(result.idle.size.sum(axis=-1)))


def _missed(result: Played) -> float:
    best = _residents(result, COORDINATED)
    missed = best - _residents(result, name_nash("welfare"))
    return _divide(missed, best - _residents(result, name_nash("growth")))


def _lost_for_a_yuan(result: Played) -> float:
    account = result.accounts[name_nash("growth")]
    lost = -float(np.nanmean(account.nation - result.idle.nation))
    return _divide(lost, float(np.nanmean(account.money - result.idle.money)))


def _divide(above: float, below: float) -> float:
    """Divide; NaN where there is nothing to divide by."""
    return above / below if below else float("nan")


def _share_that_gains(result: Played) -> float:
    agreed, rivals = (
        result.accounts[name].residents.mean(axis=(0, 1))
        for name in (COORDINATED, name_nash("growth"))
    )
    return float(np.mean(agreed > rivals))


_MEASURES: Mapping[str, Callable[[Played], float]] = dict(
    zip(
        get_args(Measure),
        (
            lambda result: _over_value_added(result, "growth"),
            lambda result: _over_value_added(result, "welfare"),
            _missed,
            _lost_for_a_yuan,
            _share_that_gains,
        ),
        strict=True,
    )
)
