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


@pytest.fixture
def cases(tmp_path, monkeypatch):
    """Return a folder of two cases that may be written to."""
    folder = tmp_path / "cases"
    for name in ("wenzhou", "national"):
        shutil.copytree(CASES / name, folder / name)
    monkeypatch.setattr(gather, "CASES", folder)
    monkeypatch.setattr(gather, "SOURCES", folder / "sources.csv")
    return folder


def test_only_cited_sources_are_listed(raw, cases):
    shutil.rmtree(cases / "wenzhou")
    gather.gather_cases(raw, ["national"])
    with (cases / "sources.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["source"] for row in csv.DictReader(file)}
    assert codes == {"S239", "S240", "S241", "S242", "S254", "S257", "S258"}


def test_gathering_says_how_many_rows_each_case_received(raw, cases):
    counts = gather.gather_cases(raw)
    for name in ("wenzhou", "national"):
        with (CASES / name / "series.csv").open(encoding="utf-8", newline="") as file:
            assert counts[name] == len(list(csv.DictReader(file)))


def test_nothing_is_written_where_a_cited_source_is_not_listed(raw, cases):
    (cases / "wenzhou" / "series.csv").write_text("to be replaced", encoding="utf-8")
    lines = (raw / "sources.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("S239,")]
    (raw / "sources.csv").write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match="unknown source 'S239'"):
        gather.gather_cases(raw)
    assert (cases / "wenzhou" / "series.csv").read_text(encoding="utf-8") == "to be replaced"
    assert not (cases / "sources.csv").exists()


def test_a_missing_raw_table_is_named(raw):
    (raw / "wenzhou.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        gather.gather_series(raw, CASES / "wenzhou")


def test_an_unknown_case_is_refused(raw):
    with pytest.raises(InputError, match="did you mean 'wenzhou'"):
        gather.gather_cases(raw, ["wenzou"])
