"""Fifty random settings give the kernel's numbers to a billionth, in Chromium and in wasmtime."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.loading import load_model
from smecluster.model import simulate_many
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.run.portable import make_portable
from smecluster.policies.levers import read_levers
from smecluster.policies.strategy import load
from tests.policies.desk.random_settings import draw_settings

COUNT, SEED, YEAR = 50, 20251128, 2040
OUTCOMES = ["value added", "Employment", "Local public debt", "Net national benefit account"]
# As levels: the accounts begin at zero, and what is summed since 2025 is a difference.
WITHIN = 1e-9


@pytest.fixture(scope="module")
def model():
    return load_model()


def run_kernel(model, strategies, assumed):
    """Run each strategy, with its constants, by the kernel: an array (run, outcome cell)."""
    rows = [
        load(path).plan(model).inputs | more for path, more in zip(strategies, assumed, strict=True)
    ]
    usual = load("as-now").plan(model).inputs
    table = pd.DataFrame(rows)
    index = InputIndex(model.program)
    for name in table.columns[table.isna().any()]:
        place = next(iter(index.resolve({name: 0.0}, False).values))
        table[name] = table[name].fillna(usual.get(name, model.program.parameters[place].value))
    runs = simulate_many(model, table, OUTCOMES, [YEAR], within_ranges=False)
    parts = [runs[name].values.reshape(len(rows), -1) for name in OUTCOMES]
    return np.concatenate(parts, axis=1)


def test_in_chromium(open_desk, model, tmp_path):
    page = open_desk()
    content = page.evaluate(
        "(({levers, regions, assumptions}) => ({levers, regions, assumptions}))(desk.content)"
    )
    settings = draw_settings(content, COUNT, SEED)
    mine = page.evaluate(
        """([list, names, year]) => list.map((settings) => {
          const {future, past} = desk.engine.line(listInputs(desk.content, settings),
            settings.assume, year);
          if (past.failed[0] >= 0 || future.failed[0] >= 0) return null;
          return names.flatMap((name) => future.rows.get(name).cells.map(
            (cell) => future.series(name, cell).at(-1)[0]));
        })""",
        [settings, OUTCOMES, YEAR],
    )
    paths = []
    for number, one in enumerate(settings):
        text = page.evaluate("one => writeStrategy(desk.content, one, 'Random')", one)
        path = tmp_path / f"random-{number}.toml"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    known = run_kernel(model, paths, [one["assume"] for one in settings])
    sound = [at for at, row in enumerate(mine) if row is not None]
    assert len(sound) >= COUNT - 5
    assert {at for at, row in enumerate(known) if np.isfinite(row).all()} == set(sound)
    np.testing.assert_allclose([mine[at] for at in sound], known[sound], rtol=WITHIN)


def test_in_wasmtime(model):
    pytest.importorskip("wasmtime")
    from tests.model.engine.run.test_portable import Host

    content = {
        "levers": [{"name": one.name, "most": one.share[1]} for one in read_levers()],
        "regions": [{"name": region} for region in model.regions],
        "assumptions": [
            {"name": "copying rate", "low": 0.01, "high": 0.118},
            {"name": "weight of distinctness", "low": 0.05, "high": 0.599},
        ],
    }
    host = Host(make_portable(model, OUTCOMES))
    index = InputIndex(model.program)
    clock = compute_times(model.program, host.portable.defaults, {}, [YEAR])
    rows = [make_inputs(content, one, model) for one in draw_settings(content, COUNT, SEED)]
    theirs = simulate_many(model, pd.DataFrame(rows), OUTCOMES, [YEAR], within_ranges=False)
    known = np.concatenate([theirs[name].values.reshape(COUNT, -1) for name in OUTCOMES], axis=1)
    for first in range(0, COUNT, 2):
        pair = rows[first : first + 2]
        inputs = {
            place: [one[name] for one in pair]
            for name in pair[0]
            for place in index.resolve({name: 0.0}, False).values
        }
        mine = host.run(clock.all, clock.kept, inputs)[:, 0, :].T
        np.testing.assert_allclose(mine, known[first : first + 2], rtol=WITHIN)


def make_inputs(content, settings, model):
    """Write settings as inputs of the model, each lever's money apart."""
    from smecluster.policies.menu import read_menu
    from smecluster.policies.plan import carry_on

    menu = read_menu(model)
    values = dict(carry_on(menu).inputs) | settings["assume"]
    for region in (*model.regions, None):
        programme = settings["central" if region is None else "local"]
        levers = programme.get("places", {}).get(region, programme["levers"])
        total = sum(levers.values())
        values |= menu.set_programme("programme share", region, total)
        for quantity in ("start", "ramp", "end"):
            values |= menu.set_programme(f"programme {quantity}", region, programme[quantity])
        for lever in menu.levers:
            part = levers.get(lever, 0.0) / total if total else 0.0
            values |= menu.set_allocation(lever, region, part)
    return values
