"""The engine knows nothing of our model; stored programs name all the code that made them."""

import ast
import re
from pathlib import Path

import pytest

from smecluster.model import cache, engine
from smecluster.model.engine.model import load_program

ENGINE = Path(engine.__file__).parent
# What it stands on: messages, files and the cache of compiled code.
_PLAIN = ("errors", "files", "cache", "engine")
BELOW = tuple(f"smecluster.model.{name}" for name in _PLAIN)
SUPPORT = "smecluster.model.support"


@pytest.mark.parametrize("file", sorted(ENGINE.rglob("*.py")), ids=lambda file: file.stem)
def test_the_engine_stands_alone_and_knows_no_region(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    ours = [name for name in imported if name.startswith("smecluster")]
    assert [name for name in ours if not name.startswith((*BELOW, SUPPORT))] == []
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert "Region" not in texts
    assert "sme_cluster" not in file.read_text(encoding="utf-8")


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
    text = (Path(__file__).parents[1] / "data" / "two_towns.mdl").read_text()
    for method in ("0", "5"):
        settings = f"\n\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{method},0,0\n"
        load_program.cache_clear()
        load_program(re.split(r"\\+---///", text)[0] + settings)
    assert len(list(tmp_path.rglob("*.json"))) == 2
