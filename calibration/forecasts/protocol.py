"""How forecasts are made and judged: the file ``protocol.toml``, written before any score."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.presentation.language.catalogue import mark

FILE = Path(__file__).with_name("protocol.toml")
#: National drivers as the model's file has them, and as seen from an origin.
KNOWN, EXTRAPOLATED = mark("known"), mark("extrapolated")

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Origins(Schema):
    """Which years are origins, how far ahead is forecast, and how many figures that needs."""

    first: int
    last: int
    horizons: Annotated[tuple[Count, ...], Field(min_length=1)]
    figures: Annotated[int, Field(ge=3)]

    @model_validator(mode="after")
    def _rises(self) -> Origins:
        if self.first > self.last:
            raise ValueError(f"first origin {self.first} is after the last, {self.last}")
        return self

    @property
    def years(self) -> tuple[int, ...]:
        """Every origin."""
        return tuple(range(self.first, self.last + 1))


class Fitting(Schema):
    """How the model is fitted at an origin, and how many forecasts are drawn."""

    draws: Count
    ensemble: Count
    time_step: Positive
    most_steps: Count
    seed: Annotated[int, Field(ge=0)]


class Draws(Schema):
    """How many draws a part of the evaluation takes."""

    draws: Count


class Drivers(Schema):
    """How dated tables continue after an origin."""

    grow: Names
    nation: str
    window: Count
    scenarios: Count


class Rivals(Schema):
    """The settings of the five rivals."""

    prior_increments: Positive
    prior_sd: Positive
    trend_smoothing: Annotated[tuple[Share, ...], Field(min_length=1)]
    damping: Annotated[tuple[Share, ...], Field(min_length=1)]
    few: Count
    few_smoothing: Share
    few_damping: Share
    window: Count
    drift_damping: Share


class Scores(Schema):
    """The nominal coverage of intervals, and between what shares it counts as held."""

    interval: Share
    coverage: tuple[Share, Share]


class Regions(Schema):
    """How many figures of each series of a left-out region the fit sees."""

    figures: Annotated[int, Field(ge=3)]


class Protocol(Schema):
    """The protocol; see the file for what each setting means."""

    origins: Origins
    model: Fitting
    cut: Draws
    drivers: Drivers
    rivals: Rivals
    scores: Scores
    regions: Regions
    unseen: Draws


@cache
def read_protocol() -> Protocol:
    """Read the protocol.

    Returns
    -------
    Protocol

    Raises
    ------
    InputError
        If the file is malformed.
    """
    return validate(Protocol, read_toml(FILE), str(FILE))
