"""A desk, written once, and a browser without network to open it in."""

import os
import shutil

import pytest

from smecluster.scripts.main import main

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
# Continuous integration sets it, so that a missing browser is a failure there.
REQUIRED = "SMECLUSTER_REQUIRE_BROWSER"
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def desk_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "desk.html"
    with pytest.raises(SystemExit) as ended:
        main(["desk", "--draws", "8", "--out", str(path)])
    assert not ended.value.code
    return path


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        assert REQUIRED not in os.environ, "no Chromium is installed"
        pytest.skip("no Chromium is installed")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        yield found
        found.close()


@pytest.fixture
def open_desk(browser, desk_file):
    """Give a function that opens the desk, network cut, and waits for its draws."""
    contexts = []

    def open_page(fragment="", **options):
        context = browser.new_context(locale=options.pop("locale", "en-GB"), **options)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: page.problems.append(said.text) if said.type == "error" else None,
        )
        page.goto(f"{desk_file.as_uri()}{fragment}")
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def settle(page):
    """Wait until the draws of the latest settings are shown."""
    for _ in range(1200):
        ready = "!!(window.desk && desk.shown && desk.shown.draws && !desk.running)"
        if page.evaluate(ready):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the draws never came")
