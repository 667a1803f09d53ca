"""What is kept between sessions is found again, and is never trusted when it is stale."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from smecluster import model
from smecluster.model import cache, files
from smecluster.model.cache import CacheWarning
from smecluster.model.engine.model import load_program

TOWNS = Path(__file__).parents[2] / "data" / "two_towns.mdl"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from smecluster.model.engine.compile import kernel

    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path))
    monkeypatch.setattr(kernel, "_LOADED", {})
    load_program.cache_clear()
    return tmp_path


def forget() -> None:
    """Begin a new session: what is in memory is gone."""
    from smecluster.model.engine.compile import kernel

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
    with pytest.warns(CacheWarning, match=r"has been altered: not used, but compiled again"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def flip(content: bytes, at: int) -> bytes:
    """Change one bit of one byte."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def alter_layout(content: bytes) -> bytes:
    """Change a digit of the sizes of the code's arrays, which crashed the process."""
    before = re.search(rb'"kept": (\d)', content)
    assert before is not None
    return flip(content, before.start(1))


def alter_equation(content: bytes) -> bytes:
    """Change a digit of a constant of the model, which gave wrong numbers."""
    assert content.count(b"12.0") >= 1
    return content.replace(b"12.0", b"13.0")


@pytest.mark.parametrize(
    ("kind", "alter"),
    [
        ("kernel", alter_layout),
        ("kernel", lambda content: flip(content, len(content) // 2)),
        ("kernel", lambda content: content[:-1]),
        ("kernel", lambda content: flip(content, 0)),
        ("kernel", lambda content: flip(content, len(content) - 1)),
        ("json", alter_equation),
        ("json", lambda content: flip(content, 20)),
        ("json", lambda content: content + b" "),
    ],
    ids=["sizes", "code", "cut off", "head", "sum", "equation", "name", "longer"],
)
def test_an_altered_entry_is_not_used(
    folder: Path, kind: str, alter: Callable[[bytes], bytes]
) -> None:
    before = model.simulate(model.load(TOWNS))
    (path,) = folder.glob(f"*.{kind}")
    sound = path.read_bytes()
    path.write_bytes(alter(sound))
    forget()
    with pytest.warns(CacheWarning, match=rf"{path.name} has been altered"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)
    assert path.read_bytes() == sound


def test_an_entry_under_the_name_of_another_is_not_used(folder: Path, tmp_path: Path) -> None:
    """The checksum of each is right: the code would run, and be that of another model."""
    other = tmp_path / "other" / "two_towns.mdl"
    other.parent.mkdir()
    other.write_text(TOWNS.read_text().replace("stay= 12", "stay= 13"))
    model.load(other)
    (wrong,) = folder.glob("*.json")
    before = model.simulate(model.load(TOWNS))
    (own,) = {*folder.glob("*.json")} - {wrong}
    own.write_bytes(wrong.read_bytes())
    forget()
    with pytest.warns(CacheWarning, match="altered"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def test_entries_and_their_folder_are_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    monkeypatch.setenv("SMECLUSTER_CACHE", str(made))
    monkeypatch.setattr("smecluster.model.engine.compile.kernel._LOADED", {})
    load_program.cache_clear()
    before = os.umask(0)
    try:
        model.simulate(model.load(TOWNS))
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o600}


def test_an_entry_of_another_user_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model.simulate(model.load(TOWNS))
    forget()
    own = os.fstat
    monkeypatch.setattr(os, "fstat", lambda handle: belong_to_other(own(handle)))
    with pytest.warns(CacheWarning, match=r"\.kernel belongs to another user: not used"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def belong_to_other(about: os.stat_result) -> os.stat_result:
    """Say of a file that another user owns it."""
    fields = list(about)
    fields[stat.ST_UID] += 1
    return os.stat_result(fields)


@pytest.mark.parametrize("bit", [stat.S_IWGRP, stat.S_IWOTH])
def test_an_entry_that_others_can_write_is_not_used(folder: Path, bit: int) -> None:
    before = model.simulate(model.load(TOWNS))
    for path in folder.glob("*.kernel"):
        path.chmod(0o600 | bit)
    forget()
    with pytest.warns(CacheWarning, match=r"others can write to .*\.kernel"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def test_no_entry_is_read_through_a_link(folder: Path, tmp_path: Path) -> None:
    before = model.simulate(model.load(TOWNS))
    (path,) = folder.glob("*.kernel")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path.rename(elsewhere / path.name)
    path.symlink_to(elsewhere / path.name)
    forget()
    with pytest.warns(CacheWarning, match="cannot be read"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)


def test_a_folder_of_another_user_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model.simulate(model.load(TOWNS))
    forget()
    kept = sorted(folder.iterdir())
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.warns(CacheWarning, match="belongs to another user") as told:
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)
    assert len({str(one.message) for one in told}) == 1
    assert sorted(folder.iterdir()) == kept


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_can_write_is_not_used(folder: Path, mode: int) -> None:
    before = model.simulate(model.load(TOWNS))
    forget()
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    folder.chmod(mode)
    with pytest.warns(CacheWarning, match="others can write to"):
        xr.testing.assert_identical(model.simulate(model.load(TOWNS)), before)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept


def test_a_folder_below_one_that_is_open_to_all_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setenv("SMECLUSTER_CACHE", str(place / "cache"))
    monkeypatch.setattr("smecluster.model.engine.compile.kernel._LOADED", {})
    load_program.cache_clear()
    with pytest.warns(CacheWarning, match="everybody can write to"):
        model.simulate(model.load(TOWNS))
    assert not (place / "cache").exists()


def test_the_default_folder_is_never_below_one_that_is_open_to_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where each may remove only his own, as in /tmp: whoever comes first owns a name."""
    place = tmp_path / "tmp"
    place.mkdir()
    place.chmod(0o1777)
    monkeypatch.delenv("SMECLUSTER_CACHE", raising=False)
    monkeypatch.setattr(
        cache.platformdirs, "user_cache_path", lambda *_, **__: place / "smecluster"
    )
    with pytest.warns(CacheWarning, match="SMECLUSTER_CACHE can name a folder of your own"):
        cache.store_entry(f"{0:032x}.json", b"{}")
    assert not (place / "smecluster").exists()
    monkeypatch.setenv("SMECLUSTER_CACHE", str(place / "smecluster"))
    cache.store_entry(f"{0:032x}.json", b"{}")
    assert cache.read_entry(f"{0:032x}.json") == b"{}"


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
    with pytest.warns(CacheWarning, match="is a file, not a folder"):
        assert model.simulate(model.load(TOWNS)).sizes["time"] == 63


def test_the_oldest_entries_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_MOST", 2)
    for place in range(4):
        cache.store_entry(f"{place:032x}.json", b"{}")
        os.utime(folder / f"{place:032x}.json", (place, place))
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{2:032x}.json",
        f"{3:032x}.json",
    ]


def test_files_that_the_cache_did_not_write_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 250 letters in a shared folder, 198 were deleted."""
    monkeypatch.setattr(cache, "_MOST", 2)
    letters = [folder / f"letter-{at}.json" for at in range(5)]
    letters += [folder / f"{at:032x}.json" for at in range(10, 15)]
    letters += [folder / f".{0:032x}.json.part", folder / ".letter-1.part"]
    for path in letters:
        path.write_text('{"dear": "reader"}')
        os.utime(path, (1e9, 1e9))
    for place in range(4):
        cache.store_entry(f"{place:032x}.json", b"{}")
    assert {path.read_text() for path in letters} == {'{"dear": "reader"}'}
    assert len(list(folder.iterdir())) == len(letters) + 2


def test_what_a_killed_process_left_is_removed(folder: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = folder / f"{files._PREFIX}{ended.pid}-abc.kernel"
    at_work = folder / f"{files._PREFIX}{os.getpid()}-abc.kernel"
    for path in (left, at_work):
        path.write_bytes(b"half")
    cache.store_entry(f"{1:032x}.json", b"{}")
    assert not left.exists()
    assert at_work.exists()


def levels() -> list[int]:
    """Levels at which the code in memory was compiled."""
    from smecluster.model.engine.compile import kernel

    return [entry.level for entry in kernel._LOADED.values()]


def test_code_that_is_asked_for_much_is_compiled_well_and_gives_the_same_digits(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smecluster.model.engine.compile import kernel

    towns = model.load(TOWNS)
    first = model.simulate(towns)
    assert levels() == [kernel.QUICK]
    (entry,) = kernel._LOADED.values()
    monkeypatch.setattr(kernel, "_WORTH", 3 * entry.steps)
    model.simulate(towns)
    assert levels() == [kernel.QUICK]
    again = model.simulate(towns)
    assert levels() == [kernel.WELL]
    xr.testing.assert_identical(first, again)
    assert len(list(folder.glob("*.kernel"))) == 2


def test_better_code_that_is_kept_is_used_also_for_little(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smecluster.model.engine.compile import kernel

    towns = model.load(TOWNS)
    with monkeypatch.context() as much:
        much.setattr(kernel, "_WORTH", 1)
        model.simulate(towns)
    forget()
    model.simulate(towns)
    assert levels() == [kernel.WELL]
    # One that is damaged is written again, so that the warning comes once.
    forget()
    (entry,) = folder.glob("*.kernel")
    entry.write_bytes(entry.read_bytes()[:-1])
    with pytest.warns(CacheWarning, match="has been altered"):
        model.simulate(towns)
    forget()
    model.simulate(towns)
    assert levels() == [kernel.WELL]


def test_equations_are_kept_as_data(folder: Path) -> None:
    model.load(TOWNS)
    (path,) = folder.glob("*.json")
    content = cache.read_entry(path.name)
    assert content is not None
    assert set(json.loads(content)) >= {"nodes", "parameters", "tables"}


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


def test_two_processes_that_compile_at_once_share_the_folder(folder: Path) -> None:
    work = (
        "import sys; from smecluster import model; sys.stdin.readline();"
        f"m = model.load({str(TOWNS)!r}); print(float(model.simulate(m)['People'].sum()))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", work],
            env={**os.environ, "SMECLUSTER_CACHE": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:  # they wait for a line, so that they begin together
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert not any("CacheWarning" in errors for _, errors in told)
    expected = float(model.simulate(model.load(TOWNS))["People"].sum())
    assert [float(answer) for answer, _ in told] == [expected, expected]
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".kernel"]
