"""The command line: quick help, one line for a mistake, the nearest right name."""

import subprocess
import sys

import pytest

from smecluster.scripts import main as entry


def command(*arguments, timeout=120):
    return subprocess.run(
        [sys.executable, "-m", "smecluster.scripts.main", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_help_lists_every_command_with_its_line():
    result = command("--help")
    assert result.returncode == 0
    for name in entry.COMMANDS:
        assert name in result.stdout


def test_help_loads_no_library_for_numbers():
    code = (
        "import sys; from smecluster.scripts.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pandas', 'xarray', 'numba', 'pysd'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize("name", entry.COMMANDS)
def test_every_command_has_help_with_examples_first(name):
    result = command(name, "--help")
    assert result.returncode == 0
    assert result.stdout.index("Examples:") < result.stdout.index("Options")
    assert f"smecluster {name}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["comprae"], "error: unknown command 'comprae': did you mean 'compare'?"),
        (["describe", "x", "--jsno"], "error: unknown option '--jsno': did you mean '--json'?"),
        (["describe"], "error: Missing argument"),
        (["describe", "valeu added"], "did you mean 'value added'?"),
        (["describe", "x", "--model", "none.mdl"], "error: no such file: none.mdl"),
        (["check", "--only", "balence"], "did you mean 'Balances'?"),
        (["compare", "local", "--draws", "0"], "not '0'"),
        (["compare", "local", "--draws=ten"], "'ten'"),
        (["compare", "local", "--draws", "5", "--draws", "ten"], "'ten'"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(arguments, message):
    result = command(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_nothing_given_shows_the_help():
    result = command()
    assert result.returncode == 2
    assert "Examples:" in result.stdout
    assert "error" not in result.stderr


def test_the_version_is_told():
    assert command("--version").stdout.startswith("smecluster ")


def test_a_reader_that_stops_reading_is_no_error():
    result = subprocess.run(
        f"{sys.executable} -m scripts.main levers | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stderr == ""


def test_an_interruption_ends_quietly(monkeypatch, capsys):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_application", lambda: interrupted)
    with pytest.raises(SystemExit) as caught:
        entry.main([])
    assert caught.value.code == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def faulty(**_):
        raise ValueError("a bug")

    monkeypatch.setattr(entry, "_application", lambda: faulty)
    with pytest.raises(ValueError, match="a bug"):
        entry.main([])
