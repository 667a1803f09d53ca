"""``smecluster check loops`` prints the gains and writes the page that publishes them."""

import json

import pytest

from smecluster.model.checking import loop_gains
from smecluster.model.checking.loop_gains import BRAKES, CUTS, Gain, Gains
from smecluster.model.checking.path_gains import YEARS, PathGain
from smecluster.scripts.main import main

PLACES = ("Wenzhou", "Pearl River Delta", "Zhongguancun")


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["check", "loops", *arguments])
    return caught.value.code


@pytest.fixture
def found(monkeypatch):
    def pretend(total=0.5):
        single = tuple(Gain(cut, place, 0.125, total / 2) for cut in CUTS[:2] for place in PLACES)
        by_region = dict.fromkeys((*PLACES, "all regions"), total)
        result = Gains(2020, single, dict.fromkeys(BRAKES, by_region))
        monkeypatch.setattr(
            "smecluster.model.checking.loop_gains.compute_gains", lambda m, year: result
        )
        path = tuple(
            PathGain(CUTS[0], place, tuple(at / 10 for at, _ in enumerate(YEARS)))
            for place in PLACES
        )
        monkeypatch.setattr(
            "smecluster.model.checking.path_gains.compute_path_gains", lambda m: path
        )

    return pretend


def test_a_row_for_each_cut_and_one_for_all_together(found, capsys):
    found()
    assert run() == 0
    out = capsys.readouterr().out
    assert "R1 agglomeration\tcluster mass\tdivision of labour\t0.125 (0.250)" in out
    assert "all balancing loops at work\t0.500" in out
    assert "division of labour\t0.000 to 0.000\t0.100 to 0.100" in out


def test_as_json(found, capsys):
    found()
    assert run("--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["single"][0]["alone"] == 0.125
    assert told["together"]["all balancing loops at work"]["all regions"] == 0.5
    assert told["path"][0]["gains"]["1990.0"] == 0.1


def test_the_page_says_how_it_was_made_and_whether_all_is_below_1(found, tmp_path, capsys):
    page = tmp_path / "gains.md"
    found()
    assert run("--out", str(page)) == 0
    text = page.read_text(encoding="utf-8")
    assert "Made by `smecluster check loops --year 2020 --out docs/loop-gains.md`" in text
    assert "**Every gain is below 1.**" in text
    assert "2.0 times its size" in text
    assert "Along the path of history the largest is 0.400" in text
    assert "cut at cluster mass, Wenzhou, from 2020)" in text
    found(total=1.5)
    assert run("--out", str(page)) == 0
    assert "**Not every gain is below 1**" in page.read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_or_another_model_ends_in_one_line(capsys, tmp_path):
    assert run("--model", str(tmp_path / "none.mdl")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_region_of_ones_own_is_among_the_others(found, capsys, monkeypatch):
    found()
    seen = []
    pretend = loop_gains.compute_gains
    monkeypatch.setattr(
        "smecluster.model.checking.loop_gains.compute_gains",
        lambda m, year: seen.append(m.regions) or pretend(m, year),
    )
    assert run("--from", "suzhou", "--json") == 0
    assert seen == [(*PLACES, "suzhou")]
