"""``smecluster case`` starts a region's folder and checks it line by line."""

import json

import pytest

from smecluster.scripts.main import main


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["case", *map(str, arguments)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_a_new_folder_holds_eight_files(capsys, tmp_path):
    status, out, err = call(capsys, "new", tmp_path / "town")
    assert (status, err) == (0, "")
    names = [line.rpartition("/")[2] for line in out.splitlines()]
    assert names == [
        "README.md",
        "case.toml",
        "constants.csv",
        "parameters.csv",
        "series.csv",
        "sources.csv",
        "tables.csv",
        "targets.csv",
    ]


def test_the_most_similar_region_can_be_chosen(capsys, tmp_path):
    call(capsys, "new", tmp_path / "park", "--like", "zhongguancun")
    text = (tmp_path / "park" / "constants.csv").read_text(encoding="utf-8")
    assert "copied from Zhongguancun" in text


def test_a_case_of_a_given_size_says_what_was_kept_scaled_and_left(capsys, tmp_path):
    status, out, err = call(capsys, "new", tmp_path / "town", "--gdp", "4312", "--year", "1990")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].split("\t") == ["value", "unit", "Wenzhou", "town", "done", "left to you"]
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in lines[1:-1]}
    assert rows["initial employment"][3].startswith("times 0.")
    kept = rows["initial business trust"]
    assert kept == ["Dmnl", "0.5", "0.5", "kept", "check whether it applies"]
    assert "value added in 1990 is 4,312 million yuan, 12,806 in prices of 2010" in lines[-1]


def test_a_check_lists_every_problem_and_ends_with_status_2(capsys, tmp_path):
    call(capsys, "new", tmp_path / "town")
    status, out, err = call(capsys, "check", tmp_path / "town")
    assert status == 2
    assert [line.split(": ")[0] for line in err.splitlines()] == ["note"] + ["error"] * 3
    assert out.splitlines()[-1] == "3 problems"


def test_a_good_folder_ends_with_the_table_of_what_was_understood(capsys):
    status, out, err = call(capsys, "check", "calibration/cases/wenzhou")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].split("\t")[:5] == ["measures", "years", "figures", "from memory", "unit"]
    assert lines[-1] == "no problems"


def test_machines_get_json(capsys, tmp_path):
    call(capsys, "new", tmp_path / "town")
    status, out, _ = call(capsys, "check", tmp_path / "town", "--json")
    record = json.loads(out)
    assert status == 2
    assert len(record["problems"]) == 3
    assert record["understood"] == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chek", "town"], "unknown action 'chek': did you mean 'check'?"),
        (["check", "nowhere"], "no such case folder: nowhere"),
        (["check", "nowhere", "--like", "wenzhou"], "--like belongs to `case new`"),
        (["new", "tests"], "exists already: nothing was written"),
        (["new", "town", "--like", "zhongguan"], "did you mean 'zhongguancun'?"),
        (["new", "town", "--like", ""], "unknown shipped case ''"),
        (["new"], "Missing argument"),
        (["new", "town", "--gdp", "5"], "--gdp needs --year"),
        (["new", "town", "--year", "1990"], "--year needs --gdp"),
        (["new", "town", "--gdp", "-5", "--year", "1990"], "--gdp -5: value added must be above 0"),
        (["new", "town", "--gdp", "5", "--year", "2030"], "no deflator for 2030"),
        (["new", "town", "--gdp", "5", "--year", "1990", "--series", "va"], "belong together"),
        (["import", "town.csv", "--sheet", ""], "--sheet is empty"),
        (["import", "town.csv", "--place", ""], "--place is empty"),
        (["import", "town.csv", "--part-of", " "], "--part-of is empty"),
        (["check", "nowhere", "--gdp", "5"], "--gdp belongs to `case new`"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(capsys, arguments, expected):
    status, out, err = call(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert expected in err
