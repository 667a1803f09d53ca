"""Curves of priority: which part of a quantity is asked for at a price, or at a priority.

The curves are those of Vensim's reference manual (Specifying the Curves): the integrals of a
rectangle, a triangle, a normal and a two-sided exponential density round a centre.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smecluster.model.engine.graph.functions import choose, less
from smecluster.model.engine.graph.graph import Graph

FIXED = 0
# Formula 26.2.16 of Abramowitz and Stegun, Handbook of Mathematical Functions: it is about 0.00001
# away from the normal distribution, and far out a few per cent of it. Vensim's published results
# show these very digits (``allocate_price`` of SDEverywhere, 5 to 7 deviations out).
_SCALE = 0.33267
_FACTORS = (0.4361836, -0.1201676, 0.9372980)


@dataclass(frozen=True)
class Profile:
    """The curve of one quantity.

    Attributes
    ----------
    kind : int
        Node of its type.
    known : int or None
        The type, if it is the same in every run.
    centre, width : int
        Nodes of the priority at which half is asked for, and of how far the curve spreads.
    """

    kind: int
    known: int | None
    centre: int
    width: int


def _rest(graph: Graph, far: int) -> int:
    return graph.add("max", graph.add("sub", graph.const(0.5), far), graph.const(0))


def _rectangle(graph: Graph, far: int) -> int:
    return _rest(graph, far)


def _triangle(graph: Graph, far: int) -> int:
    rest = _rest(graph, far)
    return graph.add("mul", graph.const(2), graph.add("mul", rest, rest))


def _normal(graph: Graph, far: int) -> int:
    add, const = graph.add, graph.const
    t = add("div", const(1), add("add", const(1), add("mul", const(_SCALE), far)))
    series = const(0)
    for factor in reversed(_FACTORS):
        series = add("mul", t, add("add", const(factor), series))
    density = add("exp", add("mul", const(-0.5), add("mul", far, far)))
    return add("mul", add("mul", const(1 / math.sqrt(2 * math.pi)), density), series)


def _exponential(graph: Graph, far: int) -> int:
    return graph.add("mul", graph.const(0.5), graph.add("exp", graph.add("neg", far)))


# By Vensim's number of the type: what is left beyond so many widths from the centre, and beyond how
# many nothing is, to the last digit.
_TAILS: dict[int, tuple[Callable[[Graph, int], int], float]] = {
    1: (_rectangle, 0.5),
    2: (_triangle, 0.5),
    3: (_normal, 9.0),
    4: (_exponential, 40.0),
}
TYPES = (FIXED, *_TAILS)


def build_share(graph: Graph, profile: Profile, level: int) -> int:
    """Build the part of a quantity that is asked for at a priority or price.

    Parameters
    ----------
    graph : Graph
        The operations.
    profile : Profile
        Its curve.
    level : int
        Node of the priority or price.

    Returns
    -------
    int
        1 far below the centre, 0 far above it; 1 everywhere for a fixed quantity.
    """
    add, const = graph.add, graph.const
    one = const(1)
    if profile.known == FIXED:
        return one
    gap = add("div", add("sub", level, profile.centre), profile.width)
    far = add("abs", gap)
    tail = _choose_kind(graph, profile, lambda kind: _TAILS[kind][0](graph, far))
    share = choose(graph, less(graph, gap, const(0)), add("sub", one, tail), tail)
    if profile.known is not None:
        return share
    return choose(graph, add("eq", profile.kind, const(FIXED)), one, share)


def build_bounds(graph: Graph, profiles: Sequence[Profile]) -> tuple[int, int]:
    """Build a level below which all of every quantity is asked for, and one above which nothing."""
    ends: list[tuple[int, int]] = []
    for profile in profiles:
        reach = _choose_kind(graph, profile, lambda kind: graph.const(_TAILS[kind][1]))
        spread = graph.add("mul", reach, profile.width)
        ends.append(
            (
                graph.add("sub", profile.centre, spread),
                graph.add("add", profile.centre, spread),
            )
        )
    low, high = ends[0]
    for least, most in ends[1:]:
        low, high = graph.add("min", low, least), graph.add("max", high, most)
    return low, high


def _choose_kind(graph: Graph, profile: Profile, build: Callable[[int], int]) -> int:
    if profile.known in _TAILS:
        return build(profile.known)
    kinds = list(_TAILS)
    node = build(kinds[-1])
    for kind in kinds[:-1]:
        node = choose(graph, graph.add("eq", profile.kind, graph.const(kind)), build(kind), node)
    return node
