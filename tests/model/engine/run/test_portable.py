"""A model compiled for a browser gives the kernel's numbers, here in wasmtime."""

import numpy as np
import pytest

from smecluster.calibration.drawing import draw_values
from smecluster.calibration.loading import load_model
from smecluster.model import load, simulate, simulate_many
from smecluster.model.engine.compile.webassembly import EXPORTED, finish_object
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.run.portable import make_portable

wasmtime = pytest.importorskip("wasmtime")
WORD, PAGE = 8, 65536
OUTPUTS = ["value added", "Employment", "Net national benefit account"]


class Host:
    """What the page does, in Python: arrays in linear memory, and two calls."""

    def __init__(self, portable):
        self.portable = portable
        store = self.store = wasmtime.Store()
        module = wasmtime.Module(store.engine, portable.module.content)
        self.memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(4000, None)))
        kind = wasmtime.FuncType([wasmtime.ValType.f64()], [wasmtime.ValType.f64()])
        given = {
            name: wasmtime.Func(store, kind, getattr(np, name.replace("a", "arc", 1), np.sin))
            for name in portable.module.imports
        }
        given["__linear_memory"] = self.memory
        exports = wasmtime.Instance(store, module, [given[i.name] for i in module.imports]).exports(
            store
        )
        self.prepare, self.block = (exports[name] for name in EXPORTED)

    def place(self, array):
        address, content = self.free, np.ascontiguousarray(array).tobytes()
        self.memory.write(self.store, content, address)
        self.free += -(-len(content) // 16) * 16
        return address

    def run(self, times, kept, inputs):
        """Run two runs; `inputs` maps parameters to a value each."""
        p, layout = self.portable, self.portable.layout
        self.free = p.module.data
        t = p.tables
        tables = [self.place(np.array(t[name])) for name in ("x", "y", "slopes")]
        tables += [self.place(np.array(t[name], dtype=np.int64)) for name in ("offsets", "counts")]
        tables.append(self.place(np.array(t["lows"])))
        rows = np.array([inputs.get(at, [p.defaults[at]] * 2) for at in layout.varied], dtype=float)
        steps, slots, wanted = (
            len(times) - 1,
            int(kept.max()) + 1,
            sum(len(c) for _, c in p.outputs),
        )
        sizes = [layout.still, (steps + 1) * layout.moving, wanted * slots * 2, 2]
        sizes += [
            layout.dumped * 2,
            layout.kept * 2,
            layout.dumped * 2,
            (steps + 1) * layout.pasts * 2,
        ]
        given = [self.place(part) for part in (np.array(p.defaults), rows, times, kept)]
        still, moving, out, failed, dump, keep, states, history = (
            self.place(np.zeros(max(1, size))) for size in sizes
        )
        self.prepare(self.store, given[0], *tables, given[2], steps, still, moving)
        self.block(
            self.store,
            *[given[1], 2, 0, 2, *tables, steps, still, moving, given[3], slots],
            *[out, failed, dump, keep, states, history],
        )
        content = self.memory.read(self.store, out, out + wanted * slots * 2 * WORD)
        return np.frombuffer(bytes(content)).reshape(wanted, slots, 2)


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def host(model):
    return Host(make_portable(model, OUTPUTS))


def test_fifty_draws_of_the_calibration_agree_to_a_billionth(model, host):
    draws = draw_values(None, 50, 3, model.regions)
    program = model.program
    clock = compute_times(program, host.portable.defaults, {}, [2000, 2040])
    index = InputIndex(program)
    theirs = simulate_many(model, draws, OUTPUTS, [2000, 2040])
    worst = 0.0
    for first in range(0, len(draws), 2):
        pair = draws.iloc[first : first + 2]
        inputs = {
            place: pair[name].tolist()
            for name in pair.columns
            for place in index.resolve({name: 0.0}, within_ranges=False).values
        }
        mine = host.run(clock.all, clock.kept, inputs)
        row = 0
        for name, cells in host.portable.outputs:
            for cell in cells:
                known = theirs[name].isel(run=slice(first, first + 2))
                known = (known.sel(Region=cell) if cell else known).transpose("time", "run").values
                worst = max(worst, np.abs(mine[row] / known - 1).max())
                row += 1
    assert worst < 1e-9


def test_a_model_without_regions_runs_alike(tmp_path):
    path = tmp_path / "tank.mdl"
    path.write_text(
        "{UTF-8}\nwater = INTEG(inflow - water / delay, 5) ~ l ~~|\n"
        "inflow = 3 + SIN(Time) ~ l/s ~~|\n"
        "delay = 4 ~ s ~~|\nlevel = LN(1 + water) ~ l ~~|\nINITIAL TIME = 0 ~~~|\n"
        "FINAL TIME = 20 ~~~|\nTIME STEP = 0.25 ~~~|\nSAVEPER = 1 ~~~|\n",
        encoding="utf-8",
    )
    tank = load(path)
    portable = make_portable(tank, ["water", "level"], ["delay"])
    assert portable.varied == ("delay",)
    clock = compute_times(tank.program, portable.defaults, {})
    mine = Host(portable).run(clock.all, clock.kept, {portable.layout.varied[0]: [4.0, 2.0]})
    for run, delay in enumerate((4.0, 2.0)):
        known = simulate(tank, {"delay": delay}, outputs=["water", "level"])
        for row, name in enumerate(("water", "level")):
            np.testing.assert_allclose(mine[row, :, run], known[name].values, rtol=1e-12)


def test_what_is_no_object_is_refused():
    with pytest.raises(ValueError, match="no WebAssembly object"):
        finish_object(bytes(20))
