"""Equal cost in many worlds at once: the factor on money at which each case costs its budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_MOST = 20  # trials; a handful is enough unless cost hardly moves with money
_WIDEST = 3.0  # how far a trial may go from the last one, in the logarithm of the factor


class Matching:
    """A secant search on logarithms, kept inside what is known to lie on either side.

    Cost is close to proportional to the factor, so the logarithms lie almost on a line. A trial
    that would leave the bracket of a too small and a too large factor is drawn back to the
    middle.

    Parameters
    ----------
    target : array of float
        What each case shall cost, above zero.
    first : array of float
        Factors to begin with, Dmnl.
    slope : array of float
        Change of the cost's logarithm with the factor's at first, Dmnl.
    tolerance : float
        What the cost may differ from the target by, relative.

    Attributes
    ----------
    factor : array of float
        The factors to be tried next; for cases that are done, the ones found.
    open : array of bool
        The cases that are not done.
    missed : array of bool
        The cases given up: their cost has no value, or comes no nearer.
    """

    def __init__(self, target: Floats, first: Floats, slope: Floats, tolerance: float) -> None:
        self.factor = np.array(first, dtype=float)
        self.open: Truths = np.ones(self.factor.shape, dtype=bool)
        self.missed: Truths = np.zeros(self.factor.shape, dtype=bool)
        self.slope = np.array(slope, dtype=float)
        self._target = np.log(target)
        self._tolerance = tolerance
        self._low = np.full(self.factor.shape, -np.inf)
        self._high = np.full(self.factor.shape, np.inf)
        self._before = np.full((2, *self.factor.shape), np.nan)
        self._trials = 0

    def tell(self, cost: Floats) -> Truths:
        """Take in what the open cases cost at their factors, and choose the next ones.

        Parameters
        ----------
        cost : array of float
            The cost of every case; what stands at cases that are done is not looked at.

        Returns
        -------
        array of bool
            The cases that this trial has settled.
        """
        tried = np.log(self.factor)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.log(cost) - self._target
        lost = self.open & ~np.isfinite(off)
        done: Truths = self.open & (np.abs(off) <= self._tolerance)
        self._trials += 1
        if self._trials == _MOST:
            lost |= self.open & ~done
        self.missed |= lost
        self.open &= ~(done | lost)
        self._low = np.where(self.open & (off < 0), np.fmax(self._low, tried), self._low)
        self._high = np.where(self.open & (off > 0), np.fmin(self._high, tried), self._high)
        with np.errstate(divide="ignore", invalid="ignore"):
            secant = (off - self._before[1]) / (tried - self._before[0])
        # A slope far from one tells of rounding or of a jump, not of money.
        self.slope = np.where((secant > 0.1) & (secant < 10.0), secant, self.slope)
        self._before = np.where(self.open, [tried, off], self._before)
        step = np.clip(-off / self.slope, -_WIDEST, _WIDEST)
        following = tried + step
        outside = (following <= self._low) | (following >= self._high)
        with np.errstate(invalid="ignore"):
            middle = (self._low + self._high) / 2
        following = np.where(outside & np.isfinite(middle), middle, following)
        self.factor = np.where(self.open, np.exp(following), self.factor)
        return done
