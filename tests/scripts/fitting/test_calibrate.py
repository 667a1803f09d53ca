"""``smecluster calibrate`` fits the user's own region, and refuses what cannot be fitted."""

import json
import re

import pytest

from smecluster.calibration.store.named import open_calibration
from smecluster.scripts.main import main


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, write_town):
    folder = write_town(tmp_path_factory.mktemp("regions") / "town")
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", str(folder), "--quick", "--starts", "2", "--time-step", "0.5"])
    assert ended.value.code == 0
    return folder


def test_a_further_region_estimates_its_own_parameters_alone(fitted):
    found = open_calibration(fitted / "calibration")
    assert found.name == "town"
    assert all("[town" in name for name in found.values)
    assert len(found.values) == 3
    assert found.manifest["regions"] == ["town"]
    assert found.manifest["runs"] > 0
    assert found.manifest["seconds"] > 0


def test_a_run_uses_the_calibration_from_then_on(capsys, fitted):
    arguments = ("run", "as-now", "--from", fitted, "--json")
    status, out, _ = call(capsys, *arguments)
    assert status == 0
    record = json.loads(out)
    assert (
        f"town {open_calibration(fitted / 'calibration').hash[:12]}"
        in record["stamp"]["calibration"]
    )

    def value(rows):
        return next(
            row["value"]
            for row in rows
            if (row["outcome"], row["place"], row["time"]) == ("value added", "town", 2010)
        )

    calibrated = value(record["outcomes"])
    manifest = fitted / "calibration" / "manifest.json"
    hidden = manifest.rename(manifest.with_suffix(".hidden"))
    _, out, _ = call(capsys, *arguments)
    hidden.rename(manifest)
    assert value(json.loads(out)["outcomes"]) != calibrated


def test_asked_again_it_goes_on_where_it_was_and_says_what_it_took(capsys, fitted):
    before = (fitted / "calibration" / "parameters.csv").read_bytes()
    status, out, _ = call(
        capsys, "calibrate", fitted, "--quick", "--starts", "2", "--time-step", "0.5"
    )
    assert status == 0
    assert re.search(r"[\d,]+ runs of the model in less than a minute; seed 1\.$", out.strip())
    assert (fitted / "calibration" / "parameters.csv").read_bytes().splitlines()[
        7:
    ] == before.splitlines()[7:]


def test_other_settings_are_not_mixed_with_what_is_kept(capsys, fitted):
    given = ("calibrate", fitted, "--quick", "--starts", "2", "--time-step", "0.5", "--seed", "2")
    status, _, err = call(capsys, *given)
    assert status == 2
    assert "was created with a different seed" in err
    assert call(capsys, *given, "--restart")[0] == 0
    assert open_calibration(fitted / "calibration").manifest["seed"] == 2


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


TWICE = "town,va,1990,9000,exact,million yuan,current prices,read,X1,\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("series.csv", "exact,million yuan,current", "exact,,current", "'va' has no unit"),
        ("series.csv", "town,va,", "town,vaa,", "did you mean 'town/va'?"),
        ("series.csv", TWICE, TWICE + TWICE, "already gives 'va' for 1990"),
        ("parameters.csv", ",log,2000,30000,", ",log,30000,2000,", "bounds are crossed"),
        (
            "parameters.csv",
            ",2000,30000,8000,",
            ",2000,30000,80000,",
            "is outside the bounds 2000 to 30000",
        ),
        ("case.toml", "years = [1990, 2020]", "years = [1950, 1960]", "has no figure from 1950"),
    ],
)
@pytest.mark.parametrize("command", [["case", "check"], ["calibrate"]])
def test_a_bad_case_ends_in_one_clear_line(
    capsys, tmp_path, write_town, command, file, old, new, expected
):
    folder = write_town(tmp_path / "town")
    change(folder, file, old, new)
    status, _, err = call(capsys, *command, folder)
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert status == 2
    assert len(lines) == 1
    assert re.search(rf"{file}:\d+: ", lines[0])
    assert expected in lines[0]
    assert not (folder / "calibration").exists()


@pytest.mark.parametrize("command", [["case", "check"], ["calibrate"]])
def test_values_that_are_all_missing_end_in_one_clear_line(capsys, tmp_path, write_town, command):
    folder = write_town(tmp_path / "town")
    path = folder / "series.csv"
    text = re.sub(r"(?m)^(town,va,\d+),\d+,", r"\1,,", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    status, _, err = call(capsys, *command, folder)
    (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
    assert status == 2
    assert "'va' has no value: write the figure, or leave the row out (31 lines" in line


@pytest.mark.parametrize("command", [["case", "check"], ["calibrate"]])
def test_a_parameter_that_does_nothing_ends_in_one_clear_line(
    capsys, tmp_path, write_town, command
):
    folder = write_town(tmp_path / "town")
    # What ends before the first figure and is a flow moves nothing that is measured.
    change(folder, "case.toml", "years = [1990, 2020]", "years = [1978, 1978]")
    change(folder, "series.csv", "town,va,1990,", "town,va,1978,")
    with (folder / "parameters.csv").open("w", encoding="utf-8") as file:
        file.write("name,scale,lower,upper,prior mean,prior sd,status,source\n")
        file.write("proximity to external capital,log,.005,2,0.04,0.2,judgement,a test\n")
    status, _, err = call(capsys, *command, folder)
    (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
    assert status == 2
    assert "parameters.csv:2: 'proximity to external capital[town]' has no effect" in line


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nowhere"], "no such case folder: nowhere"),
        (["--time-step", "0.3"], "1 over a whole number, such as 0.125"),
        (["--name", "a/b"], "is not a folder name; --out takes a path"),
        (["--include", "remembred"], "did you mean 'remembered'?"),
        (["--likelihood", "normal"], "unknown likelihood 'normal'"),
        (["one", "two", "--out", "there"], "fit the folders one at a time"),
        (["--starts", "0"], "--starts"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(
    capsys, tmp_path, monkeypatch, arguments, expected
):
    monkeypatch.chdir(tmp_path)
    status, out, err = call(capsys, "calibrate", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert expected in err
    assert list(tmp_path.iterdir()) == []


def test_the_page_of_a_calibration_is_written_by_a_subcommand(capsys, fitted):
    given = ("calibrate", "report", fitted / "calibration", "--out", fitted / "page")
    status, out, _ = call(capsys, *given)
    assert status == 0
    page = fitted / "page" / "calibration.html"
    assert out.splitlines()[0] in page.read_text(encoding="utf-8")
    assert "Estimates" in page.read_text(encoding="utf-8")


def test_a_calibration_without_a_manifest_has_no_page(capsys, fitted):
    status, out, err = call(capsys, "calibrate", "report", fitted)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert "holds no calibration" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["seal", "nowhere"], "nowhere"),
        (["repot"], "did you mean the subcommand 'report'?"),
    ],
)
def test_a_mistake_in_a_subcommand_ends_with_one_line_and_status_2(capsys, arguments, message):
    status, out, err = call(capsys, "calibrate", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_folder_named_like_a_subcommand_is_reached_by_its_path(
    capsys, tmp_path, write_town, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write_town(tmp_path / "town").rename("report")
    status, _, _ = call(
        capsys, "calibrate", "./report", "--quick", "--starts", "1", "--time-step", "0.5"
    )
    assert status == 0
    assert open_calibration(tmp_path / "report" / "calibration").name == "report"
