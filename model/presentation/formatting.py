"""How figures and tables show the model: readable units and numbers, colours of regions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

# How the model's units are shown, and the factor that converts a value.
_UNITS: Mapping[str, tuple[str, float]] = {
    "Myuan": ("bn yuan", 1e-3),
    "Myuan/Year": ("bn yuan a year", 1e-3),
    "Myuan/(Year*person)": ("thousand yuan per person and year", 1e3),
    "yuan/(Year*person)": ("thousand yuan per person and year", 1e-3),
    "person": ("thousand persons", 1e-3),
    "firm": ("thousand firms", 1e-3),
    "Dmnl": ("index", 1.0),
}

# Okabe and Ito's palette, which readers who cannot see red or green can distinguish.
_REGIONS = {"Wenzhou": "#D55E00", "Pearl River Delta": "#0072B2", "Zhongguancun": "#009E73"}
_MORE_REGIONS = ("#E69F00", "#56B4E9", "#CC79A7", "#B8A800")
TOTAL_COLOUR = "#222222"
CENTRE_COLOUR = "#8A8A8A"


def display_unit(unit: str) -> tuple[str, float]:
    """Give the unit in which values are shown, and the factor that converts them.

    >>> display_unit("Myuan")
    ('bn yuan', 0.001)
    """
    return _UNITS.get(unit, (unit, 1.0))


def capitalise(name: str) -> str:
    """Capitalise the first letter of a name or text."""
    return name[:1].upper() + name[1:]


def colour_regions(regions: Sequence[str]) -> dict[str, str]:
    """Give each region its colour: fixed for the three cases, by order for others."""
    others = [region for region in regions if region not in _REGIONS]
    spare = {name: _MORE_REGIONS[at % len(_MORE_REGIONS)] for at, name in enumerate(others)}
    return {region: (_REGIONS | spare)[region] for region in regions}


class Rounded(float):
    """A number that prints with about four significant digits; a dash if it is missing."""

    def __str__(self) -> str:
        if not math.isfinite(self):
            return "-"
        decimals = 0 if abs(self) >= 1000 else 1 if abs(self) >= 100 else 2 if abs(self) >= 1 else 4
        return f"{self:,.{decimals}f}"
