"""``python -m tests.screenshots``: pictures of the desk at three sizes, in docs/figures.

It needs Chromium. The desk is that of the demo, results/demo/desk.html, with the strategy that uses
both levels.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
DESK = ROOT / "results" / "demo" / "desk.html"
FIGURES = ROOT / "docs" / "figures"
#: Name, width and height of each picture, in pixels.
SIZES = (("desk", 1400, 1000), ("desk-tablet", 820, 1180), ("desk-phone", 390, 844))
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Open the desk at every size, and save what is seen."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if browser is None or not DESK.exists():
        raise SystemExit("pictures of the desk need Chromium, and results/demo (make demo)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=_OPTIONS)
        for name, width, height in SIZES:
            page = chromium.new_page(
                viewport={"width": width, "height": height}, locale="en-GB", device_scale_factor=1
            )
            page.goto(DESK.as_uri())
            for preset in (None, "mixed"):
                if preset:
                    page.select_option("select[name=preset]", preset)
                while not page.evaluate("!!(window.desk && desk.shown?.draws && !desk.running)"):
                    page.wait_for_timeout(50)
            page.screenshot(path=FIGURES / f"{name}.png")
            page.close()
        chromium.close()


if __name__ == "__main__":
    main()
