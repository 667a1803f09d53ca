"""``list strategies`` lists strategies and the keys of their files, and writes the page."""

import json

import pytest

from smecluster.policies.strategy import names
from smecluster.scripts.main import main


def smecluster(*arguments: str) -> int:
    """Run the command, and give its status."""
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(ended.value.code or 0)


def test_strategies_are_listed_with_their_money(capsys):
    assert smecluster("list", "strategies") == 0
    said = capsys.readouterr().out
    assert all(name in said for name in names())
    assert "0.5 % a year from 2025" in said
    assert smecluster("list", "strategies", "--json") == 0
    assert {one["name"] for one in json.loads(capsys.readouterr().out)} == set(names())


def test_keys_are_listed(capsys):
    assert smecluster("list", "strategies", "--keys", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"regions", "exceptions", "trigger"} <= {row["key"] for row in rows}


def test_the_page_is_written_with_its_table(tmp_path):
    page = tmp_path / "keys.md"
    assert smecluster("list", "strategies", "--page", str(page)) == 0
    assert "docs/keys.md" in page.read_text(encoding="utf-8")
    assert page.with_suffix(".csv").exists()
    assert smecluster("list", "strategies", "--page", str(tmp_path / "keys.txt")) == 2
