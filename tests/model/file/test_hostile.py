"""A model file is data: whatever it holds, it runs no code, on any engine."""

import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
ENGINES = ("kernel", "pysd", "simlin")

# Sets a mark if it is ever executed.
CODE = "__import__('builtins').__dict__.__setitem__('executed', True)"


@pytest.fixture(autouse=True)
def nothing_is_executed() -> Iterator[None]:
    yield
    executed = builtins.__dict__.pop("executed", False)
    assert not executed, "the model file ran code"


def try_everything(path: Path, text: str) -> bool:
    """Load and run a file on each engine; it may be refused, in one line."""
    path.write_text(text, encoding="utf-8")
    told = [outcome(path, engine) for engine in ENGINES]
    assert not any("\n" in message for message in told)
    return "" in told


def outcome(path: Path, engine: str) -> str:
    """Give the error's message, empty where the file runs."""
    try:
        result = model.simulate(model.load(path), engine=engine)
    except InputError as error:
        return str(error)
    assert result.sizes["time"] == 3
    return ""


@pytest.mark.parametrize(
    "comment",
    [
        f'""" \n{CODE}\n"""',
        f'"""; {CODE}; """',
        f'\\"\\"\\"\n{CODE}\n',
        f"''' + str({CODE}) + '''",
        f"{{{CODE}}}",
    ],
)
def test_a_comment_is_a_comment(tmp_path: Path, comment: str) -> None:
    text = f"{{UTF-8}}\nx = 1 ~ Dmnl ~ {comment} |\ny = INTEG(x, 0) ~ Dmnl ~ {comment} |\n{CLOCK}"
    assert try_everything(tmp_path / "comment.mdl", text)


@pytest.mark.parametrize("unit", [f"' + str({CODE}) + '", f'")\n{CODE}\n("', f"\\', {CODE}, \\'"])
def test_a_unit_is_a_unit(tmp_path: Path, unit: str) -> None:
    text = f"{{UTF-8}}\nx = 1 ~ {unit} ~ |\ny = INTEG(x, 0) ~ {unit} ~ |\n{CLOCK}"
    assert try_everything(tmp_path / "unit.mdl", text)


@pytest.mark.parametrize(
    "name",
    [
        f"\"x'] = {CODE}; y['\"",
        f'"\n{CODE}\n"',
        f'"\\"\\"\\" {CODE} \\"\\"\\""',
        "__import__",
        "os.system",
        "eval",
        "class",
        "time step is here",
        "pi",
    ],
)
def test_a_name_is_a_name(tmp_path: Path, name: str) -> None:
    text = f"{{UTF-8}}\n{name} = 1 ~~|\ny = INTEG({name}, 0) ~~|\n{CLOCK}"
    try_everything(tmp_path / "name.mdl", text)


@pytest.mark.parametrize("element", [f"\"a'], {CODE}, ['\"", '"a\\"b"', "lambda", f'"{CODE}"'])
def test_an_element_is_a_name(tmp_path: Path, element: str) -> None:
    text = (
        f"{{UTF-8}}\nRegion: {element}, b ~~|\nx[Region] = 1, 2 ~~|\n"
        f"y[{element}] = x[{element}] ~~|\ny[b] = 2 * x[b] ~~|\nz = SUM(y[Region!]) ~~|\n{CLOCK}"
    )
    try_everything(tmp_path / "element.mdl", text)


@pytest.mark.parametrize(
    "drawn",
    [
        f"([{CODE}],(0,0),(1,1))",
        f"( [{CODE}] , (0,0),(1,1))",
        f"(\\ \\[{CODE}]\\ ,(0,0),(1,1))",
        f"([(0,0)-(1,1)] + {CODE},(0,0),(1,1))",
    ],
)
def test_the_drawing_range_of_a_table_is_ignored(tmp_path: Path, drawn: str) -> None:
    """PySD evaluates it as Python when it parses the file."""
    named = f"{{UTF-8}}\nt{drawn} ~~|\ny = t(Time) ~~|\n{CLOCK}"
    try_everything(tmp_path / "named.mdl", named)
    inline = f"{{UTF-8}}\ny = WITH LOOKUP(Time, {drawn}) ~~|\n{CLOCK}"
    try_everything(tmp_path / "inline.mdl", inline)


@pytest.mark.parametrize(
    "expression",
    [
        f"'{CODE}'",
        f"GET XLS DATA('{CODE}', 'b', 'c', 'd')",
        f"GET DIRECT CONSTANTS('x', 'y', '{CODE}')",
        f"TABBED ARRAY({CODE})",
        "__import__('os')",
        "(" * 300 + "1" + ")" * 300,
        "1" + "+1" * 3000,
        "9" * 500,
        "0777",
        "1e999",
    ],
)
def test_an_expression_is_arithmetic(tmp_path: Path, expression: str) -> None:
    text = f"{{UTF-8}}\ny = {expression} ~~|\n{CLOCK}"
    try_everything(tmp_path / "expression.mdl", text)


def test_a_macro_writes_no_file(tmp_path: Path) -> None:
    text = (
        f"{{UTF-8}}\n:MACRO: ../../evil(a)\nevil = a ~~|\n:END OF MACRO:\ny = evil(1) ~~|\n{CLOCK}"
    )
    assert not try_everything(tmp_path / "macro.mdl", text)


def test_an_xmile_file_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("12345")
    text = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<sim_specs><start>0</start><stop>1</stop><dt>0.5</dt></sim_specs>
<model><variables><aux name="y"><eqn>&e;</eqn></aux></variables></model></xmile>"""
    path = tmp_path / "entity.xmile"
    path.write_text(text)
    with pytest.raises(InputError, match="declares a document type"):
        model.load(path)


@pytest.mark.parametrize("where", ["name", "doc", "units", "eqn", "dim"])
def test_an_xmile_file_runs_no_code(tmp_path: Path, where: str) -> None:
    hostile = f"&quot;&quot;&quot;\n{CODE}\n&quot;&quot;&quot;"
    parts = {"name": "y", "doc": "", "units": "", "eqn": "2", "dim": "north"} | {where: hostile}
    text = f"""<?xml version="1.0"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<sim_specs><start>0</start><stop>1</stop><dt>0.5</dt></sim_specs>
<dimensions><dim name="Region"><elem name="{parts["dim"]}"/><elem name="b"/></dim></dimensions>
<model><variables><aux name="{parts["name"]}"><eqn>{parts["eqn"]}</eqn>
<units>{parts["units"]}</units><doc>{parts["doc"]}</doc></aux>
<aux name="v"><dimensions><dim name="Region"/></dimensions><eqn>3</eqn></aux>
<stock name="s"><eqn>1</eqn></stock></variables></model></xmile>"""
    try_everything(tmp_path / "hostile.xmile", text)


def test_generated_code_holds_no_text_of_the_file() -> None:
    from smecluster.model.engine.compile.codegen import generate_code
    from smecluster.model.engine.compile.schedule import make_schedule
    from smecluster.model.engine.graph.outputs import select_outputs

    m = model.load(Path(__file__).parents[1] / "data" / "two_towns.mdl")
    program = m.program
    written = generate_code(
        make_schedule(program, select_outputs(program, None).nodes), range(3), 8
    ).text
    for name in (*program.outputs, *program.ranges, *m.regions):
        if len(name) > 5:
            assert name not in written
            assert name.replace(" ", "_") not in written
