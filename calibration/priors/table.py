"""The priors of all constants together, in coordinates that are independent and standard normal.

Each element of a constant with a believed range has a score (see `calibration.priors.law`). Scores
of regions that are believed to be alike are correlated by the share of the variance that they have
in common: a region's score is ``sqrt(share)`` times that of all regions plus ``sqrt(1 - share)``
times its own. A point's coordinates are the scores with these correlations taken out, so the prior
of a point is standard normal in any number of dimensions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from smecluster.calibration.priors.alike import read_shares
from smecluster.calibration.priors.law import LOG, PLAIN, Law, Laws
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.problem.parameters import Parameter
from smecluster.model import Model
from smecluster.model.engine.read.document import CONTROLS
from smecluster.model.engine.read.values import read_values, spell_name, split_name
from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import (
    RANGE,
    SWITCH,
    find_belief,
    find_hard_range,
    read_beliefs,
)
from smecluster.model.file.regions import REGION

Floats = NDArray[np.float64]

_EDGES = ndtri([0.05, 0.5, 0.95])
# Step of differences by a score: errors of cutting off and of rounding are about equal.
_STEP = 1e-5


@dataclass(frozen=True)
class Prior:
    """The prior of one element of a constant.

    Attributes
    ----------
    name : str
        The model's input.
    unit : str
        Its unit.
    value : float
        The model's own value, in that unit.
    law : Law
        Its distribution.
    share : float
        Share of its variance that it has in common with other regions, Dmnl.
    likes : str
        Name of what it is alike to: equal for elements that differ in the region only.
    """

    name: str
    unit: str
    value: float
    law: Law
    share: float
    likes: str


@dataclass(frozen=True)
class Switch:
    """A constant that is in one of two states.

    Attributes
    ----------
    name : str
        The model's input.
    value : float
        The model's own state.
    state, share : float
        A state and its prior probability.
    low, high : float
        Between which the value lies otherwise.
    """

    name: str
    value: float
    state: float
    share: float
    low: float
    high: float

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw values from the prior, shape (count,); in the other state, evenly from its range."""
        other = rng.uniform(self.low, self.high, count)
        return np.where(rng.uniform(size=count) < self.share, self.state, other)


class Priors:
    """The priors of all constants of a model.

    Parameters
    ----------
    priors : sequence of Prior
        Those with a range.
    switches : sequence of Switch
        Those with two states, which no point moves.

    Attributes
    ----------
    names : tuple of str
        The inputs that a point sets.
    """

    def __init__(self, priors: Sequence[Prior], switches: Sequence[Switch] = ()) -> None:
        self.priors = tuple(priors)
        self.switches = tuple(switches)
        self.names = tuple(prior.name for prior in priors)

    def __len__(self) -> int:
        return len(self.priors)

    @cached_property
    def _laws(self) -> Laws:
        return Laws([prior.law for prior in self.priors])

    @cached_property
    def root(self) -> Floats:
        """The lower triangular root of the correlation of the scores."""
        size = len(self.priors)
        correlation = np.eye(size)
        likes: dict[str, list[int]] = {}
        for place, prior in enumerate(self.priors):
            likes.setdefault(prior.likes, []).append(place)
        for places in likes.values():
            for one in places:
                for other in places:
                    if one != other:
                        share = self.priors[one].share * self.priors[other].share
                        correlation[one, other] = np.sqrt(share)
        return np.asarray(np.linalg.cholesky(correlation), dtype=float)

    def to_scores(self, points: ArrayLike) -> Floats:
        """Transform points, shape (..., constants), to the scores of the constants."""
        return np.asarray(np.asarray(points, dtype=float) @ self.root.T)

    def to_values(self, points: ArrayLike) -> Floats:
        """Transform points, shape (..., constants), to values in the constants' units."""
        return self._laws.transform(self.to_scores(points))

    def differentiate(self, scores: Floats) -> tuple[Floats, Floats]:
        """Transform scores, shape (n, constants), to values, with their derivatives by the scores.

        By central differences: each value depends on its own score alone, so all take two
        evaluations. 0 where the hard range cuts a value off.
        """
        up, down = self._laws.transform(scores + _STEP), self._laws.transform(scores - _STEP)
        return self._laws.transform(scores), (up - down) / (2 * _STEP)

    def find_points(self, values: ArrayLike, most: float = 3.0) -> Floats:
        """Find the points of values, shape (..., constants).

        Parameters
        ----------
        values : array_like
            In the constants' units.
        most : float
            Scores beyond this, up or down, are moved to it: the value is hardly believed.
        """
        values = np.asarray(values, dtype=float)
        scores = np.stack(
            [prior.law.find_scores(values[..., place]) for place, prior in enumerate(self.priors)],
            axis=-1,
        )
        scores = np.clip(np.nan_to_num(scores, nan=0.0), -most, most)
        return np.asarray(np.linalg.solve(self.root, scores[..., None])[..., 0])

    @property
    def hash(self) -> str:
        """Fingerprint of the laws, of what regions share, and of the switches."""
        digest = hashlib.sha256()
        for prior in self.priors:
            digest.update(repr((prior.name, prior.law, prior.share, prior.likes)).encode())
        digest.update(repr(self.switches).encode())
        return digest.hexdigest()

    @property
    def own_values(self) -> Floats:
        """The model's own values, shape (constants,)."""
        return np.array([prior.value for prior in self.priors])

    def table(self) -> pd.DataFrame:
        """Tabulate the priors.

        Returns
        -------
        pandas.DataFrame
            A row an element: ``name``, ``unit``, ``value`` (the model's own), ``scale``, ``prior
            low``, ``prior median``, ``prior high`` (5, 50 and 95 per cent, after the hard range has
            cut) and ``shared variance`` with other regions, Dmnl.
        """
        rows = [
            (
                prior.name,
                prior.unit,
                prior.value,
                prior.law.scale,
                *prior.law.at(_EDGES),
                prior.share,
            )
            for prior in self.priors
        ]
        columns = ["name", "unit", "value", "scale", "prior low", "prior median", "prior high"]
        return pd.DataFrame(rows, columns=[*columns, "shared variance"])


def build_priors(
    model: Model,
    own: Iterable[Parameter] = (),
    shares: Mapping[str, float] | None = None,
) -> Priors:
    """Build the priors of all constants of a model.

    Parameters
    ----------
    model : Model
        The model; its definitions state what is believed.
    own : iterable of Parameter
        The regional parameters of the cases. Where the model's file says "times the value", a
        case's own prior prevails: it was judged before any fit, while the value may have been
        fitted.
    shares : mapping of str to float, optional
        As `calibration.priors.alike.read_shares` gives them, which is what is used if left out.

    Returns
    -------
    Priors

    Raises
    ------
    InputError
        If a constant states no belief.
    """
    common = read_shares(model) if shares is None else shares
    judged = {parameter.name: parameter for parameter in own if not parameter.shared}
    priors, switches = [], []
    values = read_values(model.text)
    for name, variable in model.variables.items():
        if variable.kind != "constant" or name in CONTROLS:
            continue
        beliefs = read_beliefs(variable)
        if not beliefs:
            raise InputError(
                f"line {variable.line}, {name}: the file does not say what is believed of it"
            )
        hard = find_hard_range(variable)
        for cell, value in values[name].items():
            spelled = spell_name(name, cell)
            belief = find_belief(beliefs, cell)
            assert isinstance(value, float)
            if belief is None:
                raise InputError(f"line {variable.line}, {spelled}: nothing is believed of it")
            relative, belief = belief.relative, belief.around(value, *hard)
            if belief.kind == SWITCH:
                ends = (belief.state, belief.share, belief.low, belief.high)
                switches.append(Switch(spelled, value, *ends))
            if belief.kind != RANGE:
                continue
            law = Law.from_belief(belief, variable)
            if relative and spelled in judged:
                law = _take_law(judged[spelled], hard)
            place = variable.dims.index(REGION) if REGION in variable.dims else None
            rest = [part for at, part in enumerate(cell) if at != place]
            likes = spell_name(name, ("*", *rest)) if place is not None else spelled
            share = common.get(name, 0.0) if place is not None else 0.0
            priors.append(Prior(spelled, variable.unit, value, law, share, likes))
    return Priors(priors, switches)


def build_own_priors(problem: Problem) -> Priors:
    """Build the priors of the parameters of an estimation problem, as its cases state them.

    Parameters
    ----------
    problem : Problem
        Its parameters are those of a region whose neighbours are held.

    Returns
    -------
    Priors
        In the order of the parameters, cut at their bounds and at the model's hard ranges.
    """
    objective = Objective(problem, workers=1)
    values = objective.to_natural(objective.start)
    priors = []
    for parameter, value in zip(problem.parameters, values, strict=True):
        variable = problem.model.variables[split_name(parameter.name)[0]]
        least, most = find_hard_range(variable)
        law = _take_law(parameter, (max(least, parameter.lower), min(most, parameter.upper)))
        name = parameter.name
        priors.append(Prior(name, variable.unit, float(value), law, 0.0, name))
    return Priors(priors)


def _take_law(parameter: Parameter, hard: tuple[float, float]) -> Law:
    """Take the law of a case's own parameter, within the model's hard range."""
    reach = float(_EDGES[2]) * parameter.sd
    if parameter.scale == "log":
        factor = float(np.exp(reach))
        return Law(LOG, parameter.mean / factor, parameter.mean, parameter.mean * factor, *hard)
    return Law(PLAIN, parameter.mean - reach, parameter.mean, parameter.mean + reach, *hard)
