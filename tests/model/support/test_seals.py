"""A sealed file is read as it was written, or not at all."""

import json

import pytest

from smecluster.model.errors import InputError
from smecluster.model.support.seals import (
    hash_files,
    hash_text,
    read_listed,
    read_sealed,
    seal_json,
)

CONTENT = {"name": "one", "columns": ["first", "second"], "values": [1.5, None], "of": "温州"}


@pytest.fixture
def path(tmp_path):
    written = tmp_path / "manifest.json"
    written.write_text(seal_json(CONTENT), encoding="utf-8")
    return written


def test_it_is_json_that_any_program_reads(path):
    assert {**CONTENT, "sha256": json.loads(path.read_text())["sha256"]} == json.loads(
        path.read_text()
    )


def test_what_is_read_is_what_was_written(path):
    assert read_sealed(path, "make it again") == CONTENT


def test_sealing_again_changes_nothing(path):
    assert seal_json(json.loads(path.read_text(encoding="utf-8"))) == path.read_text()


def test_every_other_byte_is_noticed(path):
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises(InputError):
            read_sealed(path, "make it again")


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[:-1],
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"first",\n  "second"', '"second",\n  "first"'),
        lambda text: json.dumps(json.loads(text)),
        lambda text: "",
        lambda text: "{}",
        lambda text: "[" * 200_000,
        lambda text: '{"values": ' + "9" * 5000 + "}",
    ],
    ids=["the last byte", "a half", "columns", "layout", "all", "empty", "nested", "digits"],
)
def test_what_was_altered_is_refused_in_one_line_before_it_is_parsed(path, harm):
    sound = path.read_text(encoding="utf-8")
    path.write_text(harm(sound), encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json has .*SHA-256.*: make it again$"):
        read_sealed(path, "make it again")


@pytest.mark.parametrize("encoding", ["crlf", "mark"])
def test_another_editor_or_system_changes_nothing(path, encoding):
    sound = path.read_bytes()
    path.write_bytes(
        sound.replace(b"\n", b"\r\n") if encoding == "crlf" else b"\xef\xbb\xbf" + sound
    )
    assert read_sealed(path, "make it again") == CONTENT


def test_a_listed_file_is_refused_when_it_is_missing_strange_or_altered(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    hashes = hash_files(tmp_path, ["a.csv"])
    assert hashes == {"a.csv": hash_text("x\r\n1\r\n")}
    assert read_listed(tmp_path, "a.csv", hashes, "again") == "x\n1\n"
    (tmp_path / "b.csv").write_text("x\n1\n")
    with pytest.raises(InputError, match=r"b\.csv is not among the files .*: again$"):
        read_listed(tmp_path, "b.csv", hashes, "again")
    (tmp_path / "a.csv").write_text("x\n2\n")
    with pytest.raises(InputError, match=r"a\.csv has been altered .*: again$"):
        read_listed(tmp_path, "a.csv", hashes, "again")
    (tmp_path / "a.csv").unlink()
    with pytest.raises(InputError, match=r"a\.csv is missing: again$"):
        read_listed(tmp_path, "a.csv", hashes, "again")
