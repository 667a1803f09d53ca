"""Where what is alike is computed and kept: phases, loops, and stretches of memory.

A group of `engine.compile.groups` is computed once, when a run begins, at each step, or where
outputs are saved. Groups of a phase and size whose members need only the same member of one another
share a loop; what another loop reads gets a stretch of memory with one place a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from smecluster.model.engine.compile.groups import (
    ACTS,
    FINITE,
    NEXT,
    REMEMBER,
    SAVE,
    START,
    Group,
    find_groups,
)
from smecluster.model.engine.compile.schedule import Check, Schedule
from smecluster.model.engine.graph.graph import PAYLOAD, Node

#: When a group's values are computed.
ONCE, AT_BEGIN, AT_STEP, AT_SAVE = range(4)
_LEAVES = frozenset({"const", "true", "state", "time"})


@dataclass
class Loop:
    """Groups that are carried out member by member."""

    count: int
    groups: list[int] = field(default_factory=list)


class Placement:
    """Where the groups of a schedule are computed and kept.

    Parameters
    ----------
    schedule : Schedule
        What is computed.
    checks : sequence of Check
        Those that matter.
    varied : dict of int to int
        Parameters that differ among runs, with their places; those that are alike to one of them
        are added.

    Attributes
    ----------
    groups, group_of, rank
        See `engine.compile.groups.find_groups`.
    phase : list of int
        By group, when it is computed.
    entries : list of Node
        A group, then each way in which groups read one another, as operations of a `Region`.
    reads : dict
        By entry of such a way, the group that is read and the ranks of its members.
    refs : list of list of int
        By group, the entries of its operands.
    homes, sizes : dict
        By group, the first place of its stretch; by array, how many places it has.
    loops : dict
        By phase, its loops in order.
    places : dict of int to int
        By state, its place; `following` is the first place of the next values.
    constants : list of str
        Lists of whole numbers, as they stand in the code.
    """

    def __init__(self, schedule: Schedule, checks: Sequence[Check], varied: dict[int, int]) -> None:
        self.schedule, self.varied = schedule, varied
        found = find_groups(schedule, checks, frozenset(varied))
        self.groups, self.group_of, self.rank = found.groups, found.group_of, found.rank
        for group in self.groups:
            if group.op == "param" and group.lane:
                for place in group.payload:
                    assert isinstance(place, int)
                    varied.setdefault(place, len(varied))
        self.phase = self._find_phases()
        self.entries: list[Node] = []
        self.reads: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.refs = self._link()
        self.homes: dict[int, int] = {}
        self.sizes = {"still": 0, "keep": 0, "states": 0}
        self._find_homes()
        self.constants: list[str] = []
        self._known: dict[tuple[int, ...], str] = {}

    def _find_phases(self) -> list[int]:
        """Find where each group is computed."""
        needed = self._reach(at for at, group in enumerate(self.groups) if _lasts(group))
        phases = []
        for group in self.groups:
            if group.op == SAVE:
                phases.append(AT_SAVE)
            elif group.op in (START, NEXT, REMEMBER):
                phases.append(AT_BEGIN if group.op == START else AT_STEP)
            elif not group.lane:
                phases.append(ONCE)
            elif not group.moving:
                phases.append(AT_BEGIN)
            elif group.op == FINITE:
                inside = self.group_of[group.operands[0][0]] in needed
                phases.append(AT_STEP if inside else AT_SAVE)
            else:
                phases.append(AT_STEP)
        needed |= self._reach(
            at
            for at, group in enumerate(self.groups)
            if group.op == FINITE and phases[at] == AT_STEP
        )
        for at, group in enumerate(self.groups):
            if phases[at] == AT_STEP and group.op not in ACTS and at not in needed:
                phases[at] = AT_SAVE
        return phases

    def _reach(self, roots: Iterable[int]) -> set[int]:
        reached = set(roots)
        for at in range(len(self.groups) - 1, -1, -1):
            if at in reached:
                group = self.groups[at]
                reached.update(self.group_of[column[0]] for column in group.operands)
        return reached

    # How groups read one another ------------------------------------------------------------

    def _link(self) -> list[list[int]]:
        """Give each operand of each group an entry."""
        known: dict[tuple[int, tuple[int, ...]], int] = {}
        self.entries = [(group.op,) for group in self.groups]
        refs = []
        for at, group in enumerate(self.groups):
            own = []
            if not group.total:
                for column in group.operands:
                    source = self.group_of[column[0]]
                    ranks = tuple(self.rank[part] for part in column)
                    literal = self.groups[source].op in ("const", "true")
                    if literal or self._is_alike(at, source, ranks):
                        own.append(source)
                    else:
                        key = (source, ranks)
                        if key not in known:
                            known[key] = len(self.entries)
                            self.reads[known[key]] = key
                            self.entries.append((self.groups[source].op,))
                        own.append(known[key])
            refs.append(own)
        for at, group in enumerate(self.groups):
            if group.op in ("const", "true"):
                self.entries[at] = (group.op, group.payload[0])
            else:
                skip = 1 if group.op in ACTS else PAYLOAD.get(group.op, 0)
                self.entries[at] = (group.op, *[0] * skip, *refs[at])
        return refs

    def _is_alike(self, at: int, source: int, ranks: tuple[int, ...]) -> bool:
        count = len(self.groups[at].members)
        return len(self.groups[source].members) == count and ranks == tuple(range(count))

    def _find_homes(self) -> None:
        """Give a stretch of memory to every group that is read from another loop."""
        self.loops: dict[int, list[Loop]] = {}
        level: dict[int, int] = {}
        inside: dict[int, tuple[int, int, int]] = {}
        for at, group in enumerate(self.groups):
            count, phase = len(group.members), self.phase[at]
            level[at] = 0
            for column in group.operands:
                source = self.group_of[column[0]]
                other = self.groups[source]
                if other.op in _LEAVES or self.phase[source] != phase:
                    continue
                alike = not group.total and source in self.refs[at] and len(other.members) == count
                level[at] = max(level[at], level[source] + (not alike))
            for ref in self.refs[at]:
                if ref in self.reads:
                    source = self.reads[ref][0]
                    if self.phase[source] == phase and self.groups[source].op not in _LEAVES:
                        level[at] = max(level[at], level[source] + 1)
            inside[at] = (phase, level[at], count)
        stored = set()
        for at, group in enumerate(self.groups):
            sources = {self.group_of[column[0]] for column in group.operands}
            for source in sources:
                apart = inside[source] != inside[at] or group.total or group.op == SAVE
                if apart or any(self.reads.get(ref, (-1,))[0] == source for ref in self.refs[at]):
                    stored.add(source)
        made: dict[tuple[int, int, int], Loop] = {}
        for at, group in enumerate(self.groups):
            if group.op == "state":
                self.homes[at] = self._allot("states", len(group.members))
            elif group.op not in _LEAVES | ACTS and at in stored:
                array = "still" if self.phase[at] == ONCE else "keep"
                self.homes[at] = self._allot(array, len(group.members))
            if group.op not in _LEAVES and group.op != SAVE:
                made.setdefault(inside[at], Loop(len(group.members))).groups.append(at)
        for phase, _, _ in sorted(made):
            self.loops[phase] = [made[key] for key in sorted(made) if key[0] == phase]
        self.places = {
            int(str(place)): self.homes[at] + rank
            for at, group in enumerate(self.groups)
            if group.op == "state"
            for rank, place in enumerate(group.payload)
        }
        for place in range(len(self.schedule.after)):
            if place not in self.places:  # a state that nothing reads
                self.places[place] = self._allot("states", 1)
        # Next values of states wait here until the step is over.
        self.following = self._allot("keep", len(self.places))

    def _allot(self, array: str, count: int) -> int:
        self.sizes[array] += count
        return self.sizes[array] - count

    def name_constant(self, numbers: Sequence[int]) -> str:
        """Name a list of whole numbers in the code."""
        key = tuple(numbers)
        if key not in self._known:
            self._known[key] = f"@list{len(self._known)}"
            listed = ", ".join(f"i32 {number}" for number in key)
            self.constants.append(
                f"{self._known[key]} = private constant [{len(key)} x i32] [{listed}]"
            )
        return self._known[key]


def _lasts(group: Group) -> bool:
    return group.op in (NEXT, REMEMBER)
