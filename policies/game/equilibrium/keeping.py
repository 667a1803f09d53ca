"""Where play ended, as arrays that are kept until all work is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from smecluster.policies.game.equilibrium.equilibria import Play


def pack_plays(plays: Sequence[Play]) -> dict[str, Any]:
    """Turn where play ended into arrays with names."""
    arrays: dict[str, Any] = {
        f"rules {start} {at}": rule
        for start, play in enumerate(plays)
        for at, rule in enumerate(play.rules)
    }
    for start, play in enumerate(plays):
        arrays[f"epsilon {start}"] = play.epsilon
    arrays["outcome"] = np.array([play.outcome for play in plays], dtype=str)
    arrays["rounds"] = np.array([play.rounds for play in plays])
    return arrays


def unpack_plays(arrays: Mapping[str, Any]) -> list[Play]:
    """Turn arrays with names into where play ended."""
    plays = []
    for start, outcome in enumerate(arrays["outcome"]):
        players = sum(name.startswith(f"rules {start} ") for name in arrays)
        rules = [np.asarray(arrays[f"rules {start} {at}"], dtype=float) for at in range(players)]
        plays.append(
            Play(
                rules,
                str(outcome),  # type: ignore[arg-type]
                np.asarray(arrays[f"epsilon {start}"], dtype=float),
                int(arrays["rounds"][start]),
            )
        )
    return plays
