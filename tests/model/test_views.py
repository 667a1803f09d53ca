"""The views of the shipped model: every variable has its place, nothing lies on a name."""

from __future__ import annotations

import itertools
import shutil

import pysd
import pytest
import simlin

from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import hash_equations
from smecluster.model.file.model import SHIPPED
from smecluster.model.loops import LOOPS, Loop
from tests.views import NAME, find_faults, place, read_views

NEW = """
fair visits=
	SMEs * visits of a firm
	~ person/Year ~ Visits to fairs. Source: made up.|
visits of a firm=
	2
	~ person/(Year*firm) [0, 9] ~ Visits of a firm. Source: made up.|
"""


@pytest.fixture(scope="module")
def shipped() -> str:
    return SHIPPED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def changed(shipped: str) -> str:
    """The shipped model with two new variables, and one that is called otherwise."""
    at = shipped.index("\n********", shipped.index("\t.Firms"))
    at = shipped.index("|", at) + 1
    equations, opening, views = (shipped[:at] + NEW + shipped[at:]).partition("\\\\\\---///")
    return equations.replace("relocation hazard", "hazard of moving") + opening + views


def overlaps(text: str) -> list[tuple[str, str]]:
    found = []
    for view in read_views(text):
        names = [match for match in map(NAME.match, view.lines) if match]
        boxes = [(match[2], *map(int, match.groups()[2:6])) for match in names]
        found += [
            (one, other)
            for (one, x, y, w, h), (other, a, b, u, v) in itertools.combinations(boxes, 2)
            if abs(x - a) < w + u and abs(y - b) < h + v
        ]
    return found


def test_every_variable_of_the_shipped_model_stands_in_one_view(shipped: str) -> None:
    assert find_faults(shipped) == []


def test_the_shipped_views_have_no_overlapping_names(shipped: str) -> None:
    assert overlaps(shipped) == []


def test_a_variable_that_is_new_or_gone_is_reported(changed: str) -> None:
    assert find_faults(changed) == [
        "'fair visits' is in no view",
        "'visits of a firm' is in no view",
        "'hazard of moving' is in no view",
        "a view shows 'relocation hazard', which the model does not have",
    ]


def test_what_is_new_finds_a_free_place_and_what_is_gone_goes(shipped: str, changed: str) -> None:
    placed = place(changed)
    assert find_faults(placed) == []
    assert overlaps(placed) == []
    assert hash_equations(placed) == hash_equations(changed)
    # Whatever stood in its place before still stands there.
    kept = set(shipped.splitlines()) & set(changed.splitlines())
    lost = [line for line in kept - set(placed.splitlines()) if "relocation hazard" not in line]
    assert all(line.startswith("1,") for line in lost)


def test_placing_again_changes_nothing(shipped: str, changed: str) -> None:
    assert place(shipped) == shipped
    assert place(place(changed)) == place(changed)


def test_simlin_renders_the_shipped_views(shipped: str) -> None:
    svg = simlin.load(SHIPPED).diagram().svg
    assert all(f">{view.title}<" in svg for view in read_views(shipped))


def test_pysd_splits_the_shipped_model_by_its_views(shipped: str, tmp_path) -> None:
    copy = shutil.copy(SHIPPED, tmp_path / "model.mdl")
    pysd.read_vensim(str(copy), split_views=True, initialize=False)
    modules = list((tmp_path / "modules_model").glob("_*.py"))
    assert len(modules) == len(read_views(shipped)) - 1  # the overview only repeats


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.label)
def test_a_loop_runs_through_the_model_with_the_sign_that_its_name_says(
    loop: Loop, shipped: str
) -> None:
    assert loop.reinforcing == loop.label.startswith("R")
    document = read_document(shipped)
    names = [name for name, _ in loop.path]
    for name, following in zip(names, names[1:] + names[:1], strict=True):
        reached = {document.variable(name).name}
        edge = set(reached)
        while edge:
            edge = {e for n in edge for e in document.variables[n].effects} - reached
            reached |= edge
        assert fold_name(following) in {fold_name(n) for n in reached}
