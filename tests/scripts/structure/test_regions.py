"""``smecluster list regions`` lists the regions of the model and the cases."""

import json

import pytest

from smecluster.scripts.main import main


def test_the_three_regions_are_in_the_model_and_have_cases(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["list", "regions", "--json"])
    assert caught.value.code == 0
    rows = {row["region"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"Wenzhou", "Pearl River Delta", "Zhongguancun"}
    for row in rows.values():
        assert row["in the model"]
        assert row["case"]
        assert row["first year"] < row["last year"]


def test_a_pipe_gets_lines_with_tabs(capsys):
    with pytest.raises(SystemExit):
        main(["list", "regions"])
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split("\t")[0] == "region"
    assert len(lines) == 3
