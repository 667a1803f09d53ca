"""``python -m tests.screenshots``: pictures of the desk at three sizes, in docs/figures.

It needs Chromium. The desk is that of the demo, results/demo/desk.html, with the strategy that uses
both levels.
"""

from __future__ import annotations

from pathlib import Path

from tests.browser import open_browser, settle

ROOT = Path(__file__).parents[1]
DESK = ROOT / "results" / "demo" / "desk.html"
FIGURES = ROOT / "docs" / "figures"
#: Name, width and height of each picture, in pixels.
SIZES = (("desk", 1400, 1000), ("desk-tablet", 820, 1180), ("desk-phone", 390, 844))


def main() -> None:
    """Open the desk at every size, and save what is seen."""
    if not DESK.exists():
        raise SystemExit("pictures of the desk need results/demo (make demo)")
    with open_browser() as chromium:
        for name, width, height in SIZES:
            page = chromium.new_page(
                viewport={"width": width, "height": height}, locale="en-GB", device_scale_factor=1
            )
            page.goto(DESK.as_uri())
            for preset in (None, "mixed"):
                if preset:
                    page.select_option("select[name=preset]", preset)
                settle(page)
            page.screenshot(path=FIGURES / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
