"""What the panels say is what the kernel says."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.loading import load_model
from smecluster.model import simulate_many
from smecluster.model.checking.twin_worlds import make_twins, name_cut, name_second
from smecluster.policies.desk.published import ARRANGEMENTS, BEST, PAPER, read_published
from smecluster.policies.plan import carry_on
from smecluster.policies.strategy import load
from tests.browser import settle

YEAR = 2040


@pytest.fixture(scope="module")
def model():
    return load_model()


def choose(page, name, value):
    page.select_option(f"select[name={name}]", value)
    settle(page)


def test_links_carry_what_cut_runs_of_the_kernel_say(open_desk, model):
    page = open_desk()
    choose(page, "preset", "local")
    page.click("#tabWhy")
    settle(page, "!!desk.why && !!document.querySelector('.diagram')")
    found = page.evaluate(
        """(() => {
          const causes = nameLinks(desk.content.causes);
          const shares = measureShares(causes, desk.why.results, desk.outcome, 'total',
            desk.regions);
          return {links: causes.links, shares: shares.links, effect: shares.effect};
        })()"""
    )
    most = sorted(range(len(found["links"])), key=lambda at: -abs(found["shares"][at] or 0))[:3]
    links = [tuple(found["links"][at]) for at in most]
    plan = load("local").plan(model)
    base = carry_on(plan.menu).inputs
    moved = {name: value for name, value in plan.inputs.items() if base.get(name) != value}
    twins = make_twins(model, {name.partition("[")[0] for name in moved}, links)
    runs = simulate_many(
        twins,
        pd.DataFrame(np.eye(len(links) + 1, len(links), -1), columns=list(map(name_cut, range(3)))),
        ["value added", name_second("value added")],
        [YEAR],
        base=base | {name_second(name): value for name, value in moved.items()},
        within_ranges=False,
    ).sum("Region")
    change = (runs[name_second("value added")] - runs["value added"]).values.ravel()
    assert found["effect"] == pytest.approx(change[0], rel=1e-6)
    known = 1 - change[1:] / change[0]
    np.testing.assert_allclose([found["shares"][at] for at in most], known, rtol=1e-5)


def test_a_name_in_the_diagram_says_what_it_is_to_the_keyboard_too(open_desk):
    page = open_desk()
    choose(page, "preset", "local")
    page.click("#tabWhy")
    settle(page, "!!desk.why && !!document.querySelector('.diagram')")
    page.locator(".diagram .name").first.focus()
    page.keyboard.press("Enter")
    assert len(page.inner_text(".about")) > 30
    assert page.locator(".diagram g[opacity] title").count() == 51
    assert page.problems == []


def test_wedges_add_up_to_the_change(open_desk):
    page = open_desk()
    choose(page, "preset", "mixed")
    with page.expect_download() as caught:
        page.click("#panel figure >> text=CSV")
    table = pd.read_csv(caught.value.path(), index_col=0)
    np.testing.assert_allclose(table.iloc[:, :-1].sum(axis=1), table.iloc[:, -1], atol=1e-6)
    line = page.evaluate("desk.collect().change.map(([value]) => value)")
    assert table.iloc[-1, -1] == pytest.approx(line[15] / 1000, rel=1e-9)


def test_published_answers_are_starting_points_and_regions_may_differ(open_desk, model):
    page = open_desk()
    choose(page, "preset", "planner")
    assert "smecluster game" in page.inner_text(".levers .help >> nth=0")
    field = "input[aria-label='Quality supervision, Regions, %'] >> nth=1"
    table = pd.read_csv("docs/game.csv").set_index(["arrangement", "region", "lever"])
    shares = table["share of value added"]
    for region in ("Zhongguancun", "Wenzhou"):
        choose(page, "scope", region)
        share = shares["planner", region, "quality supervision"]
        assert float(page.input_value(field)) == pytest.approx(100 * share, rel=1e-4)
    published = read_published(model)
    assert published.missing == []
    titles = [one["title"] for one in published.presets]
    assert titles == [PAPER, BEST, *ARRANGEMENTS.values()]


def test_a_table_of_another_model_is_left_out_and_said(model, tmp_path):
    (tmp_path / "game.csv").write_text("arrangement\n", encoding="utf-8")
    (tmp_path / "game.json").write_text('{"sha256": "0", "stamp": {}}', encoding="utf-8")
    found = read_published(model, tmp_path, tmp_path)
    assert [one["title"] for one in found.presets] == [PAPER]
    assert any("changed since it was made" in problem for problem in found.missing)
    assert any("not part of this installation" in problem for problem in found.missing)


def test_a_variable_that_fails_is_named_as_the_kernel_names_it(open_desk, model):
    page = open_desk()
    choose(page, "preset", "central")
    before = page.inner_html(".charts")
    page.evaluate("desk.settings.assume['copying rate'] = -50; desk.update()")
    said = page.inner_text(".status")
    assert page.inner_html(".charts") == before
    table = pd.DataFrame({"copying rate": [-50.0]})
    run = simulate_many(model, table, ["value added"], [YEAR], within_ranges=False)
    found = page.evaluate("desk.engine.findFailure(desk.engine.linePast.parts[0])")
    assert f"{found['variable']}[{found['cell']}]" == run["failure variable"].item()
    assert found["time"] == pytest.approx(run["failure year"].item())
    assert found["reason"] == "failOverflow"
    assert run["failure reason"].item() == "overflow"
    assert found["variable"].lower() in said.lower()


def test_scenarios_are_compared_draw_by_draw(open_desk):
    page = open_desk()
    page.click("#tabSaved")
    for value in ("central", "mixed"):
        choose(page, "preset", value)
        page.fill("input[name=scenario]", f"My {value}")
        page.click("text=Save this scenario")
    duel = page.locator("#panel table >> nth=1 >> tbody tr")
    first, second = (
        [int(one) for one in duel.nth(at).inner_text().split("\t")[2 - at].split(" / ")]
        for at in (0, 1)
    )
    assert first[0] + second[0] == first[1] == second[1] == 8
    assert page.locator("#panel figure svg text").all_text_contents()[0] == "My central"


def test_it_prints_the_answer_on_one_page(open_desk, tmp_path):
    page = open_desk()
    choose(page, "preset", "mixed")
    page.pdf(path=tmp_path / "desk.pdf", prefer_css_page_size=True)
    content = (tmp_path / "desk.pdf").read_bytes()
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") == 1


def test_presentation_is_led_by_keys(open_desk):
    page = open_desk()
    choose(page, "preset", "central")
    page.click("text=Present")
    first = page.evaluate("desk.view.outcome")
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate("desk.view.outcome") != first
    page.keyboard.press("Escape")
    assert not page.evaluate("desk.presenting")
