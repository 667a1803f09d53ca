"""What the literature says that a yuan on each lever brings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from smecluster.model.inputs import Schema, read_toml, validate

FILE = Path(__file__).with_name("published.toml")


class Published(Schema):
    """What studies found for one lever.

    Parameters
    ----------
    name : str
        The lever.
    low, high : float or None
        Yuan of value added a yuan spent, Dmnl; None where no study gives a return.
    kind : {"published", "derived", "none"}
        Whether the range is published, or derived as `how` says.
    source : str
        The studies.
    how : str
        The arithmetic of what is derived.
    finding : str
        What is known beside, or instead of, a return.
    explained : str
        Why the model's return lies beyond what is explained or mended (`compute.MOST`, `LEAST`);
        empty where nobody has said.
    """

    name: str
    low: float | None = None
    high: float | None = None
    kind: Literal["published", "derived", "none"] = "none"
    source: str
    how: str = ""
    finding: str
    explained: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Published:
        if (self.low is None) != (self.high is None) or (self.low is None) != (self.kind == "none"):
            raise ValueError(f"lever {self.name!r}: low, high and kind belong together")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"lever {self.name!r}: low = {self.low:g} is not below {self.high:g}")
        if self.kind == "derived" and not self.how:
            raise ValueError(f"lever {self.name!r}: say how the range is derived")
        return self

    @property
    def span(self) -> str:
        """The range in words; a dash where there is none."""
        if self.low is None or self.high is None:
            return "-"
        return f"{self.low:g} to {self.high:g}"


class _File(Schema):
    lever: tuple[Published, ...]


@cache
def read_published() -> dict[str, Published]:
    """Read what studies found, by lever.

    Raises
    ------
    InputError
        If the file is broken.
    """
    return {one.name: one for one in validate(_File, read_toml(FILE), FILE.name).lever}
