"""Stored programs and compiled code name all the code that made them."""

import ast
import re
from pathlib import Path

import pytest

from smecluster.model.engine.compile import kernel
from smecluster.model.engine.equations import loading
from smecluster.model.support import cache

HERE = Path(loading.__file__).parents[2]


def imports_of(file: Path) -> set[Path]:
    """Files of the model that a file imports, those inside its functions too."""
    tree = ast.parse(file.read_text())
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("smecluster.model"):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    places = (name.removeprefix("smecluster.model").strip(".").replace(".", "/") for name in names)
    return {HERE / f"{place}.py" for place in places if (HERE / f"{place}.py").is_file()}


def reach(file: Path) -> set[Path]:
    found, todo = {file}, [file]
    while todo:
        new = imports_of(todo.pop()) - found
        found |= new
        todo += new
    return found


@pytest.mark.parametrize("module", [loading, kernel], ids=["program", "code"])
def test_everything_that_decides_the_numbers_is_part_of_the_fingerprint(module) -> None:
    needed = {file.relative_to(HERE).parts[0] for file in reach(Path(module.__file__))}
    # Errors, files and the cache change no number.
    assert needed <= {"engine", "support"}


def test_a_new_or_changed_file_of_a_room_changes_the_fingerprint(tmp_path, monkeypatch) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "one.py").write_text("a = 1")
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path)

    def fingerprint() -> str:
        cache.hash_engine.cache_clear()
        return cache.hash_engine()

    before = fingerprint()
    (tmp_path / "engine" / "two.py").write_text("")
    added = fingerprint()
    (tmp_path / "engine" / "one.py").write_text("a = 2")
    assert len({before, added, fingerprint()}) == 3
    cache.hash_engine.cache_clear()


def test_another_integration_of_the_same_equations_is_another_entry(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path))
    text = (Path(__file__).parents[2] / "data" / "two_towns.mdl").read_text()
    for method in ("0", "5"):
        settings = f"\n\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{method},0,0\n"
        loading.load_program.cache_clear()
        loading.load_program(re.split(r"\\+---///", text)[0] + settings)
    assert len(list(tmp_path.rglob("*.json"))) == 2
