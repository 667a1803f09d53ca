"""The log of the tests says where their time went."""

from types import SimpleNamespace

from tests.conftest import pytest_terminal_summary


class Terminal:
    """What pytest would print to."""

    def __init__(self, **seconds):
        self.lines = []
        reports = [
            SimpleNamespace(nodeid=f"{name.replace('__', '/')}/test_x.py::test_y", duration=taken)
            for name, taken in seconds.items()
        ]
        self.stats = {"passed": reports[::2], "": reports[1::2]}

    def section(self, title):
        self.lines.append(title)

    def write_line(self, line):
        self.lines.append(" ".join(line.split()))


def test_parts_are_added_up_and_the_longest_comes_first():
    terminal = Terminal(tests__model=70.0, tests__policies=90.0, tests__model__compiler=40.0)
    pytest_terminal_summary(terminal)
    assert terminal.lines == ["seconds by part", "110 tests/model", "90 tests/policies"]


def test_a_short_run_says_nothing():
    terminal = Terminal(tests__model=5.0)
    pytest_terminal_summary(terminal)
    assert terminal.lines == []
