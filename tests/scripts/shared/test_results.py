"""A command names its results before it makes any, and writes no others."""

from pathlib import Path

import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.scripts.shared.results import Results

TABLE = pd.DataFrame({"a": [1]})


def test_what_is_named_is_what_is_written(tmp_path: Path) -> None:
    results = Results(tmp_path, tables=["one"], plain=["two"], files=["page.html"])
    results.write_table("one", TABLE, {})
    results.write_csv("two", TABLE, {})
    results.write("page.html", "text")
    assert {path.name for path in tmp_path.iterdir() if path.name[0] != "."} == results.names
    results.check()


def test_nothing_is_written_that_was_not_named(tmp_path: Path) -> None:
    results = Results(tmp_path, plain=["two"])
    for write in (
        lambda: results.write_table("two", TABLE, {}),  # its Parquet file
        lambda: results.write_csv("three", TABLE, {}),
        lambda: results.draw({"two": None}, {}),  # type: ignore[dict-item]
        lambda: results.write("page.html", "text"),
    ):
        with pytest.raises(RuntimeError, match="was not named as a result before"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_result_of_another_command_that_was_edited_is_refused_as_before(tmp_path: Path) -> None:
    Results(tmp_path, files=["theirs.txt"]).write("theirs.txt", "text")
    (tmp_path / "theirs.txt").write_text("edited")
    with pytest.raises(InputError, match=r"theirs\.txt was changed since smecluster wrote it"):
        Results(tmp_path, files=["ours.txt"]).check()
