"""The reference of strategy files names every key, and each of its examples is loaded and run."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.policies.reference.keys import TABLES, list_keys, read_meanings
from smecluster.policies.reference.page import list_examples, tabulate_keys, write_page
from smecluster.policies.simulation import simulate
from smecluster.policies.strategy import LocalProgramme, load

DOCS = Path(__file__).parents[3] / "docs" / "strategies.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def shipped() -> models.Model:
    return models.load()


def test_every_key_of_every_table_is_listed_once(shipped):
    paths = [key.path for key in list_keys(shipped)]
    assert len(paths) == len(set(paths))
    for table, schema in TABLES.items():
        for name in schema.model_fields:
            path = f"{table}.{name}" if table else name
            assert (path in paths) != (path in {"name", "history", "local", "central"})


def test_numbers_have_units_and_ranges(shipped):
    for key in list_keys(shipped):
        assert key.meaning.endswith(".")
        assert (key.unit in {"Dmnl", "Year", "Myuan/Year"}) == (key.kind == "number")
        if key.kind == "number":
            assert re.fullmatch(r"(above )?[\d.,]+(,? (up )?to [\d.,]+)", key.allowed), key


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_range_that_is_named_is_the_one_that_is_checked(shipped, end, tmp_path):
    """A value at an end is taken, and one beyond it is refused."""
    ranges = {
        key.name: [float(part.replace(",", "")) for part in re.findall(r"[\d.,]*\d", key.allowed)]
        for key in list_keys(shipped)
        if key.table == "local" and key.kind == "number"
    }
    for name, (low, high) in ranges.items():
        inside, outside = (low, low - 0.001) if end == "low" else (high, high * 1.001)
        if name == "trigger" and end == "low":
            inside, outside = 0.001, 0.0
        given = {"share": 0.001, "start": 2025, "end": 2100}
        if name in ("amount", "trigger"):
            del given[{"amount": "share", "trigger": "start"}[name]]
        if (name, end) == ("end", "low"):
            given["start"], inside = 1978, 1979
        path = tmp_path / f"{name}.toml"

        def write(value, given=given, name=name, path=path):
            fields = "\n".join(f"{key} = {one}" for key, one in {**given, name: value}.items())
            path.write_text(
                f'title = "T"\ndescription = "For tests."\n[local]\n{fields}\n'
                '[local.allocation]\n"talent training" = 1.0\n'
            )

        write(inside)
        load(path).plan(shipped)
        write(outside)
        with pytest.raises(InputError):
            load(path).plan(shipped)


def test_meanings_come_from_the_classes_that_a_class_extends():
    meanings = read_meanings(LocalProgramme)
    assert meanings["ramp"].startswith("Time constant of the approach to full money")
    assert meanings["paid_by_centre"].startswith("Share of the region's programme money")
    assert meanings["regions"] == "The regions that run one; all if not given."


def test_the_page_is_the_one_that_the_command_writes(shipped):
    made = write_page(shipped, "a command", "somewhere", "strategies.csv")
    kept, now = (text.split("\n\n", 2)[2] for text in (DOCS.read_text(encoding="utf-8"), made))
    assert kept == now, (
        "docs/strategies.md is old: smecluster list strategies --page docs/strategies.md"
    )


def test_the_page_shows_every_example_and_uses_every_key():
    assert len(BLOCKS) == len(list_examples())
    contents = [tomllib.loads(block) for block in BLOCKS]
    used = {name for content in contents for name in content}
    for content in contents:
        for table in ("local", "central", "history"):
            used |= set(content.get(table, {}))
    for schema in TABLES.values():
        assert set(schema.model_fields) - {"name"} <= used


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_of_the_page_is_loaded_and_run(shipped, block, tmp_path):
    path = tmp_path / "example.toml"
    path.write_text(block)
    strategy = load(path)
    assert strategy.title in block
    step = {"TIME STEP": 0.125}
    run = simulate(step, model=shipped, strategy=path, outputs=["programme budget"])
    spent = run.data["programme budget"].sel(time=2035)
    assert np.isfinite(spent).all()
    assert float(spent.sum()) > 0


def test_the_table_has_a_value_for_every_key(shipped):
    table = tabulate_keys(shipped)
    assert (table["example"] != "").all()
    assert (table["meaning"] != "").all()
