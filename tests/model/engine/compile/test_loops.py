"""Code in loops computes the same digits as code that is written out."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.engine.compile import kernel
from smecluster.model.engine.compile.codegen import generate_code
from smecluster.model.engine.compile.groups import find_groups
from smecluster.model.engine.compile.kernel import Batch, Kernel, Result, assemble
from smecluster.model.engine.compile.loops import generate_loops
from smecluster.model.engine.compile.schedule import make_schedule
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.run.runs import RunError
from smecluster.model.file.regions import read_regions, set_regions

DATA = Path(__file__).parents[2] / "data"

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 3 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = 0.5 ~~|\n"
# Every way in which towns can depend on one another.
TOWNS = (
    CLOCK
    + "Town: (T1-T12) ~~|\nRival <-> Town ~~|\nGood: food, cloth ~~|\n"
    + "size[Town] = "
    + ", ".join(f"{1 + at / 7:.4f}" for at in range(12))
    + " ~~|\n"
    + "taste[Town, Good] = "
    + "; ".join(f"{0.2 + at / 40}, {0.9 - at / 30}" for at in range(12))
    + "; ~~|\n"
    "rate = 0.05 ~~|\nthreshold = 18 ~~|\n"
    "people[Town] = INTEG(rate * people[Town] * (1 - people[Town] / all people) - away[Town], "
    "size[Town]) ~~|\n"
    "all people = SUM(people[Town!]) ~~|\n"
    "others[Town] = SUM(people[Rival!]) - people[Town] ~~|\n"
    "away[Town] = IF THEN ELSE(all people > threshold, SQRT(others[Town]) / 100, 0) ~~|\n"
    "demand[Town, Good] = taste[Town, Good] * people[Town] ^ taste[Town, food] ~~|\n"
    "traded[Good] = SUM(demand[Town!, Good]) ~~|\n"
    "largest = VMAX(people[Town!]) ~~|\n"
    "first and last = people[T1] - people[T12] + size[T3] ~~|\n"
    "pull[Town] = SUM(IF THEN ELSE(people[Rival!] > people[Town], people[Rival!], 0)) ~~|\n"
    "late[Town] = DELAY FIXED(demand[Town, food], 0.5, 0) ~~|\n"
    "slow[Town] = DELAY3(people[Town], 2) ~~|\n"
    "curve[Town]((0,0),(2,3),(5,4)) ~~|\n"
    "seen[Town] = curve[Town](people[Town]) + SMOOTH(others[Town], 1.5) ~~|\n"
)


def run(
    m: model.Model, generate: object, runs: int, width: int = 8, extra: tuple[str, ...] = ()
) -> Result:
    """Run a model some times, with every tenth of its constants, and those named, varied."""
    program = m.program
    parameters = InputIndex(program).resolve({}).parameters(program)
    clock = compute_times(program, parameters, {})
    wanted = select_outputs(program, None).nodes
    varied = [
        place
        for place, parameter in enumerate(program.parameters)
        if parameter.kind == "constant"
        and not parameter.name.isupper()
        and (place % 10 == 0 or parameter.name in extra)
    ]
    draw = np.random.default_rng(1)
    inputs = {place: parameters[place] * draw.uniform(0.9, 1.1, runs) for place in varied}
    code = generate(make_schedule(program, wanted), varied, width)  # type: ignore[operator]
    batch = Batch(clock.all, clock.kept, parameters, inputs, {}, runs)
    return Kernel(program, code.layout, assemble(code)).run(batch, len(wanted), workers=2)


def assert_same(m: model.Model, runs: int = 21, extra: tuple[str, ...] = ()) -> None:
    loops = run(m, generate_loops, runs, extra=extra)
    written_out = run(m, generate_code, runs, extra=extra)
    np.testing.assert_array_equal(loops.failed, written_out.failed)
    np.testing.assert_array_equal(loops.values, written_out.values)
    failed = loops.failed >= 0
    np.testing.assert_array_equal(loops.states[:, failed], written_out.states[:, failed])


@pytest.mark.parametrize("name", ["functions", "delays", "lookups", "subscripts", "two_towns"])
def test_every_function_gives_the_same_digits(name: str) -> None:
    assert_same(model.load(DATA / f"{name}.mdl"))


def test_towns_that_depend_on_one_another_give_the_same_digits(tmp_path: Path) -> None:
    path = tmp_path / "towns.mdl"
    path.write_text(TOWNS)
    assert_same(model.load(path), extra=("rate", "threshold"))


def test_runs_that_fail_do_so_at_the_same_time_and_with_the_same_stocks(tmp_path: Path) -> None:
    path = tmp_path / "towns.mdl"
    # A root of a negative number: at a time that differs among the runs, or never.
    usual = "IF THEN ELSE(all people > threshold, SQRT(others[Town]) / 100, 0)"
    assert usual in TOWNS
    path.write_text(TOWNS.replace(usual, "SQRT(threshold - 15 - Time) * others[Town] / 900"))
    m = model.load(path)
    found = run(m, generate_loops, 21, extra=("rate", "threshold"))
    assert 0 < (found.failed >= 0).sum() < 21
    assert found.failed.max() > 0
    assert_same(m, extra=("rate", "threshold"))


def test_the_reason_of_a_failure_is_found_in_loops_too(tmp_path, monkeypatch) -> None:
    path = tmp_path / "towns.mdl"
    path.write_text(TOWNS.replace("SQRT(others[Town])", "SQRT(others[Town] - 2 * threshold)"))
    reasons = []
    for many in (10**9, 0):
        monkeypatch.setattr(kernel, "_MANY", many)
        monkeypatch.setattr(kernel, "_LOADED", {})
        monkeypatch.setattr(kernel, "_read_stored", lambda *_: None)
        with pytest.raises(RunError) as caught:
            model.simulate(model.load(path))
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[1]
    assert "away" in reasons[0]


def test_the_shipped_model_gives_the_same_digits() -> None:
    m = model.load()
    loops = run(m, generate_loops, 3, width=4)
    np.testing.assert_array_equal(loops.values, run(m, generate_code, 3, width=4).values)


def test_the_code_does_not_grow_with_the_number_of_regions() -> None:
    shipped = model.load().text
    known = read_regions(shipped)
    sizes = []
    for count in (9, 18):
        chosen = [replace(known[at % 3], name=f"region {at + 1}") for at in range(count)]
        program = model.Model(set_regions(shipped, chosen), Path("regions.mdl")).program
        schedule = make_schedule(program, select_outputs(program, None).nodes)
        found = find_groups(schedule, schedule.checks, frozenset())
        counts = Counter(len(group.members) for group in found.groups)
        # Most of what is done is done for each region.
        assert counts[count] > counts.total() / 2
        sizes.append(len(found.groups))
    assert sizes[1] <= sizes[0] * 1.01
