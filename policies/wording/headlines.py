"""How figures and tables show strategies: fixed colours and lines, the chosen outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Line = Literal["-", "--", "-.", ":"] | tuple[float, tuple[float, ...]]
Style = tuple[str, Line]

# Darker and paler ones of Tol's colours: they stay apart from the regions', and each can be
# told apart by readers who do not see red or green.
_STRATEGIES: Mapping[str, Style] = {
    "central": ("#332288", "-"),
    "local": ("#C58A00", "--"),
    "mixed": ("#AA4499", "-."),
    "as-now": ("#222222", (0, (5, 1, 1, 1, 1, 1))),
    "self-development": ("#882255", "-"),
    "cultivation": ("#7A7A1F", "--"),
    "combination": ("#2E8B83", "-."),
}
_MORE_STRATEGIES: tuple[Style, ...] = (
    ("#6699CC", "-"),
    ("#CC6677", "--"),
    ("#117733", "-."),
    ("#5B3A29", (0, (3, 1, 1, 1))),
    ("#EE3377", "-"),
    ("#00A5C8", "--"),
    ("#BB5533", "-."),
    ("#8FBC5A", (0, (3, 1, 1, 1))),
)
# Among many strategies colours alone do not tell them apart.
_FEW = 4
_MARKERS = "osD^v<>P"
BASELINE_STYLE: Style = ("#8A8A8A", ":")

# What is printed of a comparison; the files hold every outcome.
HEADLINES = (
    "Discounted value added",
    "Net national benefit account",
    "Local public debt",
    "value added",
    "value added elsewhere",
    "Employment",
    "annual wage",
    "Upgraded SMEs",
    "innovation capacity",
    "average quality",
    "dispersion of value added per worker",
    "central fiscal balance",
)


def choose_styles(strategies: Sequence[str], baseline: str) -> dict[str, Style]:
    """Colour and line of each strategy: fixed for the project's own, by order for others."""
    others = [name for name in strategies if name not in _STRATEGIES and name != baseline]
    spare = {name: _MORE_STRATEGIES[at % len(_MORE_STRATEGIES)] for at, name in enumerate(others)}
    fixed = {**_STRATEGIES, **spare, baseline: BASELINE_STYLE}
    return {name: fixed[name] for name in strategies}


def choose_markers(strategies: Sequence[str]) -> dict[str, str]:
    """Mark of each strategy: a dot for all of a few, one of its own, by order, among many."""
    many = len(strategies) > _FEW
    return {
        name: _MARKERS[at % len(_MARKERS)] if many else "o" for at, name in enumerate(strategies)
    }
