"""The runs of a study: SALib's samples, drawn again from the seed wherever they are wanted.

No sample is stored, and little of it is in memory at a time: each part is drawn on its own and does
not depend on what was drawn before. Except for FAST, a larger sample begins with the smaller one of
the same seed, which lets a study grow.
"""

from __future__ import annotations

import hashlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.sensitivity.design.factors import Factor
from smecluster.sensitivity.design.study_tables import Method

Array = NDArray[np.float64]

# Trajectories, or points of a Latin hypercube, that are drawn together.
_TRAJECTORIES = 64
_POINTS = 256


class Design:
    """The values of all factors in all runs.

    Parameters
    ----------
    method : Method
        The method and its size.
    seed : int
        At least 1.
    factors : sequence of Factor
        The factors.
    draws : pandas.DataFrame, optional
        Draws of the calibration, for the factors that have no distribution.

    Attributes
    ----------
    rows : int
        Number of runs.
    unit : int
        How many successive runs belong together: a block of Saltelli's sample, a trajectory of
        Morris', a curve of FAST's; otherwise 1.
    """

    def __init__(
        self,
        method: Method,
        seed: int,
        factors: Sequence[Factor],
        draws: pd.DataFrame | None = None,
    ) -> None:
        self.method = method
        self.seed = seed
        self.factors = tuple(factors)
        self._drawn = [place for place, one in enumerate(factors) if one.distribution is None]
        self._free = [place for place, one in enumerate(factors) if one.distribution is not None]
        self._draws = None
        if self._drawn:
            assert draws is not None
            self._draws = draws[[factors[place].label for place in self._drawn]].to_numpy(float)
            self._ranks = _rank(self._draws)
        self._sample = _make_sample(method, seed, self.problem(), len(self._free))
        self.rows = self._sample.rows
        self.unit = self._sample.unit

    @property
    def draws(self) -> int | None:
        """How many draws of the calibration there are; None where no factor comes from there."""
        return None if self._draws is None else len(self._draws)

    @property
    def labels(self) -> list[str]:
        """The factors' labels."""
        return [factor.label for factor in self.factors]

    def problem(self) -> dict[str, Any]:
        """Describe the factors as SALib wants it, each between 0 and 1; a new one at each call."""
        problem: dict[str, Any] = {
            "num_vars": len(self.factors),
            "names": self.labels,
            "bounds": [[0.0, 1.0]] * len(self.factors),
        }
        if self.method.groups:
            problem["groups"] = [factor.group for factor in self.factors]
        return problem

    def cube(self, begin: int = 0, end: int | None = None) -> Array:
        """Draw a part of the sample.

        Parameters
        ----------
        begin, end : int
            First run, and the one after the last; to the end if left out.

        Returns
        -------
        array of float, shape (runs, factors)
            In [0, 1], in SALib's order; for a parameter of the calibration its rank among the
            draws.
        """
        end = self.rows if end is None else end
        if self._draws is None:
            return self._sample.part(begin, end)
        cube = np.empty((end - begin, len(self.factors)))
        cube[:, self._drawn] = self._ranks[self._draw_of(begin, end)]
        if self._free:
            cube[:, self._free] = self._sample.part(begin, end)
        return cube

    def values(self, begin: int = 0, end: int | None = None) -> pd.DataFrame:
        """Give the factors' values in a part of the runs.

        Parameters
        ----------
        begin, end : int
            As in `cube`.

        Returns
        -------
        pandas.DataFrame
            A row for each run, indexed by its number; a column for each factor, in its unit.
        """
        end = self.rows if end is None else end
        cube = self.cube(begin, end)
        columns = {
            factor.label: factor.distribution.at(cube[:, place])
            for place, factor in enumerate(self.factors)
            if factor.distribution is not None
        }
        if self._draws is not None:
            chosen = self._draws[self._draw_of(begin, end)]
            columns |= {
                self.factors[place].label: chosen[:, at] for at, place in enumerate(self._drawn)
            }
        index = pd.RangeIndex(begin, end, name="run")
        return pd.DataFrame(columns, index=index)[self.labels]

    def digest(self, begin: int, end: int) -> str:
        """Fingerprint of a part of the sample: SHA-256 in hexadecimal."""
        # Rounded: another machine's arcsine may differ in the last digit.
        rounded = np.round(self.cube(begin, end), 9) + 0.0
        return hashlib.sha256(np.ascontiguousarray(rounded, dtype="<f8").tobytes()).hexdigest()

    def _draw_of(self, begin: int, end: int) -> NDArray[np.int64]:
        """Choose the draw of each run: all of them in turn, in another order each time."""
        assert self._draws is not None
        count = len(self._draws)
        orders = [
            np.random.default_rng([self.seed, turn, count]).permutation(count)
            for turn in range(begin // count, (end - 1) // count + 1)
        ]
        first = begin - begin // count * count
        return np.concatenate(orders)[first : first + end - begin]


class _Sample(Protocol):
    rows: int
    unit: int

    def part(self, begin: int, end: int) -> Array: ...


class _Blocks(ABC):
    """A sample that is drawn block by block; a block may be drawn alone."""

    def __init__(self, units: int, unit: int, together: int) -> None:
        self.rows = units * unit
        self.unit = unit
        self._together = together * unit
        self._kept: tuple[int, Array] | None = None

    def part(self, begin: int, end: int) -> Array:
        """Give the runs from `begin` to before `end`."""
        parts = []
        for block in range(begin // self._together, (end - 1) // self._together + 1):
            first = block * self._together
            rows = self._block(block)
            parts.append(rows[max(0, begin - first) : end - first])
        return np.concatenate(parts) if len(parts) > 1 else parts[0].copy()

    def _block(self, block: int) -> Array:
        if self._kept is None or self._kept[0] != block:
            self._kept = (block, self._draw(block))
        return self._kept[1]

    @abstractmethod
    def _draw(self, block: int) -> Array:
        """Draw the rows of a block."""


class _Saltelli(_Blocks):
    """Saltelli's sample on a scrambled Sobol sequence, which can be entered anywhere."""

    def __init__(self, method: Method, seed: int, problem: dict[str, Any]) -> None:
        moved = len(set(problem.get("groups") or problem["names"]))
        unit = 2 * moved + 2 if method.second_order else moved + 2
        super().__init__(method.size, unit, min(method.size, 256))
        self._problem, self._seed, self._second = problem, seed, method.second_order

    def _draw(self, block: int) -> Array:
        from SALib.sample import sobol

        together = self._together // self.unit
        with warnings.catch_warnings():
            # They are about the number of points drawn at a time, not about the whole.
            warnings.simplefilter("ignore", UserWarning)
            return np.asarray(
                sobol.sample(
                    dict(self._problem),
                    together,
                    calc_second_order=self._second,
                    scramble=True,
                    skip_values=block * together,
                    seed=self._seed,
                )
            )


class _Trajectories(_Blocks):
    """Morris' trajectories."""

    def __init__(self, method: Method, seed: int, problem: dict[str, Any]) -> None:
        unit = len(set(problem.get("groups") or problem["names"])) + 1
        super().__init__(method.size, unit, _TRAJECTORIES)
        self._problem, self._seed, self._levels = problem, seed, method.levels

    def _draw(self, block: int) -> Array:
        from SALib.sample import morris

        return np.asarray(
            morris.sample(
                dict(self._problem), _TRAJECTORIES, self._levels, seed=[self._seed, block]
            )
        )


class _Latin(_Blocks):
    """Latin hypercubes, one after the other."""

    def __init__(self, method: Method, seed: int, problem: dict[str, Any]) -> None:
        super().__init__(method.size, 1, _POINTS)
        self._problem, self._seed = problem, seed

    def _draw(self, block: int) -> Array:
        from SALib.sample import latin

        return np.asarray(latin.sample(dict(self._problem), _POINTS, seed=[self._seed, block]))


class _Curves:
    """FAST's search curves, one for each factor; drawn as a whole, once."""

    def __init__(self, method: Method, seed: int, problem: dict[str, Any]) -> None:
        self.rows = method.size * problem["num_vars"]
        self.unit = method.size
        self._problem, self._seed = problem, seed
        self._whole: Array | None = None

    def part(self, begin: int, end: int) -> Array:
        """Give the runs from `begin` to before `end`."""
        if self._whole is None:
            from SALib.sample import fast_sampler

            drawn = fast_sampler.sample(dict(self._problem), self.unit, seed=self._seed)
            self._whole = np.asarray(drawn)
        return self._whole[begin:end].copy()


class _Nothing:
    """The part of a sample that has no factors of its own: all are draws of a calibration."""

    def __init__(self, method: Method) -> None:
        self.rows = method.size
        self.unit = 1

    def part(self, begin: int, end: int) -> Array:
        """Give as many empty rows."""
        return np.empty((end - begin, 0))


def _make_sample(method: Method, seed: int, problem: dict[str, Any], free: int) -> _Sample:
    if method.name == "sobol":
        return _Saltelli(method, seed, problem)
    if method.name == "morris":
        return _Trajectories(method, seed, problem)
    if method.name == "fast":
        return _Curves(method, seed, problem)
    if not free:
        return _Nothing(method)
    names = [f"factor {place}" for place in range(free)]
    bounds = [[0.0, 1.0]] * free
    return _Latin(method, seed, {"num_vars": free, "names": names, "bounds": bounds})


def _rank(draws: Array) -> Array:
    """Rank each column between 0 and 1; equal values share a rank."""
    ranked: Array = pd.DataFrame(draws).rank(axis=0).to_numpy()
    return (ranked - 0.5) / len(draws)
