"""The house: imports run one way, between packages, rooms and files."""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import smecluster

HOUSE = Path(smecluster.__file__).parent
# From the ground up: each may import those before it.
FLOORS = ("model", "calibration", "policies", "sensitivity", "scripts")
# The files that draw, besides those called figures.
DRAWING = {
    "model/writing/forms.py",
    "model/presentation/plotting.py",
    "model/presentation/fonts.py",
}
DRAWN_WITH = ("matplotlib", "smecluster.model.presentation.plotting")
# A room whose files can be taken in at a glance; its __init__ is no further idea.
MOST_FILES = 22
# What every room of the model stands on; beside its face, but below it.
PLAIN = {f"model.{name}" for name in ("errors", "files", "inputs", "cache")}

Arrows = Mapping[str, set[str]]


def modules() -> dict[str, Path]:
    found = {}
    for floor in FLOORS:
        for file in (HOUSE / floor).rglob("*.py"):
            parts = file.relative_to(HOUSE).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


MODULES = modules()


def read_imports(tree: ast.AST) -> Iterable[str]:
    """Read what is imported when the code runs; what only a type checker reads is no import."""
    if isinstance(tree, ast.If) and ast.unparse(tree.test) == "TYPE_CHECKING":
        return
    if isinstance(tree, ast.ImportFrom):
        yield from (f"{tree.module}.{alias.name}" for alias in tree.names)
    elif isinstance(tree, ast.Import):
        yield from (alias.name for alias in tree.names)
    for node in ast.iter_child_nodes(tree):
        yield from read_imports(node)


def read_arrows() -> Arrows:
    """Which file imports which, inside functions too; the faces of packages name everything."""
    arrows: dict[str, set[str]] = {}
    for module, file in MODULES.items():
        arrows[module] = set()
        if file.name == "__init__.py" and module in FLOORS:
            continue
        for name in read_imports(ast.parse(file.read_text(encoding="utf-8"))):
            short = name.removeprefix("smecluster.")
            target = short if short in MODULES else short.rpartition(".")[0]
            if name != short and target in MODULES and target != module:
                arrows[module].add(target)
    return arrows


ARROWS = read_arrows()


def find_circle(arrows: Arrows) -> list[str]:
    """Find names that lead back to themselves; none if there are none."""
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name in done:
            return []
        for target in sorted(arrows.get(name, ())):
            circle = follow(target, [*path, name])
            if circle:
                return circle
        done.add(name)
        return []

    for name in sorted(arrows):
        circle = follow(name, [])
        if circle:
            return circle
    return []


def room_of(module: str) -> str:
    """The folder of a file; the files at a package's root are one room."""
    if module in PLAIN:
        return "model: plain files"
    file = MODULES[module]
    return str(file.parent.relative_to(HOUSE))


def test_a_circle_is_found() -> None:
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_a_package_imports_only_those_below_it() -> None:
    wrong = [
        (module, target)
        for module, targets in ARROWS.items()
        for target in targets
        if FLOORS.index(module.partition(".")[0]) < FLOORS.index(target.partition(".")[0])
    ]
    assert wrong == []


def test_no_files_import_each_other_in_a_circle() -> None:
    assert find_circle(ARROWS) == []


def test_no_rooms_of_the_model_import_each_other_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for module, targets in ARROWS.items():
        for target in targets:
            if module.startswith("model") and target.startswith("model"):
                rooms.setdefault(room_of(module), set()).add(room_of(target))
    assert find_circle({room: others - {room} for room, others in rooms.items()}) == []


def test_no_room_is_crowded() -> None:
    rooms = Counter(room_of(name) for name, file in MODULES.items() if file.stem != "__init__")
    assert {room: files for room, files in rooms.items() if files > MOST_FILES} == {}


def test_computation_draws_nothing() -> None:
    """Matplotlib is imported by figures only; where a function hands out a figure, inside it."""
    wrong = []
    for file in MODULES.values():
        name = file.relative_to(HOUSE).as_posix()
        if name in DRAWING or "figure" in name:
            continue
        top = [
            node
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        names = [each for node in top for each in read_imports(node)]
        if any(
            each.startswith(("matplotlib", "smecluster.model.presentation.plotting"))
            for each in names
        ):
            wrong.append(name)
    assert wrong == []
