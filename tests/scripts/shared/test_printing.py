"""What a terminal, a pipe and a machine get."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from smecluster.scripts.main import main
from smecluster.scripts.shared.layout import measure
from smecluster.scripts.shared.printing import (
    finish,
    note,
    print_json,
    print_lines,
    print_table,
    print_text,
)


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


def become_terminal(monkeypatch, width=80):
    """Let the standard streams be a terminal. A fixture's streams are not those of the test."""
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    for name, value in (("COLUMNS", str(width)), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)


def test_a_terminal_gets_a_title_what_it_is_about_and_a_table(capsys, monkeypatch):
    become_terminal(monkeypatch)
    print_table(["name", "value"], [["x", 1.5]], "Title", "bn yuan")
    assert capsys.readouterr().out.splitlines() == [
        "Title",
        "bn yuan",
        "name  value",
        "───────────",
        "x       1.5",
    ]


def test_a_paragraph_is_wrapped_at_a_terminal_alone(capsys, monkeypatch):
    become_terminal(monkeypatch)
    print_text("word " * 30, indent="  ")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("  word") and len(line) <= 80 for line in lines)


def test_a_pipe_gets_a_paragraph_in_one_line(capsys):
    print_text("word " * 30)
    assert capsys.readouterr().out.count("\n") == 1


def test_many_files_are_counted_and_the_page_is_named(capsys, monkeypatch):
    become_terminal(monkeypatch)
    names = ["brief.html", *(f"t{n}.{kind}" for n in range(3) for kind in ("csv", "json"))]
    finish([Path("out") / name for name in names])
    page = Path("out") / "brief.html"
    assert capsys.readouterr().err.splitlines() == [
        f"wrote {page}",
        "wrote 6 more files in out (.csv, .json)",
    ]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "command", ["list levers", "list regions", "list futures", "run local", "forecast histories"]
)
@pytest.mark.usefixtures("blank_figures")
def test_no_command_breaks_a_word_at_the_edge(capsys, monkeypatch, tmp_path, command, width):
    become_terminal(monkeypatch, width)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    assert ended.value.code == 0
    assert max(map(measure, capsys.readouterr().out.splitlines())) <= width


def test_lines_are_wrapped_one_by_one_under_their_indent(capsys, monkeypatch):
    become_terminal(monkeypatch)
    print_lines(["Question?", "  " + "word " * 30, ""])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "Question?"
    assert [line[:6] for line in rest] == ["  word", "  word", ""]


@pytest.mark.usefixtures("blank_figures")
def test_a_comparison_fits_the_terminal(capsys, monkeypatch, tmp_path):
    become_terminal(monkeypatch)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["compare", "central", "local", "--set", "TIME STEP=0.125"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(measure, lines)) <= 80
    assert len(lines) > 20
