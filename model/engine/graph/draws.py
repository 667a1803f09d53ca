"""Random numbers as operations of the graph, so that any program that computes a model draws alike.

A number is a function of the run's seed, of the place where it is drawn and of the time step: no
run depends on another, nor on how runs are shared out. Vensim's own sequence is not published; the
distributions are those of its reference manual.

The function is a Feistel network of two words of 26 bits: each round multiplies one word by itself
plus a key, takes the middle of the product and adds it to the other. (The product with the key
alone would be linear, and streams would be alike.) Products of such words are below 2^52, so every
step is exact in a double.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from smecluster.model.engine.graph.functions import at_most, choose
from smecluster.model.engine.graph.graph import Graph
from smecluster.model.engine.graph.moments import Moment

# The variable that is the seed of a run's random numbers, folded; 0 where a model has none.
SEED = "noise seed"

_WORD = float(2**26)
_MIDDLE = float(2**13)
# Odd numbers of 26 bits without a pattern: the first digits of square roots of primes.
_KEYS = tuple(
    float(int(math.sqrt(prime) % 1 * 2**26) | 1) for prime in (2, 3, 5, 7, 11, 13, 17, 19)
)
# Of so many draws the first that lies within the bounds is taken.
_TRIES = 6


@dataclass(frozen=True)
class Source:
    """What a random number is a function of.

    Attributes
    ----------
    seed : int
        Node of the run's seed.
    stream : int
        The number of the place where it is drawn.
    moment : Moment
        When it is drawn.
    initial : int
        Node of ``INITIAL TIME``.
    """

    seed: int
    stream: int
    moment: Moment
    initial: int


@dataclass(frozen=True)
class Draw:
    """A distribution.

    Attributes
    ----------
    arity : int
        Number of arguments; the last is the seed of the place, if there are any.
    build : callable
        ``build(graph, source, *arguments) -> node``.
    """

    arity: int
    build: Callable[..., int]


def _fold_word(graph: Graph, x: int) -> int:
    """Build the rest of a division by 2^26."""
    whole = graph.add("floor", graph.add("mul", x, graph.const(1 / _WORD)))
    return graph.add("sub", x, graph.add("mul", whole, graph.const(_WORD)))


def _mix(graph: Graph, left: int, right: int) -> tuple[int, int]:
    for key in _KEYS:
        other = _fold_word(graph, graph.add("add", right, graph.const(key)))
        product = graph.add("mul", right, other)
        middle = graph.add("floor", graph.add("mul", product, graph.const(1 / _MIDDLE)))
        left, right = right, _fold_word(graph, graph.add("add", left, middle))
    return left, right


def draw_uniform(graph: Graph, source: Source, place_seed: int, number: int = 0) -> int:
    """Build a number that is evenly distributed between 0 and 1, neither of them included.

    Parameters
    ----------
    graph : Graph
        The operations.
    source : Source
        What it is a function of.
    place_seed : int
        Node of the seed that the equation names.
    number : int
        Which of several numbers of one place and time.

    Returns
    -------
    int
    """
    add = graph.add
    seeds = [
        _fold_word(graph, add("floor", add("abs", seed))) for seed in (source.seed, place_seed)
    ]
    left, right = _mix(graph, *seeds)
    since = add("sub", source.moment.time, source.initial)
    # At any time within a step the number is that of its beginning.
    step = add("floor", add("add", add("div", since, source.moment.step), graph.const(1e-6)))
    left = _fold_word(graph, add("add", left, graph.const(source.stream * 64 + number)))
    right = _fold_word(graph, add("add", right, _fold_word(graph, step)))
    left, right = _mix(graph, left, right)
    whole = add("add", add("mul", left, graph.const(_WORD)), right)
    return add("mul", add("add", whole, graph.const(0.5)), graph.const(_WORD**-2))


def _uniform(graph: Graph, source: Source, low: int, high: int, seed: int) -> int:
    share = draw_uniform(graph, source, seed)
    return graph.add("add", low, graph.add("mul", graph.add("sub", high, low), share))


def _standard(graph: Graph, source: Source) -> int:
    return draw_uniform(graph, source, graph.const(0))


def _plain_normal(
    graph: Graph, source: Source, mean: int, spread: int, seed: int, number: int = 0
) -> int:
    """Build a normal number by the method of Box and Muller."""
    first = draw_uniform(graph, source, seed, number)
    second = draw_uniform(graph, source, seed, number + 1)
    size = graph.add("sqrt", graph.add("mul", graph.const(-2), graph.add("ln", first)))
    turn = graph.add("cos", graph.add("mul", graph.const(2 * math.pi), second))
    return graph.add("add", mean, graph.add("mul", spread, graph.add("mul", size, turn)))


def _plain_exponential(graph: Graph, source: Source, mean: int, seed: int, number: int = 0) -> int:
    share = draw_uniform(graph, source, seed, number)
    return graph.add("mul", mean, graph.add("neg", graph.add("ln", share)))


def _within(graph: Graph, low: int, high: int, tries: list[int], otherwise: int) -> int:
    """Build the first of some numbers that lies within bounds, and another where none does."""
    node = otherwise
    for number in reversed(tries):
        inside = graph.add("and", at_most(graph, low, number), at_most(graph, number, high))
        node = choose(graph, inside, number, node)
    return node


def _normal(
    graph: Graph, source: Source, low: int, high: int, mean: int, spread: int, seed: int
) -> int:
    tries = [
        _plain_normal(graph, source, mean, spread, seed, 2 * number) for number in range(_TRIES)
    ]
    # Where bounds are so narrow or far out, the density between them is taken for even.
    add = graph.add
    bottom = add("max", low, add("sub", add("min", high, mean), spread))
    top = add("min", high, add("add", add("max", low, mean), spread))
    share = draw_uniform(graph, source, seed, 2 * _TRIES)
    even = add("add", bottom, add("mul", add("sub", top, bottom), share))
    return _within(graph, low, high, tries, even)


def _exponential(
    graph: Graph, source: Source, low: int, high: int, shift: int, stretch: int, seed: int
) -> int:
    tries = [
        graph.add("add", shift, _plain_exponential(graph, source, stretch, seed, number))
        for number in range(_TRIES)
    ]
    add = graph.add
    bottom = add("max", low, shift)
    top = add("min", high, add("add", bottom, stretch))
    share = draw_uniform(graph, source, seed, _TRIES)
    even = add("add", bottom, add("mul", add("sub", top, bottom), share))
    return _within(graph, low, high, tries, even)


# By the names of Vensim, folded; XMILE's come to the same ones.
DRAWS: dict[str, Draw] = {
    "random 0 1": Draw(0, _standard),
    "random uniform": Draw(3, _uniform),
    "random normal": Draw(5, _normal),
    "random exponential": Draw(5, _exponential),
    "random plain normal": Draw(3, _plain_normal),
    "random plain exponential": Draw(2, _plain_exponential),
}
