"""Each call of a macro has variables of its own."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
FOLLOW = (
    ":MACRO: FOLLOW(wanted, time to adjust)\n"
    "FOLLOW = INTEG((wanted - FOLLOW) / time to adjust, wanted) ~~~|\n:END OF MACRO:\n"
)


def read(tmp_path: Path, text: str) -> model.Model:
    path = tmp_path / "m.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK)
    return model.load(path)


def test_two_calls_have_stocks_of_their_own(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        FOLLOW + "Town: a, b ~~|\nx[Town] = 1, 2 ~~|\n"
        "y[Town] = FOLLOW(x[Town] * Time, 1) + FOLLOW(Time, 2) ~~|\n"
        "z[Town] = SMOOTH(x[Town] * Time, 1) + SMOOTH(Time, 2) ~~|\n",
    )
    result = model.simulate(m)
    np.testing.assert_allclose(result["y"], result["z"], 1e-12)
    assert "FOLLOW" not in result


def test_a_macro_calls_another_with_its_own_names_and_tables(tmp_path: Path) -> None:
    m = read(
        tmp_path,
        ":MACRO: TWICE(x, t)\nhelp = t(x) ~~~|\nTWICE = NEXT(help, 2 * x) ~~~|\n:END OF MACRO:\n"
        ":MACRO: NEXT(x, y)\nhelp = x + y ~~~|\nNEXT = help * TIME STEP$ ~~~|\n:END OF MACRO:\n"
        "help = 100 ~~|\ncurve((0, 0), (4, 8)) ~~|\nz = TWICE(Time, curve) + help ~~|\n",
    )
    time = np.arange(0, 4.5, 0.5)
    np.testing.assert_allclose(model.simulate(m)["z"], 100 + (2 * time + 2 * time) * 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("z = FOLLOW(1) ~~|", "gives the macro 'FOLLOW' 1 arguments; it takes 2"),
        ("z = FOLLOW(1, 2 : other) ~~|", "takes further results from the macro 'FOLLOW'"),
        (
            ":MACRO: ROUND(x)\nROUND = ROUND(x) + 1 ~~~|\n:END OF MACRO:\nz = ROUND(1) ~~|",
            "calls the macro 'ROUND' inside itself",
        ),
        (
            ":MACRO: LOST(x)\nother = x ~~~|\n:END OF MACRO:\nz = LOST(1) ~~|",
            "calls the macro 'LOST', which does not define its result",
        ),
        (
            ":MACRO: FAR(x)\nFAR = x + outside ~~~|\n:END OF MACRO:\noutside = 1 ~~|\n"
            "z = FAR(1) ~~|",
            "uses 'outside', which the macro does not define",
        ),
    ],
)
def test_what_a_macro_cannot_be_is_refused_in_one_line(tmp_path, text, message) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, FOLLOW + text + "\n")
    assert "\n" not in str(caught.value)
