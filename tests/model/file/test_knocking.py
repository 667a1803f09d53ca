"""Readers of a variable see it frozen, zero or doubled from a year on; it goes on as it was."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.model.file.knocking import Knock, with_knocks
from smecluster.model.file.model import Model

PATH = Path(__file__).parents[1] / "data" / "two_towns.mdl"
TOWNS = PATH.read_text(encoding="utf-8")


def simulate(knock, inputs=None, outputs=("People", "arrivals", "departures")):
    knocked = Model(with_knocks(TOWNS, [knock]), PATH)
    return model.simulate(knocked, inputs or {}, outputs=outputs)


def test_without_a_year_the_model_is_as_it_was():
    before = model.simulate(model.load(PATH), outputs=["People"])
    after = simulate(Knock("People", "freeze", "ratio", "push"))
    np.testing.assert_allclose(after["People"], before["People"], rtol=1e-12)


def test_a_flow_stops_in_one_town_from_the_year_on():
    result = simulate(
        Knock("arrivals", "stop", "ratio", "push"),
        {"knock out start": 1990, "push[Hill Town]": 0},
    )
    people = result["People"].sel(Region="Hill Town")
    # Until people return in 2000, the town only loses them: 12 years is a stay.
    lost = people.sel(time=1998) / people.sel(time=1990)
    assert float(lost) == pytest.approx(np.exp(-8 / 12), rel=0.02)
    assert float(result["arrivals"].sel(Region="Hill Town", time=1998)) > 0


def test_the_knock_out_ends_when_it_is_said_to():
    for_ever = {"knock out start": 1990, "push[Hill Town]": 0}
    knock = Knock("arrivals", "stop", "ratio", "push")
    short = simulate(knock, {**for_ever, "knock out end": 1995})
    long = simulate(knock, for_ever)
    early = {"Region": "Hill Town", "time": 1995}
    late = {"Region": "Hill Town", "time": 1999}
    assert float(short["People"].sel(early)) == pytest.approx(float(long["People"].sel(early)))
    assert float(short["People"].sel(late)) > 1.05 * float(long["People"].sel(late))


def test_frozen_readers_see_the_first_year():
    result = simulate(
        Knock("People", "freeze", "ratio", "push", ("departures",)),
        {"knock out start": 1990, "push[River Town]": 0},
    )
    departures = result["departures"].sel(Region="River Town")
    then = float(departures.sel(time=1990))
    np.testing.assert_allclose(departures.sel(time=slice(1990, None)), then, rtol=1e-9)


@pytest.mark.parametrize("form", ["ratio", "difference"])
def test_doubled_readers_see_twice_the_change(form):
    result = simulate(
        Knock("People", "freeze", form, "push", ("departures",)),
        {"knock out start": 1990, "push[River Town]": 2},
    )
    people = result["People"].sel(Region="River Town")
    now, then = float(people.sel(time=1994)), float(people.sel(time=1990))
    seen = then * (now / then) ** 2 if form == "ratio" else then + 2 * (now - then)
    departures = float(result["departures"].sel(Region="River Town", time=1994))
    assert departures == pytest.approx(seen / 12, rel=1e-9)


def test_a_variable_may_carry_two_mechanisms():
    knocks = [
        Knock("People", "freeze", "ratio", "one", ("departures",)),
        Knock("People", "stop", "ratio", "other"),
    ]
    knocked = Model(with_knocks(TOWNS, knocks), PATH)
    before = model.simulate(model.load(PATH), outputs=["People"])
    after = model.simulate(knocked, outputs=["People"])
    np.testing.assert_allclose(after["People"], before["People"], rtol=1e-12)


@pytest.mark.parametrize(
    ("knock", "message"),
    [
        (Knock("Peple", "stop", "ratio", "push"), "unknown variable 'Peple': did you mean"),
        (Knock("People", "stop", "ratio", "push", ("depatures",)), "did you mean 'departures'"),
        (Knock("People", "stop", "ratio", "push", ("returns",)), "does not read"),
    ],
)
def test_what_cannot_be_knocked_out_is_said_in_one_line(knock, message):
    with pytest.raises(InputError) as caught:
        with_knocks(TOWNS, [knock])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_variable_that_nothing_reads_is_refused():
    spare = "spare[Region] = People[Region] * 2\n\t~ person\n\t~ Unread. Source: test.|\n\n"
    text = TOWNS.replace("returns[Region] =", spare + "returns[Region] =", 1)
    with pytest.raises(InputError, match="nothing reads 'spare'"):
        with_knocks(text, [Knock("spare", "stop", "ratio", "push")])
