"""Autocorrelated errors: a first-order autoregression for each series, across gaps in its years."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.problem.assembly import Problem

Floats = NDArray[np.float64]


class Ar1:
    """The errors of a problem's figures, and the innovations that drive them.

    In standard deviations, the error of a figure is ``rho^g`` times that of the figure before,
    ``g`` years earlier, plus ``sqrt(1 - rho^(2 g))`` times an innovation of variance 1. The first
    error of a series is its innovation.

    Parameters
    ----------
    problem : Problem
        The problem; the ``sigma`` of its figures and the ``rho`` of its series are used.
    """

    def __init__(self, problem: Problem) -> None:
        figures = problem.measurements
        self._sigma = figures["sigma"].to_numpy(dtype=float)
        rho = problem.observables["rho"]
        self._series = []
        for name, series in figures.groupby("observable", sort=False):
            years = series["year"].to_numpy(dtype=float)
            order = np.argsort(years, kind="stable")
            kept = float(rho[name]) ** np.diff(years[order])
            self._series.append((series.index.to_numpy()[order], kept))

    def build_errors(self, innovations: ArrayLike) -> Floats:
        """Build errors from innovations.

        Parameters
        ----------
        innovations : array_like, shape (..., figures)
            Dmnl, of variance 1.

        Returns
        -------
        array of float, shape (..., figures)
            Errors of the figures' logarithms, Dmnl.
        """
        found = np.array(innovations, dtype=float)
        for places, kept in self._series:
            for before, place, share in zip(places[:-1], places[1:], kept, strict=True):
                new = np.sqrt(1 - share**2) * found[..., place]
                found[..., place] = share * found[..., before] + new
        return np.asarray(found * self._sigma)

    def extract_innovations(self, errors: ArrayLike) -> Floats:
        """Extract innovations from errors, shape (..., figures): the inverse of `build_errors`."""
        whole = np.asarray(errors, dtype=float) / self._sigma
        found = whole.copy()
        for places, kept in self._series:
            before, after = whole[..., places[:-1]], whole[..., places[1:]]
            found[..., places[1:]] = (after - kept * before) / np.sqrt(1 - kept**2)
        return np.asarray(found)
