"""``smecluster demo`` hands a region of one's own to each of its parts."""

import pytest

from smecluster.scripts.fitting import histories
from smecluster.scripts.main import main
from smecluster.scripts.policy import compare, desk


def test_every_part_holds_a_region_of_ones_own(capsys, tmp_path, monkeypatch):
    seen = {}

    def take(name, key, result=None):
        return lambda *_, **options: seen.update({name: options[key]}) or result

    monkeypatch.setattr(compare, "compare", take("compare", "from_"))
    monkeypatch.setattr(histories, "write_histories", take("histories", "from_", (None, {}, [])))
    monkeypatch.setattr(desk, "write_desk", take("desk", "folders"))
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--from", "suzhou", "--draws", "2", "--out", str(tmp_path / "o")])
    assert ended.value.code == 0
    assert list(seen) == ["compare", "histories", "desk"]
    assert all(folder.name == "suzhou" for (folder,) in seen.values())
