"""What a sample is crossed with: every scenario gets the same runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smecluster.model.errors import InputError

BASE = "base"


@dataclass(frozen=True)
class Scenario:
    """A strategy in a future.

    Attributes
    ----------
    strategy, future : str or None
        Their names, None where the study crosses with none.
    inputs : mapping
        What they set, as in `model.simulate`.
    """

    strategy: str | None = None
    future: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What tables and figures call it."""
        return ", ".join(part for part in (self.strategy, self.future) if part) or BASE

    def record(self) -> dict[str, Any]:
        """Give its content for a JSON file."""
        return {"strategy": self.strategy, "future": self.future, "inputs": dict(self.inputs)}

    @classmethod
    def from_record(cls, content: Mapping[str, Any]) -> Scenario:
        """Make it again from what `record` gave."""
        return cls(content["strategy"], content["future"], content["inputs"])


def cross(
    strategies: Mapping[str, Mapping[str, Any]], futures: Mapping[str, Mapping[str, Any]]
) -> tuple[Scenario, ...]:
    """Cross strategies with futures.

    Parameters
    ----------
    strategies, futures : mapping of str to mapping
        Inputs of the model by name; empty where there are none.

    Returns
    -------
    tuple of Scenario
        At least one; the futures of a strategy stand together.

    Raises
    ------
    InputError
        If a future sets what a strategy sets.
    """
    none: list[tuple[str | None, Mapping[str, Any]]] = [(None, {})]
    found = []
    for strategy, chosen in [*strategies.items()] or none:
        for future, bent in [*futures.items()] or none:
            for name in bent:
                if name in chosen:
                    raise InputError(
                        f"{name!r} is set by strategy {strategy!r} and by future {future!r}"
                    )
            found.append(Scenario(strategy, future, {**chosen, **bent}))
    return tuple(found)
