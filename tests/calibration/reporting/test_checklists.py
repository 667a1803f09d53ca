"""The card and the checklists say what the model, its checks and its calibration hold."""

import re

import pytest

from smecluster.calibration.reporting.checklists import write_checklists
from smecluster.calibration.reporting.facts import gather_facts
from smecluster.calibration.store.named import DRAWN, open_calibration
from smecluster.model.engine.read.document import CONTROLS, read_document
from smecluster.model.file.beliefs import CONVENTIONS
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text
from smecluster.scripts.main import main


@pytest.fixture(scope="module")
def facts():
    return gather_facts()


@pytest.fixture(scope="module")
def page():
    return write_checklists()


def test_counts_are_those_of_the_files(facts):
    document = read_document(read_text(SHIPPED))
    assert facts["hash"] == document.hash[:12]
    assert facts["variables"] == len(document.variables) - len(CONTROLS)
    assert sum(facts["kinds"].values()) == facts["variables"]
    assert facts["figures"] == len(open_calibration(DRAWN).findings["figures"])
    assert "Control" not in facts["sectors"]


def test_the_card_counts_the_draws_that_answers_rest_on(facts, page):
    drawn, calibration = facts["drawn"], open_calibration(DRAWN)
    assert drawn["draws"] == len(calibration.draws)
    assert drawn["values"] == len(set(calibration.draws) - {*CONVENTIONS})
    assert sum(drawn["verdicts"].values()) == drawn["values"]
    assert f"`{DRAWN}` ({calibration.hash[:12]})" in page


def test_every_row_is_filled_in(page):
    rows = [line for line in page.splitlines() if re.match(r"\| \S", line)]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert len(cells) > 40
    assert [row for row in cells if any(row) and not row[-1]] == []


def test_every_item_of_stress_is_there_once(page):
    items = re.findall(r"(?m)^\| (\d\.\d) \|", page)
    assert items == sorted(set(items))
    assert {item[0] for item in items} == set("123456")


def test_what_is_not_met_is_said(facts, monkeypatch):
    lacking = facts | {"with_unit": 3}
    monkeypatch.setattr("smecluster.calibration.reporting.checklists.gather_facts", lambda: lacking)
    assert re.search(r"units of every variable \| 3 of \d+ \| no \|", write_checklists())


def test_the_command_prints_or_writes_the_same(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["checklists"])
    printed = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["checklists", "--out", str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == printed
