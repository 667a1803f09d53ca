"""Regions that were never used enter no default, and the documented commands predict them."""

import json
import re
import shlex
from pathlib import Path

import pytest

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.data.series import CASES
from smecluster.calibration.store.named import open_calibration
from smecluster.model import load
from smecluster.scripts.main import main

UNUSED = CASES.parent / "unused"
PAGE = (UNUSED / "README.md").read_text(encoding="utf-8")
REGIONS = ("suzhou", "quanzhou", "chengdu")
COMMANDS = [shlex.split(line) for line in re.findall(r"^    smecluster (.*)$", PAGE, re.MULTILINE)]


def read_table(heading):
    """Read the table under a row of headings: cells by the first column."""
    lines = PAGE.partition(heading)[2].splitlines()[2:]
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
    found = {}
    for first, *rest in rows:
        if not rest:
            break
        found[first] = rest
    return found


@pytest.mark.parametrize("region", REGIONS)
def test_an_unused_region_is_in_no_case_model_or_calibration(region):
    assert region not in list_cases()
    assert region not in map(str.casefold, load().regions)
    manifest = open_calibration("every-constant").manifest
    assert region not in json.dumps(manifest).casefold()


def test_their_figures_are_gross_domestic_product_and_cite_a_source():
    lines = (UNUSED / "cities.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in lines} == set(REGIONS)
    assert {line.split(",")[1].partition("_")[0] for line in lines} == {"gdp"}
    assert {line.split(",")[8] for line in lines} == {"S900"}
    assert "S900," in (UNUSED / "sources.csv").read_text(encoding="utf-8")


def test_each_region_has_a_like_region_and_a_reason_and_its_commands_follow_it():
    assigned = read_table("| region | like | reason |")
    assert [name.casefold() for name in assigned] == list(REGIONS)
    for name, (like, reason) in assigned.items():
        (made,) = [c for c in COMMANDS if c[:3] == ["case", "new", name.casefold()]]
        assert made[made.index("--like") + 1] == like.casefold().replace(" ", "_")
        assert len(reason) > 50


@pytest.mark.slow
@pytest.mark.parametrize("region", REGIONS)
def test_the_documented_commands_print_the_documented_errors(region, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (each for each in COMMANDS if region in each):
        with pytest.raises(SystemExit) as ended:
            main([part.replace("calibration/unused", str(UNUSED)) for part in command])
        assert ended.value.code == 0
    printed = capsys.readouterr().out.splitlines()
    assert "no problems" in printed
    documented = read_table("| region | model | like the nation |")[region]
    assert printed[-1].split("\t")[-3:] == documented[:3]
    assert Path("results", region, "rivals.csv").is_file()
