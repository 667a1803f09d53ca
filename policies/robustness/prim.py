"""Scenario discovery: the worlds in which something happens, described by a box of few limits.

The patient rule induction method of Friedman and Fisher (1999), as Bryant and Lempert (2010) use it
to find the worlds in which a policy fails. Libraries that offer it need a dozen further packages
(ema_workbench: scikit-learn, statsmodels, seaborn) or are not maintained; the method is short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from smecluster.model.errors import InputError
from smecluster.model.presentation.language.spoken import say

Truths = NDArray[np.bool_]
Groups = frozenset[str]
Limit = tuple[float, float] | Groups

PEEL = 0.05  # share of the worlds in the box that a step cuts off
LEAST = 0.05  # smallest share of all worlds in a box
MOST_LIMITS = 4  # a sentence has no room for more; then no further factor is cut
TRUSTED = 0.05  # quasi-p value below which a limit stays
HALVES = 10  # resamples of half the worlds
STABLE = 0.5  # share of the resamples in which a limit must reappear
HALF = 0.5  # least density of a further box


@dataclass(frozen=True)
class Box:
    """A box in the space of what differs among worlds.

    Attributes
    ----------
    limits : dict
        By factor that is limited: (lowest, highest) value, infinite where open; or for a factor
        of names, the set of them.
    coverage : float
        Share of the cases of interest that lie in the box.
    density : float
        Share of the worlds in the box that are of interest.
    mass : float
        Share of all worlds that lie in the box.
    quasi_p : dict
        For each limit, the probability that a box without it contains as many cases of interest
        by chance (binomial, one-sided): small where the limit is needed.
    reproduced : dict
        For each limit, share of the resamples of half the worlds in which it appears too.
    """

    limits: dict[str, Limit]
    coverage: float
    density: float
    mass: float
    quasi_p: dict[str, float]
    reproduced: dict[str, float]

    def contains(self, worlds: pd.DataFrame) -> Truths:
        """Say which worlds lie in the box."""
        return _inside(_Worlds.of(worlds), self.limits)


@dataclass(frozen=True)
class Discovery:
    """Where something happens.

    Attributes
    ----------
    share : float
        Share of all worlds in which it does.
    boxes : tuple of Box
        The boxes that describe these worlds, each sought among the worlds that the earlier ones
        leave; coverage counts all cases of interest.
    path : pandas.DataFrame
        The boxes that were passed on the way to the first: coverage, density, mass, limits.
    """

    share: float
    boxes: tuple[Box, ...]
    path: pd.DataFrame

    @property
    def coverage(self) -> float:
        """Share of the cases of interest in any of the boxes."""
        return float(sum(box.coverage for box in self.boxes))


def discover(
    worlds: pd.DataFrame,
    interest: Truths,
    *,
    seed: int = 1,
    most: int = 2,
    density: float = 0.8,
    groups: NDArray[np.generic] | None = None,
) -> Discovery:
    """Describe the worlds of interest by boxes.

    Each step peels off the slab of about 5 % of the box that raises density most for each world
    lost (Friedman and Fisher's criterion, called lenient); then slabs are pasted back while
    density rises. Once four factors have limits only these are cut further: among many factors
    the largest gain of a step is often chance, and a path over a dozen of them ends in a box that
    no sentence can describe. Of the boxes on the way, the one with the largest coverage is taken
    whose density is high enough; limits that chance could explain, or that do not reappear in
    half of the resamples, are dropped.

    Parameters
    ----------
    worlds : pandas.DataFrame
        A row a world, a column what differs among them: numbers, or names.
    interest : array of bool
        The worlds of interest.
    seed : int
        For the resamples.
    most : int
        How many boxes at most.
    density : float
        Density that is high enough, Dmnl.
    groups : array, optional
        A label for each world; resamples draw whole groups, because worlds of one group are so
        alike that one half would repeat the other. Each world by itself if left out.

    Returns
    -------
    Discovery
        The boxes; none where nothing or everything is of interest, or no box is denser than the
        whole.

    Raises
    ------
    InputError
        If the numbers of cases and of worlds differ.
    """
    interest = np.asarray(interest, dtype=bool)
    if len(interest) != len(worlds):
        raise InputError(f"{len(interest)} cases for {len(worlds)} worlds: one each is needed")
    data = _Worlds.of(worlds)
    labels = np.arange(len(worlds)) if groups is None else groups
    halves = list(_halves(np.unique(labels, return_inverse=True)[1], seed))
    share = float(interest.mean()) if len(interest) else 0.0
    left = np.ones(len(interest), dtype=bool)
    boxes: list[Box] = []
    first = pd.DataFrame(columns=["coverage", "density", "mass", "limits"])
    while len(boxes) < most and interest[left].any() and not interest[left].all():
        path, box = _find_box(data, interest, left, density, halves)
        if not boxes:
            rows = [(*_measures(data, interest, left, one), len(one)) for one in path]
            first = pd.DataFrame(rows, columns=first.columns)
        if box is None or not _explains(box, float(interest[left].mean()), len(boxes)):
            break
        boxes.append(box)
        left = left & ~_inside(data, box.limits)
    return Discovery(share, tuple(boxes), first)


def describe_limits(limits: Mapping[str, Limit], worlds: pd.DataFrame) -> list[str]:
    """Write limits in words.

    Parameters
    ----------
    limits : mapping
        From a `Box`.
    worlds : pandas.DataFrame
        The worlds, for the share of them within a limit.

    Returns
    -------
    list of str
        One for each limit, for example ``preference for variety is above 0.43 (the upper 30 %)``.
    """
    said = []
    for name, limit in limits.items():
        called = say.variable(name)
        if isinstance(limit, frozenset):
            either = " or ".join(sorted(limit)) if say.english else say.join(sorted(limit))
            said.append(say("{name} is {values}", name=called, values=either))
            continue
        low, high = limit
        values = worlds[name].to_numpy(dtype=float)
        within = 100 * float(np.mean((values >= low) & (values <= high)))
        if np.isfinite(low) and np.isfinite(high):
            told = {"name": called, "low": f"{low:.3g}", "high": f"{high:.3g}"}
            middle = f"{within:.0f}"
            said.append(
                say(
                    "{name} is between {low} and {high} (the middle {share} %)",
                    share=middle,
                    **told,
                )
            )
        elif np.isfinite(low):
            told = {"name": called, "low": f"{low:.3g}", "share": f"{within:.0f}"}
            said.append(say("{name} is above {low} (the upper {share} %)", **told))
        else:
            told = {"name": called, "high": f"{high:.3g}", "share": f"{within:.0f}"}
            said.append(say("{name} is below {high} (the lower {share} %)", **told))
    return said


@dataclass(frozen=True)
class _Worlds:
    """The worlds as arrays: numbers by factor, and names by factor."""

    numbers: dict[str, NDArray[np.float64]]
    names: dict[str, NDArray[np.object_]]
    count: int

    @classmethod
    def of(cls, worlds: pd.DataFrame) -> _Worlds:
        numbers, names = {}, {}
        for column in worlds.columns:
            if pd.api.types.is_numeric_dtype(worlds[column]):
                numbers[str(column)] = worlds[column].to_numpy(dtype=float)
            else:
                names[str(column)] = worlds[column].astype(str).to_numpy(dtype=object)
        return cls(numbers, names, len(worlds))

    def only(self, factors: Collection[str]) -> _Worlds:
        """Keep some factors."""
        numbers = {name: values for name, values in self.numbers.items() if name in factors}
        names = {name: values for name, values in self.names.items() if name in factors}
        return _Worlds(numbers, names, self.count)


def _halves(groups: NDArray[np.int64], seed: int) -> Iterator[Truths]:
    """Draw halves of the groups that worlds belong to."""
    generator = np.random.default_rng(seed)
    count = int(groups.max(initial=-1)) + 1
    for _ in range(HALVES):
        yield np.isin(groups, generator.permutation(count)[: count // 2])


def _meets(data: _Worlds, name: str, limit: Limit) -> Truths:
    if isinstance(limit, frozenset):
        return np.isin(data.names[name], sorted(limit))
    low, high = limit
    values = data.numbers[name]
    return np.asarray((values >= low) & (values <= high))


def _inside(data: _Worlds, limits: Mapping[str, Limit]) -> Truths:
    inside = np.ones(data.count, dtype=bool)
    for name, limit in limits.items():
        inside &= _meets(data, name, limit)
    return inside


def _measures(
    data: _Worlds, interest: Truths, left: Truths, limits: Mapping[str, Limit]
) -> tuple[float, float, float]:
    """Give coverage (of all cases of interest), density and mass of a box."""
    inside = _inside(data, limits) & left
    cases = int(interest[inside].sum())
    return (
        cases / max(1, int(interest.sum())),
        cases / max(1, int(inside.sum())),
        float(inside.mean()),
    )


def _peel(data: _Worlds, interest: Truths, left: Truths) -> Iterator[dict[str, Limit]]:
    """Peel until the box is as small as allowed, each box on the way."""
    limits: dict[str, Limit] = {}
    inside = np.flatnonzero(left)
    yield limits
    while not interest[inside].all():
        best: tuple[float, str, Limit, Truths] | None = None
        cases = interest[inside]
        offered = data if len(limits) < MOST_LIMITS else data.only(limits)
        for name, limit, kept in _peels(offered, limits, inside):
            count = np.count_nonzero(kept)
            if count == len(inside) or count < LEAST * data.count:
                continue
            density = np.count_nonzero(cases & kept) / count
            gain = (density - cases.mean()) / (len(inside) - count)
            if gain > 0 and (best is None or gain > best[0]):
                best = (gain, name, limit, kept)
        if best is None:
            return
        _, name, limit, kept = best
        limits, inside = {**limits, name: limit}, inside[kept]
        yield limits


def _peels(
    data: _Worlds, limits: Mapping[str, Limit], inside: NDArray[np.int64]
) -> Iterator[tuple[str, Limit, Truths]]:
    """List what could be cut off a box: its lowest or highest worlds, or all of one name.

    Yields the factor, its new limit, and which of the worlds inside remain.
    """
    cut = max(1, int(PEEL * len(inside)))
    for name, values in data.numbers.items():
        limit = limits.get(name, (-np.inf, np.inf))
        assert isinstance(limit, tuple)
        here = values[inside]
        ordered = np.sort(here)
        # Limits lie halfway between worlds, to be valid for others too.
        above = int(np.searchsorted(ordered, ordered[cut - 1], "right"))
        if above < len(ordered):
            low = float(ordered[above - 1] + ordered[above]) / 2
            yield name, (low, limit[1]), here >= low
        below = int(np.searchsorted(ordered, ordered[-cut], "left"))
        if below > 0:
            high = float(ordered[below - 1] + ordered[below]) / 2
            yield name, (limit[0], high), here <= high
    for name, groups in data.names.items():
        called = groups[inside]
        present = sorted(set(called))
        for one in present if len(present) > 1 else ():
            yield name, frozenset(present) - {one}, np.asarray(called != one)


def _find_box(
    data: _Worlds, interest: Truths, left: Truths, density: float, halves: Sequence[Truths]
) -> tuple[list[dict[str, Limit]], Box | None]:
    """Find the path and the box; after limits are dropped, again with the factors that remain."""
    passed: list[dict[str, Limit]] = []
    some = data
    while True:
        path = list(_peel(some, interest, left))
        passed = passed or path
        limits = _choose(some, interest, left, path, density)
        if not limits:
            return passed, None
        stable = _reproduce(some, interest, left, limits, density, halves)
        kept = {name for name in limits if stable[name] >= STABLE}
        if len(kept) == len(limits):
            box = _box(data, interest, left, limits)
            return passed, replace(box, reproduced={name: stable[name] for name in box.limits})
        if not kept:
            return passed, None
        some = data.only(kept)


def _paste(
    data: _Worlds, interest: Truths, left: Truths, limits: dict[str, Limit]
) -> dict[str, Limit]:
    """Widen limits as long as the box gets denser, or no less dense and larger."""
    while True:
        inside = _inside(data, limits) & left
        density, size = float(interest[inside].mean()), int(inside.sum())
        better: tuple[tuple[float, int], dict[str, Limit]] | None = None
        for wider in _pastes(data, left, limits, max(1, int(PEEL * size))):
            within = _inside(data, wider) & left
            merit = float(interest[within].mean()), int(within.sum())
            if merit > (density, size) and (better is None or merit > better[0]):
                better = merit, wider
        if better is None:
            return limits
        limits = better[1]


def _pastes(
    data: _Worlds, left: Truths, limits: dict[str, Limit], count: int
) -> Iterator[dict[str, Limit]]:
    for name, limit in limits.items():
        others = {other: one for other, one in limits.items() if other != name}
        free = _inside(data, others) & left
        if isinstance(limit, frozenset):
            for one in sorted(set(data.names[name][free]) - limit):
                yield {**limits, name: limit | {one}}
            continue
        low, high = limit
        values = np.sort(data.numbers[name][free])
        under, over = values[values < low], values[values > high]
        if len(under):
            edge = -np.inf if len(under) <= count else (under[-count] + under[-count - 1]) / 2
            yield _tidy({**limits, name: (float(edge), high)})
        if len(over):
            edge = np.inf if len(over) <= count else (over[count - 1] + over[count]) / 2
            yield _tidy({**limits, name: (low, float(edge))})


def _tidy(limits: dict[str, Limit]) -> dict[str, Limit]:
    return {name: limit for name, limit in limits.items() if limit != (-np.inf, np.inf)}


def _choose(
    data: _Worlds,
    interest: Truths,
    left: Truths,
    path: Sequence[dict[str, Limit]],
    density: float,
) -> dict[str, Limit]:
    """Choose among boxes: few limits, dense enough, and among these the most covering."""
    short = [limits for limits in path if 0 < len(limits) <= MOST_LIMITS]
    if not short:
        return {}
    measured = [_measures(data, interest, left, limits) for limits in short]
    dense = [at for at, (_, dense_here, _) in enumerate(measured) if dense_here >= density]
    if dense:
        best = max(dense, key=lambda at: (measured[at][0], measured[at][1]))
    else:
        # Nowhere dense enough: the best balance of coverage and density.
        best = max(range(len(short)), key=lambda at: _balance(*measured[at][:2]))
    limits = _paste(data, interest, left, short[best])
    while limits:
        doubt = _quasi_p(data, interest, left, limits)
        name = max(doubt, key=lambda one: doubt[one])
        if doubt[name] < TRUSTED:
            break
        limits = {other: limit for other, limit in limits.items() if other != name}
    return limits


def _explains(box: Box, share: float, others: int) -> bool:
    """Say whether a box is dense and large enough to be worth a sentence."""
    denser = box.density >= min(1.5 * share, (1 + share) / 2)
    return denser and box.coverage >= LEAST and (others == 0 or box.density >= HALF)


def _balance(coverage: float, density: float) -> float:
    return 2 * coverage * density / (coverage + density) if coverage + density else 0.0


def _quasi_p(
    data: _Worlds, interest: Truths, left: Truths, limits: Mapping[str, Limit]
) -> dict[str, float]:
    """Test each limit against the box without it (Bryant and Lempert 2010)."""
    inside = _inside(data, limits) & left
    cases, size = int(interest[inside].sum()), int(inside.sum())
    doubt = {}
    for name in limits:
        wider = {other: limit for other, limit in limits.items() if other != name}
        without = _inside(data, wider) & left
        by_chance = float(interest[without].mean())
        test = binomtest(cases, size, by_chance, alternative="greater") if size else None
        doubt[name] = 1.0 if test is None else float(test.pvalue)
    return doubt


def _box(data: _Worlds, interest: Truths, left: Truths, limits: dict[str, Limit]) -> Box:
    coverage, density, mass = _measures(data, interest, left, limits)
    quasi_p = _quasi_p(data, interest, left, limits)
    order = sorted(limits, key=lambda name: quasi_p[name])
    return Box(
        {name: limits[name] for name in order},
        coverage,
        density,
        mass,
        {name: quasi_p[name] for name in order},
        {},
    )


def _reproduce(
    data: _Worlds,
    interest: Truths,
    left: Truths,
    limits: Mapping[str, Limit],
    density: float,
    halves: Sequence[Truths],
) -> dict[str, float]:
    """Find the box again on halves of the worlds, and count how often each limit reappears."""
    again = dict.fromkeys(limits, 0)
    for drawn in halves:
        half = drawn & left
        path = list(_peel(data, interest, half)) if interest[half].any() else []
        limited = _choose(data, interest, half, path, density)
        for name in limits:
            again[name] += name in limited
    return {name: count / HALVES for name, count in again.items()}
