"""The command line: quick help, one line for a mistake, the nearest right name."""

import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import typer

from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.scripts import main as entry
from smecluster.scripts.verbs import OLD_NAMES, VERBS


def command(*arguments, timeout=120):
    return subprocess.run(
        [sys.executable, "-m", "smecluster.scripts.main", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )


def test_help_lists_every_command_with_its_line():
    result = command("--help")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for name, verb in VERBS.items():
        (line,) = [line for line in lines if line.startswith(f"│ {name} ")]
        assert verb.line in line
    groups = [line.split()[1] for line in lines if line.startswith("╭─")][1:]
    assert groups == list(dict.fromkeys(verb.group for verb in VERBS.values()))


def test_an_old_name_is_answered_with_the_new_one():
    for old, new in OLD_NAMES.items():
        assert old not in VERBS
        assert entry.find_part(*new.split()).home
    result = command("why", "quality supervision", "--help")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "error: 'why' is now: smecluster explain why\n"


def test_the_readme_names_every_command():
    readme = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    assert [name for name in VERBS if f"`smecluster {name}" not in readme] == []


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


@pytest.mark.parametrize("words", entry.COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples_first(words, capsys):
    with pytest.raises(SystemExit) as ended:
        entry.main([*words, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"Usage: smecluster {' '.join(words)} [OPTIONS]" in said
    assert said.index("Examples:") < said.index("Options")
    assert f"smecluster {' '.join(words)}" in entry.list_examples(*words)[0]


def test_a_command_with_parts_lists_them(capsys):
    for name, verb in VERBS.items():
        if verb.parts:
            with pytest.raises(SystemExit):
                entry.main([name, "--help"])
            said = capsys.readouterr().out
            for word, part in verb.parts.items():
                assert f"{word:<15}{part.line[:40]}" in said
    assert command("explain").returncode == 2
    wrong = command("explain", "contribution", "local")
    assert "unknown part of 'explain' 'contribution': did you mean 'contributions'?" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["comprae"], "error: unknown command 'comprae': did you mean 'compare'?"),
        (["describe", "x", "--jsno"], "error: unknown option '--jsno': did you mean '--json'?"),
        (["describe"], "error: Missing argument"),
        (["describe", "valeu added"], "did you mean 'value added'?"),
        (["describe", "x", "--model", "none.mdl"], "error: no such file: none.mdl"),
        (["check", "--only", "balence"], "did you mean 'Balances'?"),
        (["compare", "local", "--draws", "-1"], "not '-1'"),
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
        f"{sys.executable} -m smecluster.scripts.main list levers | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stderr == ""


def end(monkeypatch, application):
    monkeypatch.setattr(entry, "_application", lambda: application)
    with pytest.raises(SystemExit) as caught:
        entry.main([])
    return caught.value.code


def test_an_interruption_is_one_line(monkeypatch, capsys):
    def interrupted(**_):
        raise KeyboardInterrupt

    assert end(monkeypatch, interrupted) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize(
    ("number", "line", "status"),
    [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "terminated", 143)],
)
def test_what_is_kept_is_said_and_how_to_resume(
    monkeypatch, capsys, tmp_path, number, line, status
):
    def work():
        with Checkpoints(tmp_path / "work", {"seed": "1"}) as checkpoints:
            checkpoints.save("first", {"value": [1.0]})
            signal.raise_signal(number)
            time.sleep(10)

    app = typer.Typer()
    app.command()(work)
    monkeypatch.setattr(entry, "load_command", lambda *names: typer.main.get_command(app))
    # A shell starts what it puts into the background with SIGINT ignored.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as caught:
            entry.main(["compare"])
    finally:
        signal.signal(signal.SIGINT, ours)
    assert caught.value.code == status
    told = capsys.readouterr().err.strip()
    assert told.startswith(f"{line}: 1 finished part is kept in {tmp_path / 'work'}")
    assert "the same command resumes" in told
    assert told.count("\n") == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_our_warnings_are_one_line_each_and_printed_once(monkeypatch, capsys):
    def warn(**_):
        for _ in range(3):
            warnings.warn("draws were clipped:\n 3 of 100", CalibrationWarning, stacklevel=1)

    assert end(monkeypatch, warn) == 0
    assert capsys.readouterr().err == "warning: draws were clipped: 3 of 100\n"


def test_warnings_of_others_are_left_as_they_are(monkeypatch):
    def warn(**_):
        warnings.warn("not ours", FutureWarning, stacklevel=1)

    with pytest.warns(FutureWarning, match="not ours"):
        end(monkeypatch, warn)


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    def faulty(**_):
        raise ValueError("a bug")

    monkeypatch.setattr(entry, "_application", lambda: faulty)
    with pytest.raises(ValueError, match="a bug"):
        entry.main([])


@pytest.mark.parametrize(
    "words",
    [
        ["describe", "x" * 100_000],
        ["forecast", "histories", "--calibration", "x" * 1000],
        ["x" * 9999],
    ],
)
def test_a_message_repeats_two_hundred_characters_at_most(words, capsys):
    with pytest.raises(SystemExit) as caught:
        entry.main(words)
    assert caught.value.code == 2
    assert "x" * 201 not in capsys.readouterr().err


def test_an_argument_that_no_system_hands_over_ends_in_one_line(capsys):
    with pytest.raises(SystemExit) as stopped:
        entry.main(["stress", "tipping", "central", "local", "--model", "m.mdl\0"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith("error: an argument holds a null character")


@pytest.mark.parametrize("name", ["batch", "study"])
def test_help_says_whom_a_scheduler_is_trusted_by_and_how_to_reach_it_over_tls(name):
    text = " ".join(re.sub("[│\\n]", " ", command(name, "--help").stdout).split())
    assert "Dask unpickles what a scheduler sends: use only one that you trust" in text
    for option in ("--tls-ca-file", "--tls-cert", "--tls-key"):
        assert option in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--tls-cert", "cert.pem"], "--tls-ca-file, --tls-cert and --tls-key belong to --cluster"),
        (["--cluster", "tls://here:1", "--tls-key", "no.pem"], "no such file: no.pem"),
        (["--cluster", "tcp://here:1", "--tls-key", __file__], "begins with tls://, not 'tcp://"),
    ],
)
def test_certificates_without_a_scheduler_that_takes_them_end_in_one_line(given, expected):
    result = command("study", "run", "quick", *given)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert expected in result.stderr
