"""From a schedule to LLVM code that takes several runs at once through all time steps.

Every operation is written once, on vectors with a number for each of several runs; what is the
same in all runs is computed beforehand, on single numbers. The code contains generated names and
numbers only: no text of the model file can get into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smecluster.model.engine.compile.frame import BLOCK, DUMP, PREPARE, Code, Frame, Layout
from smecluster.model.engine.compile.region import Region
from smecluster.model.engine.compile.schedule import Check, Schedule
from smecluster.model.engine.compile.writer import Shape, splat
from smecluster.model.engine.graph.graph import (
    LOGICAL,
    find_moving,
    list_operands,
    list_reached,
)

_ONE = Shape(1)


def generate_code(schedule: Schedule, varied: Sequence[int], width: int) -> Code:
    """Write the code for a schedule.

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
    return Generator(schedule, varied, width).write()


class Generator(Frame):
    """Writes the code of a schedule, every operation once.

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
        self.lane: list[bool] = []  # differs among runs
        self.moving = find_moving(self.nodes)  # changes in time
        for node in self.nodes:
            op, used = node[0], list_operands(node)
            self.lane.append(
                op in ("state", "past")
                or (op == "param" and node[1] in self.varied)
                or any(self.lane[operand] for operand in used)
            )
        self.still: dict[int, int] = {}  # places of numbers common to all runs
        self.steps: dict[int, int] = {}  # the same, for each step
        self.kept: dict[int, int] = {}  # places of a run's numbers that stay the same

    def _depends(self, check: Check, lane: bool, moving: bool) -> bool:
        parts = [check.node] if check.gate is None else [check.node, check.gate]
        return (
            any(self.lane[part] for part in parts) is lane
            and any(self.moving[part] for part in parts) is moving
        )

    def _select_nodes(self, roots: Iterable[int], lane: bool, moving: bool) -> list[int]:
        """List, in order, what must be computed in one of the four places."""
        return [
            place
            for place in list_reached(self.nodes, roots)
            if self.lane[place] is lane
            and self.moving[place] is moving
            and self.nodes[place][0] not in ("const", "true", "state")
        ]

    def write(self) -> Code:
        """Write the code."""
        block = self._write_block()  # first: it decides what the preparation must store
        prepare = self._write_prepare()
        text = "\n".join([*self.write_common(DUMP), prepare, block])
        layout = Layout(
            width=self.runs.width,
            varied=tuple(self.varied),
            still=len(self.still),
            moving=len(self.steps),
            kept=len(self.kept),
            dumped=len(self.schedule.after),
            pasts=len(self.schedule.pasts),
        )
        return Code(text, layout)

    # What is the same in all runs ---------------------------------------------------------

    def _write_prepare(self) -> str:
        def parameter(region: Region, node: int) -> str:
            op, *rest = self.nodes[node]
            assert op == "param", op
            address = region.writer.put(f"getelementptr double, ptr %params, i64 {rest[0]}")
            return region.writer.put(f"load double, ptr {address}")

        once = Region(self.nodes, _ONE, "a", "entry", parameter)
        still_checks = [check for check in self.checks if self._depends(check, False, False)]
        moving_checks = [check for check in self.checks if self._depends(check, False, True)]
        checked = [
            part
            for check in (*still_checks, *moving_checks)
            for part in (check.node, check.gate)
            if part is not None
        ]
        roots = [*self.still, *self.steps, *checked]
        for node in self._select_nodes(roots, lane=False, moving=False):
            self._compute_or_read(once, node)
        for node, place in self.still.items():
            value = once.read_number(node)
            address = once.writer.put(f"getelementptr double, ptr %still, i64 {place}")
            once.writer.lines.append(f"  store double {value}, ptr {address}")
        bad_once = once.check(still_checks)
        first = once.writer.put(f"select i1 {bad_once or 'false'}, i64 0, i64 -1")

        each = Region(self.nodes, _ONE, "b", "body", self._read_time)
        each.names.update(once.names)
        for node in self._select_nodes(roots, lane=False, moving=True):
            self._compute_or_read(each, node)
        for node, place in self.steps.items():
            value = each.read_number(node)
            address = each.writer.put(f"getelementptr double, ptr %row, i64 {place}")
            each.writer.lines.append(f"  store double {value}, ptr {address}")
        bad = each.check(moving_checks) or "false"
        return "\n".join(
            [
                f"define i64 @prepare({PREPARE}) #1 {{",
                "entry:",
                *once.writer.lines,
                "  br label %head",
                "head:",
                f"  %k = phi i64 [0, %{once.label}], [%next, %{each.label}]",
                f"  %failed = phi i64 [{first}, %{once.label}], [%latest, %{each.label}]",
                "  %more = icmp sle i64 %k, %steps",
                "  br i1 %more, label %body, label %done",
                "body:",
                f"  %offset = mul i64 %k, {len(self.steps)}",
                "  %row = getelementptr double, ptr %moving, i64 %offset",
                *each.writer.lines,
                "  %fine = icmp slt i64 %failed, 0",
                f"  %new = and i1 {bad}, %fine",
                "  %latest = select i1 %new, i64 %k, i64 %failed",
                "  %next = add i64 %k, 1",
                "  br label %head",
                "done:",
                "  ret i64 %failed",
                "}",
            ]
        )

    @staticmethod
    def _read_time(region: Region, node: int) -> str:
        assert region.nodes[node][0] == "time", region.nodes[node]
        address = region.writer.put("getelementptr double, ptr %times, i64 %k")
        return region.writer.put(f"load double, ptr {address}")

    def _compute_or_read(self, region: Region, node: int) -> None:
        if self.nodes[node][0] in ("param", "time"):
            region.read(node)
        else:
            region.compute(node)

    # What differs among runs --------------------------------------------------------------

    def _write_block(self) -> str:
        schedule = self.schedule
        following = [*schedule.after, *schedule.pasts]
        in_step = set(self._select_nodes(following, True, True)) | set(following)
        kept_checks = [check for check in self.checks if self._depends(check, True, False)]
        lane_checks = [check for check in self.checks if self._depends(check, True, True)]
        step_checks = [check for check in lane_checks if check.node in in_step]
        save_checks = [check for check in lane_checks if check.node not in in_step]

        step = Region(self.nodes, self.runs, "s", "step", self._read_stored)
        order = self._select_nodes([*following, *_list_parts(step_checks)], True, True)
        for node in order:
            step.compute(node)
        bad = step.check(step_checks)
        save = Region(self.nodes, self.runs, "o", "save.block", self._read_stored)
        save.names = dict(step.names)
        done = set(order)
        for node in self._select_nodes([*schedule.wanted, *_list_parts(save_checks)], True, True):
            if node not in done:
                save.compute(node)
        save_bad = save.check(save_checks)
        outputs = [save.read(node) for node in schedule.wanted]
        end = Region(self.nodes, self.runs, "e", "advance", self._read_stored)
        end.names = dict(step.names)
        nexts = [end.read(node) for node in following]

        start = Region(self.nodes, self.runs, "p", "group", self._read_input)
        roots = [*schedule.first, *self.kept, *_list_parts(kept_checks)]
        for node in self._select_nodes(roots, True, False):
            if self.nodes[node][0] != "param":
                start.compute(node)
        for node, place in self.kept.items():
            self._write_number(start, "keep", place, start.read_number(node))
        for place, node in enumerate(schedule.first):
            self._write_number(start, "states", place, start.read(node))
        bad_start = start.check(kept_checks) or self.write_falses()

        whole = self.runs.whole
        lines = [
            f"define void @block({BLOCK}) #1 {{",
            "entry:",
            "  br label %group",
            "group:",
            "  %r = phi i64 [%begin, %entry], [%r.next, %group.end]",
            *start.writer.lines,
            f"  %failed.first = select {self.runs.truth} {bad_start}, "
            f"{whole} {self.runs.integer(0)}, {whole} {self.runs.integer(-1)}",
            "  br label %step",
            "step:",
            f"  %k = phi i64 [0, %{start.label}], [%k.next, %step.end]",
            f"  %failed.0 = phi {whole} [%failed.first, %{start.label}], [%failed.4, %step.end]",
            "  %offset = mul i64 %k, {moving}",
            "  %row = getelementptr double, ptr %moving, i64 %offset",
            *step.writer.lines,
            *self.write_failures(bad, "step", step.label, "0", "1", "2"),
            "  %save.at = getelementptr i64, ptr %save, i64 %k",
            "  %slot = load i64, ptr %save.at",
            "  %saving = icmp sge i64 %slot, 0",
            "  br i1 %saving, label %save.block, label %advance",
            "save.block:",
            *save.writer.lines,
            *self.write_failures(save_bad, "save", save.label, "2", "3", "5"),
            f"  %good = icmp slt {whole} %failed.5, {self.runs.integer(0)}",
            *self._write_outputs(outputs),
            "  br label %advance",
            "advance:",
            f"  %failed.4 = phi {whole} [%failed.2, %step.judged], [%failed.5, %save.judged]",
            *end.writer.lines,
        ]
        for place, value in enumerate(nexts):
            if place < len(schedule.after):
                lines.append(
                    f"  %state.{place} = getelementptr {self.runs.real}, ptr %states, i64 {place}"
                )
                lines.append(f"  store {self.runs.real} {value}, ptr %state.{place}")
        lines += self._write_history(nexts[len(schedule.after) :])
        lines += [
            "  br label %step.end",
            *self.write_end(),
        ]
        text = "\n".join(lines)
        return text.replace("{moving}", str(len(self.steps))).replace(
            "{pasts}", str(len(schedule.pasts))
        )

    def _write_outputs(self, values: Sequence[str]) -> list[str]:
        lines = []
        for place, value in enumerate(values):
            lines += [
                f"  %out.row{place} = mul i64 %slots, {place}",
                f"  %out.slot{place} = add i64 %out.row{place}, %slot",
                f"  %out.base{place} = mul i64 %out.slot{place}, %stride",
                f"  %out.index{place} = add i64 %out.base{place}, %r",
                f"  %out.at{place} = getelementptr double, ptr %out, i64 %out.index{place}",
                f"  %out.value{place} = select {self.runs.truth} %good, {self.runs.real} {value}, "
                f"{self.runs.real} {self.runs.constant(float('nan'))}",
                f"  store {self.runs.real} %out.value{place}, ptr %out.at{place}, align 8",
            ]
        return lines

    def _write_history(self, values: Sequence[str]) -> list[str]:
        lines = []
        for place, value in enumerate(values):
            lines += [
                f"  %past.row{place} = mul i64 %k, {len(values)}",
                f"  %past.index{place} = add i64 %past.row{place}, {place}",
                f"  %past.at{place} = getelementptr {self.runs.real}, ptr %history, "
                f"i64 %past.index{place}",
                f"  store {self.runs.real} {value}, ptr %past.at{place}",
            ]
        return lines

    def _write_number(self, region: Region, array: str, place: int, value: str) -> None:
        address = region.writer.put(f"getelementptr {self.runs.real}, ptr %{array}, i64 {place}")
        region.writer.lines.append(f"  store {self.runs.real} {value}, ptr {address}")

    def _read_input(self, region: Region, node: int) -> str:
        """Read an input of a run, or a number common to all runs."""
        op, *rest = self.nodes[node]
        if op == "param" and rest[0] in self.varied:
            w = region.writer
            row = w.put(f"mul i64 %stride, {self.varied[rest[0]]}")
            index = w.put(f"add i64 {row}, %r")
            address = w.put(f"getelementptr double, ptr %inputs, i64 {index}")
            return w.put(f"load {self.runs.real}, ptr {address}, align 8")
        return self._read_common(region, node)

    def _read_common(self, region: Region, node: int) -> str:
        w = region.writer
        array, places = ("row", self.steps) if self.moving[node] else ("still", self.still)
        place = places.setdefault(node, len(places))
        address = w.put(f"getelementptr double, ptr %{array}, i64 {place}")
        value = splat(w, w.put(f"load double, ptr {address}"))
        return region.truth(value) if self.nodes[node][0] in LOGICAL else value

    def _read_stored(self, region: Region, node: int) -> str:
        """Read what was computed before this step."""
        w = region.writer
        op, *rest = self.nodes[node]
        if not self.lane[node]:
            return self._read_common(region, node)
        if op == "state":
            array, place = "states", int(rest[0])
        else:
            array, place = "keep", self.kept.setdefault(node, len(self.kept))
        address = w.put(f"getelementptr {self.runs.real}, ptr %{array}, i64 {place}")
        value = w.put(f"load {self.runs.real}, ptr {address}")
        return region.truth(value) if op in LOGICAL else value


def _list_parts(checks: Iterable[Check]) -> list[int]:
    return [part for check in checks for part in (check.node, check.gate) if part is not None]
