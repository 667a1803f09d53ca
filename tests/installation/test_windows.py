"""What Windows lacks is not needed: read from the code, since these tests may run elsewhere."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "model",
    "policies",
    "calibration",
    "sensitivity",
    "scripts",
    "src/smecluster/__init__.py",
)
# Modules that Python has on other systems only.
ABSENT = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog"}
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
_RESERVED = re.compile(r"(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)", re.IGNORECASE)


def sources():
    for folder in FOLDERS:
        path = ROOT / folder
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def calls():
    """List every call in the code: where it stands, its name, its node."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "attr", getattr(function, "id", ""))
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node


def test_no_file_needs_a_module_that_windows_lacks_when_it_is_imported():
    wrong = []
    for path in sources():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in getattr(node, "names", [])]
            module = getattr(node, "module", None)
            if isinstance(node, ast.Import | ast.ImportFrom) and ABSENT & {*names, module}:
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_text_is_read_and_written_with_a_named_encoding():
    wrong = []
    for where, name, node in calls():
        given = {keyword.arg for keyword in node.keywords}
        if isinstance(node.func, ast.Name) and name == "open":
            mode = ast.unparse(node.args[1]) if len(node.args) > 1 else "r"
            if "b" not in mode and "encoding" not in given:
                wrong.append(where)
        elif (
            isinstance(node.func, ast.Attribute)
            and name in ("read_text", "write_text")
            and "encoding" not in given
        ):
            wrong.append(where)
    assert wrong == []


def test_files_are_replaced_in_a_way_that_windows_allows():
    # os.rename refuses an existing target there, os.replace does not.
    assert [where for where, name, node in calls() if ast.unparse(node.func) == "os.rename"] == []


def test_every_file_of_the_repository_has_a_name_that_windows_allows():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    if not names:
        pytest.skip("no checkout of git")
    assert [n for n in names if _FORBIDDEN.search(n) or _RESERVED.search(n)] == []
    assert [n for n in names if any(part.endswith((".", " ")) for part in n.split("/"))] == []
    folded = [name.casefold() for name in names]
    assert sorted(folded) == sorted(set(folded))
    assert max(map(len, names)) < 120
