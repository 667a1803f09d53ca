"""The inside of a loop over the members of some groups.

What groups of one loop pass on stays in registers; all else is read from the stretches of memory
that `engine.compile.placement` gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from smecluster.model.engine.compile.groups import ACTS, FINITE, REMEMBER, START, Group
from smecluster.model.engine.compile.placement import ONCE, Placement
from smecluster.model.engine.compile.region import Region
from smecluster.model.engine.compile.schedule import Check
from smecluster.model.engine.compile.writer import Shape, splat
from smecluster.model.engine.graph.graph import LOGICAL


class Body(Region):
    """The inside of a loop over the members of some groups.

    Parameters
    ----------
    plan : Placement
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

    def __init__(self, plan: Placement, count: int, shape: Shape, prefix: str, before: str) -> None:
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
                    array = "still" if self.plan.phase[at] == ONCE else "keep"
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
        return "still" if self.plan.phase[at] == ONCE else "keep"

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
        if self.plan.phase[at] == ONCE:
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
