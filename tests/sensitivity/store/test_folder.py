"""A store holds what was finished, knows what was not, and is never two things at once."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.model.support.ledger import NAME
from smecluster.model.support.seals import seal_json
from smecluster.sensitivity.analysis.compute import analyse
from smecluster.sensitivity.design.crossing import Scenario, cross
from smecluster.sensitivity.design.distributions import Distribution
from smecluster.sensitivity.design.factors import Factor
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.store import folder as store
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.manifest import Manifest, fingerprint_draws

UNIT = 4  # of Saltelli's sample of two factors


@pytest.fixture
def manifest(made, small):
    """Give the manifest of a study that needs no model: y = x1 + 2 x2."""
    study = made(small).resized(16)
    factors = tuple(
        Factor(name, name, "Dmnl", "set", (name,), Distribution("uniform", 0, 1))
        for name in ("x1", "x2")
    )
    columns = tuple(Column("y", "total", year, None, "Dmnl", "more") for year in (2030.0, 2040.0))
    return Manifest(
        study, factors, columns, (Scenario(),), ((1.5, 3.0),), {"model": "a", "study": "b"}, "v"
    )


def add(opened, begin, end, failing=(), undefined=()):
    design = opened.manifest.design(None)
    drawn = design.values(begin, end)
    y = (drawn["x1"] + 2 * drawn["x2"]).to_numpy()
    at = np.arange(begin, end)
    failed = np.isin(at, failing)
    values = {"y, total, 2030": np.where(failed, np.nan, y)}
    values["y, total, 2040"] = np.where(failed | np.isin(at, undefined), np.nan, 2 * y)
    failures = {
        parts.REASON: ["division by zero" if one else "" for one in failed],
        parts.VARIABLE: ["people" if one else "" for one in failed],
        parts.YEAR: np.where(failed, 2001.0, np.nan),
    }
    return parts.add_part(
        opened.stored[0].checkpoints, begin, values, failures, design.digest(begin, end)
    )


def test_what_was_added_is_read(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 40)
        assert not store.read_store(tmp_path).complete  # a reader need not wait for the end
        add(opened, 40, 64)
    results = store.read_store(tmp_path)
    assert results.complete
    drawn = results.design.values()
    expected = (drawn["x1"] + 2 * drawn["x2"]).to_numpy()
    np.testing.assert_array_equal(results.output("y, total, 2030"), expected)
    table = results.table()
    np.testing.assert_array_equal(table["y, total, 2040"], 2 * expected)
    assert [column.year for column in results.series["y", "total"]] == [2030, 2040]
    assert results.baseline("y, total, 2040") == 3.0
    assert results.stamp()["model hash"] == "a"


def test_missing_runs_are_those_that_no_part_holds(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 12, 24)
        add(opened, 40, 44)
    found = store.read_store(tmp_path).stored[0]
    assert list(parts.find_gaps(found.parts, 64, 16)) == [
        (0, 12),
        (24, 32),
        (32, 40),
        (44, 48),
        (48, 64),
    ]
    assert list(parts.find_gaps(found.parts, 42, 100)) == [(0, 12), (24, 40)]
    done = store.read_store(tmp_path).done()
    assert done.sum() == 16
    assert done[12:24].all()


@pytest.mark.parametrize("harm", ["cut short", "changed", "emptied", "renamed", "overlapping"])
def test_a_damaged_part_counts_as_not_made(harm, tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 16)
        path = add(opened, 16, 32).path
        add(opened, 32, 64)
    content = path.read_bytes()
    if harm == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    elif harm == "emptied":
        path.write_bytes(b"")
    elif harm == "renamed":
        path.rename(path.with_name(path.name.replace("016-", "017-", 1)))
    else:
        path.with_name(path.name.replace("016-000000000032", "020-000000000036")).write_bytes(
            content
        )
    results = store.read_store(tmp_path)
    assert len(results.stored[0].damaged) == 1
    again = [] if harm == "overlapping" else [(16, 32)]
    with store.open_store(tmp_path, manifest) as opened:
        assert list(parts.find_gaps(opened.stored[0].parts, 64, 16)) == again
        if again:
            add(opened, 16, 32)
    assert store.read_store(tmp_path).complete
    assert not store.read_store(tmp_path).stored[0].damaged


def test_a_file_that_was_being_written_is_cleared_away(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        folder = add(opened, 0, 16).path.parent
    code = (
        "from pathlib import Path\n"
        "from smecluster.model.support.temporaries import make_temporary_file\n"
        f"print(make_temporary_file(Path({str(folder)!r}), '.parquet'))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    left = Path(ended.stdout.strip())
    assert left.exists()
    with store.open_store(tmp_path, manifest):
        assert not left.exists()


def test_a_failed_run_takes_its_block_with_it_and_is_listed_with_its_inputs(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64, failing=[5], undefined=[17])
    results = store.read_store(tmp_path)
    usable = results.usable("y, total, 2030")
    assert not usable[4:8].any()
    assert usable.sum() == 64 - UNIT
    both = results.usable(results.columns)
    assert both.sum() == 64 - 2 * UNIT
    (row,) = results.failed.to_dict("records")
    assert (row["run"], row["reason"], row["variable"], row["year"]) == (
        5,
        "division by zero",
        "people",
        2001,
    )
    assert row["x2"] == results.design.values(5, 6)["x2"].item()
    assert "block" in results.rule


def test_a_store_grows(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64)
    larger = Manifest(**{**vars(manifest), "study": manifest.study.resized(32)})
    with store.open_store(tmp_path, larger) as opened:
        assert list(parts.find_gaps(opened.stored[0].parts, 128, 64)) == [(64, 128)]
    assert store.read_store(tmp_path).done().sum() == 64


def test_runs_of_something_else_are_refused_unless_asked_for(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64)
    other = Manifest(**{**vars(manifest), "identity": {"model": "z", "study": "b"}})
    with (
        pytest.raises(InputError, match=r"created with a different model: choose.*--restart"),
        store.open_store(tmp_path, other),
    ):
        pass
    assert store.read_store(tmp_path).complete
    with store.open_store(tmp_path, other, restart=True) as opened:
        assert not opened.stored[0].parts
    assert not store.read_store(tmp_path).done().any()
    assert not list((tmp_path / "runs").iterdir())


def test_a_sample_that_is_drawn_otherwise_is_noticed(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64)
    path = tmp_path / "manifest.json"
    path.write_text(seal_json(json.loads(path.read_text().replace('"seed": 3', '"seed": 4'))))
    with pytest.raises(InputError, match="a different sample"):
        store.read_store(tmp_path)


def exchange_columns(text):
    """Exchange two outputs: every index would belong to the other."""
    content = json.loads(text)
    content["columns"].reverse()
    return json.dumps(content)


@pytest.mark.parametrize(
    "harm",
    [
        exchange_columns,
        lambda text: text.replace('"label": "x1"', '"label": "x2"', 1),
        lambda text: text.replace("3.0", "2.0", 1),
        lambda text: text[:-1],
        lambda text: text.replace("x2", "x3"),
    ],
    ids=["columns", "factor", "baseline", "cut", "names"],
)
def test_an_altered_manifest_is_refused_and_written_again_by_the_next_run(harm, tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64)
    path = tmp_path / "manifest.json"
    sound = path.read_text(encoding="utf-8")
    path.write_text(harm(sound), encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json has .*SHA-256.* keeps the runs$"):
        store.read_store(tmp_path)
    with store.open_store(tmp_path, manifest) as opened:
        assert len(opened.stored[0].parts) == 1
    assert path.read_text(encoding="utf-8") == sound


def test_a_manifest_of_an_earlier_version_is_written_again_by_the_next_run(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 64)
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["sha256"]
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"has no SHA-256 at its end: .*an earlier version; "):
        store.read_store(tmp_path)
    with store.open_store(tmp_path, manifest):
        pass
    assert store.read_store(tmp_path).complete


def test_an_altered_part_is_not_left_out_of_an_analysis_silently(tmp_path, manifest):
    with store.open_store(tmp_path, manifest) as opened:
        add(opened, 0, 32)
        add(opened, 32, 64)
    part = sorted((tmp_path / "runs").rglob("*.parquet"))[0]
    part.write_bytes(part.read_bytes().replace(b"y, total, 2030", b"y, total, 2031"))
    with pytest.raises(
        InputError, match=r"part 000000000000-000000000032 in .* has been altered or cut"
    ):
        analyse(store.read_store(tmp_path))


def test_altered_draws_are_refused(tmp_path, manifest):
    draws = pd.DataFrame({"x1": np.linspace(0, 1, 100), "x2": np.linspace(1, 2, 100)})
    free = tuple(replace(factor, distribution=None) for factor in manifest.factors)
    study = manifest.study.resized(16)
    latin = study.from_record(
        {**study.record(), "method": {"name": "regional", "size": 32}}, "here"
    )
    identity = {"model": "a", "calibration draws": fingerprint_draws(draws)}
    chosen = replace(manifest, study=latin, factors=free, identity=identity)
    with store.open_store(tmp_path, chosen, draws):
        pass
    store.read_store(tmp_path)
    draws.assign(x2=draws["x2"] * 1.001).to_parquet(tmp_path / "draws.parquet", index=False)
    with pytest.raises(InputError, match=r"draws\.parquet has been altered .*writes it again"):
        store.read_store(tmp_path)
    with store.open_store(tmp_path, chosen, draws):
        store.read_store(tmp_path)
    (tmp_path / NAME).unlink()  # as in versions that kept no list of what they wrote
    with store.open_store(tmp_path, chosen, draws):
        store.read_store(tmp_path)


def test_a_store_is_filled_by_one_process_at_a_time(tmp_path, manifest):
    with (
        store.open_store(tmp_path, manifest),
        pytest.raises(InputError, match=f"in use by process {os.getpid()}"),
        store.open_store(tmp_path, manifest),
    ):
        pass


@pytest.mark.parametrize("content", ["", "{", "{}", '{"format": 1}', '{"format": 99}'])
def test_a_damaged_manifest_is_told_in_one_line(content, tmp_path):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(InputError) as caught:
        store.read_store(tmp_path)
    assert "\n" not in str(caught.value)


def test_settings_of_the_analysis_may_be_newer_than_the_runs(tmp_path, manifest):
    with store.open_store(tmp_path, manifest):
        pass
    newer = manifest.study.from_record(
        {**manifest.study.record(), "title": "New", "analysis": {"confidence": 0.9}}, "here"
    )
    results = store.read_store(tmp_path, newer)
    assert results.study.analysis.confidence == 0.9
    assert results.study.title == "New"


def test_everything_in_the_manifest_can_be_read_by_others(tmp_path, manifest):
    with store.open_store(tmp_path, manifest, text="title = 'Small'\n"):
        pass
    told = json.loads((tmp_path / "manifest.json").read_text())
    assert told["identity"] == {"model": "a", "study": "b"}
    assert [factor["label"] for factor in told["factors"]] == ["x1", "x2"]
    assert (tmp_path / "study.toml").read_text() == "title = 'Small'\n"


def test_every_strategy_meets_every_future():
    found = cross({"a": {"x": 1}, "b": {"x": 2}}, {"base": {}, "hard": {"y": 3}})
    assert [one.name for one in found] == ["a, base", "a, hard", "b, base", "b, hard"]
    assert found[3].inputs == {"x": 2, "y": 3}
    assert [one.name for one in cross({}, {})] == ["base"]
    with pytest.raises(InputError, match="'x' is set by strategy 'a' and by future 'hard'"):
        cross({"a": {"x": 1}}, {"hard": {"x": 3}})
