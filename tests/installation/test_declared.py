"""Every package that the program imports is declared in pyproject.toml by its own name."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from functools import cache

import pytest

from tests.installation.building import FOLDERS, ROOT

#: Imports that serve an extra, and which.
OPTIONAL = {"distributed": "distributed", "simlin": "loops"}


def fold(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_names(requirements):
    return {fold(re.match(r"[\w.\-]+", one)[0]) for one in requirements}


@cache
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def is_typing(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def list_imports(tree):
    """List what a file imports when it runs: what only a type checker reads is left out."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if is_typing(node):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]
        waiting += ast.iter_child_nodes(node)


def find_foreign():
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name in list_imports(ast.parse(path.read_text(encoding="utf-8"))):
                if name not in sys.stdlib_module_names and name not in ("smecluster", *FOLDERS):
                    found.setdefault(name, path.relative_to(ROOT).as_posix())
    return found


def test_every_import_is_declared():
    own = importlib.metadata.packages_distributions()
    declared = read_names(project()["dependencies"])
    extras = {
        extra: read_names(names) for extra, names in project()["optional-dependencies"].items()
    }
    foreign = find_foreign()
    assert {"numpy", "xlrd", "PIL"} <= foreign.keys()
    missing = {
        name: where
        for name, where in foreign.items()
        if not read_names(own.get(name, [name]))
        & (declared | extras.get(OPTIONAL.get(name), set()))
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f():\n    import a.b\n", {"a"}),
        ("from c.d import e\nfrom . import g\n", {"c"}),
        ("if TYPE_CHECKING:\n    import h\nelse:\n    import i\n", {"i"}),
    ],
)
def test_imports_are_found_wherever_they_stand(text, found):
    assert {*list_imports(ast.parse(text))} == found
