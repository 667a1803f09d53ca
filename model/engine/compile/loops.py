"""Code in loops: what is alike is written once and carried out for each member.

The code of `engine.compile.codegen` grows with the number of operations, and so does the time of
the compiler: for fifty regions eight minutes. Here the groups of `engine.compile.groups` are laid
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

from collections.abc import Sequence

from smecluster.model.engine.compile.frame import BLOCK, DUMP, PREPARE, Code, Frame, Layout
from smecluster.model.engine.compile.groups import SAVE
from smecluster.model.engine.compile.loop_body import Body
from smecluster.model.engine.compile.placement import AT_BEGIN, AT_SAVE, AT_STEP, ONCE, Placement
from smecluster.model.engine.compile.schedule import Schedule
from smecluster.model.engine.compile.writer import Shape

_ONE = Shape(1)
# Copies the states of the runs that fail here; the code has an order of its own for them.
_DUMP = DUMP.replace("i64 %d\n  %value", "i64 %place\n  %value").replace(
    "body:", "body:\n  %at = getelementptr i64, ptr @order, i64 %d\n  %place = load i64, ptr %at"
)


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


class LoopGenerator(Frame):
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
        self.plan = Placement(schedule, self.checks, self.varied)

    def write(self) -> Code:
        """Write the code."""
        block = self._write_block()
        prepare = self._write_prepare()
        order = ", ".join(f"i64 {self.plan.places[at]}" for at in range(len(self.plan.places)))
        self.plan.constants.append(
            f"@order = private constant [{len(self.plan.places)} x i64] [{order}]"
        )
        layout = Layout(
            width=self.runs.width,
            varied=tuple(self.varied),
            still=self.plan.sizes["still"],
            moving=1,
            kept=self.plan.sizes["keep"],
            dumped=len(self.plan.places),
            pasts=len(self.schedule.pasts),
        )
        return Code(
            "\n".join([*self.write_common(_DUMP), *self.plan.constants, prepare, block]), layout
        )

    def _write_prepare(self) -> str:
        lines = ["  store double 0.0, ptr %sum"]
        label = self._write_loops(lines, ONCE, "entry", _ONE, "a")
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
        at_start = self._write_loops(start, AT_BEGIN, "group", self.runs, "b")
        at_step = self._write_loops(step, AT_STEP, "step", self.runs, "c")
        at_save = self._write_loops(save, AT_SAVE, "save.block", self.runs, "d")

        def judge(name: str) -> list[str]:
            return [
                f"  %sum.{name} = load {real}, ptr %sum",
                f"  %bad.{name} = fcmp uno {real} %sum.{name}, {zero}",
            ]

        outputs: list[str] = []
        saved = self._write_saves(outputs)
        size = len(self.plan.places) * self.runs.width * 8
        skip = self.plan.following * self.runs.width * 8
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
                *self.write_failures("%bad.step", "step", at_step, "0", "1", "2"),
                "  %save.at = getelementptr i64, ptr %save, i64 %k",
                "  %slot = load i64, ptr %save.at",
                "  %saving = icmp sge i64 %slot, 0",
                "  br i1 %saving, label %save.block, label %advance",
                "save.block:",
                *save,
                *judge("save"),
                *self.write_failures("%bad.save", "save", at_save, "2", "3", "5"),
                f"  %good = icmp slt {whole} %failed.5, {self.runs.integer(0)}",
                *outputs,
                "  br label %advance",
                "advance:",
                f"  %failed.4 = phi {whole} [%failed.2, %step.judged], [%failed.5, %{saved}]",
                f"  %following = getelementptr i8, ptr %keep, i64 {skip}",
                "  call void @llvm.memcpy.p0.p0.i64(ptr %states, ptr %following, "
                f"i64 {size}, i1 false)",
                "  br label %step.end",
                *self.write_end(),
            ]
        ).replace("{pasts}", str(len(self.schedule.pasts)))

    def _write_loops(
        self, lines: list[str], phase: int, label: str, shape: Shape, prefix: str
    ) -> str:
        """Write the loops of a phase, and give the block in which they end."""
        for number, loop in enumerate(self.plan.loops.get(phase, ())):
            body = Body(self.plan, loop.count, shape, f"{prefix}{number}x", label)
            body.write(loop.groups)
            label = body.close(lines)
        return label

    def _write_saves(self, lines: list[str]) -> str:
        """Write the outputs: what is wanted lies in memory by now."""
        label = "save.judged"
        for number, group in enumerate(g for g in self.plan.groups if g.op == SAVE):
            at = self.plan.group_of[group.members[0]]
            body = Body(self.plan, len(group.members), self.runs, f"o{number}x", label)
            body.save(at)
            label = body.close(lines)
        return label
