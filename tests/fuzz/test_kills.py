"""A long command that is killed ends, given again, with the same tables and nothing left over."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.edition import Edition
from tests.fuzz.kills import LONG, kill, left_over, prepare, start, tables

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_twenty_kills_change_nothing(name: str) -> None:
    killed = kill(Edition(), name, 20)
    assert killed.sound, killed
    assert killed.kills == 20


def test_a_left_over_is_seen(tmp_path: Path) -> None:
    prepare(tmp_path / "w")
    assert left_over(tmp_path) == []
    (tmp_path / "w" / ".r-ab12cd34.csv").write_text("")
    assert left_over(tmp_path) == ["w/.r-ab12cd34.csv"]


def test_what_a_calibration_cost_is_no_difference_but_what_it_found_is(tmp_path: Path) -> None:
    found = []
    for name, runs, seconds, draws in (
        ("a", 10, 1.5, "x"),
        ("b", 12, 2.5, "x"),
        ("c", 10, 1.5, "y"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        body = {"runs": runs, "seconds": seconds, "files": {"draws.csv": draws}}
        digest = hashlib.sha256(repr(body).encode()).hexdigest()
        text = json.dumps({**body, "sha256": digest}, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        found.append(tables(folder))
    assert found[0] == found[1] != found[2]


def test_a_full_disk_is_named_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can be mounted by root only")
    try:
        words = ["run", "central", "--out", "disk/o"]
        process = start(Edition(), words, tmp_path, tmp_path / "cache")
        told, _ = process.communicate()
        assert process.returncode == 2, told
        assert "disk/o" in told.splitlines()[-1]
        assert left_over(disk) == []
    finally:
        subprocess.run(["umount", str(disk)], capture_output=True)
