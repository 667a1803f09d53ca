"""How recovery is tested and judged: the file ``protocol.toml``, written before any result."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from smecluster.model.inputs import Schema, read_toml, validate

FILE = Path(__file__).with_name("protocol.toml")

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Design(Schema):
    """How a data set is made and fitted, and which answer is recovered."""

    draws: Annotated[int, Field(ge=10)]
    time_step: Positive
    most_steps: Count
    level: Share
    first: str
    second: str
    budget: str
    horizon: int


class Bars(Schema):
    """What must come out."""

    coverage: tuple[Share, Share]
    decided: Share
    ratio: Positive


class Protocol(Schema):
    """The protocol; see the file for what each setting means."""

    design: Design
    bars: Bars


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
