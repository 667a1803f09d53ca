"""``smecluster init``: copies the user's files into a folder, where commands find them first."""

import json
from pathlib import Path

import pytest

from smecluster.model.support import workspace
from smecluster.model.support.workspace import CONTENT, MARKER, find_workspace
from smecluster.scripts.main import main


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    out, err = capsys.readouterr()
    return ended.value.code, out, err


def test_all_that_a_user_edits_is_there(capsys, tmp_path: Path):
    status, out, err = call(capsys, "init", tmp_path / "new" / "mine")
    assert (status, err) == (0, "")
    folder = tmp_path / "new" / "mine"
    assert [Path(line) for line in out.splitlines()] == [
        folder / entry for entry in (*CONTENT, MARKER, "README.md")
    ]
    assert (folder / "policies" / "strategies" / "local.toml").is_file()
    assert (folder / "model" / "sme_cluster.mdl").is_file()
    assert not list(folder.rglob("*.py"))
    assert find_workspace(folder) == folder
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine"]


def test_it_changes_no_number_until_something_is_edited(capsys, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = json.loads(call(capsys, "run", "local", "--json")[1])
    call(capsys, "init", "mine")
    monkeypatch.chdir(tmp_path / "mine")
    after = json.loads(call(capsys, "run", "local", "--json")[1])
    assert after["outcomes"] == before["outcomes"]
    assert after["stamp"]["strategy"] == before["stamp"]["strategy"]
    local = tmp_path / "mine" / "policies" / "strategies" / "local.toml"
    text = local.read_text(encoding="utf-8")
    local.write_text(text.replace('title = "', 'title = "My '), encoding="utf-8")
    edited = json.loads(call(capsys, "run", "local", "--json")[1])
    assert edited["stamp"]["strategy"] != before["stamp"]["strategy"]


def test_a_folder_that_holds_something_is_refused(capsys, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    status, out, err = call(capsys, "init", tmp_path)
    assert (status, out) == (2, "")
    assert err == f"error: {tmp_path} holds files already: choose a folder that is new or empty\n"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert "is a file" in call(capsys, "init", tmp_path / "notes.txt")[2]


def test_an_empty_folder_is_filled(capsys, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    assert call(capsys, "init", tmp_path / "mine")[0] == 0
    assert (tmp_path / "mine" / MARKER).is_file()


def test_what_fails_half_way_leaves_nothing(capsys, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(workspace, "CONTENT", (*CONTENT, "no/such/file"))
    status, _, err = call(capsys, "init", tmp_path / "mine")
    assert status == 2
    assert err.startswith(f"error: cannot write {tmp_path / 'mine'}")
    assert not list(tmp_path.iterdir())


def test_a_workspace_of_a_newer_version_is_refused_in_one_line(capsys, tmp_path, monkeypatch):
    (tmp_path / MARKER).write_text("format = 2\n")
    monkeypatch.chdir(tmp_path)
    status, _, err = call(capsys, "run", "local")
    assert status == 2
    assert err.count("\n") == 1
    assert "format 2" in err
