"""No command replaces or removes a file that the program did not write."""

from pathlib import Path

import pytest

from smecluster.model.presentation.exports import read_csv
from smecluster.model.support.files import write_atomic
from smecluster.model.support.ledger import NAME
from smecluster.scripts.main import main

Contents = dict[str, bytes]


def call(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    return ended.value.code, capsys.readouterr().err


def read(folder: Path) -> Contents:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def idle(monkeypatch):
    """Let no model be run."""

    def nothing(*_, **__):
        raise AssertionError("a run was begun")

    for place in ("batches", "evaluator"):
        monkeypatch.setattr(f"smecluster.model.engine.run.{place}.load_kernel", nothing)


COMMANDS = (
    ["run", "central"],
    ["compare", "central", "local"],
    ["account", "local"],
    ["assign"],
    ["map"],
    ["explain", "why", "legal framework"],
    ["stress", "futures", "local", "--futures", "demand"],
    ["stress", "robust", "local"],
    ["explain", "contributions", "local"],
    ["optimise", "local"],
    ["explain", "timing"],
    ["explain", "statistics"],
    ["explain", "dominance"],
    ["forecast", "histories"],
    ["reforms"],
    ["calibrate", "--quick"],
    ["demo"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_of_others_is_refused_before_anything_is_run(capsys, tmp_path, idle, command):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "parameters.csv").write_text("not,yours\n")
    before = read(tmp_path)
    status, said = call(capsys, *command, "--out", tmp_path / "thesis")
    assert status == 2
    assert "thesis holds files that smecluster did not write (parameters.csv)" in said
    assert read(tmp_path) == before


RESULTS = (
    (["run", "central"], "outcomes.csv"),
    (["run", "central"], "run.nc"),
    (["compare", "central", "local"], "brief.html"),
    (["compare", "central", "local"], "overview.png"),
    (["compare", "central", "local"], "failures.parquet"),
    (["account", "local"], "account.html"),
    (["account", "local"], "draws.csv"),
    (["assign"], "assignment.svg"),
    (["assign"], "who-runs-what.csv"),
    (["map"], "map.svg"),
    (["explain", "why", "legal framework"], "moves.csv"),
    (["map"], "limits.json"),
    (["stress", "futures", "local", "--futures", "demand"], "brief.html"),
    (["stress", "futures", "local", "--futures", "demand"], "recovery.json"),
    (["stress", "robust", "local"], "limits.csv"),
    (["stress", "robust", "local"], "where-it-fails.png"),
    (["explain", "contributions", "local"], "contributions.html"),
    (["explain", "contributions", "local"], "levers-local.png"),
    (["optimise", "local"], "best-use.toml"),
    (["optimise", "local"], "front.csv"),
    (["optimise", "local"], "front/front-01.toml"),
    (["explain", "timing"], "windows.csv"),
    (["explain", "timing"], "window-map.png"),
    (["explain", "statistics"], "statistics.html"),
    (["explain", "dominance"], "dominance-by-year.csv"),
    (["forecast", "histories"], "turning-points.csv"),
    (["forecast", "histories", "--rivals", "2000"], "rivals.csv"),
    (["reforms"], "effects.csv"),
    (["demo"], "brief.html"),
    (["demo"], "histories.png"),
)


@pytest.mark.parametrize(("command", "name"), RESULTS, ids=lambda one: str(one))
def test_a_file_with_the_name_of_a_coming_result_is_refused_before_anything_is_run(
    capsys, tmp_path, idle, command, name
):
    # The folder is the program's, the file is not.
    theirs = tmp_path / name
    write_atomic(theirs.parent / "earlier.txt", "written by the program")
    write_atomic(tmp_path / "earlier.txt", "written by the program")
    theirs.write_text("mine")
    before = read(tmp_path)
    status, said = call(capsys, *command, "--out", tmp_path)
    assert status == 2
    assert f"{theirs} is not a file that smecluster wrote: choose another folder" in said
    assert read(tmp_path) == before


def test_a_folder_of_others_in_that_of_the_results_is_refused_too(capsys, tmp_path, idle):
    (tmp_path / "front").mkdir()
    (tmp_path / "front" / "mine.toml").write_text("mine")
    status, said = call(capsys, "optimise", "local", "--out", tmp_path)
    assert status == 2
    assert "front holds files that smecluster did not write (mine.toml)" in said


@pytest.mark.parametrize(
    "command",
    [
        ["batch", "{in}", "--output", "value added", "--out", "{out}"],
        ["check", "loops", "--out", "{out}"],
        ["check", "knockouts", "--out", "{out}"],
    ],
    ids=lambda command: command[0],
)
def test_a_file_of_others_is_refused_before_anything_is_run(capsys, tmp_path, idle, command):
    table = tmp_path / "in.csv"
    table.write_text("preference for variety\n0.35\n")
    (tmp_path / "page.csv").write_text("not yours\n")
    before = read(tmp_path)
    names = {"{in}": table, "{out}": tmp_path / "page.csv"}
    status, said = call(capsys, *(names.get(word, word) for word in command))
    assert status == 2
    assert "page.csv is not a file that smecluster wrote: choose another name" in said
    assert read(tmp_path) == before


@pytest.mark.parametrize("spelt", ["runs.csv", "there/../runs.csv"])
def test_a_table_of_inputs_is_not_replaced_by_its_results(capsys, tmp_path, monkeypatch, spelt):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    Path("runs.csv").write_text("preference for variety\n0.35\n")
    before = read(tmp_path)
    words = ["--output", "value added", "--year", "2040"]
    status, said = call(capsys, "batch", "runs.csv", *words, "--out", spelt)
    assert status == 2
    assert "is the table of inputs: choose another name" in said
    assert read(tmp_path) == before


def test_neither_is_one_that_the_program_wrote_itself(capsys, tmp_path):
    inputs, out = tmp_path / "in.csv", tmp_path / "out.csv"
    inputs.write_text("preference for variety\n0.35\n")
    words = ["--output", "preference for variety", "--year", "2040", "--out"]
    assert call(capsys, "batch", inputs, *words, out)[0] == 0
    status, said = call(capsys, "batch", out, *words, out)
    assert status == 2
    assert "is the table of inputs" in said


def test_two_runs_into_one_folder_succeed_and_other_files_stay(capsys, tmp_path):
    out = tmp_path / "out"
    assert call(capsys, "run", "central", "--out", out)[0] == 0
    (out / "notes.txt").write_text("mine")
    first = read(out)
    assert call(capsys, "run", "local", "--out", out)[0] == 0
    second = read(out)
    assert (
        second.keys()
        == first.keys()
        == {"outcomes.csv", "outcomes.json", "run.nc", NAME, "notes.txt"}
    )
    assert second["outcomes.csv"] != first["outcomes.csv"]
    assert second["notes.txt"] == b"mine"


def test_a_table_that_was_edited_is_not_replaced(capsys, tmp_path):
    assert call(capsys, "run", "central", "--out", tmp_path)[0] == 0
    edited = tmp_path / "outcomes.csv"
    read_csv(edited).assign(remark="mine").to_csv(edited, index=False)
    before = read(tmp_path)
    status, said = call(capsys, "run", "local", "--out", tmp_path)
    assert status == 2
    assert "outcomes.csv was changed since smecluster wrote it: choose another folder" in said
    assert read(tmp_path) == before


def test_a_model_is_not_exported_over_one_of_others(capsys, tmp_path):
    mine = tmp_path / "mine.mdl"
    mine.write_text("mine")
    status, said = call(capsys, "export", mine)
    assert (status, mine.read_text()) == (2, "mine")
    assert "mine.mdl is not a file that smecluster wrote" in said
    assert call(capsys, "export", tmp_path / "other.mdl")[0] == 0
    words = ["--set", "preference for variety=0.5"]
    assert call(capsys, "export", tmp_path / "other.mdl", *words)[0] == 0


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "/tmp/a", "a\\b"])
def test_a_calibration_has_a_plain_name(capsys, tmp_path, monkeypatch, idle, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "runs.csv").write_text("not,yours\n")
    before = read(tmp_path)
    status, said = call(capsys, "calibrate", "--quick", "--name", name)
    assert status == 2
    assert said.startswith(f"error: --name {name!r} is not a folder name")
    assert read(tmp_path) == before


def test_a_region_is_not_calibrated_onto_its_own_folder(capsys, tmp_path, write_town, idle):
    folder = write_town(tmp_path / "town")
    before = read(tmp_path)
    status, said = call(capsys, "calibrate", folder, "--quick", "--out", folder)
    assert status == 2
    assert "is the region's own folder: choose another one" in said
    assert read(tmp_path) == before


def test_a_study_whose_file_has_no_plain_name_needs_a_folder(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "study", "new", "mine.toml")[0] == 0
    Path("mine.toml").rename("...toml")
    before = read(tmp_path)
    status, said = call(capsys, "study", "run", "...toml")
    assert status == 2
    assert "a study's name, '..' is not a folder name; --out takes a path" in said
    assert read(tmp_path) == before


def test_a_study_is_not_run_into_a_folder_of_others(capsys, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "manifest.json").write_text("{}")
    before = read(tmp_path)
    for more in ([], ["--restart"]):
        status, said = call(capsys, "study", "run", "quick", "--out", tmp_path / "thesis", *more)
        assert status == 2
        assert "thesis holds files that smecluster did not write" in said
        assert read(tmp_path) == before


@pytest.mark.usefixtures("blank_figures")
def test_unfinished_runs_of_another_study_go_once_there_are_results(capsys, tmp_path):
    from smecluster.model.support.checkpoints import Checkpoints

    for name in (".runs-0123456789ab", ".runs-mine"):
        with Checkpoints(tmp_path / name, {"seed": "1"}) as checkpoints:
            checkpoints.save("a", {"x": 1.0})
    assert call(capsys, "compare", "central", "--out", tmp_path)[0] == 0
    assert {path.name for path in tmp_path.glob(".runs*")} == {".runs-mine"}
