"""What a pipe and a machine get."""

import json

import numpy as np

from smecluster.scripts.shared.printing import note, print_json, print_table


def test_json_has_plain_numbers_and_null_for_what_is_none(capsys):
    print_json({"a": np.float64(1.5), "b": [np.nan, float("inf")], "c": (np.int64(2), True, None)})
    assert json.loads(capsys.readouterr().out) == {
        "a": 1.5,
        "b": [None, None],
        "c": [2, True, None],
    }


def test_a_table_for_a_pipe_is_lines_with_tabs(capsys):
    print_table(["name", "value"], [["x", 1.5]], "Title")
    assert capsys.readouterr().out == "name\tvalue\nx\t1.5\n"


def test_notes_are_for_terminals_alone(capsys):
    note("working")
    assert capsys.readouterr() == ("", "")
