"""Modules of an XMILE file are parts of one model: only what is connected is known outside."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

BEGIN = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<sim_specs><start>0</start><stop>4</stop><dt>0.5</dt></sim_specs>"
    '<dimensions><dim name="Town"><elem name="a"/><elem name="b"/></dim></dimensions>'
)
PREY = (
    '<model name="prey"><variables><stock name="hares"><eqn>50</eqn><inflow>births</inflow>'
    "<outflow>eaten</outflow></stock>"
    '<flow name="births"><eqn>hares / 8</eqn></flow>'
    '<flow name="eaten"><eqn>lynxes * density</eqn></flow>'
    '<aux name="density"><eqn>hares / area</eqn></aux>'
    '<aux name="area" access="input"><eqn>{not connected yet}</eqn></aux>'
    '<stock name="lynxes" access="input"><eqn>{not connected yet}</eqn></stock>'
    "</variables></model>"
)
HUNTERS = (
    '<model name="hunters"><variables><stock name="lynxes"><eqn>5</eqn><inflow>growth</inflow>'
    '</stock><flow name="growth"><eqn>(hares_seen - 40) / 20</eqn></flow>'
    '<aux name="hares_seen" access="input"/></variables></model>'
)
WHOLE = (
    '<model><variables><module name="prey"><connect to="{0}area" from=".land"/>'
    '<connect to="{0}lynxes" from="hunters.lynxes"/></module>'
    '<module name="hunters"><connect to="{1}hares_seen" from="prey.hares"/></module>'
    '<aux name="land"><eqn>100</eqn></aux><aux name="all"><eqn>prey.hares + hunters.lynxes</eqn>'
    "</aux></variables></model>"
)
# The same, written out.
FLAT = (
    '<model><variables><stock name="h"><eqn>50</eqn><inflow>b</inflow><outflow>e</outflow></stock>'
    '<flow name="b"><eqn>h / 8</eqn></flow><flow name="e"><eqn>l * h / 100</eqn></flow>'
    '<stock name="l"><eqn>5</eqn><inflow>g</inflow></stock>'
    '<flow name="g"><eqn>(h - 40) / 20</eqn></flow></variables></model>'
)


def read(tmp_path: Path, text: str) -> model.Model:
    path = tmp_path / "m.xmile"
    path.write_text(BEGIN + text + "</xmile>")
    return model.load(path)


@pytest.mark.parametrize("prefixes", [("", ""), ("prey.", "hunters.")])
def test_modules_compute_what_one_model_does(tmp_path: Path, prefixes: tuple[str, str]) -> None:
    parts = model.simulate(read(tmp_path, WHOLE.format(*prefixes) + PREY + HUNTERS))
    whole = model.simulate(read(tmp_path, FLAT))
    np.testing.assert_allclose(parts["prey.hares"], whole["h"], 1e-14)
    np.testing.assert_allclose(parts["hunters.lynxes"], whole["l"], 1e-14)
    np.testing.assert_allclose(parts["prey.lynxes"], whole["l"], 1e-14)
    np.testing.assert_allclose(parts["all"], whole["h"] + whole["l"], 1e-14)


def test_a_module_inside_a_module_hands_a_list_on(tmp_path: Path) -> None:
    text = (
        '<model><variables><module name="outer"><connect to="x" from="given"/></module>'
        '<aux name="given"><dimensions><dim name="Town"/></dimensions>'
        '<element subscript="a"><eqn>1</eqn></element><element subscript="b"><eqn>2</eqn>'
        '</element></aux></variables></model><model name="outer"><variables>'
        '<module name="inner"><connect to="y" from="x"/></module>'
        '<aux name="x" access="input"><dimensions><dim name="Town"/></dimensions><eqn/></aux>'
        '</variables></model><model name="inner"><variables>'
        '<aux name="y" access="input"><dimensions><dim name="Town"/></dimensions><eqn/></aux>'
        '<aux name="double"><dimensions><dim name="Town"/></dimensions><eqn>2 * y[Town]</eqn>'
        "</aux></variables></model>"
    )
    result = model.simulate(read(tmp_path, text))
    np.testing.assert_array_equal(result["outer.inner.double"].isel(time=0), [2, 4])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name="hunters"><connect', 'name="wolves"><connect', "'wolves' has no <model> of its"),
        ('from=".land"', 'from=".lnad"', "<connect> names '.lnad', which is no variable"),
        ("(hares_seen - 40)", "(hares_seen - land)", "'hunters.growth' uses 'land', which is outs"),
        (
            "<eqn>100</eqn>",
            "<gf><ypts>1,2</ypts><xscale min='0' max='1'/></gf>",
            "the table 'land'",
        ),
        ("</model>", '</model><model name="odd"/>', "a second <model> 'odd', which no <module>"),
        (
            '<model name="prey"><variables>',
            '<model name="prey"><variables><module name="prey"/>',
            "the module 'prey' contains itself",
        ),
        (
            '<model name="prey">',
            '<model name="prey"><sim_specs><dt>1</dt></sim_specs>',
            "the module 'prey' has a time step of its own",
        ),
        ('from=".land"', 'from="prey.area"', "'prey.area' is connected with itself"),
        (
            '<connect to="area"',
            '<connect to="area" from="all"/><connect to="area"',
            "<connect> gives 'area' a second variable",
        ),
        ('<connect to="hares_seen" from="prey.hares"/>', "", "'hares_seen' has no equation"),
    ],
)
def test_what_no_connection_explains_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = WHOLE.format("", "") + PREY + HUNTERS
    assert old in text
    changed = text.replace(old, new, 1)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, changed)
    assert "\n" not in str(caught.value)
