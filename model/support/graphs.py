"""Paths through a graph given as the followers of each node."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping


def find_shortest_path(
    followers: Mapping[str, Collection[str]],
    begin: str,
    end: str,
    avoid: Collection[str] = (),
) -> tuple[str, ...] | None:
    """Find the shortest path from one node to another, breadth first.

    Parameters
    ----------
    followers : mapping of str to collection of str
        The nodes that each node points to; of two paths of equal length the one that comes
        first in these collections is chosen.
    begin, end : str
        Where the path begins and ends. Where both are the same node, the path is that node.
    avoid : collection of str
        Nodes that the path may not pass through.

    Returns
    -------
    tuple of str or None
        The nodes of the path, both ends included; None where there is no path.
    """
    before: dict[str, str] = {}
    waiting = deque([begin])
    while waiting:
        node = waiting.popleft()
        if node == end:
            path = [node]
            while path[-1] != begin:
                path.append(before[path[-1]])
            return tuple(reversed(path))
        for follower in followers.get(node, ()):
            if follower != begin and follower not in before and follower not in avoid:
                before[follower] = node
                waiting.append(follower)
    return None
