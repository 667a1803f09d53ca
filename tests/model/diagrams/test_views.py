"""The diagrams: every variable has its place, nothing lies on a name, programs read them."""

from __future__ import annotations

import itertools
import re
import shutil
from collections import Counter
from dataclasses import dataclass

import pysd
import pytest
import simlin

from smecluster.model.diagrams.faults import find_faults
from smecluster.model.diagrams.loops import LOOPS, Loop
from smecluster.model.diagrams.views import OVERVIEW, assign_sectors, draw_views
from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import hash_equations
from smecluster.model.file.model import SHIPPED

HERD = """{UTF-8}
Region:
	East, West
	~~|
********************************************************
	.Herd
********************************************************~
		Births and deaths.
	|
Animals[Region]=
	INTEG (births[Region] - deaths[Region] - moves[Region], initial animals[Region])
	~ animal ~ Animals. Source: made up.|
initial animals[Region]=
	10, 20
	~ animal [0, 100] ~ At the start. Source: made up.|
births[Region]=
	Animals[Region] * birth rate * food per animal[Region] / food needed
	~ animal/Year ~ Births. Source: made up.|
birth rate=
	0.1
	~ 1/Year [0, 1] ~ Births for each animal. Source: made up.|
food needed=
	2
	~ ton/animal [1, 4] ~ Food that suffices. Source: made up.|
deaths[Region]=
	Animals[Region] / lifetime
	~ animal/Year ~ Deaths. Source: made up.|
lifetime=
	8
	~ Year [1, 20] ~ Years lived. Source: made up.|
moves[Region]=
	Animals[Region] * moving rate
	~ animal/Year ~ Animals that leave for the common herd. Source: made up.|
moving rate=
	0.01
	~ 1/Year [0, 1] ~ Share that leaves. Source: made up.|
Common herd=
	INTEG (SUM(moves[Region!]), 0)
	~ animal ~ Animals of both regions. Source: made up.|
********************************************************
	.Meadow
********************************************************~
		What there is to eat.
	|
Grass[Region]=
	INTEG (growth[Region] - grazing[Region], grass at first)
	~ ton ~ Standing grass. Source: made up.|
grass at first=
	100
	~ ton [0, 1000] ~ At the start. Source: made up.|
growth[Region]=
	Grass[Region] * growth rate
	~ ton/Year ~ Growth. Source: made up.|
growth rate=
	0.2
	~ 1/Year [0, 1] ~ Growth of a ton. Source: made up.|
grazing[Region]=
	Animals[Region] * appetite table(food per animal[Region] / food needed)
	~ ton/Year ~ Grass eaten. Source: made up.|
appetite table(
	[(0,0)-(2,2)],(0,0),(1,1),(2,1.2))
	~ ton/(Year*animal) ~ What an animal eats. Source: made up.|
food per animal[Region]=
	Grass[Region] / Animals[Region]
	~ ton/animal ~ Food at hand. Source: made up.|
********************************************************
	.Control
********************************************************~
		Simulation control.
	|
INITIAL TIME=
	0
	~ Year ~ Start.|
FINAL TIME=
	4
	~ Year ~ End.|
TIME STEP=
	0.5
	~ Year ~ Step.|
SAVEPER=
	1
	~ Year ~ Saved values.|
"""

LOOPS_OF_THE_HERD = (
    Loop("R1 growth", (("Animals", "+"), ("births", "+"))),
    Loop("B1 hunger", (("Animals", "-"), ("food per animal", "+"), ("births", "+"))),
    Loop("R2 of another model", (("Firms", "+"),)),
)


@dataclass(frozen=True)
class Thing:
    """A line of a sketch that stands for something with a place."""

    kind: str
    name: str
    x: int
    y: int
    half_width: int
    half_height: int
    bits: int


def views_of(text: str) -> dict[str, list[Thing]]:
    found: dict[str, list[Thing]] = {}
    title = ""
    for line in text[text.index("\\\\\\---///") :].splitlines():
        if line.startswith("*"):
            title = line[1:]
            found[title] = []
        match = re.match(r"(1[012]),\d+,([^,]*),(-?\d+),(-?\d+),(\d+),(\d+),\d+,(\d+)", line)
        if match:
            kind, name, *numbers = match.groups()
            found[title].append(Thing(kind, name, *map(int, numbers)))
    return found


def overlaps(things: list[Thing]) -> list[tuple[str, str]]:
    names = [thing for thing in things if thing.kind == "10"]
    return [
        (one.name, other.name)
        for one, other in itertools.combinations(names, 2)
        if abs(one.x - other.x) < one.half_width + other.half_width
        and abs(one.y - other.y) < one.half_height + other.half_height
    ]


@pytest.fixture(scope="module")
def drawn() -> str:
    return draw_views(HERD, LOOPS_OF_THE_HERD)


@pytest.fixture(scope="module")
def shipped() -> str:
    return SHIPPED.read_text(encoding="utf-8")


def test_each_sector_has_a_view_and_the_loops_have_an_overview(drawn: str) -> None:
    assert list(views_of(drawn)) == [OVERVIEW, "01 Herd", "02 Meadow"]


def test_every_variable_stands_in_one_view(drawn: str) -> None:
    assert find_faults(drawn) == []
    standing = Counter(
        thing.name
        for things in views_of(drawn).values()
        for thing in things
        if thing.kind == "10" and thing.bits % 2
    )
    assert set(standing) == set(assign_sectors(read_document(HERD)))
    assert set(standing.values()) == {1}


def test_a_variable_that_is_not_drawn_is_reported(drawn: str) -> None:
    added = drawn.replace("Grass[Region]=", "hay=\n\t1\n\t~ ton ~ Hay.|\nGrass[Region]=", 1)
    assert find_faults(added) == ["'hay' is in no view"]
    gone = drawn.replace(",lifetime,", ",life,")
    assert find_faults(gone) == [
        "'lifetime' is in no view",
        "a view shows 'life', which the model does not have",
    ]


def test_no_two_names_overlap(drawn: str) -> None:
    assert {title: overlaps(things) for title, things in views_of(drawn).items()} == {
        title: [] for title in views_of(drawn)
    }


def test_drawing_again_changes_nothing(drawn: str) -> None:
    assert draw_views(drawn, LOOPS_OF_THE_HERD) == drawn


def test_drawing_leaves_equations_and_settings_to_the_letter(drawn: str) -> None:
    assert drawn.startswith(HERD)
    assert hash_equations(drawn) == hash_equations(HERD)
    kept = drawn.partition("///---\\\\\\")[0] + "///---\\\\\\\n:L\x7f<%^E!@\n9:Mine\n"
    assert draw_views(kept, LOOPS_OF_THE_HERD) == kept


def test_a_flow_across_the_boundary_ends_in_a_cloud(drawn: str) -> None:
    clouds = [t for t in views_of(drawn)["01 Herd"] if t.kind == "12" and t.name == "48"]
    # births come from outside and deaths go there; moves join two stocks.
    assert len(clouds) == 2


def test_a_cause_in_another_sector_is_a_grey_name(drawn: str) -> None:
    grey = {t.name for t in views_of(drawn)["02 Meadow"] if t.kind == "10" and t.bits % 2 == 0}
    assert grey == {"Animals", "food needed"}


def test_a_sketch_can_be_read_by_simlin_and_pysd(drawn: str, tmp_path) -> None:
    path = tmp_path / "herd.mdl"
    path.write_text(drawn, encoding="utf-8")
    svg = simlin.load(path).diagram().svg
    assert "food per animal" in svg
    read = pysd.read_vensim(str(path), split_views=True)
    modules = {file.stem for file in (tmp_path / "modules_herd").glob("*.py")}
    assert {name.lstrip("_") for name in modules} == {"herd", "meadow"}
    assert read.run(final_time=1) is not None


def test_every_variable_of_the_shipped_model_stands_in_one_view(shipped: str) -> None:
    assert find_faults(shipped) == []


def test_the_shipped_views_have_no_overlapping_names(shipped: str) -> None:
    assert [pair for things in views_of(shipped).values() for pair in overlaps(things)] == []


def test_simlin_renders_the_shipped_views(shipped: str) -> None:
    svg = simlin.load(SHIPPED).diagram().svg
    assert all(f">{title}<" in svg for title in views_of(shipped))


def test_pysd_splits_the_shipped_model_by_its_views(shipped: str, tmp_path) -> None:
    copy = shutil.copy(SHIPPED, tmp_path / "model.mdl")
    pysd.read_vensim(str(copy), split_views=True, initialize=False)
    modules = list((tmp_path / "modules_model").glob("_*.py"))
    assert len(modules) == len(views_of(shipped)) - 1  # the overview only repeats


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


@pytest.mark.slow
def test_the_shipped_views_are_those_of_its_equations(shipped: str) -> None:
    assert draw_views(shipped) == shipped
