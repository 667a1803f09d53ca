"""Nothing is replaced or removed but what the program wrote, as it wrote it."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import check_table, write_csv
from smecluster.model.support.checkpoints import Checkpoints, drop, remove_abandoned
from smecluster.model.support.files import check_writable, replace_file, write_atomic
from smecluster.model.support.ledger import (
    NAME,
    check_file,
    check_folder,
    check_name,
    dissolve,
    list_again,
    list_files,
    remove,
)

TABLE = pd.DataFrame({"x": [1.0, 2.0]})
STAMP = {"command": "run"}


def write_foreign(path, text="not yours\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def refuse(pattern, function, *arguments):
    with pytest.raises(InputError, match=pattern) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)


def test_what_was_written_is_listed_and_may_be_written_again(tmp_path):
    for text in ("one", "two", "two"):
        write_atomic(tmp_path / "a.txt", text)
        check_file(tmp_path / "a.txt")
        check_folder(tmp_path)
    assert list_files(tmp_path) == ("a.txt",)
    assert json.loads((tmp_path / NAME).read_text())["format"] == 1


@pytest.mark.parametrize("beside", ["nothing of ours", "files of ours"])
def test_a_file_of_others_is_not_replaced(tmp_path, beside):
    mine = write_foreign(tmp_path / "a.txt")
    if beside == "files of ours":
        write_atomic(tmp_path / "b.txt", "")
    said = r"a\.txt is not a file that smecluster wrote: choose another name, or delete it yourself"
    refuse(said, write_atomic, mine, "ours")
    refuse(said, check_file, mine)
    assert mine.read_text() == "not yours\n"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".smecluster-1")]


def test_a_file_that_was_changed_since_is_not_replaced(tmp_path):
    path = write_atomic(tmp_path / "a.txt", "ours")
    path.write_text("annotated")
    said = r"a\.txt was changed since smecluster wrote it"
    refuse(said, write_atomic, path, "new")
    refuse(said, check_file, path)
    refuse(said, check_folder, tmp_path)
    refuse(said, remove, path)
    assert path.read_text() == "annotated"
    path.unlink()
    assert write_atomic(path, "new").read_text() == "new"


def test_a_file_of_others_that_is_the_same_is_left_as_it_is_and_stays_theirs(tmp_path):
    mine = write_foreign(tmp_path / "a.txt", "same")
    before = mine.stat()
    write_atomic(mine, "same")
    assert (mine.stat().st_ino, mine.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    refuse("is not a file that smecluster wrote", write_atomic, mine, "other")


def test_neither_a_link_nor_a_folder_is_replaced(tmp_path):
    mine = write_foreign(tmp_path / "mine.txt")
    (tmp_path / "link.txt").symlink_to(mine)
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "folder.txt").mkdir()
    for name in ("link", "nowhere"):
        refuse("is not a file that smecluster", write_atomic, tmp_path / f"{name}.txt", "ours")
        assert (tmp_path / f"{name}.txt").is_symlink()
    refuse("cannot write", write_atomic, tmp_path / "folder.txt", "ours")
    refuse("it is a folder", check_file, tmp_path / "folder.txt")
    assert mine.read_text() == "not yours\n"


def test_a_folder_of_others_is_refused_before_any_work(tmp_path):
    write_foreign(tmp_path / "thesis" / "a.csv")
    write_foreign(tmp_path / "thesis" / "b.csv")
    said = r"thesis holds files that smecluster did not write \(a\.csv and 1 more\)"
    refuse(said, check_writable, tmp_path / "thesis")


@pytest.mark.parametrize("content", ["nothing", "a folder", "a hidden file", "a list"])
def test_a_folder_that_is_new_empty_or_has_our_list_is_not_refused(tmp_path, content):
    out = tmp_path / "out"
    if content == "a folder":
        write_foreign(out / "inside" / "notes.txt")
    elif content == "a hidden file":
        write_foreign(out / ".gitignore")
    elif content == "a list":
        write_atomic(out / "a.txt", "")
        write_foreign(out / "notes.txt")
    check_writable(out)


def test_a_file_that_the_results_need_is_refused_beside_our_list(tmp_path):
    write_atomic(tmp_path / "a.txt", "")
    write_foreign(tmp_path / "draws.csv")
    check_folder(tmp_path, ["manifest.json"])
    refuse(r"draws\.csv is not a file that", check_folder, tmp_path, ["draws.csv"])


def test_only_what_is_listed_is_removed(tmp_path):
    ours, mine = write_atomic(tmp_path / "a.txt", ""), write_foreign(tmp_path / "b.txt")
    assert remove(ours)
    assert not remove(mine)
    assert remove(tmp_path / "never there.txt")
    assert not ours.exists()
    assert mine.exists()
    assert list_files(tmp_path) == ()


def test_a_folder_is_dissolved_but_for_what_is_not_ours(tmp_path):
    for name in ("empty", "kept"):
        write_atomic(tmp_path / name / "a.txt", "")
        write_atomic(tmp_path / name / "b.txt", "")
    write_foreign(tmp_path / "kept" / "b.txt")
    write_foreign(tmp_path / "kept" / "notes.txt")
    for name in ("empty", "kept", "never there"):
        dissolve(tmp_path / name)
    assert not (tmp_path / "empty").exists()
    left = {path.name for path in (tmp_path / "kept").iterdir()}
    assert left == {"b.txt", "notes.txt", NAME}


def test_a_copy_of_a_folder_can_be_written_to(tmp_path):
    write_csv(TABLE, tmp_path / "out" / "a.csv", STAMP)
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    shutil.rmtree(tmp_path / "out")
    check_writable(tmp_path / "copy")
    write_csv(2 * TABLE, tmp_path / "copy" / "a.csv", STAMP)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}', '{"format": 1, "files": 3}'])
def test_a_damaged_list_is_refused_in_one_line(tmp_path, content):
    write_atomic(tmp_path / "a.txt", "")
    (tmp_path / NAME).write_text(content)
    refuse("is damaged", check_folder, tmp_path)
    refuse("is damaged", write_atomic, tmp_path / "a.txt", "new")


def test_a_list_of_a_later_format_is_refused_in_one_line(tmp_path):
    (tmp_path / NAME).write_text('{"format": 99, "files": {}}')
    refuse("format 99", write_atomic, tmp_path / "a.txt", "new")


def write_earlier(path):
    """Write a table as versions did that kept no list."""
    write_csv(TABLE, path, STAMP)
    (path.parent / NAME).unlink()


def test_a_table_of_an_earlier_version_is_taken_over_with_the_file_that_vouches_for_it(tmp_path):
    write_earlier(tmp_path / "a.csv")
    check_writable(tmp_path)
    check_table(tmp_path / "a.csv")
    write_csv(2 * TABLE, tmp_path / "a.csv", STAMP)
    assert set(list_files(tmp_path)) == {"a.csv", "a.json"}


@pytest.mark.parametrize("harm", ["the table", "its name", "another file"])
def test_nothing_else_of_an_earlier_version_is_taken_over(tmp_path, harm):
    write_earlier(tmp_path / "a.csv")
    if harm == "the table":
        write_foreign(tmp_path / "a.csv")
    elif harm == "its name":
        (tmp_path / "a.json").rename(tmp_path / "b.json")
    else:
        write_foreign(tmp_path / "brief.html")
    refuse("holds files that smecluster did not write", check_writable, tmp_path)


def test_names_are_listed_whatever_they_hold(tmp_path):
    for name in ("温州.txt", "a b.txt", '".txt', "\udcff.txt"):
        write_atomic(tmp_path / name, "one")
        write_atomic(tmp_path / name, "two")
    assert len(list_files(tmp_path)) == 4


@pytest.mark.parametrize("folder", ["calibration/results/every-constant", "docs"])
def test_the_lists_under_git_hold(folder):
    """Or run ``smecluster.model.support.ledger.list_again`` on the folder, and say why."""
    place = Path(__file__).parents[3] / folder
    listed = list_files(place)
    assert listed
    check_folder(place, [name for name in listed if (place / name).exists()])


def test_files_can_be_listed_on_purpose(tmp_path):
    mine = write_foreign(tmp_path / "a.txt")
    list_again(tmp_path, "a.txt")
    write_atomic(mine, "ours").write_text("edited")
    list_again(tmp_path)
    check_file(mine)


@pytest.mark.parametrize(
    "name", ["..", ".", "", " ", "a/b", "/a", "a\\b", "C:a", "a\nb", "x" * 999]
)
def test_a_name_is_one_part_of_a_path(name):
    refuse("--name", check_name, name, "--name")


@pytest.mark.parametrize("name", ["mine", "温州", "my town", "..a", "2040-01"])
def test_other_names_are_allowed(name):
    check_name(name, "--name")


# Other processes

WRITES = """
    import sys
    from smecluster.model.support.files import write_atomic
    for number in range(25):
        write_atomic(f"{sys.argv[1]}/{sys.argv[2]} {number}.txt", "content")
        write_atomic(f"{sys.argv[1]}/shared.txt", f"{sys.argv[2]} {number}")
"""
WAITS = """
    import sys, time
    from smecluster.model.support.files import replace_file
    with replace_file(f"{sys.argv[1]}/r.csv") as temporary:
        temporary.write_text("half")
        print("writing", flush=True)
        time.sleep(60)
"""


def start(code, *arguments):
    words = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_processes_that_write_to_one_folder_lose_no_entry(tmp_path):
    writers = [start(WRITES, tmp_path, name) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    for writer in writers:
        writer.stdout.close()
    assert len(list_files(tmp_path)) == 3 * 25 + 1
    check_folder(tmp_path, list_files(tmp_path))
    hidden = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert hidden == [NAME]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked for a process")
def test_what_a_killed_process_was_writing_is_removed_by_the_next_one(tmp_path):
    killed, alive = start(WAITS, tmp_path), start(WAITS, tmp_path)
    try:
        for process in (killed, alive):
            assert process.stdout.readline() == "writing\n"
        killed.kill()
        killed.wait()
        write_atomic(tmp_path / "other.txt", "")
        (left,) = tmp_path.glob(".smecluster-*.csv")
        assert f"-{alive.pid}-" in left.name
    finally:
        for process in (killed, alive):
            process.kill()
            process.communicate()
    write_atomic(tmp_path / "other.txt", "")
    assert {path.name for path in tmp_path.iterdir()} == {"other.txt", NAME}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot be asked for a process")
def test_what_another_thread_writes_is_not_taken_for_a_left_over(tmp_path):
    with replace_file(tmp_path / "a.txt") as temporary:
        write_atomic(tmp_path / "b.txt", "")
        temporary.write_text("whole")
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_process_killed_between_list_and_file_is_not_taken_for_a_user(tmp_path, monkeypatch):
    """Whichever of the two comes first, the next run may write the file."""
    path = write_atomic(tmp_path / "a.txt", "one")

    def end(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("smecluster.model.support.ledger._write", end)
        with pytest.raises(KeyboardInterrupt):
            write_atomic(path, "two")
    check_file(path)
    real = type(path).replace

    def listed_only(self, target):
        return end() if target == path else real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(type(path), "replace", listed_only)
        with pytest.raises(KeyboardInterrupt):
            write_atomic(path, "three")
    assert path.read_text() == "one"
    assert write_atomic(path, "four").read_text() == "four"


# Unfinished work


def test_checkpoints_do_not_replace_an_identity_of_others_even_when_restarted(tmp_path):
    mine = write_foreign(tmp_path / "identity.json", "{}")
    with pytest.raises(InputError, match="is not a file that smecluster wrote"):
        Checkpoints(tmp_path, {"seed": "1"}, restart=True).__enter__()
    drop(tmp_path)
    assert mine.read_text() == "{}"


def test_damaged_work_of_ours_can_be_restarted(tmp_path):
    for content in ("{", "{}", '{"format": 99}'):
        with Checkpoints(tmp_path, {"seed": "1"}, restart=True) as checkpoints:
            checkpoints.save("a", {"x": 1.0})
        (tmp_path / "identity.json").write_text(content)
    with Checkpoints(tmp_path, {"seed": "1"}, restart=True) as checkpoints:
        assert "a" not in checkpoints


def test_dropped_work_leaves_files_of_others_in_it(tmp_path):
    with Checkpoints(tmp_path / "work", {"seed": "1"}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
        checkpoints.inner("starts").save("b", {"x": 1.0})
    mine = write_foreign(tmp_path / "work" / "starts" / "notes.txt")
    drop(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_work_of_an_earlier_version_resumes(tmp_path):
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        checkpoints.save("a", {"x": 1.0})
    (tmp_path / NAME).unlink()
    with Checkpoints(tmp_path, {"seed": "1"}) as checkpoints:
        assert "a" in checkpoints


def test_abandoned_work_is_removed_but_not_that_of_a_process_at_work(tmp_path):
    for name in ("a", "b"):
        with Checkpoints(tmp_path / name, {"seed": name}) as checkpoints:
            checkpoints.save("a", {"x": 1.0})
    write_foreign(tmp_path / "c" / "notes.txt")
    with Checkpoints(tmp_path / "b", {"seed": "b"}):
        for name in "abc":
            remove_abandoned(tmp_path / name)
        assert {path.name for path in tmp_path.iterdir()} == {"b", "c"}
    assert os.listdir(tmp_path / "c") == ["notes.txt"]
