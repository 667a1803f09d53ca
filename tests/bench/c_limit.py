"""The practical limit: the same equations as C, compiled with everything gcc can do.

The code is written for one program, one choice of outputs and of varied parameters, with a
loop over runs inside of the loop over time that gcc turns into vector instructions, and
glibc's vector functions for ``exp``, ``log`` and ``pow``. It checks nothing.
"""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.compile.kernel import Batch
from smecluster.model.engine.compile.simplify import find_moving
from smecluster.model.engine.graph.clock import Times
from smecluster.model.engine.graph.graph import LOGICAL, Program, list_operands, list_reached
from smecluster.model.engine.graph.interpreter import Interpreter

LANES = 64
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-shared", "-fPIC")

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "eq": "=="}
_INFIX |= {"ne": "!="}
_CALLS = {"pow": "pow", "exp": "exp", "ln": "log", "sqrt": "sqrt", "abs": "fabs"}
_CALLS |= {"min": "fmin", "max": "fmax", "trunc": "trunc", "floor": "floor"}


class Limit:
    """A program as a shared library.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to keep.
    varied : sequence of int
        Parameters that differ among runs.
    folder : Path
        Where the code and the library go.
    """

    def __init__(
        self, program: Program, wanted: Sequence[int], varied: Sequence[int], folder: Path
    ) -> None:
        self.program, self.wanted, self.varied = program, list(wanted), list(varied)
        nodes = program.nodes
        self.moving = find_moving(nodes)
        self.lane: list[bool] = []
        for node in nodes:
            self.lane.append(
                node[0] in ("state", "past")
                or (node[0] == "param" and node[1] in self.varied)
                or any(self.lane[operand] for operand in list_operands(node))
            )
        after = [following for _, following in program.states]
        self.order = list_reached(program.nodes, [*after, *wanted])
        read = (
            {
                operand
                for place in self.order
                if self.lane[place] and self.moving[place]
                for operand in list_operands(nodes[place])
            }
            | set(after)
            | set(wanted)
        )
        fixed = {p for p in read if nodes[p][0] not in ("const", "true", "state")}
        self.still = sorted(p for p in fixed if not self.lane[p] and not self.moving[p])
        self.steps = sorted(p for p in fixed if not self.lane[p] and self.moving[p])
        self.kept = sorted(p for p in fixed if self.lane[p] and not self.moving[p])
        source, library = folder / "limit.c", folder / "limit.so"
        source.write_text(self._source())
        subprocess.run(["gcc", *FLAGS, "-o", library, source, "-lm"], check=True)
        self._block = ctypes.CDLL(str(library)).block

    def time(self, batch: Batch, clock: Times, repeats: int = 5) -> float:
        """Measure the loop over time, in seconds of the processor for a run.

        Parameters
        ----------
        batch : Batch
            The runs; their number must be a multiple of `LANES`.
        clock : Times
            The times of a run.
        repeats : int
            The median of so many measurements is taken.

        Returns
        -------
        float
        """
        work = self.prepared(batch, clock)
        taken = []
        for _ in range(repeats + 1):
            began = time.process_time()
            work()
            taken.append(time.process_time() - began)
        return statistics.median(taken[1:]) / batch.runs

    def prepared(self, batch: Batch, clock: Times) -> Callable[[], NDArray[np.float64]]:
        """Compute what does not differ among runs, and give the loop over time.

        Parameters
        ----------
        batch, clock
            As for `time`.

        Returns
        -------
        callable
            Carries out the runs and gives their outputs (node, time kept, run).
        """
        program, runs = self.program, batch.runs
        common = Interpreter(program, batch.parameters)
        uniform = [
            place
            for place in list_reached(program.nodes, [*self.still, *self.steps])
            if not self.lane[place]
        ]
        once = common.compute([place for place in uniform if not self.moving[place]], {})
        later = [place for place in uniform if self.moving[place]]
        still = np.array([once[place] for place in self.still] + [0.0], dtype=float)
        steps = np.empty((len(clock.all), len(self.steps) + 1))
        for row, now in zip(steps, clock.all.tolist(), strict=True):
            values = common.compute(later, dict(once), now)
            row[:-1] = [values[place] for place in self.steps]
        own = Interpreter(
            program,
            [batch.varied.get(place, value) for place, value in enumerate(batch.parameters)],
        )
        first = [initial for initial, _ in program.states]
        begun = own.compute(
            list_reached(program.nodes, [*first, *self.kept]), {}, float(clock.all[0])
        )
        kept = np.zeros((max(1, len(self.kept)), runs))
        for row, place in zip(kept, self.kept, strict=False):
            row[:] = begun[place]
        states = np.array([np.broadcast_to(begun[place], runs) for place in first], dtype=float)
        slots = int(clock.kept.max()) + 1
        out = np.empty((len(self.wanted), slots, runs))
        arrays = [still, steps, clock.kept, kept, states, out]

        def work() -> NDArray[np.float64]:
            self._block(
                *[ctypes.c_long(number) for number in (runs, len(clock.all) - 1, slots)],
                *[ctypes.c_void_p(array.ctypes.data) for array in arrays],
            )
            return out

        return work

    def _source(self) -> str:
        program = self.program
        after = [following for _, following in program.states]
        every = self._body(after) + [
            f"      next[{place}][l] = {self._name(node)};" for place, node in enumerate(after)
        ]
        saved = self._body(self.wanted) + [
            f"        out[({place} * slots + slot) * runs + r + l] = {self._name(node)};"
            for place, node in enumerate(self.wanted)
        ]
        states, kept = len(after), max(1, len(self.kept))
        return "\n".join(
            [
                "#include <math.h>",
                "#include <string.h>",
                *self._tables(),
                "void block(long runs, long steps, long slots, const double *still,",
                "  const double *moving, const long *save, const double *given,",
                "  const double *first, double *out) {",
                f"  double state[{states}][{LANES}] __attribute__((aligned(64)));",
                f"  double next[{states}][{LANES}] __attribute__((aligned(64)));",
                f"  double keep[{kept}][{LANES}] __attribute__((aligned(64)));",
                f"  for (long r = 0; r < runs; r += {LANES}) {{",
                f"  for (long s = 0; s < {states}; s++)",
                f"    memcpy(state[s], first + s * runs + r, {LANES} * sizeof(double));",
                f"  for (long s = 0; s < {len(self.kept)}; s++)",
                f"    memcpy(keep[s], given + s * runs + r, {LANES} * sizeof(double));",
                "  for (long k = 0; k <= steps; k++) {",
                f"    const double *row = moving + k * {len(self.steps) + 1};",
                "    const long slot = save[k];",
                "    if (slot >= 0) {",
                "#pragma omp simd",
                f"      for (int l = 0; l < {LANES}; l++) {{",
                *saved,
                "      }",
                "    }",
                "#pragma omp simd",
                f"    for (int l = 0; l < {LANES}; l++) {{",
                *every,
                "    }",
                "    memcpy(state, next, sizeof(state));",
                "  }}",
                "}",
            ]
        )

    def _body(self, roots: Sequence[int]) -> list[str]:
        lines = []
        for place in list_reached(self.program.nodes, roots):
            node = self.program.nodes[place]
            if self.lane[place] and self.moving[place] and node[0] != "state":
                lines.append(f"      const double v{place} = {self._expression(place)};")
        return lines

    def _expression(self, place: int) -> str:
        op, *rest = self.program.nodes[place]
        used = [self._name(operand) for operand in list_operands(self.program.nodes[place])]
        if op in _INFIX:
            written = f"{used[0]} {_INFIX[op]} {used[1]}"
            return f"({written}) ? 1.0 : 0.0" if op in LOGICAL else written
        if op in _CALLS:
            return f"{_CALLS[op]}({', '.join(used)})"
        if op == "table":
            return f"table{rest[0]}({used[0]})"
        # Truth values are numbers: gcc gives up on a loop in which it meets a branch.
        simple = {
            "neg": "-{0}",
            "not": "1.0 - {0}",
            "float": "{0}",
            "select": "{2} + {0} * ({1} - {2})",
            "and": "{0} * {1}",
            "or": "fmax({0}, {1})",
        }
        return simple[op].format(*used)

    def _name(self, place: int) -> str:
        op, *rest = self.program.nodes[place]
        if op == "const":
            return f"({float(rest[0])!r})".replace("inf", "INFINITY")
        if op == "true":
            return str(int(rest[0]))
        if op == "state":
            return f"state[{rest[0]}][l]"
        if self.lane[place] and self.moving[place]:
            return f"v{place}"
        if self.lane[place]:
            return f"keep[{self.kept.index(place)}][l]"
        if self.moving[place]:
            return f"row[{self.steps.index(place)}]"
        return f"still[{self.still.index(place)}]"

    def _tables(self) -> list[str]:
        """Write tables without branches: a sum of pieces, each held outside of its range."""
        lines = []
        for place, table in enumerate(self.program.tables):
            terms = [repr(table.y[0])]
            for j in range(len(table.x) - 1):
                width = table.x[j + 1] - table.x[j]
                slope = (table.y[j + 1] - table.y[j]) / width
                terms.append(f"({slope!r}) * fmin(fmax(x - ({table.x[j]!r}), 0.0), {width!r})")
            lines.append(
                f"static inline double table{place}(double x) {{ return {' + '.join(terms)}; }}"
            )
        return lines
