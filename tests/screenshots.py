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
#: Name, width and height in pixels, language, and the panel that is open.
PICTURES = (
    ("desk", 1400, 1000, "en-GB", "tabWorth"),
    ("desk-tablet", 820, 1180, "en-GB", "tabWorth"),
    ("desk-phone", 390, 844, "en-GB", "tabWorth"),
    ("desk-why", 1400, 1000, "en-GB", "tabWhy"),
    ("desk-chinese", 1400, 1000, "zh-CN", "tabWorth"),
)


def main() -> None:
    """Open the desk at every size, and save what is seen."""
    if not DESK.exists():
        raise SystemExit("pictures of the desk need results/demo (make demo)")
    with open_browser() as chromium:
        for name, width, height, language, panel in PICTURES:
            page = chromium.new_page(
                viewport={"width": width, "height": height}, locale=language, device_scale_factor=1
            )
            page.goto(DESK.as_uri())
            settle(page)
            page.select_option("select[name=preset]", "mixed")
            settle(page)
            if panel == "tabWhy":
                page.click(f"#{panel}")
                settle(page, "!!desk.why && !!document.querySelector('.diagram')")
                page.evaluate("document.querySelector('.tabs').scrollIntoView()")
            page.screenshot(path=FIGURES / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
