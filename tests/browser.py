"""The Chromium that is installed, for tests, measurements and pictures of the desk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_SETTLED = "!!(window.desk && desk.shown && desk.shown.draws && !desk.running)"
_POLLS, _PAUSE = 2400, 25  # how often it is looked, and how long between, ms


def find_chromium() -> str | None:
    """Find Chromium on the path; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def open_browser() -> Iterator[Any]:
    """Start Chromium without a window, and end it afterwards.

    Raises
    ------
    SystemExit
        If none is installed.
    """
    path = find_chromium()
    if path is None:
        raise SystemExit("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


def settle(page: Any, ready: str = _SETTLED) -> None:
    """Wait until the draws of the latest settings are shown, or until what else is asked for.

    Raises
    ------
    AssertionError
        If that takes longer than a minute.
    """
    for _ in range(_POLLS):
        if page.evaluate(ready):
            return
        page.wait_for_timeout(_PAUSE)
    raise AssertionError(f"the page never got there: {ready}")
