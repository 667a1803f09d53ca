"""What is kept between sessions is found again, and is never trusted when it is stale."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr

from smecluster import model
from smecluster.model.program.loading import load_program
from smecluster.model.support import cache

TOWNS = Path(__file__).parents[1] / "data" / "two_towns.mdl"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from smecluster.model.compiler import kernel

    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path))
    monkeypatch.setattr(kernel, "_LOADED", {})
    load_program.cache_clear()
    return tmp_path


def forget() -> None:
    """Begin a new session: what is in memory is gone."""
    from smecluster.model.compiler import kernel

    kernel._LOADED.clear()
    load_program.cache_clear()


def test_equations_and_code_are_kept_under_the_chosen_folder(folder: Path) -> None:
    model.simulate(model.load(TOWNS))
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".kernel"]


def test_a_second_session_computes_the_same(folder: Path) -> None:
    before = model.simulate(model.load(TOWNS))
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    forget()
    xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"nodes": 3}', b"\x00" * 100])
def test_a_damaged_entry_is_made_anew(folder: Path, damage: bytes) -> None:
    before = model.simulate(model.load(TOWNS))
    for path in folder.iterdir():
        path.write_bytes(damage)
    forget()
    xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def test_code_that_was_cut_off_is_not_run(folder: Path) -> None:
    before = model.simulate(model.load(TOWNS))
    for path in folder.glob("*.kernel"):
        path.write_bytes(path.read_bytes()[:-1])
    forget()
    xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def test_another_equation_is_another_entry_and_another_comment_is_not(
    folder: Path, tmp_path: Path
) -> None:
    text = TOWNS.read_text()
    model.load(TOWNS)
    other = tmp_path / "other" / "two_towns.mdl"
    other.parent.mkdir()
    other.write_text(text.replace("Pull of the town.", "How much it pulls."))
    model.load(other)
    assert len(list(folder.glob("*.json"))) == 1
    other.write_text(text.replace("stay= 12", "stay= 13"))
    model.load(other)
    assert len(list(folder.glob("*.json"))) == 2


def test_a_folder_that_cannot_be_written_is_no_hindrance(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = folder / "file"
    blocked.write_text("")
    monkeypatch.setenv("SMECLUSTER_CACHE", str(blocked))
    forget()
    assert model.simulate(model.load(TOWNS)).sizes["time"] == 63


def test_the_oldest_entries_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    for place in range(4):
        cache.store_entry(f"{place}.json", b"{}")
        os.utime(folder / f"{place}.json", (place, place))
    assert sorted(path.name for path in folder.iterdir()) == ["2.json", "3.json"]


def test_equations_are_kept_as_data(folder: Path) -> None:
    model.load(TOWNS)
    (path,) = folder.glob("*.json")
    assert set(json.loads(path.read_text())) >= {"nodes", "parameters", "tables"}


def test_a_second_process_needs_no_translator(folder: Path) -> None:
    work = (
        "import sys; from smecluster import model; m = model.load(); model.simulate(m);"
        "print([name for name in ('pysd', 'numba', 'matplotlib') if name in sys.modules])"
    )
    environment = {**os.environ, "SMECLUSTER_CACHE": str(folder)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", work], env=environment, capture_output=True, check=True
        )
    assert done.stdout.decode().strip() == "[]"
