"""How fast the desk is: its size, and in a browser how long a person waits for what.

python -m tests.bench.desk [--moves 20]

A slider is moved, and the page itself measures with ``performance.now()`` until the new line and
until the bands are drawn. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smecluster.scripts.main import main as run_command

_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Write a desk, open it, move sliders, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=20, help="moves of a slider (default: 20)")
    moves = parser.parse_args().moves
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if browser is None:
        raise SystemExit("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "desk.html"
        began = time.monotonic()
        try:
            run_command(["desk", "--out", str(path)])
        except SystemExit as ended:
            if ended.code:
                raise
        written = time.monotonic() - began
        chromium = playwright.chromium.launch(executable_path=browser, args=_OPTIONS)
        page = chromium.new_page()
        began = time.monotonic()
        page.goto(path.as_uri())
        _wait(page, lambda: page.evaluate("!!(window.desk && desk.shown)"))
        first_line = time.monotonic() - began
        _settle(page)
        first_bands = time.monotonic() - began
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
        )
        lines, bands = [], []
        for move in range(moves):
            page.evaluate(
                """move => {
                  const {slider} = desk.sliders.get('central legal framework');
                  slider.value = (move + 1) * 0.004;
                  slider.dispatchEvent(new Event('input'));
                }""",
                move,
            )
            _settle(page)
            lines.append(page.evaluate("desk.lineTime"))
            bands.append(page.evaluate("desk.bandTime"))
        rows = [
            ("written by the command", f"{written:.1f} s"),
            ("size of the file", f"{path.stat().st_size / 1e6:.2f} MB"),
            ("first paint", f"{paint:.0f} ms"),
            ("first line, past included", f"{first_line * 1000:.0f} ms"),
            ("first bands, past of all draws included", f"{first_bands * 1000:.0f} ms"),
            ("move of a slider to the new line", f"{statistics.median(lines):.0f} ms"),
            ("move of a slider to the bands", f"{statistics.median(bands):.0f} ms"),
        ]
        draws = page.evaluate("desk.content.draws.count")
        print(f"Chromium {chromium.version}, {draws} draws, median of {moves} moves")
        for label, value in rows:
            print(f"  {label:<42}{value:>10}")
        chromium.close()


def _settle(page: Any) -> None:
    _wait(page, lambda: page.evaluate("!!(desk.shown.draws && !desk.running)"))


def _wait(page: Any, ready: Callable[[], bool]) -> None:
    for _ in range(2400):
        if ready():
            return
        page.wait_for_timeout(10)
    raise SystemExit("the desk did not answer")


if __name__ == "__main__":
    main()
