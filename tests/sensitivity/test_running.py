"""A study can be stopped at any moment and goes on: no run is lost, none is made twice."""

import errno
import itertools
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smecluster
from smecluster import model
from smecluster.model import simulate
from smecluster.model.engine.read.values import read_values
from smecluster.model.engine.run.dask import ClusterLostError
from smecluster.model.errors import InputError
from smecluster.sensitivity import running
from smecluster.sensitivity.analysis.compute import analyse
from smecluster.sensitivity.design.crossing import cross
from smecluster.sensitivity.design.study import load_study
from smecluster.sensitivity.report.sentences import describe_analysis
from smecluster.sensitivity.running import plan_runs, run_study
from smecluster.sensitivity.store import folder as store

ROOT = Path(smecluster.__file__).parents[1]
RUNNER = """
import sys
from pathlib import Path
import smecluster
from smecluster import model
from smecluster.sensitivity.running import plan_runs, run_study
from smecluster.sensitivity.design.study import load_study
text, study, folder, part = sys.argv[1:]
m = model.load(text)
run_study(plan_runs(load_study(study), m), m, Path(folder), part=int(part) or None)
"""


def files(folder):
    """Give the parts of a store, and when each was made."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("runs/*/*/0*.parquet")}


def start(m, study, folder, part, stderr=None):
    text = study.with_suffix(".mdl")
    text.write_text(m.text, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(text), str(study), str(folder), str(part)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=stderr,
        text=True,
    )


def same(one, other):
    for scenario in range(len(one.scenarios)):
        pd.testing.assert_frame_equal(
            one.table(scenario=scenario), other.table(scenario=scenario), check_exact=True
        )


@pytest.fixture(scope="module")
def whole(tmp_path_factory, m, study):
    """Give the results of the small study, made without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    run_study(plan_runs(study, m), m, folder, part=28)
    return store.read_store(folder)


def test_a_run_is_the_models_run_with_the_inputs_of_its_row(m, study, whole):
    row = whole.design.values(100, 101)
    factors = {name: row[name].item() for name in ("spin off rate", "brand premium")}
    values = read_values(m.text)["initial talent"]
    own = {  # the multipliers act on the own values of the regions
        f"initial talent[{region}]": row[f"initial talent[{region}]"].item() * value
        for (region,), value in values.items()
    }
    run_alone = simulate(
        m, {**study.settings, **factors, **own}, outputs=["value added"], years=[2040]
    )
    found = whole.table().iloc[100]
    for region in m.regions:
        assert found[f"value added, {region}, 2040"] == pytest.approx(
            float(run_alone["value added"].sel(Region=region).item()), rel=1e-9
        )


def test_neither_parts_nor_workers_change_the_results(m, study, whole, tmp_path):
    made = run_study(plan_runs(study, m), m, tmp_path, workers=1, part=999)
    assert made.new == made.runs == whole.runs
    same(store.read_store(tmp_path), whole)


def test_what_is_done_is_not_done_again(m, study, whole):
    before = files(whole.folder)
    made = run_study(plan_runs(study, m), m, whole.folder, part=28)
    assert made.new == 0
    assert files(whole.folder) == before


def killed(begin, folder, moments):
    """Kill a study at each of some moments, counted in new parts; then let it end."""
    kills = 0
    for moment in moments:
        before = files(folder)
        process = begin()
        while process.poll() is None and len(files(folder)) < len(before) + moment:
            time.sleep(0.002)
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        assert before.items() <= files(folder).items(), "a finished part was lost, or made twice"
    assert begin().wait() == 0
    return kills


class Forked:
    """A copy of this process that makes a study: it need not compile the model again."""

    def __init__(self, *arguments, **options):
        fork = multiprocessing.get_context("fork")
        self._process = fork.Process(target=run_study, args=arguments, kwargs=options)
        self._process.start()

    def poll(self):
        return self._process.exitcode

    def kill(self):
        self._process.kill()

    def wait(self):
        self._process.join()
        return self._process.exitcode


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_killed_study_goes_on(study, m, whole, tmp_path):
    manifest = plan_runs(study, m)
    kills = killed(lambda: Forked(manifest, m, tmp_path, part=7, workers=1), tmp_path, [1, 2, 4])
    assert kills == 3
    same(store.read_store(tmp_path), whole)


@pytest.mark.slow
def test_a_study_killed_twenty_times_is_the_uninterrupted_one(small, m, tmp_path):
    study = tmp_path / "small.toml"
    study.write_text(small.replace("size = 32", "size = 1024"))
    draw = random.Random(5)
    kills = killed(
        lambda: start(m, study, tmp_path / "store", 56),
        tmp_path / "store",
        [draw.randint(1, 4) for _ in range(20)],
    )
    assert kills == 20
    run_study(plan_runs(load_study(study), m), m, tmp_path / "whole", part=56)
    found, expected = store.read_store(tmp_path / "store"), store.read_store(tmp_path / "whole")
    assert found.complete
    same(found, expected)
    pd.testing.assert_frame_equal(
        analyse(found).tables["indices"], analyse(expected).tables["indices"], check_exact=True
    )


def test_a_second_process_is_refused_in_one_line(small, study, m, tmp_path):
    text = tmp_path / "small.toml"
    text.write_text(small)
    with store.open_store(tmp_path / "store", plan_runs(study, m)):
        process = start(m, text, tmp_path / "store", 28, subprocess.PIPE)
        _, said = process.communicate()
    assert process.returncode
    assert f"in use by process {os.getpid()}" in said.splitlines()[-1]


def test_a_damaged_part_is_made_again_and_no_other(m, study, whole, tmp_path):
    run_study(plan_runs(study, m), m, tmp_path, part=28)
    before = files(tmp_path)
    harmed = sorted(before)[3]
    harmed.write_bytes(harmed.read_bytes()[:-100])
    made = run_study(plan_runs(study, m), m, tmp_path, part=28)
    assert made.new == 28
    after = files(tmp_path)
    assert {path for path in after if after[path] != before[path]} == {harmed}
    same(store.read_store(tmp_path), whole)


def test_a_full_disk_ends_in_one_line_and_the_study_goes_on_once_there_is_room(
    m, study, whole, tmp_path, monkeypatch
):
    written = []
    real = Path.write_bytes

    def full(path, content):
        if path.suffix == ".parquet":
            written.append(path)
            if len(written) > 3:
                real(path, content[:50])  # what still fits
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError) as caught:
        run_study(plan_runs(study, m), m, tmp_path, part=28)
    said = str(caught.value)
    assert "No space left on device; 84 of 224 runs are kept in" in said
    assert said.endswith(f"{tmp_path}: the same command resumes there")
    assert store.read_store(tmp_path).done().sum() == 84
    monkeypatch.undo()
    made = run_study(plan_runs(study, m), m, tmp_path, part=28)
    assert made.new == 224 - 84
    same(store.read_store(tmp_path), whole)


def test_runs_that_came_back_before_the_cluster_was_lost_are_kept(
    m, study, whole, tmp_path, monkeypatch
):
    real = running.stream

    def lose(*given, **options):
        yield from itertools.islice(real(*given, **options), 3)
        raise ClusterLostError("the Dask scheduler at tcp://here has gone")

    monkeypatch.setattr(running, "stream", lose)
    with pytest.raises(InputError) as caught:
        run_study(plan_runs(study, m), m, tmp_path, part=28)
    assert str(caught.value) == (
        "the Dask scheduler at tcp://here has gone; 84 of 224 runs are kept in "
        f"{tmp_path}: the same command resumes there"
    )
    monkeypatch.undo()
    assert run_study(plan_runs(study, m), m, tmp_path, part=28).new == 224 - 84
    same(store.read_store(tmp_path), whole)


def test_a_study_grows_and_keeps_its_runs(m, study, whole, tmp_path):
    run_study(plan_runs(study.resized(16), m), m, tmp_path, part=28)
    before = files(tmp_path)
    made = run_study(plan_runs(study, m), m, tmp_path, part=28)
    assert made.new == 112
    assert before.items() <= files(tmp_path).items()
    same(store.read_store(tmp_path), whole)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seed = 3", "seed = 4", "a different study"),
        ("within = 0.5", "within = 0.4", "a different study"),
        ("year = 2040", "year = 2039", "a different study"),
        ('name = "sobol"', 'name = "morris"', "a different study"),
        ('"TIME STEP" = 0.125', '"TIME STEP" = 0.0625', "a different study"),
    ],
)
def test_a_changed_study_is_refused(before, after, said, m, made, small, whole):
    other = made(small.replace(before, after))
    with pytest.raises(InputError, match=f"{said}.*--restart"):
        run_study(plan_runs(other, m), m, whole.folder)


def test_a_changed_model_or_changed_data_are_refused(study, whole, m):
    alone = model.load(regions=[model.Region(name, {}, {}) for name in m.regions[::-1]])
    with pytest.raises(InputError, match="a different model"):
        run_study(plan_runs(study, alone), alone, whole.folder)
    with pytest.raises(InputError, match="created with different data of my-town"):
        run_study(plan_runs(study, m, hashes={"data of my-town": "abc"}), m, whole.folder)
    bent = cross({"other": {"brand decay rate": 0.1}}, {})
    with pytest.raises(InputError, match="created with different strategies and futures"):
        run_study(plan_runs(study, m, bent), m, whole.folder)


def test_what_runs_do_not_depend_on_may_change(m, made, small, whole):
    other = made(small.replace('"Small"', '"Large"') + "\n[analysis]\nconfidence = 0.9\n")
    assert run_study(plan_runs(other, m), m, whole.folder, part=28).new == 0


def test_all_scenarios_have_the_same_sample(m, study, whole, tmp_path):
    scenarios = cross(
        {"none": {}, "decay": {"brand decay rate": 0.3}},
        {"base": {}, "brand": {"order weight in recognition": 0.1}},
    )
    made = run_study(plan_runs(study.resized(8), m, scenarios), m, tmp_path)
    results = store.read_store(tmp_path)
    assert made.runs == 4 * results.runs == 4 * 56
    name = results.columns[-1].name
    values = [results.output(name, place) for place in range(4)]
    np.testing.assert_array_equal(values[0], whole.output(name)[:56])
    assert results.baseline(name, 0) != results.baseline(name, 1)
    assert len({float(value.sum()) for value in values}) == 4


FAILING = """
[[factor]]
input = "initial infrastructure capital[Wenzhou]"
low = -1000
high = 4000
"""


@pytest.fixture
def failing(made, small, m, monkeypatch):
    """Give a study a fifth of whose runs fail."""
    # The model's range keeps studies out of there: what fails lies beyond it.
    monkeypatch.setattr(
        "smecluster.sensitivity.design.factors._Finder.within_range", lambda *_: None
    )
    head, _, rest = small.partition("[[factor]]")
    return lambda more="": made(head + FAILING + "[[factor]]" + rest + more)


def test_failed_runs_are_listed_with_their_inputs(failing, m, tmp_path):
    study = failing("\n[failures]\nlargest_share = 0.5\n")
    made = run_study(plan_runs(study, m), m, tmp_path)
    results = store.read_store(tmp_path)
    assert 0 < made.failed < made.runs / 2
    assert len(results.failed) == made.failed
    assert (results.failed["initial infrastructure capital[Wenzhou]"] < 0).all()
    assert results.failed["reason"].notna().all()
    usable = results.usable(results.columns)
    assert np.isfinite(results.table()[usable]).all(axis=None)
    assert (
        usable.reshape(-1, results.design.unit).all(axis=1).sum() * results.design.unit
        == usable.sum()
    )


def test_a_study_stops_where_more_runs_fail_than_it_allows(failing, m, tmp_path):
    study = failing()
    with pytest.raises(
        InputError, match=r"runs failed, and the study allows for 5.0% of"
    ) as caught:
        run_study(plan_runs(study, m), m, tmp_path, part=32)
    assert "\n" not in str(caught.value)
    listed = pd.read_csv(tmp_path / store.FAILED, comment="#")
    assert len(listed) == len(store.read_store(tmp_path).failed)
    assert f"{len(listed)} of" in str(caught.value)
    assert str(tmp_path / store.FAILED) in str(caught.value)
    kept = store.read_store(tmp_path).done().sum()
    assert 0 < kept < store.read_store(tmp_path).runs
    with pytest.raises(InputError, match="the study allows for"):  # at once, without more runs
        run_study(plan_runs(study, m), m, tmp_path, part=32)
    assert store.read_store(tmp_path).done().sum() == kept


def test_draws_of_a_calibration_are_run_as_they_are(made, small, m, tmp_path):
    draw = np.random.default_rng(1)
    draws = pd.DataFrame({"spin off rate": draw.uniform(0.1, 0.15, 30)})
    draws["brand premium"] = draws["spin off rate"] / 2
    head, _, rest = small.partition("[[factor]]")
    text = head + '[[factor]]\nfrom = "calibration"\n[[output]]' + rest.partition("[[output]]")[2]
    study = made('calibration = "mine"\n' + text.replace('"sobol"', '"given-data"'))
    run_study(plan_runs(study, m, draws=draws), m, tmp_path, draws)
    results = store.read_store(tmp_path)
    assert results.dependent
    values = results.design.values()
    np.testing.assert_array_equal(values["brand premium"], values["spin off rate"] / 2)
    assert "32 runs share 30 draws of the calibration" in " ".join(
        describe_analysis(analyse(results))
    )
    with pytest.raises(InputError, match="created with different calibration draws"):
        run_study(plan_runs(study, m, draws=draws * 1.01), m, tmp_path, draws * 1.01)


def test_a_mistake_is_told_before_anything_is_written(m, made, small, tmp_path):
    for before, after, said in (
        ("year = 2040", "year = 1900", "1900"),
        ('"spin off rate"', '"spin of rate"', "did you mean"),
    ):
        with pytest.raises(InputError, match=said):
            run_study(plan_runs(made(small.replace(before, after)), m), m, tmp_path / "store")
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
def test_forty_factors_in_less_than_two_gibibytes(m, tmp_path):
    study = tmp_path / "forty.toml"
    study.write_text(forty(m, 1024))
    earlier = resource.getrusage(resource.RUSAGE_CHILDREN)
    before = earlier.ru_utime + earlier.ru_stime
    begun = time.monotonic()
    assert start(m, study, tmp_path / "store", 0).wait() == 0
    seconds = time.monotonic() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / 2**20
    results = store.read_store(tmp_path / "store")
    busy = used.ru_utime + used.ru_stime - before
    print(
        f"{results.runs:,} runs in {seconds:.0f} s, {results.runs / seconds:,.0f} a second, "
        f"{busy:.0f} s of processors, peak memory {peak:.2f} GiB"
    )
    assert results.complete
    assert results.runs == 43_008
    assert peak < 2


def forty(m, size):
    """Write a study of forty constants within a tenth of their values, on all regions."""
    names = [
        variable.name
        for variable in m.variables.values()
        if variable.kind == "constant"
        and not variable.dims
        and None not in (variable.low, variable.high)
        and variable.low < variable.high
        and variable.sector in ("Firms", "Production")
        and not variable.name.startswith(("reference", "least", "horizontal"))
    ]
    assert len(names) >= 40
    factors = "".join(f'[[factor]]\ninput = "{name}"\nwithin = 0.1\n' for name in names[:40])
    return (
        f'title = "Forty"\nseed = 1\n[method]\nname = "sobol"\nsize = {size}\n{factors}'
        '[[output]]\noutcome = "value added"\nplace = "all"\nseries = [1980, 2040, 5]\n'
    )
