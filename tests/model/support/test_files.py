"""A file is read whole or refused in one line; it is written completely or not at all."""

import pytest

from smecluster.model.errors import InputError, UnknownNameError, suggest_name
from smecluster.model.inputs import read_toml
from smecluster.model.support.files import (
    overwrite_file,
    read_text,
    replace_file,
    write_atomic,
)
from smecluster.model.support.ledger import NAME


def test_what_is_written_is_read_back_and_folders_are_made(tmp_path):
    path = write_atomic(tmp_path / "new" / "file.txt", "Wénzhōu\n")
    assert read_text(path) == "Wénzhōu\n"
    assert {entry.name for entry in path.parent.iterdir()} == {"file.txt", NAME}


def test_a_byte_order_mark_and_windows_line_ends_do_not_show(tmp_path):
    path = write_atomic(tmp_path / "file.txt", b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert read_text(path) == "one\ntwo\n"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    path = write_atomic(tmp_path / "file.txt", "old")

    def fail():
        with replace_file(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"file.txt", NAME}


def test_a_missing_file_a_folder_and_wrong_text_are_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(InputError, match="cannot read"):
        read_text(tmp_path)
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_text(write_atomic(tmp_path / "latin.txt", b"caf\xe9"))


def test_broken_toml_says_where(tmp_path):
    path = write_atomic(tmp_path / "file.toml", "name = 'a'\nshare = = 1\n")
    with pytest.raises(InputError, match="line 2"):
        read_toml(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    write_atomic(tmp_path / "file", "")
    with pytest.raises(InputError, match="cannot write"):
        write_atomic(tmp_path / "file" / "inside.txt", "")


def test_the_nearest_name_ignores_case_and_underscores():
    names = ["value added", "External firms", "annual wage"]
    assert suggest_name("Value_Aded", names) == "value added"
    assert suggest_name("zzz", names) is None


def test_an_unknown_name_is_answered_with_the_nearest_or_with_what_is_allowed():
    assert (
        str(UnknownNameError("lever", "roads", ["road"]))
        == "unknown lever 'roads': did you mean 'road'?"
    )
    assert str(UnknownNameError("lever", "zzz", ["a", "b"])) == "unknown lever 'zzz': allowed: a, b"
    assert "there are 30, among them" in str(
        UnknownNameError("lever", "#", [f"l{i}" for i in range(30)])
    )


def test_a_file_of_the_user_that_is_changed_on_purpose_stays_theirs(tmp_path):
    mine = tmp_path / "model.mdl"
    mine.write_text("mine")
    mine.chmod(0o640)
    overwrite_file(mine, "changed")
    assert mine.read_text() == "changed"
    assert mine.stat().st_mode & 0o777 == 0o640
    with pytest.raises(InputError, match="is not a file that smecluster wrote"):
        write_atomic(mine, "replaced")


def test_what_the_program_makes_of_its_own_file_is_its_own(tmp_path):
    path = write_atomic(tmp_path / "model.mdl", "exported")
    overwrite_file(path, "redrawn")
    assert write_atomic(path, "exported again").read_text() == "exported again"


def test_a_link_to_a_file_of_the_user_is_followed_when_it_is_changed_on_purpose(tmp_path):
    mine = tmp_path / "mine.mdl"
    mine.write_text("mine")
    (tmp_path / "link.mdl").symlink_to(mine)
    overwrite_file(tmp_path / "link.mdl", "changed")
    assert mine.read_text() == "changed"
    assert (tmp_path / "link.mdl").is_symlink()
