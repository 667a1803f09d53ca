"""Workflows, hooks and forms are well formed, and call what exists."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TARGETS = set(
    re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def steps():
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                yield path.name, step


def test_there_is_one_for_tests_lint_docs_and_release():
    assert [path.stem for path in WORKFLOWS] == ["docs", "lint", "release", "tests"]


def test_tests_run_on_every_system_and_every_python_that_is_promised():
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    matrix = yaml.safe_load(text)["jobs"]["tests"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert set(matrix["python"]) == set(re.findall(r"Python :: (3\.\d+)", project))


def test_what_they_call_exists():
    for where, step in steps():
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", "")):
            assert target in TARGETS, where
        for script in re.findall(r"\bpython ([\w./]+\.py)", step.get("run", "")):
            assert (ROOT / script).is_file(), where


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_workflow_may_write_more_than_it_needs(path: Path):
    allowed = yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"]
    assert allowed == {"contents": "write" if path.stem == "release" else "read"}


def test_hooks_are_the_commands_of_lint():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = " ".join(hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"])
    assert all(word in entries for word in ("ruff check", "ruff format --check", "mypy"))


@pytest.mark.parametrize(
    "path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.stem
)
def test_every_form_asks_for_something_and_says_what_it_is_for(path: Path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"]
    assert form["description"]
    assert any(field.get("validations", {}).get("required") for field in form["body"])
