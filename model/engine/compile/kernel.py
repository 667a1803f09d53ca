"""The batch kernel: a schedule compiled to machine code, and many runs through it.

LLVM (the compiler behind Numba, through llvmlite) turns the code of `engine.compile.codegen` into
machine code for this computer's processor. The result is stored on disk. Runs are independent and
each goes through the same operations, so results do not depend on how runs are split among
threads, chunks and computers of the same kind.
"""

from __future__ import annotations

import copy
import ctypes
import hashlib
import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from smecluster.model.cache import has_entry, hash_engine, read_entry, store_entry
from smecluster.model.engine.compile.codegen import generate_code
from smecluster.model.engine.compile.frame import Code, Layout
from smecluster.model.engine.compile.loops import generate_loops
from smecluster.model.engine.compile.schedule import make_schedule
from smecluster.model.engine.graph.graph import Points, Program

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ALIGNED = 128
# Runs computed together: for one run, and for many. The widest registers hold 8 numbers; two
# of them keep the processor busy while it waits for a result.
ALONE = 4
TOGETHER = 16
# With this many operations, compiling takes long enough to say so.
_LONG = 4000
# From this many on, the code is written in loops: its run takes longer by a tenth, but the time of
# the compiler stays the same. Three regions have nine thousand.
_MANY = 13_000
# LLVM's levels of optimisation. QUICK compiles in a quarter of the time or less, to code that takes
# up to twice as long. WELL is half as long in compiling as the next level, which gives the same
# code. Every operation is IEEE's and in a fixed order, so the level changes no digit.
QUICK = 0
WELL = 1
# Time steps of all runs together (a run of 62 years has about a thousand) from which on the better
# code has made good what it takes to compile.
_WORTH = 2_000_000


@dataclass(frozen=True)
class Batch:
    """Runs with the same clock and tables.

    Attributes
    ----------
    times : array of float
        Every time of a run.
    kept : array of int
        For each of them its place among the times saved, -1 if it is not saved.
    parameters : array of float
        The value of every parameter, for the runs that do not set it.
    varied : mapping of int to array of float
        Values run by run, by parameter.
    tables : mapping of int to (x, y)
        Points that replace those of a table.
    runs : int
        How many runs.
    """

    times: Floats
    kept: Integers
    parameters: Floats
    varied: Mapping[int, Floats]
    tables: Mapping[int, Points]
    runs: int


@dataclass
class Result:
    """The results of a batch.

    Attributes
    ----------
    values : array of float
        Of shape (nodes, times saved, runs); NaN from the time at which a run failed.
    failed : array of int
        Place of the time at which a run left the domain, -1 if it did not.
    states : array of float
        Of shape (states, runs): the states of failed runs at that time.
    """

    values: Floats
    failed: Integers
    states: Floats


class Kernel:
    """Compiled code for one program, with one choice of outputs and varied parameters.

    Parameters
    ----------
    program : Program
        The model.
    layout : Layout
        Sizes of the code's arrays.
    machine_code : bytes
        The compiler's result.
    """

    def __init__(self, program: Program, layout: Layout, machine_code: bytes) -> None:
        self.program = program
        self.layout = layout
        machine = _find_target()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
        self._engine.finalize_object()
        pointer, whole = ctypes.c_void_p, ctypes.c_int64
        tables = [pointer] * 6
        self.prepare = ctypes.CFUNCTYPE(whole, pointer, *tables, pointer, whole, pointer, pointer)(
            self._engine.get_function_address("prepare")
        )
        self.block = ctypes.CFUNCTYPE(
            None,
            *[pointer, whole, whole, whole],
            *tables,
            *[whole, pointer, pointer, pointer, whole],
            *[pointer] * 6,
        )(self._engine.get_function_address("block"))

    def serve(self, program: Program) -> Kernel:
        """Give the same code for a program of the same operations, whose tables may differ."""
        if program is self.program:
            return self
        other = copy.copy(self)
        other.program = program
        return other

    def run(self, batch: Batch, wanted: int, workers: int = 1) -> Result:
        """Compute runs.

        Parameters
        ----------
        batch : Batch
            The runs.
        wanted : int
            How many nodes the code returns.
        workers : int
            How many threads share the runs.

        Returns
        -------
        Result
        """
        layout = self.layout
        steps = len(batch.times) - 1
        slots = int(batch.kept.max()) + 1
        width = layout.width
        groups = -(-batch.runs // width)
        stride = groups * width
        inputs = np.empty((len(layout.varied), stride))
        for row, parameter in zip(inputs, layout.varied, strict=True):
            row[: batch.runs] = batch.varied.get(parameter, batch.parameters[parameter])
            row[batch.runs :] = row[batch.runs - 1]  # the last group is padded
        tables = JoinedTables(self.program, batch.tables)
        still = allocate(layout.still)
        moving = allocate((steps + 1) * layout.moving)
        times = np.ascontiguousarray(batch.times)
        common = self.prepare(
            get_address(batch.parameters),
            *tables.pointers,
            get_address(times),
            steps,
            get_address(still),
            get_address(moving),
        )
        values = np.empty((wanted, slots, stride))
        failed = np.empty(stride, dtype=np.int64)
        states = np.empty((layout.dumped, stride))

        def part(begin: int, end: int) -> None:
            keep = allocate(layout.kept * width)
            state = allocate(layout.dumped * width)
            history = allocate((steps + 1) * layout.pasts * width)
            self.block(
                *[get_address(inputs), stride, begin, end],
                *tables.pointers,
                *[steps, get_address(still), get_address(moving), get_address(batch.kept), slots],
                *[get_address(array) for array in (values, failed, states, keep, state, history)],
            )

        share = -(-groups // max(1, workers)) * width
        bounds = [(begin, min(begin + share, stride)) for begin in range(0, stride, share)]
        if len(bounds) == 1:
            part(*bounds[0])
        else:
            with ThreadPoolExecutor(len(bounds)) as pool:
                list(pool.map(lambda bound: part(*bound), bounds))
        if common >= 0:
            _fail_all(values, failed, common, batch.kept)
        return Result(values[..., : batch.runs], failed[: batch.runs], states[:, : batch.runs])


@dataclass
class _Entry:
    """Code in memory, and how many steps it has been asked for."""

    kernel: Kernel
    level: int
    steps: float


_LOADED: dict[str, _Entry] = {}
_IN_MEMORY = 16
_ONE_AT_A_TIME = threading.RLock()


def load_kernel(
    program: Program,
    wanted: Sequence[int],
    varied: Sequence[int],
    width: int = TOGETHER,
    say: Callable[[str], None] | None = None,
    steps: float = _WORTH,
) -> Kernel:
    """Load the compiled code for a program from memory or disk, or compile it.

    Code that computes little is compiled quickly, and compiled again, well, once it has been asked
    for so much that this pays. Neither changes a digit. Models of the same equations share it,
    whatever their constants and tables: these are given to it for each run.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to return.
    varied : sequence of int
        Parameters that may differ between runs.
    width : int
        How many runs are computed together; it changes no digit.
    say : callable, optional
        Called with one line when a long compilation starts.
    steps : float
        How many time steps it is about to compute, those of all runs together; enough for the
        better code if it is not given.

    Returns
    -------
    Kernel
    """
    text = json.dumps(
        [
            _hash_structure(program),
            hash_engine(),
            [int(node) for node in wanted],
            [int(parameter) for parameter in varied],
            width,
            *_describe_processor(),
        ]
    )
    with _ONE_AT_A_TIME:
        entry = _LOADED.get(text)
        total = steps + (entry.steps if entry else 0.0)
        if entry is None or (entry.level == QUICK and total >= _WORTH):
            better = QUICK if total < _WORTH else WELL
            kernel, level = _find(program, text, better)
            if kernel is None:
                kernel = _compile(program, text, wanted, varied, width, level, say)
            entry = _LOADED[text] = _Entry(kernel, level, total)
            while len(_LOADED) > _IN_MEMORY:
                _LOADED.pop(next(iter(_LOADED)))
        entry.steps = total
        return entry.kernel.serve(program)


#: Of the latest programs: to read all operations takes as long as some runs.
_HASHES: deque[tuple[Program, str]] = deque(maxlen=8)


def _hash_structure(program: Program) -> str:
    """Fingerprint what the code is made from: all of a program but the numbers of its inputs."""
    for known, found in tuple(_HASHES):
        if known is program:
            return found
    text = repr(
        (
            program.nodes,
            program.states,
            program.pasts,
            [(parameter.kind, parameter.name, parameter.cell) for parameter in program.parameters],
            [(table.form, table.name) for table in program.tables],
            list(program.outputs.items()),
            list(program.ranges.items()),
        )
    )
    found = hashlib.sha256(text.encode()).hexdigest()
    _HASHES.append((program, found))
    return found


@cache
def _describe_processor() -> list[Any]:
    return [
        [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()],
        [llvm.llvm_version_info, sys.platform],
    ]


def _name(text: str, level: int) -> str:
    return hashlib.sha256(f"{level} {text}".encode()).hexdigest()[:32] + ".kernel"


def _find(program: Program, text: str, least: int) -> tuple[Kernel | None, int]:
    """Look on the disk for code of a level or a better one, and say which level it has.

    What is there and cannot be trusted is to be made again at its level, so that the warning
    comes once.
    """
    for level in range(WELL, least - 1, -1):
        name = _name(text, level)
        if has_entry(name):
            return _read_stored(program, name), level
    return None, least


def _read_stored(program: Program, name: str) -> Kernel | None:
    # The cache has checked every byte: a wrong size among them would crash the process.
    stored = read_entry(name)
    if stored is None:
        return None
    head, _, machine_code = stored.partition(b"\n")
    layout = json.loads(head)["layout"]
    return Kernel(program, Layout(**{**layout, "varied": tuple(layout["varied"])}), machine_code)


def _compile(
    program: Program,
    text: str,
    wanted: Sequence[int],
    varied: Sequence[int],
    width: int,
    level: int,
    say: Callable[[str], None] | None,
) -> Kernel:
    if say is not None and level == WELL and len(program.nodes) > _LONG:
        say("compiling the model for this computer, once ...")
    schedule = make_schedule(program, wanted)
    generate = generate_code if len(schedule.nodes) < _MANY else generate_loops
    code = generate(schedule, varied, width)
    machine_code = assemble(code, level)
    head = json.dumps({"layout": asdict(code.layout)})
    store_entry(_name(text, level), head.encode() + b"\n" + machine_code)
    return Kernel(program, code.layout, machine_code)


def assemble(code: Code, level: int = WELL) -> bytes:
    """Turn LLVM's language into machine code for this computer.

    Parameters
    ----------
    code : Code
        What `engine.compile.codegen.generate_code` wrote.
    level : int
        `QUICK` or `WELL`.

    Returns
    -------
    bytes
        An object file.
    """
    machine = _find_target(level)
    module = llvm.parse_assembly(code.text)
    module.verify()
    return bytes(machine.emit_object(module))


def _find_target(level: int = WELL) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        codemodel="jitdefault",
        jit=True,
    )


@dataclass
class JoinedTables:
    """All tables one after another, as the code reads them.

    Parameters
    ----------
    program : Program
        The model.
    replaced : mapping of int to (x, y)
        Points that replace those of a table.
    """

    program: Program
    replaced: Mapping[int, Points]

    @cached_property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Give x, y and slopes, joined, and the tables' offsets, counts and lower ends."""
        xs, ys, slopes, offsets, counts, lows = [], [], [], [], [], []
        offset = 0
        for place, table in enumerate(self.program.tables):
            x, y = (np.asarray(part) for part in self.replaced.get(place, (table.x, table.y)))
            slope = np.zeros(len(x))
            if table.form != "hold_backward":
                slope[:-1] = np.diff(y) / np.diff(x)
            if table.form == "extrapolate":
                slope[-1] = slope[-2]
            xs.append(x)
            ys.append(y)
            slopes.append(slope)
            offsets.append(offset)
            counts.append(len(x))
            lows.append(-np.inf if table.form == "extrapolate" else x[0])
            offset += len(x)
        return (
            *(np.concatenate([*part, np.zeros(0)]) for part in (xs, ys, slopes)),
            np.array(offsets, dtype=np.int64),
            np.array(counts, dtype=np.int64),
            np.array(lows, dtype=float),
        )

    @cached_property
    def pointers(self) -> list[int]:
        """Give the addresses of the arrays."""
        return [get_address(array) for array in self.arrays]


def _fail_all(values: Floats, failed: Integers, step: int, kept: Integers) -> None:
    """Mark every run as failed from a step on, unless it failed earlier."""
    late = (failed < 0) | (failed > step)
    failed[late] = step
    slots = kept[step:]
    slots = slots[slots >= 0]
    if len(slots):
        values[:, slots.min() :, :] = np.nan


def allocate(count: int) -> Floats:
    """Make an array whose first number lies where the code's vectors may begin."""
    raw = np.empty(count + _ALIGNED // 8)
    skip = (-raw.ctypes.data % _ALIGNED) // 8
    return raw[skip : skip + count]


def get_address(array: NDArray[Any]) -> int:
    """Give the place of an array in memory."""
    return int(array.ctypes.data)
