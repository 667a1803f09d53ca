"""Code in loops: what is alike is written once and carried out for each member.

The code of `model.compiler.codegen` grows with the number of operations, and so does the time of
the compiler: for fifty regions eight minutes. Here the groups of `model.compiler.groups` are laid
out as loops over their members, so the code does not grow with the number of regions.

- A loop takes all groups of one size whose members need only the same member of one another; what
  they pass on within the loop stays in registers. A group that needs other members (a sum, a rival,
  what all regions share) stands in a later loop.
- What crosses loops lies in memory: for each group a stretch with one place a member. A member
  that is not at the same place is found by a table of places in the code.
- Everything that differs among runs or changes in time is computed run by run. What neither does
  is prepared beforehand, on single numbers.

The operations, and so the digits, are those of the code without loops. The memory that a step
works on grows with the number of regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from smecluster.model.compiler.arithmetic import Shape, splat
from smecluster.model.compiler.codegen import BLOCK, DUMP, PREPARE, Code, Generator, Layout
from smecluster.model.compiler.groups import (
    ACTS,
    FINITE,
    NEXT,
    REMEMBER,
    SAVE,
    START,
    Group,
    find_groups,
)
from smecluster.model.compiler.region import Region
from smecluster.model.compiler.schedule import Check, Schedule
from smecluster.model.program.graph import LOGICAL, PAYLOAD, Node

_ONE = Shape(1)
# Copies the states of the runs that fail here; the code has an order of its own for them.
_DUMP = DUMP.replace("i64 %d\n  %value", "i64 %place\n  %value").replace(
    "body:", "body:\n  %at = getelementptr i64, ptr @order, i64 %d\n  %place = load i64, ptr %at"
)
# Where a group's values are computed.
_ONCE, _BEGIN, _STEP, _SAVE = range(4)
_LEAVES = frozenset({"const", "true", "state", "time"})


@dataclass
class _Loop:
    """Groups that are carried out member by member."""

    count: int
    groups: list[int] = field(default_factory=list)


def generate_loops(schedule: Schedule, varied: Sequence[int], width: int) -> Code:
    """Write the code for a schedule in loops.

    Parameters
    ----------
    schedule : Schedule
        What is computed.
    varied : sequence of int
        Parameters that differ among runs.
    width : int
        How many runs are computed together; it changes no digit.

    Returns
    -------
    Code
    """
    return LoopGenerator(schedule, varied, width).write()


class LoopGenerator(Generator):
    """Writes the code for a schedule in loops.

    Parameters
    ----------
    schedule : Schedule
        What is computed.
    varied : sequence of int
        Parameters that differ among runs.
    width : int
        How many runs are computed together.
    """

    def __init__(self, schedule: Schedule, varied: Sequence[int], width: int) -> None:
        super().__init__(schedule, varied, width)
        found = find_groups(schedule, self.checks, frozenset(varied))
        self.groups, self.group_of, self.rank = found.groups, found.group_of, found.rank
        for group in self.groups:
            if group.op == "param" and group.lane:
                for place in group.payload:
                    assert isinstance(place, int)
                    self.varied.setdefault(place, len(self.varied))
        self.phase = self._find_phases()
        # A group, then each way in which groups read one another, as operations of a `Region`.
        self.entries: list[Node] = []
        self.reads: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.refs = self._link()
        self.homes: dict[int, int] = {}
        self.sizes = {"still": 0, "keep": 0, "states": 0}
        self._find_homes()
        self.constants: list[str] = []
        self.known: dict[tuple[int, ...], str] = {}

    def _find_phases(self) -> list[int]:
        """Find where each group is computed."""
        needed = self._reach(at for at, group in enumerate(self.groups) if _lasts(group))
        phases = []
        for group in self.groups:
            if group.op == SAVE:
                phases.append(_SAVE)
            elif group.op in (START, NEXT, REMEMBER):
                phases.append(_BEGIN if group.op == START else _STEP)
            elif not group.lane:
                phases.append(_ONCE)
            elif not group.moving:
                phases.append(_BEGIN)
            elif group.op == FINITE:
                inside = self.group_of[group.operands[0][0]] in needed
                phases.append(_STEP if inside else _SAVE)
            else:
                phases.append(_STEP)
        needed |= self._reach(
            at for at, group in enumerate(self.groups) if group.op == FINITE and phases[at] == _STEP
        )
        for at, group in enumerate(self.groups):
            if phases[at] == _STEP and group.op not in ACTS and at not in needed:
                phases[at] = _SAVE
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
        self.loops: dict[int, list[_Loop]] = {}
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
        made: dict[tuple[int, int, int], _Loop] = {}
        for at, group in enumerate(self.groups):
            if group.op == "state":
                self.homes[at] = self._allot("states", len(group.members))
            elif group.op not in _LEAVES | ACTS and at in stored:
                array = "still" if self.phase[at] == _ONCE else "keep"
                self.homes[at] = self._allot(array, len(group.members))
            if group.op not in _LEAVES and group.op != SAVE:
                made.setdefault(inside[at], _Loop(len(group.members))).groups.append(at)
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

    # Writing -----------------------------------------------------------------------------------

    def write(self) -> Code:
        """Write the code."""
        block = self._write_block()
        prepare = self._write_prepare()
        order = ", ".join(f"i64 {self.places[at]}" for at in range(len(self.places)))
        self.constants.append(f"@order = private constant [{len(self.places)} x i64] [{order}]")
        layout = Layout(
            width=self.runs.width,
            varied=tuple(self.varied),
            still=self.sizes["still"],
            moving=1,
            kept=self.sizes["keep"],
            dumped=len(self.places),
            pasts=len(self.schedule.pasts),
        )
        return Code(
            "\n".join([*self._write_common(_DUMP), *self.constants, prepare, block]), layout
        )

    def _write_prepare(self) -> str:
        lines = ["  store double 0.0, ptr %sum"]
        label = self._write_loops(lines, _ONCE, "entry", _ONE, "a")
        return "\n".join(
            [
                f"define i64 @prepare({PREPARE}) #1 {{",
                "entry:",
                "  %sum = alloca double",
                *lines,
                "  %total = load double, ptr %sum",
                "  %bad = fcmp uno double %total, 0.0",
                "  %failed = select i1 %bad, i64 0, i64 -1",
                "  br label %head",
                "head:",
                f"  %k = phi i64 [0, %{label}], [%next, %head]",
                "  %from = getelementptr double, ptr %times, i64 %k",
                "  %now = load double, ptr %from",
                "  %to = getelementptr double, ptr %moving, i64 %k",
                "  store double %now, ptr %to",
                "  %next = add i64 %k, 1",
                "  %more = icmp sle i64 %next, %steps",
                "  br i1 %more, label %head, label %done",
                "done:",
                "  ret i64 %failed",
                "}",
            ]
        )

    def _write_block(self) -> str:
        real, whole, truth = self.runs.real, self.runs.whole, self.runs.truth
        zero = self.runs.constant(0.0)
        clear = f"  store {real} {zero}, ptr %sum"
        start, step, save = [clear], [clear], [clear]
        at_start = self._write_loops(start, _BEGIN, "group", self.runs, "b")
        at_step = self._write_loops(step, _STEP, "step", self.runs, "c")
        at_save = self._write_loops(save, _SAVE, "save.block", self.runs, "d")

        def judge(name: str) -> list[str]:
            return [
                f"  %sum.{name} = load {real}, ptr %sum",
                f"  %bad.{name} = fcmp uno {real} %sum.{name}, {zero}",
            ]

        outputs: list[str] = []
        saved = self._write_saves(outputs)
        size = len(self.places) * self.runs.width * 8
        skip = self.following * self.runs.width * 8
        return "\n".join(
            [
                "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
                f"define void @block({BLOCK}) #1 {{",
                "entry:",
                f"  %sum = alloca {real}",
                "  br label %group",
                "group:",
                "  %r = phi i64 [%begin, %entry], [%r.next, %group.end]",
                *start,
                *judge("start"),
                f"  %failed.first = select {truth} %bad.start, "
                f"{whole} {self.runs.integer(0)}, {whole} {self.runs.integer(-1)}",
                "  br label %step",
                "step:",
                f"  %k = phi i64 [0, %{at_start}], [%k.next, %step.end]",
                f"  %failed.0 = phi {whole} [%failed.first, %{at_start}], [%failed.4, %step.end]",
                *step,
                *judge("step"),
                *self._write_failures("%bad.step", "step", at_step, "0", "1", "2"),
                "  %save.at = getelementptr i64, ptr %save, i64 %k",
                "  %slot = load i64, ptr %save.at",
                "  %saving = icmp sge i64 %slot, 0",
                "  br i1 %saving, label %save.block, label %advance",
                "save.block:",
                *save,
                *judge("save"),
                *self._write_failures("%bad.save", "save", at_save, "2", "3", "5"),
                f"  %good = icmp slt {whole} %failed.5, {self.runs.integer(0)}",
                *outputs,
                "  br label %advance",
                "advance:",
                f"  %failed.4 = phi {whole} [%failed.2, %step.judged], [%failed.5, %{saved}]",
                f"  %following = getelementptr i8, ptr %keep, i64 {skip}",
                "  call void @llvm.memcpy.p0.p0.i64(ptr %states, ptr %following, "
                f"i64 {size}, i1 false)",
                "  br label %step.end",
                *self._write_end(),
            ]
        ).replace("{pasts}", str(len(self.schedule.pasts)))

    def _write_loops(
        self, lines: list[str], phase: int, label: str, shape: Shape, prefix: str
    ) -> str:
        """Write the loops of a phase, and give the block in which they end."""
        for number, loop in enumerate(self.loops.get(phase, ())):
            body = Body(self, loop.count, shape, f"{prefix}{number}x", label)
            body.write(loop.groups)
            label = body.close(lines)
        return label

    def _write_saves(self, lines: list[str]) -> str:
        """Write the outputs: what is wanted lies in memory by now."""
        label = "save.judged"
        for number, group in enumerate(g for g in self.groups if g.op == SAVE):
            at = self.group_of[group.members[0]]
            body = Body(self, len(group.members), self.runs, f"o{number}x", label)
            body.save(at)
            label = body.close(lines)
        return label

    def name_constant(self, numbers: Sequence[int]) -> str:
        """Name a list of whole numbers in the code."""
        key = tuple(numbers)
        if key not in self.known:
            self.known[key] = f"@list{len(self.known)}"
            listed = ", ".join(f"i32 {number}" for number in key)
            self.constants.append(
                f"{self.known[key]} = private constant [{len(key)} x i32] [{listed}]"
            )
        return self.known[key]


class Body(Region):
    """The inside of a loop over the members of some groups.

    Parameters
    ----------
    plan : LoopGenerator
        The groups and where they lie.
    count : int
        How many members; one needs no loop.
    shape : Shape
        Numbers or vectors.
    prefix : str
        What the names start with.
    before : str
        Name of the block from which the loop is entered.
    """

    def __init__(
        self, plan: LoopGenerator, count: int, shape: Shape, prefix: str, before: str
    ) -> None:
        looped = count > 1
        label = f"loop.{prefix}" if looped else before
        super().__init__(plan.entries, shape, prefix, label, lambda _, ref: self._load(ref))
        self.plan, self.count, self.before = plan, count, before
        self.at = f"%at.{prefix}" if looped else "0"
        self.begin = label
        self.bases: dict[tuple[str, object], str] = {}
        self.finite: list[Check] = []

    def write(self, groups: Sequence[int]) -> None:
        """Write the groups' operations for a member."""
        for at in groups:
            group = self.plan.groups[at]
            if group.op in ACTS:
                self._act(at, group)
            else:
                self._compute(at, group)
                if at in self.plan.homes:
                    array = "still" if self.plan.phase[at] == _ONCE else "keep"
                    target = self._address(array, self.plan.homes[at])
                    self._store(self.read_number(at), target)
        sums = self.sum_checks(self.finite)
        if sums is not None:
            w, real = self.writer, self.shape.real
            old = w.put(f"load {real}, ptr %sum")
            self._store(w.real("fadd", old, sums), "%sum")

    def close(self, lines: list[str]) -> str:
        """Add the code to what was written before; give the block in which it ends."""
        if self.count == 1:
            lines += self.writer.lines
            return self.label
        p = self.prefix
        lines += [
            f"  br label %{self.begin}",
            f"{self.begin}:",
            f"  {self.at} = phi i64 [0, %{self.before}], [%next.{p}, %{self.label}]",
            *self.writer.lines,
            f"  %next.{p} = add i64 {self.at}, 1",
            f"  %more.{p} = icmp slt i64 %next.{p}, {self.count}",
            f"  br i1 %more.{p}, label %{self.begin}, label %end.{p}",
            f"end.{p}:",
        ]
        return f"end.{p}"

    def save(self, at: int) -> None:
        """Write outputs."""
        w, shape, group = self.writer, self.shape, self.plan.groups[at]
        row = w.put(f"mul i64 %slots, {self._number(group)}")
        slot = w.put(f"add i64 {row}, %slot")
        base = w.put(f"mul i64 {slot}, %stride")
        index = w.put(f"add i64 {base}, %r")
        target = w.put(f"getelementptr double, ptr %out, i64 {index}")
        value = self.read(self.plan.refs[at][0])
        good = w.put(
            f"select {shape.truth} %good, {shape.real} {value}, "
            f"{shape.real} {shape.constant(float('nan'))}"
        )
        w.lines.append(f"  store {shape.real} {good}, ptr {target}, align 8")

    # Memory -----------------------------------------------------------------------------------

    def _size(self, array: str) -> int:
        return 8 if array == "still" else 8 * self.shape.width

    def _base(self, array: str, ranks: tuple[int, ...] | None) -> str:
        """Point to the start of an array, moved by the member's rank: its own if none are given."""
        key = (array, ranks)
        if key not in self.bases:
            w, size = self.writer, self._size(array)
            rank = self.at if ranks is None else self._listed(ranks)
            offset = w.put(f"mul i64 {rank}, {size}")
            self.bases[key] = w.put(f"getelementptr i8, ptr %{array}, i64 {offset}")
        return self.bases[key]

    def _listed(self, numbers: Sequence[int]) -> str:
        """Write the member's number of a list."""
        if len(set(numbers)) == 1:
            return str(numbers[0])
        name = self.plan.name_constant(numbers)
        w = self.writer
        address = w.put(f"getelementptr i32, ptr {name}, i64 {self.at}")
        return w.put(f"zext i32 {w.put(f'load i32, ptr {address}')} to i64")

    def _number(self, group: Group) -> str:
        return self._listed([int(str(number)) for number in group.payload])

    def _address(self, array: str, home: int, ranks: tuple[int, ...] | None = None) -> str:
        skip = home * self._size(array)
        base = self._base(array, ranks)
        return self.writer.put(f"getelementptr i8, ptr {base}, i64 {skip}")

    def _store(self, value: str, target: str) -> None:
        self.writer.lines.append(f"  store {self.shape.real} {value}, ptr {target}")

    def _load(self, ref: int) -> str:
        """Read a value that was computed elsewhere."""
        at, ranks = self.plan.reads.get(ref, (ref, None))
        if self.plan.groups[at].op == "time" and not self.plan.groups[at].total:
            address = self.writer.put("getelementptr double, ptr %moving, i64 %k")
            return splat(self.writer, self.writer.put(f"load double, ptr {address}"))
        return self._fetch(at, self._address(self._array(at), self.plan.homes[at], ranks))

    def _array(self, at: int) -> str:
        if self.plan.groups[at].op == "state":
            return "states"
        return "still" if self.plan.phase[at] == _ONCE else "keep"

    def _fetch(self, at: int, address: str) -> str:
        w = self.writer
        if self._array(at) == "still":
            value = splat(w, w.put(f"load double, ptr {address}"))
        else:
            value = w.put(f"load {self.shape.real}, ptr {address}")
        return self.truth(value) if self.plan.groups[at].op in LOGICAL else value

    # Operations -------------------------------------------------------------------------------

    def _act(self, at: int, group: Group) -> None:
        ref = self.plan.refs[at]
        if group.op == FINITE:
            self.finite.append(Check(ref[0], ref[1] if len(ref) > 1 else None))
            return
        value = self.read_number(ref[0])
        if group.op == REMEMBER:
            w, shape = self.writer, self.shape
            row = w.put(f"mul i64 %k, {len(self.plan.schedule.pasts)}")
            index = w.put(f"add i64 {row}, {self._number(group)}")
            target = w.put(f"getelementptr {shape.real}, ptr %history, i64 {index}")
        else:
            ranks = tuple(self.plan.places[int(str(place))] for place in group.payload)
            array, home = ("states", 0) if group.op == START else ("keep", self.plan.following)
            target = self._address(array, home, ranks)
        self._store(value, target)

    def _compute(self, at: int, group: Group) -> None:
        if group.total:
            self.names[at] = self._total(group)
        elif group.op == "param":
            self.names[at] = self._parameter(at, group)
        elif group.op in ("table", "past"):
            number = self._number(group)
            used = [self.read(ref) for ref in self.plan.refs[at]]
            call = self.look_up if group.op == "table" else self.recall
            self.names[at] = call(number, *used)
        else:
            self.compute(at)

    def _parameter(self, at: int, group: Group) -> str:
        w, real = self.writer, self.shape.real
        if self.plan.phase[at] == _ONCE:
            address = w.put(f"getelementptr double, ptr %params, i64 {self._number(group)}")
            return w.put(f"load double, ptr {address}")
        rows = [self.plan.varied[int(str(place))] for place in group.payload]
        row = w.put(f"mul i64 %stride, {self._listed(rows)}")
        index = w.put(f"add i64 {row}, %r")
        address = w.put(f"getelementptr double, ptr %inputs, i64 {index}")
        return w.put(f"load {real}, ptr {address}, align 8")

    def _total(self, group: Group) -> str:
        """Write a sum: one term after the other, those of a group in a loop of their own."""
        result: str | None = None
        columns = [(self.plan.group_of[column[0]], column) for column in group.operands]
        for source, found in groupby(columns, key=lambda pair: pair[0]):
            ranks = [[self.plan.rank[part] for part in column] for _, column in found]
            result = self._add_run(group.op, source, ranks, result)
        assert result is not None
        return result

    def _add_run(self, op: str, source: int, ranks: list[list[int]], result: str | None) -> str:
        w, count = self.writer, len(ranks)
        if self.plan.groups[source].op in ("const", "true"):
            for _ in range(count):
                value = self.read(source)
                result = value if result is None else self.join(op, result, value)
            assert result is not None
            return result
        listed = [column[at] for at in range(self.count) for column in ranks]
        array, home = self._array(source), self.plan.homes[source]

        def term(place: str) -> str:
            if listed != list(range(len(listed))):
                name = self.plan.name_constant(listed)
                address = w.put(f"getelementptr i32, ptr {name}, i64 {place}")
                place = w.put(f"zext i32 {w.put(f'load i32, ptr {address}')} to i64")
            offset = w.put(f"mul i64 {place}, {self._size(array)}")
            base = w.put(f"getelementptr i8, ptr %{array}, i64 {home * self._size(array)}")
            return self._fetch(source, w.put(f"getelementptr i8, ptr {base}, i64 {offset}"))

        row = w.put(f"mul i64 {self.at}, {count}")
        if result is None:
            result, begin = term(row), 1
        else:
            begin = 0
        if begin == count:
            return result
        kind = self.shape.truth if op in LOGICAL else self.shape.real
        before, head = self.label, f"head.{row[1:]}"
        index, joined = f"%j.{row[1:]}", f"%sum.{row[1:]}"
        w.lines += [f"  br label %{head}", f"{head}:"]
        place = len(w.lines)
        value = self.join(op, joined, term(w.put(f"add i64 {row}, {index}")))
        following = w.put(f"add i64 {index}, 1")
        w.lines[place:place] = [
            f"  {index} = phi i64 [{begin}, %{before}], [{following}, %{head}]",
            f"  {joined} = phi {kind} [{result}, %{before}], [{value}, %{head}]",
        ]
        more = w.put(f"icmp slt i64 {following}, {count}")
        self.label = f"done.{row[1:]}"
        w.lines += [f"  br i1 {more}, label %{head}, label %{self.label}", f"{self.label}:"]
        return value


def _lasts(group: Group) -> bool:
    return group.op in (NEXT, REMEMBER)
