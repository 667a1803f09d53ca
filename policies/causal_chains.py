"""Links put together into chains: what passes on the same share is one chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Link = tuple[str, str]

#: Links in a row whose shares differ by no more than this are one chain, Dmnl.
ALIKE = 0.03
#: A chain with at least this share carries the whole effect, Dmnl.
WHOLE = 0.95
#: A link whose cut changes the effect by more than this passes on what another takes back, Dmnl.
CANCELLED = 1.5
#: A chain with less than this share is left to the table, Dmnl.
LEAST = 0.02


@dataclass(frozen=True)
class Chain:
    """Variables in a row that carry the same share of an effect.

    Attributes
    ----------
    variables : tuple of str
        From cause to effect.
    carried : float
        Share of the effect that is gone when one of its links is cut, the largest of them, Dmnl;
        below zero where the effect is larger without it.
    """

    variables: tuple[str, ...]
    carried: float

    def describe(self) -> str:
        """Write it with arrows."""
        return " > ".join(self.variables)


def join_links(carried: Mapping[Link, float]) -> list[Chain]:
    """Put links together into chains.

    Parameters
    ----------
    carried : mapping of (str, str) to float
        Share of the effect that each link carries, by the variable and its reader, Dmnl.

    Returns
    -------
    list of Chain
        Every link in one chain, the largest share of either sign first. A link is joined to one
        that goes on from its reader where each is the closest in share to the other and the two
        differ by no more than `ALIKE`.
    """
    into: dict[str, list[Link]] = {}
    out: dict[str, list[Link]] = {}
    for link in carried:
        into.setdefault(link[1], []).append(link)
        out.setdefault(link[0], []).append(link)

    def find_closest(link: Link, others: Sequence[Link]) -> Link | None:
        near = [one for one in others if abs(carried[one] - carried[link]) <= ALIKE]
        return min(near, key=lambda one: abs(carried[one] - carried[link]), default=None)

    after: dict[Link, Link] = {}
    for link in carried:
        following = find_closest(link, out.get(link[1], ()))
        if following is not None and find_closest(following, into[following[0]]) == link:
            after[link] = following
    begins = [link for link in carried if link not in after.values()]
    chains, used = [], set()
    # What is left over after the chains with a beginning goes in circles.
    for link in (*begins, *carried):
        if link in used:
            continue
        row = [link]
        used.add(link)
        while row[-1] in after and after[row[-1]] not in used:
            row.append(after[row[-1]])
            used.add(row[-1])
        most = max((carried[one] for one in row), key=abs)
        chains.append(Chain((row[0][0], *(reader for _, reader in row)), most))
    return sorted(chains, key=lambda chain: -abs(chain.carried))


def split_chains(
    chains: Sequence[Chain], most: int
) -> tuple[list[Chain], list[Chain], list[Chain]]:
    """Part chains into those that carry all, those that carry most of the rest, and opposing ones.

    Parameters
    ----------
    chains : sequence of Chain
        The chains, the largest share first.
    most : int
        How many of the second kind.

    Returns
    -------
    tuple of list of Chain
        The whole effect's, at most `most` others, at most `most` that work against it; without
        those that another link takes back (`CANCELLED`) and those below `LEAST`.
    """
    seen = [one for one in chains if LEAST <= abs(one.carried) <= CANCELLED]
    trunk = _connect([one for one in seen if one.carried >= WHOLE])
    parts = [one for one in seen if 0 < one.carried < WHOLE][:most]
    against = [one for one in seen if one.carried < 0][:most]
    return trunk, parts, against


def _connect(chains: Sequence[Chain]) -> list[Chain]:
    """Put chains end to end where one begins with the variable that another ends with."""
    left = list(chains)
    joined = True
    while joined:
        joined = False
        for one in left:
            after = next(
                (o for o in left if o is not one and o.variables[0] == one.variables[-1]), None
            )
            # A variable that comes twice would be a circle.
            if after is None or set(after.variables[1:]) & set(one.variables):
                continue
            left.remove(one)
            left.remove(after)
            most = max(one.carried, after.carried)
            left.append(Chain((*one.variables, *after.variables[1:]), most))
            joined = True
            break
    return left
