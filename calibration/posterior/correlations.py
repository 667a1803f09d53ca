"""How the errors of a series may be correlated over time: families to choose from.

Nothing is assumed about the one that holds: the likelihood weighs all of a family by what the
residuals say (see `calibration.posterior.errors`). Years without a figure are no obstacle, since a
correlation depends only on how many years lie between two figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Autocorrelations from one year to the next that are weighed against each other.
RHOS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98)
#: Lengths of a discrepancy in years, and its shares of the variance.
LENGTHS = (2.0, 4.0, 8.0, 16.0)
SHARES = (0.2, 0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Member:
    """One correlation of a family.

    Attributes
    ----------
    label : str
        What the report calls it.
    correlate : callable
        Takes the years between figures, an array; gives their correlation, Dmnl.
    prior : float
        Its prior probability, Dmnl.
    """

    label: str
    correlate: Callable[[Floats], Floats]
    prior: float


def list_autoregressions() -> tuple[Member, ...]:
    """List first-order autoregressions: ``rho ** gap``, evenly likely between 0 and 0.98.

    Each value of the grid has the probability of the interval that it stands for.
    """
    rhos = np.array(RHOS)
    edges = np.concatenate([rhos[:1], (rhos[1:] + rhos[:-1]) / 2, rhos[-1:]])
    widths = np.diff(edges) / (rhos[-1] - rhos[0])
    return tuple(
        Member(f"{rho:g}", _make_autoregression(float(rho)), float(width))
        for rho, width in zip(rhos, widths, strict=True)
    )


def list_discrepancies() -> tuple[Member, ...]:
    """List Gaussian processes in time with independent errors on top, all equally likely.

    The model's discrepancy is smooth (Matern 3/2), errors of the figures are independent. Source:
    Kennedy and O'Hagan 2001, J. R. Statist. Soc. B 63(3).
    """
    members = [(length, share) for length in LENGTHS for share in SHARES]
    return tuple(
        Member(
            f"{length:g} years, {share:g} of the variance",
            _make_discrepancy(length, share),
            1 / len(members),
        )
        for length, share in members
    )


#: The families by name.
FAMILIES: dict[str, Callable[[], tuple[Member, ...]]] = {
    "autoregression": list_autoregressions,
    "discrepancy": list_discrepancies,
}


def _make_autoregression(rho: float) -> Callable[[Floats], Floats]:
    return lambda gaps: np.where(gaps == 0, 1.0, rho**gaps)


def _make_discrepancy(length: float, share: float) -> Callable[[Floats], Floats]:
    def correlate(gaps: Floats) -> Floats:
        scaled = np.sqrt(3) * gaps / length
        return np.where(gaps == 0, 1.0, share * (1 + scaled) * np.exp(-scaled))

    return correlate
