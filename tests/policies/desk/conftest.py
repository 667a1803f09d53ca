"""A desk, written once, and a browser without network to open it in."""

import os

import pytest

from smecluster.scripts.main import main
from tests.browser import find_chromium, open_browser, settle

# Continuous integration sets it, so that a missing browser is a failure there.
REQUIRED = "SMECLUSTER_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def desk_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "desk.html"
    with pytest.raises(SystemExit) as ended:
        main(["desk", "--draws", "8", "--out", str(path)])
    assert not ended.value.code
    return path


@pytest.fixture(scope="session")
def browser():
    if find_chromium() is None:
        assert REQUIRED not in os.environ, "no Chromium is installed"
        pytest.skip("no Chromium is installed")
    pytest.importorskip("playwright.sync_api")
    with open_browser() as found:
        yield found


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
