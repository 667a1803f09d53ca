"""Random positions of the sliders, as the page writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

START, LAST = 2025, 2041


def draw_settings(content: dict[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Draw settings: money on some levers at either level, years, regions alike or not, constants.

    Parameters
    ----------
    content : dict
        What the page is given: ``levers`` (name, most), ``regions`` (name), ``assumptions`` (name,
        low, high).
    count : int
        How many.
    seed : int
        Of the draw.
    """
    random = np.random.default_rng(seed)
    return [_draw(content, random) for _ in range(count)]


def _draw(content: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    settings: dict[str, Any] = {
        level: {"levers": _draw_levers(content, random), **_draw_years(random)}
        for level in ("central", "local")
    }
    if random.random() < 0.4:
        settings["local"]["levers"] = {}
        settings["local"]["places"] = {
            region["name"]: _draw_levers(content, random) for region in content["regions"]
        }
    chosen = random.choice(len(content["assumptions"]), 2, replace=False)
    settings["assume"] = {
        one["name"]: float(one["low"] + (one["high"] - one["low"]) * random.uniform(0.2, 0.8))
        for one in (content["assumptions"][int(at)] for at in chosen)
    }
    return settings


def _draw_levers(content: dict[str, Any], random: np.random.Generator) -> dict[str, float]:
    return {
        lever["name"]: float(random.uniform(0, lever["most"]))
        for lever in content["levers"]
        if random.random() < 0.4
    }


def _draw_years(random: np.random.Generator) -> dict[str, float]:
    start = int(random.integers(START, START + 8))
    end = int(random.integers(start + 1, LAST + 1))
    return {"start": start, "ramp": float(random.uniform(0.5, 4)), "end": end}
