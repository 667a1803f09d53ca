"""What a file asks for that the translator does not see is refused, never left out."""

from pathlib import Path

import pytest

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 8 ~~|\nTIME STEP = 0.125 ~~|\nSAVEPER = 0.125 ~~|\n"
SKETCH = "\\\\\\---/// Sketch information - do not modify anything except names\n"
TUB = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<sim_specs method="Euler"><start>0</start><stop>4</stop><dt>0.25</dt></sim_specs>
<model><variables>
<stock name="Water Level"><eqn>10</eqn><outflow>draining</outflow></stock>
<flow name="draining"><eqn>Water_Level / 4</eqn></flow>
</variables></model></xmile>
"""


def read_vensim(tmp_path: Path, method: str) -> model.Model:
    path = tmp_path / "m.mdl"
    settings = f"{SKETCH}V300\n*View 1\n$0\n///---\\\\\\\n:L\x7f<%^E!@\n15:0,0,0,{method},0,0\n"
    path.write_text("{UTF-8}\nlevel = INTEG(-level / 4, 10) ~~|\n" + CLOCK + settings)
    return model.load(path)


def read_xmile(tmp_path: Path, text: str) -> model.Model:
    path = tmp_path / "m.xmile"
    path.write_text(text)
    return model.load(path)


@pytest.mark.parametrize(
    ("method", "name"), [("1", "RK4 auto"), ("3", "RK2 auto"), ("2", "difference"), ("9", "9")]
)
def test_an_integration_that_chooses_its_steps_is_refused(
    tmp_path: Path, method: str, name: str
) -> None:
    read_vensim(tmp_path, "0")  # nothing stored of the same equations lets the others pass
    with pytest.raises(InputError, match=f"settings ask for .*{name} integration, and only"):
        read_vensim(tmp_path, method)


def test_eulers_integration_is_computed(tmp_path: Path) -> None:
    level = model.simulate(read_vensim(tmp_path, "0"))["level"]
    assert float(level[-1]) == pytest.approx(10 * (1 - 0.125 / 4) ** 64)


def test_a_file_without_settings_is_computed(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    path.write_text("{UTF-8}\nx = 1 ~~|\n" + CLOCK)
    assert float(model.simulate(model.load(path))["x"][0]) == 1


@pytest.mark.parametrize("method", ["Euler", "euler", "", "Euler, RK4"])
def test_eulers_integration_is_computed_in_xmile(tmp_path: Path, method: str) -> None:
    m = read_xmile(tmp_path, TUB.replace('"Euler"', f'"{method}"'))
    assert float(model.simulate(m)["Water Level"][-1]) == pytest.approx(10 * (1 - 1 / 16) ** 16)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"Euler"', '"RK45"', "<sim_specs> ask for RK45 integration, and only Euler's and the"),
        ("<model>", '<model><sim_specs method="Gear"/>', "<sim_specs> ask for Gear integration"),
        ("<eqn>10", "<conveyor><len>2</len></conveyor><eqn>10", "'Water Level' is a <conveyor>"),
        ("<eqn>10", "<queue/><eqn>10", "'Water Level' is a <queue>, which is not computed"),
        ("<eqn>10", "<oven><len>2</len></oven><eqn>10", "'Water Level' is a <oven>"),
        (
            "</model>",
            '</model><model name="other"><variables><aux name="y"><eqn>1</eqn></aux></variables>'
            "</model>",
            "a second <model> 'other', which no <module> uses",
        ),
        ("</variables>", '<module name="other"/></variables>', "the module 'other' has no"),
        ("</variables></model></xmile>", "", "the XMILE file cannot be read: no element found"),
        ("</stock>", "</stok>", "the XMILE file cannot be read: mismatched tag"),
        (
            "<model>",
            '<dimensions><dim name="Big" size="100000000"/></dimensions><model>',
            "the range 'Big' has more than 20,000 elements",
        ),
        (
            "<model>",
            '<dimensions><dim name="Empty"/></dimensions><model>',
            "the range 'Empty' has no elements: list them",
        ),
        ("Water_Level / 4", "Water_Level /", "line 6: the equation of 'draining' cannot be read"),
        ("Water_Level / 4", "Watre_Level", "line 6: 'draining' uses 'watre level'"),
        ("<eqn>10", "<a>" * 200 + "</a>" * 200 + "<eqn>10", "nests more than 100 elements"),
        (
            "</variables>",
            '<aux name="draining"><eqn>1</eqn></aux></variables>',
            "'draining' is defined twice",
        ),
        ("draining", "time", "'time' is the name of the model's own time"),
        (
            "</variables>",
            '<aux name="y"><eqn>PULSE(2, 1.1, 1)</eqn></aux></variables>',
            "'y' has a PULSE that starts between two time steps",
        ),
        (
            "</variables>",
            '<aux name="y"><eqn>PULSE(2, 1, 0.1)</eqn></aux></variables>',
            "'y' has a PULSE whose interval is no whole number of time steps",
        ),
    ],
)
def test_what_xmile_may_hold_and_nothing_computes_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TUB
    with pytest.raises(InputError, match=message) as caught:
        read_xmile(tmp_path, TUB.replace(old, new))
    assert "\n" not in str(caught.value)


def test_an_xmile_file_without_variables_is_refused(tmp_path: Path) -> None:
    begin, end = TUB.index("<stock"), TUB.index("</variables>")
    with pytest.raises(InputError, match="the model is empty"):
        read_xmile(tmp_path, TUB[:begin] + TUB[end:])
