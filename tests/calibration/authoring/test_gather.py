"""Figures are copied from raw tables by a command, never by hand."""

import csv
import shutil

import pytest

from smecluster.calibration.authoring import gather
from smecluster.calibration.data.series import CASES, COLUMNS
from smecluster.model.support.errors import InputError


@pytest.fixture
def raw(tmp_path):
    """Return a folder of raw tables made of the shipped rows and one row too many."""
    for name in ("wenzhou", "national"):
        owner = {"national": "china"}.get(name, name)
        with (CASES / name / "series.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rows.append({**rows[0], "series": "unwanted"})
        with (tmp_path / f"{owner}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(reversed(rows))
    shutil.copy(CASES / "sources.csv", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["wenzhou", "national"])
def test_only_the_series_that_a_case_names_are_copied_in_a_fixed_order(raw, name):
    with (CASES / name / "series.csv").open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    assert gather.gather_series(raw, CASES / name) == shipped


def test_only_cited_sources_are_listed(raw):
    codes = {
        record["source"]
        for record in gather.collect_sources(raw / "sources.csv", [CASES / "national"])
    }
    assert codes == {"S239", "S240", "S241", "S242", "S254", "S257", "S258"}


def test_a_missing_raw_table_is_named(raw):
    (raw / "wenzhou.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        gather.gather_series(raw, CASES / "wenzhou")


def test_the_command_refuses_an_unknown_case_with_status_2(raw, capsys):
    assert gather.main([str(raw), "wenzou"]) == 2
    assert "did you mean 'wenzhou'" in capsys.readouterr().err
