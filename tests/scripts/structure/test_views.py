"""``smecluster views`` draws the diagrams and checks them."""

import builtins
import sys
from pathlib import Path

import pytest

from smecluster.scripts.main import main

TOWNS = Path(__file__).parents[2] / "model" / "data" / "two_towns.mdl"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["views", *map(str, arguments)])
    return caught.value.code


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    path = tmp_path / "towns.mdl"
    equations, _, _ = TOWNS.read_text(encoding="utf-8").partition("\\\\\\---///")
    path.write_text(equations, encoding="utf-8")
    return path


def test_a_model_without_views_is_found_out_and_drawn(towns: Path, capsys) -> None:
    assert run(towns, "--check") == 1
    assert "'People' is in no view" in capsys.readouterr().out
    assert run(towns) == 0
    assert "views redrawn" in capsys.readouterr().out
    assert run(towns, "--check") == 0
    assert capsys.readouterr().out == "every variable is in one view\n"
    assert run(towns) == 0
    assert "up to date" in capsys.readouterr().out


def test_a_missing_file_is_one_line_and_status_2(tmp_path: Path, capsys) -> None:
    assert run(tmp_path / "none.mdl") == 2
    assert capsys.readouterr().err.startswith("error: no such file")


def test_what_an_editor_saves_meanwhile_is_not_lost(towns: Path, capsys, monkeypatch) -> None:
    def draw_and_save(text: str) -> str:
        towns.write_text("saved by an editor", encoding="utf-8")
        return "drawn"

    monkeypatch.setattr("smecluster.model.diagrams.views.draw_views", draw_and_save)
    assert run(towns) == 2
    assert "was changed while it was being drawn" in capsys.readouterr().err
    assert towns.read_text(encoding="utf-8") == "saved by an editor"


def test_without_numba_drawing_says_what_to_install_and_checking_works(
    towns: Path, capsys, monkeypatch
) -> None:
    found = builtins.__import__

    def without_numba(name: str, *rest: object) -> object:
        if name == "numba":
            raise ImportError(name)
        return found(name, *rest)

    for name in [name for name in sys.modules if name.startswith("smecluster.model.diagrams")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_numba)
    assert run(towns) == 2
    assert capsys.readouterr().err == (
        "error: drawing the views needs numba: pip install 'smecluster[diagrams]'\n"
    )
    assert run(towns, "--check") == 1
