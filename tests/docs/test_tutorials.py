"""The tutorials run as they are written, each in an empty folder, and no command is refused."""

import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))


def run_tutorial(path: Path, folder: Path) -> str:
    """Run a tutorial's cells in a folder; give what they printed."""
    jupytext = pytest.importorskip("jupytext", reason="needs the extra docs")
    client = pytest.importorskip("nbclient", reason="needs the extra docs")
    notebook = jupytext.read(path)
    runner = client.NotebookClient(
        notebook, timeout=540, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    runner.execute()
    return "".join(
        output.get("text", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_it_runs_and_no_command_in_it_is_refused(path: Path, tmp_path: Path, monkeypatch):
    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
    monkeypatch.setenv("COLUMNS", "100")
    text = run_tutorial(path, tmp_path)
    assert re.findall(r"(?m)^(?:error|Traceback).*$", text) == []
    assert re.findall(r"not found", text) == []


def test_there_is_one_for_each_of_the_three_users_and_one_in_chinese():
    assert [path.name for path in TUTORIALS] == [
        "analyst.md",
        "analyst.zh.md",
        "batches.md",
        "modeller.md",
    ]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_every_command_in_it_exists(path: Path):
    from smecluster.scripts.verbs import VERBS

    named = re.findall(r"smecluster (?!as )([a-z]+)", path.read_text(encoding="utf-8"))
    assert len(named) > 3
    assert set(named) <= set(VERBS)
