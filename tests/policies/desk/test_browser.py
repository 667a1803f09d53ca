"""The desk in a real browser, with the network cut."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from smecluster.calibration.drawing import draw_values
from smecluster.calibration.loading import load_model
from smecluster.model import load as load_file
from smecluster.model import simulate, simulate_many
from smecluster.policies.strategy import load
from smecluster.scripts.main import main
from tests.browser import settle

TOWNS = Path(__file__).parents[2] / "model" / "data" / "two_towns.mdl"
ACCOUNTS = ["Discounted value added", "Net national benefit account"]


def choose(page, name, value):
    page.select_option(f"select[name={name}]", value)
    settle(page)


def read_changes(page):
    """Read the change of both accounts to 2040 by draw, in million yuan."""
    return page.evaluate(
        """names => names.map(name => {
          const {now, then} = desk.shown.draws;
          const last = then.future.labels.indexOf(2040);
          const cells = then.future.rows.get(name).cells;
          const at = (results, run) => cells.reduce(
            (sum, cell) => sum + results.future.series(name, cell)[last][run], 0);
          return Array.from({length: then.future.runs}, (_, run) => at(then, run) - at(now, run));
        })""",
        ACCOUNTS,
    )


def compute_changes(strategy):
    """Compute the same with the kernel."""
    model = load_model()
    draws = draw_values(None, 8, 1, model.regions)
    ends = []
    for name in ("as-now", strategy):
        inputs = load(name).plan(model).inputs
        run = simulate_many(model, draws, ACCOUNTS, [2040], base=inputs)
        ends.append(
            [run[ACCOUNTS[0]].sum("Region").values.ravel(), run[ACCOUNTS[1]].values.ravel()]
        )
    return np.array(ends[1]) - np.array(ends[0])


@pytest.mark.parametrize("strategy", ["central", "local", "mixed"])
def test_its_numbers_are_those_of_the_kernel(open_desk, strategy):
    page = open_desk()
    choose(page, "preset", strategy)
    mine, known = np.array(read_changes(page)), compute_changes(strategy)
    # Differences of sums a thousand times as large: nine digits of these are six of the change.
    np.testing.assert_allclose(mine, known, rtol=1e-6)
    assert page.problems == []


def test_a_link_restores_settings_assumptions_and_view(open_desk):
    page = open_desk()
    choose(page, "preset", "mixed")
    choose(page, "outcome", "Employment")
    choose(page, "place", "Wenzhou")
    page.evaluate("desk.settings.assume['copying rate'] = 0.05; desk.change(desk.settings)")
    settle(page)
    again = open_desk(page.evaluate("desk.address"))
    state = "JSON.stringify([desk.settings, desk.view, desk.summarise().gain])"
    assert again.evaluate(state) == page.evaluate(state)
    assert again.problems == []


def test_a_link_of_another_model_says_so(open_desk):
    page = open_desk("#model=000000000000&central=legal+framework:0.001")
    assert page.evaluate("sumShares(desk.settings.central)") == pytest.approx(0.001)
    page.evaluate("desk.notice = 'otherModel'; desk.update()")
    assert "another version" in page.inner_text(".status")


def test_undo_and_redo_go_through_every_move(open_desk):
    page = open_desk()
    for value in ("central", "local"):
        choose(page, "preset", value)
    page.click("text=Undo")
    settle(page)
    assert page.input_value("select[name=preset]") == "central"
    page.click("text=Redo")
    settle(page)
    assert page.input_value("select[name=preset]") == "local"
    page.keyboard.press("Control+z")
    settle(page)
    assert page.input_value("select[name=preset]") == "central"


def test_the_keyboard_alone_moves_a_slider(open_desk):
    page = open_desk()
    slider = page.locator("input[type=range]").first
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate("sumShares(desk.settings.central)") > 0
    assert "costs" in page.inner_text(".verdict")


def test_the_strategy_that_it_copies_gives_the_same_numbers(open_desk, tmp_path):
    page = open_desk()
    choose(page, "preset", "central")
    page.fill("input[type=number] >> nth=1", "0.04")
    page.keyboard.press("Tab")
    settle(page)
    text = page.evaluate("writeStrategy(desk.content, desk.settings, 'Mine')")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)["local"]["share"] == pytest.approx(0.0004)
    np.testing.assert_allclose(read_changes(page), compute_changes(path), rtol=1e-6)


def test_nothing_is_left_in_english_on_the_chinese_page(open_desk):
    page = open_desk(locale="zh-CN")
    choose(page, "preset", "mixed")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    labels = page.evaluate(
        """[...document.querySelectorAll(`h1, h2, button, option, label, th, summary, .verdict p,
        figcaption, .help`)].filter(one => !one.closest('#panel, [lang=en]')).map(one => {
          const copy = one.cloneNode(true);  // definitions and evidence are English, and say so
          copy.querySelectorAll('[lang=en]').forEach(part => part.remove());
          return copy.textContent;
        })"""
    )
    # Formats, a file's name, a key, and institutions.
    known = re.compile(
        r"English|PNG|SVG|CSV|(strategy|policies/levers)\.toml|Esc|CSIS|IMF|smecluster"
    )
    english = [text for text in labels if re.search("[A-Za-z]", known.sub("", text))]
    assert english == []


def test_every_panel_opens_and_the_map_is_computed(open_desk):
    page = open_desk()
    choose(page, "preset", "local")
    for tab in page.evaluate("Object.keys(drawPanel)"):
        page.click(f"#{tab}")
        assert page.inner_text("#panel").strip()
    page.click("#tabMap")
    page.click("#panel button")
    page.wait_for_selector("#panel table", timeout=60_000)
    assert page.locator("#panel tbody tr").count() == 8
    assert page.problems == []


def test_saved_scenarios_stand_side_by_side(open_desk):
    page = open_desk()
    page.click("#tabSaved")
    for value in ("central", "local"):
        choose(page, "preset", value)
        page.click("text=Save this scenario")
    assert page.locator("#panel table >> nth=0 >> tbody tr").count() == 2
    page.click("#panel >> text=Remove >> nth=0")
    assert page.locator("#panel table >> nth=0 >> tbody tr").count() == 1


def test_settings_that_fail_are_said_and_the_last_sound_curve_stays(open_desk):
    page = open_desk()
    choose(page, "preset", "central")
    before = page.inner_html(".charts")
    page.evaluate("desk.settings.assume['copying rate'] = NaN; desk.update()")
    assert "has no value in" in page.inner_text(".status")
    assert page.inner_html(".charts") == before


@pytest.mark.parametrize("kind", ["svg", "png", "csv"])
def test_a_chart_can_be_saved(open_desk, kind):
    page = open_desk()
    choose(page, "preset", "central")
    with page.expect_download() as caught:
        page.click(f".charts figure >> nth=1 >> text={kind.upper()}")
    content = Path(caught.value.path()).read_bytes()
    starts = {"svg": b"<svg", "png": b"\x89PNG", "csv": "\ufeff".encode()}
    assert content.startswith(starts[kind])


def test_a_hostile_name_is_text(open_desk):
    page = open_desk()
    page.evaluate(
        """desk.content.regions[0].title = desk.content.levers[0].description =
        '<img src=x onerror="window.broken=1">'; desk.build(); desk.show()"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.broken") is None
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("width", [1500, 900, 390])
def test_nothing_is_wider_than_the_window(open_desk, width):
    page = open_desk(viewport={"width": width, "height": 900})
    choose(page, "preset", "mixed")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_screen_reader_meets_no_serious_fault(open_desk):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = open_desk()
    choose(page, "preset", "mixed")
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_it_prints_on_paper(open_desk, tmp_path):
    page = open_desk()
    choose(page, "preset", "central")
    page.pdf(path=tmp_path / "desk.pdf", prefer_css_page_size=True)
    assert (tmp_path / "desk.pdf").read_bytes().startswith(b"%PDF")


def test_any_model_gets_sliders_for_its_constants(browser, tmp_path):
    path = tmp_path / "towns.html"
    with pytest.raises(SystemExit) as ended:
        main(["desk", str(TOWNS), "--out", str(path)])
    assert not ended.value.code
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("input[type=range]")
    page.focus("input[type=range]")
    page.keyboard.press("End")
    (setting,) = page.evaluate("Object.entries(desk.values)")
    mine = page.evaluate("desk.series(desk.shown, 'People').map(([, values]) => values)")
    known = simulate(load_file(TOWNS), dict([setting]), outputs=["People"])["People"]
    np.testing.assert_allclose(mine, known.transpose("Region", "time").values, rtol=1e-9)
    page.click("text=Undo")
    assert page.evaluate("Object.keys(desk.values).length") == 0
    page.close()


def test_any_model_names_what_failed_and_when(browser, tmp_path):
    path = tmp_path / "root.mdl"
    path.write_text(
        "{UTF-8}\nmargin = SQRT(limit - Load) ~ m ~~|\nLoad = INTEG(rate, 1) ~ m ~~|\n"
        "rate = 0.1 ~ m/Month [0.01,2] ~~|\nlimit = 20 ~ m ~~|\nINITIAL TIME = 0 ~~~|\n"
        "FINAL TIME = 24 ~~~|\nTIME STEP = 0.25 ~~~|\nSAVEPER = 1 ~~~|\n",
        encoding="utf-8",
    )
    out = tmp_path / "root.html"
    with pytest.raises(SystemExit) as ended:
        main(["desk", str(path), "--out", str(out)])
    assert not ended.value.code
    page = browser.new_page()
    page.goto(out.as_uri())
    page.wait_for_selector("input[type=range]")
    page.focus("input[type=range]")
    page.keyboard.press("End")
    assert "margin has no value in 10:" in page.inner_text(".status")
    page.close()
