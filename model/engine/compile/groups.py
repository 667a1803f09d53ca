"""Alike operations: the same equation for many elements, found again in the unrolled graph.

A program is unrolled over subscripts, so a model with three hundred regions holds every equation
three hundred times. Two operations are alike if they are the same operation on alike operands, down
to constants of one name, stocks of one name, and numbers that are equal. Alike operations form a
group, which the code holds once and carries out for each member.

- Operands of alike operations lie in one group, so groups depend on one another without a circle.
- Members have an order. Constants and stocks are ordered by their elements, other groups as an
  operand that differs for each member; so member 7 mostly needs member 7 of its operands.
- A sum over a range is a chain of additions, one operation longer with every element. A long chain
  over alike operands becomes one operation, `TOTAL`, with the terms in the same order.

Nothing here depends on what a range is called: any range is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from smecluster.model.engine.compile.schedule import Check, Schedule
from smecluster.model.engine.graph.graph import MOVING, PAYLOAD, Node

TOTAL = "total"
# What is done with values, as operations without a result: the first and next value of a state,
# a value to be remembered or returned, one that must be finite.
START, NEXT, REMEMBER, SAVE, FINITE = "start", "next", "remember", "save", "finite"
ACTS = frozenset({START, NEXT, REMEMBER, SAVE, FINITE})

_CHAINED = frozenset({"add", "mul", "min", "max", "and", "or"})
_SYMMETRIC = frozenset({"add", "mul", "and", "or", "eq", "ne"})
# A chain is a total from so many terms, if a third of them or fewer are of different groups.
_LONG = 8
_ALIKE = 3


@dataclass
class Group:
    """Alike operations.

    Attributes
    ----------
    op : str
        What they do; of a total, what joins its terms.
    total : bool
        Whether they are totals.
    members : list of int
        Their places among the operations.
    operands : list of list of int
        For each operand (each term, of a total) the operations that the members use.
    payload : list
        What else each member needs: a parameter's or table's number and the like.
    lane : bool
        Whether a member differs among runs or changes in time.
    moving : bool
        Whether they change in time.
    """

    op: str
    total: bool
    members: list[int] = field(default_factory=list)
    operands: list[list[int]] = field(default_factory=list)
    payload: list[object] = field(default_factory=list)
    lane: bool = False
    moving: bool = False


@dataclass(frozen=True)
class Grouping:
    """All groups, each after those that it uses.

    Attributes
    ----------
    groups : list of Group
        The groups.
    group_of, rank : dict of int to int
        For each operation its group and its place among the members.
    """

    groups: list[Group]
    group_of: dict[int, int]
    rank: dict[int, int]


def find_groups(schedule: Schedule, checks: Sequence[Check], varied: frozenset[int]) -> Grouping:
    """Find alike operations.

    Parameters
    ----------
    schedule : Schedule
        What is computed, with names of parameters and states.
    checks : sequence of Check
        What must be finite.
    varied : frozenset of int
        Parameters that differ among runs.

    Returns
    -------
    Grouping
        Of all operations that are needed, and of what is done with their values.
    """
    return _Finder(schedule, checks, varied).find()


class _Finder:
    def __init__(self, schedule: Schedule, checks: Sequence[Check], varied: frozenset[int]) -> None:
        self.schedule = schedule
        self.varied = varied
        acts: list[Node] = [(START, at, node) for at, node in enumerate(schedule.first)]
        acts += [(NEXT, at, node) for at, node in enumerate(schedule.after)]
        acts += [(REMEMBER, at, node) for at, node in enumerate(schedule.pasts)]
        acts += [(SAVE, at, node) for at, node in enumerate(schedule.wanted)]
        for check in checks:
            gate = () if check.gate is None else (check.gate,)
            acts.append((FINITE, 0, check.node, *gate))
        self.begin = len(schedule.nodes)
        self.nodes: list[Node] = [*schedule.nodes, *acts]
        self.groups: list[Group] = []
        self.known: dict[tuple[object, ...], int] = {}
        self.group_of: dict[int, int] = {}
        self.rank: dict[int, int] = {}
        self.moving: list[bool] = []

    def find(self) -> Grouping:
        needed = self._mark_needed()
        for node in self.nodes:
            used = _list_used(node)
            self.moving.append(
                node[0] in MOVING or node[0] == NEXT or any(self.moving[part] for part in used)
            )
        before = self._find_chains(needed)
        absorbed = set(before.values())
        order = [place for place in range(len(self.nodes)) if needed[place]]
        # What does not move first: a state is known by its first value too.
        for moving in (False, True):
            for place in order:
                if self.moving[place] is moving and place not in absorbed:
                    self._place(place, before)
        self._order_members()
        self._find_lanes()
        return Grouping(self.groups, self.group_of, self.rank)

    def _mark_needed(self) -> bytearray:
        needed = bytearray(len(self.nodes))
        needed[self.begin :] = b"\1" * (len(self.nodes) - self.begin)
        for place in range(len(self.nodes) - 1, -1, -1):
            if needed[place]:
                for used in _list_used(self.nodes[place]):
                    needed[used] = 1
        return needed

    def _find_chains(self, needed: bytearray) -> dict[int, int]:
        """Find what each operation continues: the same one, used nowhere else."""
        uses = [0] * len(self.nodes)
        for place, node in enumerate(self.nodes):
            if needed[place]:
                for part in _list_used(node):
                    uses[part] += 1
        before: dict[int, int] = {}
        length: dict[int, int] = {}
        for place in range(self.begin):
            op = self.nodes[place][0]
            if op not in _CHAINED or not needed[place]:
                continue
            used = _list_used(self.nodes[place])
            best, most = None, 1
            for part in used if op in _SYMMETRIC else used[:1]:
                alike = self.nodes[part][0] == op and self.moving[part] is self.moving[place]
                if alike and uses[part] == 1 and length[part] > most:
                    best, most = part, length[part]
            length[place] = most + 1
            if best is not None:
                before[place] = best
        # Only long ones: the others stay as they are.
        longest: dict[int, int] = {}
        for place in sorted(before, reverse=True):
            longest.setdefault(place, length[place])
            longest[before[place]] = longest[place]
        return {place: part for place, part in before.items() if longest[place] >= _LONG}

    def _place(self, place: int, before: dict[int, int]) -> None:
        """Put an operation into its group."""
        node = self.nodes[place]
        if place not in before:
            self._place_plain(place)
            return
        links, terms, at = [], [], place
        while at in before:
            links.append(at)
            first, second = _list_used(self.nodes[at])
            terms.append(second if first == before[at] else first)
            at = before[at]
        links.append(at)
        first, second = _list_used(self.nodes[at])
        terms = [first, second, *reversed(terms)]
        groups = [self.group_of[term] for term in terms]
        if len(set(groups)) * _ALIKE > len(groups):
            for link in reversed(links):
                self._place_plain(link)
            return
        runs = tuple((group, len(list(found))) for group, found in groupby(groups))
        self._add(place, (TOTAL, node[0], *runs), node[0], tuple(terms), None, total=True)

    def _place_plain(self, place: int) -> None:
        node = self.nodes[place]
        used = _list_used(node)
        if node[0] in _SYMMETRIC:
            # They stand in the order in which they were made, which need not be that of others.
            used = tuple(sorted(used, key=self.group_of.__getitem__))
        payload = node[1] if len(node) > 1 + len(used) else None
        key = (node[0], self._name_payload(node), *(self.group_of[part] for part in used))
        self._add(place, key, node[0], used, payload)

    def _add(
        self,
        place: int,
        key: tuple[object, ...],
        op: str,
        used: tuple[int, ...],
        payload: object,
        total: bool = False,
    ) -> None:
        at = self.known.get(key)
        if at is None:
            at = self.known[key] = len(self.groups)
            moving = self.moving[place]
            self.groups.append(
                Group(op, total, operands=[[] for _ in used], moving=moving, lane=moving)
            )
        group = self.groups[at]
        group.members.append(place)
        group.payload.append(payload)
        for column, part in zip(group.operands, used, strict=True):
            column.append(part)
        self.group_of[place] = at

    def _name_payload(self, node: Node) -> object:
        op = node[0]
        if op == "param":
            return self.schedule.parameters[node[1]][0]
        if op == "state":
            name = self.schedule.states[node[1]][0]
            return (name, self.group_of[self.schedule.first[node[1]]])
        if op == "table":
            return self.schedule.tables[node[1]]
        if op in ("const", "true"):
            return (type(node[1]), node[1])
        return None

    def _order_members(self) -> None:
        """Order the members of every group."""
        rank = self.rank
        for group in self.groups:
            count = len(group.members)
            if count > 1:
                order = self._find_order(group)
                for column in (group.members, group.payload, *group.operands):
                    column[:] = [column[at] for at in order]  # type: ignore[index]
            for at, member in enumerate(group.members):
                rank[member] = at

    def _find_order(self, group: Group) -> list[int]:
        rank, count = self.rank, len(group.members)
        if group.op in ("param", "state") and not group.total:
            listed = self.schedule.parameters if group.op == "param" else self.schedule.states
            places = [listed[int(str(at))][1] for at in group.payload]
            return sorted(range(count), key=lambda at: (places[at], group.members[at]))
        if group.total:
            return list(range(count))
        for column in group.operands:
            ranks = [rank[part] for part in column]
            if len(set(column)) == count == len(self.groups[self.group_of[column[0]]].members):
                return sorted(range(count), key=ranks.__getitem__)
        keys = [tuple(rank[column[at]] for column in group.operands) for at in range(count)]
        return sorted(range(count), key=lambda at: (keys[at], group.members[at]))

    def _find_lanes(self) -> None:
        """Find what must be computed run by run: whole groups."""
        for group in self.groups:
            if group.op == "param" and not group.total:
                group.lane = any(at in self.varied for at in group.payload)
            else:
                # Those of a total repeat groups.
                used = {self.group_of[column[0]] for column in group.operands}
                group.lane = group.lane or any(self.groups[part].lane for part in used)


def _list_used(node: Node) -> tuple[int, ...]:
    skip = 1 if node[0] in ACTS else PAYLOAD.get(node[0], 0)
    return node[1 + skip :]
