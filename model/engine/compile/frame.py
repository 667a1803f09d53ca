"""What all code has around its operations: arguments, functions that it calls, runs that fail.

The operations inside are written out one by one (`engine.compile.codegen`) or in loops over what is
alike (`engine.compile.loops`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smecluster.model.engine.compile.arithmetic import write_functions, write_powers
from smecluster.model.engine.compile.schedule import Check, Schedule
from smecluster.model.engine.compile.writer import Shape
from smecluster.model.engine.graph.graph import list_operands

_ONE = Shape(1)


@dataclass(frozen=True)
class Layout:
    """Sizes of the arrays that the code works on.

    Attributes
    ----------
    width : int
        How many runs are computed together.
    varied : tuple of int
        Parameters given run by run, in the order of the input array.
    still, moving : int
        How many numbers the preparation stores: once, and at each step.
    kept : int
        How many numbers of a run stay the same over time.
    dumped : int
        How many numbers of a run are saved where it fails: its states.
    pasts : int
        How many numbers of a run are remembered at each step.
    """

    width: int
    varied: tuple[int, ...]
    still: int
    moving: int
    kept: int
    dumped: int
    pasts: int


@dataclass(frozen=True)
class Code:
    """A program in LLVM's language, and the sizes of its arrays."""

    text: str
    layout: Layout


_ATTRIBUTES = """
attributes #0 = { nounwind noinline "min-legal-vector-width"="512" }
attributes #1 = { nounwind "min-legal-vector-width"="512" }
!0 = !{!"branch_weights", i32 10000, i32 1}
"""

# Reads the value of a node some steps ago; before the first step, its initial value.
_PAST_LANE = """
  %lag{lane} = extractelement {real} %lags, i32 {lane}
  %steps{lane} = fptosi double %lag{lane} to i64
  %at{lane} = sub i64 %k, %steps{lane}
  %early{lane} = icmp slt i64 %at{lane}, 0
  %row{lane} = select i1 %early{lane}, i64 0, i64 %at{lane}
  %base{lane} = mul i64 %row{lane}, %width
  %place{lane} = add i64 %base{lane}, %p
  %group{lane} = mul i64 %place{lane}, {count}
  %index{lane} = add i64 %group{lane}, {lane}
  %address{lane} = getelementptr double, ptr %history, i64 %index{lane}
  %old{lane} = load double, ptr %address{lane}
  %first{lane} = extractelement {real} %initial, i32 {lane}
  %value{lane} = select i1 %early{lane}, double %first{lane}, double %old{lane}
  %r{lane} = insertelement {real} {last}, double %value{lane}, i32 {lane}"""

# Copies the states of the runs that fail here, to find the reason later.
DUMP = """
define internal void @dump(ptr %states, ptr %dump, i64 %n, i64 %stride, i64 %r, {truth} %mask) #0 {{
entry:
  br label %head
head:
  %d = phi i64 [0, %entry], [%next, %body]
  %more = icmp slt i64 %d, %n
  br i1 %more, label %body, label %done
body:
  %source = getelementptr {real}, ptr %states, i64 %d
  %value = load {real}, ptr %source
  %row = mul i64 %d, %stride
  %index = add i64 %row, %r
  %target = getelementptr double, ptr %dump, i64 %index
  %old = load {real}, ptr %target, align 8
  %new = select {truth} %mask, {real} %value, {real} %old
  store {real} %new, ptr %target, align 8
  %next = add i64 %d, 1
  br label %head
done:
  ret void
}}
"""

# The arguments of both functions; in arrays by run, runs are adjacent in memory.
_TABLES = "ptr %tx, ptr %ty, ptr %ts, ptr %toff, ptr %tn, ptr %tlow"
PREPARE = f"ptr %params, {_TABLES}, ptr %times, i64 %steps, ptr %still, ptr %moving"
BLOCK = (
    f"ptr %inputs, i64 %stride, i64 %begin, i64 %end, {_TABLES}, i64 %steps, ptr %still, "
    "ptr %moving, ptr %save, i64 %slots, ptr %out, ptr %failed, ptr %dump, ptr %keep, "
    "ptr %states, ptr %history"
)


class Frame:
    """What the code of a schedule has around its operations.

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
        self.schedule = schedule
        self.runs = Shape(width)
        self.nodes = schedule.nodes
        self.varied = {parameter: place for place, parameter in enumerate(varied)}
        self.checks = [
            check for check in map(self._reduce_check, schedule.checks) if check is not None
        ]

    def _reduce_check(self, check: Check) -> Check | None:
        """Drop a check that never matters, or a gate that is always open."""
        if check.gate is None or self.nodes[check.gate][0] != "true":
            return check
        return Check(check.node, None) if self.nodes[check.gate][1] else None

    def write_common(self, dump: str) -> list[str]:
        """Write the functions that the code calls."""
        past = [
            f"define internal {self.runs.real} @past(ptr %history, i64 %k, i64 %width, i64 %p, "
            f"{self.runs.real} %lags, {self.runs.real} %initial) #0 {{"
        ]
        last = "poison"
        for lane in range(self.runs.width):
            past.append(
                _PAST_LANE.format(lane=lane, real=self.runs.real, count=self.runs.width, last=last)
            )
            last = f"%r{lane}"
        past += [f"  ret {self.runs.real} {last}", "}"]
        joined = sorted(
            {len(list_operands(node)) // 2 for node in self.nodes if node[0] == "powers"}
        )
        return [
            _ATTRIBUTES,
            *write_functions(_ONE),
            *write_functions(self.runs),
            *(write_powers(shape, pairs) for shape in (_ONE, self.runs) for pairs in joined),
            f"declare i1 @llvm.vector.reduce.or.v{self.runs.width}i1({self.runs.truth})",
            *past,
            dump.format(real=self.runs.real, truth=self.runs.truth),
        ]

    def write_end(self) -> list[str]:
        """Write the ends of the loops over steps and over groups of runs."""
        whole = self.runs.whole
        return [
            "step.end:",
            "  %k.next = add i64 %k, 1",
            "  %k.more = icmp sle i64 %k.next, %steps",
            "  br i1 %k.more, label %step, label %group.end",
            "group.end:",
            "  %failed.at = getelementptr i64, ptr %failed, i64 %r",
            f"  store {whole} %failed.4, ptr %failed.at, align 8",
            f"  %r.next = add i64 %r, {self.runs.width}",
            "  %r.more = icmp slt i64 %r.next, %end",
            "  br i1 %r.more, label %group, label %done",
            "done:",
            "  ret void",
            "}",
        ]

    def write_failures(
        self, bad: str | None, where: str, label: str, old: str, mid: str, new: str
    ) -> list[str]:
        """Write what happens to runs that leave the domain at this step."""
        whole, truth = self.runs.whole, self.runs.truth
        return [
            f"  %fine.{where} = icmp slt {whole} %failed.{old}, {self.runs.integer(0)}",
            f"  %new.{where} = and {truth} %fine.{where}, {bad or self.write_falses()}",
            f"  %any.{where} = call i1 @llvm.vector.reduce.or.v{self.runs.width}i1("
            f"{truth} %new.{where})",
            f"  br i1 %any.{where}, label %{where}.failing, label %{where}.judged",
            f"{where}.failing:",
            f"  call void @dump(ptr %states, ptr %dump, i64 {len(self.schedule.after)}, "
            f"i64 %stride, i64 %r, {truth} %new.{where})",
            *self._mark_failures(where, old, mid),
            f"  br label %{where}.judged",
            f"{where}.judged:",
            f"  %failed.{new} = phi {whole} [%failed.{old}, %{label}], "
            f"[%failed.{mid}, %{where}.failing]",
        ]

    def _mark_failures(self, where: str, old: str, mid: str) -> list[str]:
        whole = self.runs.whole
        return [
            f"  %one.{where} = insertelement {whole} poison, i64 %k, i32 0",
            f"  %all.{where} = shufflevector {whole} %one.{where}, {whole} poison, "
            f"<{self.runs.width} x i32> zeroinitializer",
            f"  %failed.{mid} = select {self.runs.truth} %new.{where}, {whole} %all.{where}, "
            f"{whole} %failed.{old}",
        ]

    def write_falses(self) -> str:
        """Write that no run is meant."""
        return "<" + ", ".join(["i1 false"] * self.runs.width) + ">"
