"""Equal money in many worlds at once: the factor at which each case costs its budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_MOST = 20  # trials; a handful is enough unless cost hardly moves with money
_WIDEST = 3.0  # how far a trial may go from the last one, in the logarithm of the factor


class Matching:
    """A secant search on logarithms, within brackets.

    Cost is close to proportional to the factor, so the logarithms lie almost on a line. A trial
    outside the bracket (a factor known to be too small, one known to be too large) is moved to its
    middle.

    Parameters
    ----------
    target : array of float
        Target cost of each case, above zero.
    first : array of float
        Factors to begin with, Dmnl.
    slope : array of float
        Change of the cost's logarithm with the factor's at first, Dmnl.
    tolerance : float
        What the cost may differ from the target by, relative.

    Attributes
    ----------
    factor : array of float
        The factors to be tried next; for cases that are done, the result.
    open : array of bool
        The cases that are not done.
    missed : array of bool
        The cases given up: their cost has no value, or does not come close enough.
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

    def update(self, cost: Floats) -> Truths:
        """Take the cost of the open cases at their factors, and choose the next factors.

        Parameters
        ----------
        cost : array of float
            The cost of every case; at cases that are done it is ignored.

        Returns
        -------
        array of bool
            The cases that are done after this trial.
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
        # A slope far from one reflects rounding or a jump, not money.
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
