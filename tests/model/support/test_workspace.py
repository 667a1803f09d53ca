"""A workspace: its files are found before those of the package, and only there."""

from pathlib import Path

import pytest

from smecluster.model.errors import InputError
from smecluster.model.support.workspace import (
    MARKER,
    PACKAGE,
    find_named_file,
    find_workspace,
    list_files,
    locate,
)

STRATEGIES = PACKAGE / "policies" / "strategies"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / MARKER).write_text("format = 1\n")
    mine = tmp_path / "policies" / "strategies"
    mine.mkdir(parents=True)
    for name in ("mine", "local"):
        (mine / f"{name}.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_found_from_any_folder_below_it(workspace: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(workspace / "policies" / "strategies")
    assert find_workspace() == workspace


def test_without_a_marker_there_is_none(tmp_path: Path):
    assert find_workspace(tmp_path) is None


def test_its_file_goes_before_the_package_s(workspace: Path):
    assert find_named_file("strategy", "local", STRATEGIES).is_relative_to(workspace)
    assert find_named_file("strategy", "central", STRATEGIES).is_relative_to(PACKAGE)


def test_its_own_names_stand_among_the_others(workspace: Path):
    assert {"mine", "local", "central"} <= set(list_files(STRATEGIES))
    with pytest.raises(InputError, match="unknown strategy 'mien': did you mean 'mine'"):
        find_named_file("strategy", "mien", STRATEGIES)


def test_folders_of_the_same_name_are_told_apart_by_their_own(workspace: Path):
    case = workspace / "calibration" / "cases" / "my-town"
    case.mkdir(parents=True)
    (case / "case.toml").write_text("")
    cases = list_files(PACKAGE / "calibration" / "cases", "*/case.toml")
    assert {"my-town", "wenzhou"} <= set(cases)


def test_a_path_outside_the_package_stays_as_it_is(workspace: Path):
    assert locate(workspace / "nothing.mdl") == workspace / "nothing.mdl"


def test_a_model_of_the_workspace_is_the_one_that_is_loaded(workspace: Path):
    from smecluster import model
    from smecluster.model.file.model import SHIPPED

    own = workspace / "model" / "sme_cluster.mdl"
    own.parent.mkdir()
    own.write_bytes(SHIPPED.read_bytes())
    assert model.load().path == own


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("format = 99\n", r"is a workspace of format 99; this version of smecluster reads up to 1"),
        ("format = 'new'\n", "format = 'new' is not a format number"),
        ("", "is a workspace of format 0, which this version of smecluster no longer reads"),
        ("format = \n", "is not valid TOML"),
    ],
)
def test_a_marker_that_cannot_be_read_is_one_line(tmp_path: Path, content: str, message: str):
    (tmp_path / MARKER).write_text(content)
    with pytest.raises(InputError, match=message):
        find_workspace(tmp_path)
