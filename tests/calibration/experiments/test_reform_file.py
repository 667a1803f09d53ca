"""Files of published effects: what they must say, and which range follows."""

from collections import Counter

import pytest

from smecluster.calibration.experiments.reform import (
    Response,
    Study,
    draw_role,
    read_reform,
    read_reforms,
)
from smecluster.model.errors import InputError

STUDY = {
    "authors": "Alder and Oak",
    "year": 2010,
    "title": "On towns",
    "journal": "Journal of Towns 1(1)",
    "counterfactual": "towns without",
}
RESPONSE = {
    "name": "output",
    "of": "output",
    "years": (2000, 2001),
    "horizon": "a year",
    "unit": "%",
    "kind": "sized",
    "estimate": 10.0,
    "status": "read",
    "source": "abstract",
}


@pytest.fixture(scope="module")
def shipped():
    return read_reforms()


def effects(shipped, kind):
    return [
        (reform, response)
        for reform in shipped
        for response in reform.response
        if response.kind == kind
    ]


def test_the_range_is_half_to_one_and_a_half_times_the_estimate():
    assert Response(**RESPONSE).accepted == (5.0, 15.0)
    assert Response(**{**RESPONSE, "estimate": -0.5}).accepted == (-0.75, -0.25)


def test_a_published_interval_is_the_range():
    given = {"low": 8.0, "high": 30.0, "interval": "95 % interval"}
    assert Response(**{**RESPONSE, **given}).accepted == (8.0, 30.0)
    assert Response(**{**RESPONSE, **given, "estimate": None}).accepted == (8.0, 30.0)


def test_a_sign_is_a_bound_on_one_side_or_a_band():
    sign = {**RESPONSE, "kind": "sign", "estimate": None}
    assert Response(**{**sign, "low": 0}).accepted == (0.0, None)
    assert Response(**{**sign, "low": -1, "high": 1}).accepted == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"estimate": 0.0}, "no range follows from 0"),
        ({"low": 8.0, "interval": "x"}, "give both low and high"),
        ({"low": 8.0, "high": 30.0}, "'interval' says what"),
        ({"interval": "95 % interval"}, "'interval' says what"),
        ({"low": 11.0, "high": 30.0, "interval": "x"}, "do not rise"),
        ({"kind": "sign", "low": 0}, "is a sign and so has no estimate"),
        ({"kind": "sign", "estimate": None}, "needs a published low, high or both"),
        ({"measure": "multiplier"}, "take 'per'"),
        ({"per": "money"}, "take 'per'"),
        ({"measure": "contribution", "per": "roads", "years": (2000, 2000)}, "two different years"),
    ],
)
def test_an_effect_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Response(**{**RESPONSE, **change})


def test_a_study_can_be_found():
    with pytest.raises(ValueError, match="'Alder and Oak 2010' needs a journal or a doi"):
        Study(**{**STUDY, "journal": ""})
    with pytest.raises(ValueError, match="doi"):
        Study(**{**STUDY, "doi": "on the web"})


def test_a_role_is_drawn_from_the_name_alone():
    study = Study(**STUDY)
    assert draw_role(study) == draw_role(Study(**{**STUDY, "title": "Something else"}))
    others = [draw_role(Study(**{**STUDY, "year": year})) for year in range(1900, 2100)]
    assert 0.2 < others.count("test") / len(others) < 0.4


def test_a_response_has_a_name_of_its_own(tmp_path):
    path = tmp_path / "twice.toml"
    text = read_shipped("grants_britain").replace('name = "investment"', 'name = "jobs"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="'jobs' is the name of two responses") as error:
        read_reform(path)
    assert "\n" not in str(error.value)


def read_shipped(name):
    from smecluster.calibration.experiments.reform import REFORMS

    return (REFORMS / f"{name}.toml").read_text(encoding="utf-8")


def test_at_least_25_sized_effects_of_15_studies_can_count(shipped):
    free = [pair for pair in effects(shipped, "sized") if not (pair[0].used or pair[1].used)]
    free = [pair for pair in free if pair[1].status != "remembered"]
    units = {response.pair or (reform.name, response.name) for reform, response in free}
    assert len(units) >= 25
    assert len({reform.study.name for reform, _ in free}) >= 15


def test_every_file_names_its_study_what_was_compared_and_where_each_figure_stands(shipped):
    for reform in shipped:
        assert reform.study.authors, reform.name
        assert reform.study.journal or reform.study.doi, reform.name
        assert reform.study.counterfactual, reform.name
        assert all(each.source and each.horizon for each in reform.response), reform.name


def test_a_study_stands_in_one_file(shipped):
    assert max(Counter(reform.study.name for reform in shipped).values()) == 1


def test_studies_that_contradict_one_another_are_both_kept(shipped):
    pairs = Counter()
    for reform in shipped:
        pairs.update({response.pair for response in reform.response if response.pair})
    assert min(pairs.values()) >= 2


def test_the_roles_of_the_shipped_studies_are_those_drawn(shipped):
    assert [each.role for each in shipped] == [draw_role(each.study) for each in shipped]


def test_a_third_of_the_studies_is_left_for_testing(shipped):
    left = sum(reform.role == "test" for reform in shipped)
    assert left == pytest.approx(len(shipped) / 3, rel=0.15)


def test_coordination_among_governments_waits_for_the_game(shipped):
    names = " ".join(reform.study.name for reform in shipped)
    assert "Ossa" not in names
    assert "Barwick, Cao and Li" not in names
