"""How fast the desk is: its size, and in a browser how long a person waits for what.

python -m tests.bench.desk [--moves 20]

A slider is moved, and the page itself measures with ``performance.now()`` until the new line and
until the bands are drawn. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from smecluster.scripts.main import main as run_command
from tests.browser import open_browser, settle


def main() -> None:
    """Write a desk, open it, move sliders, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=20, help="moves of a slider (default: 20)")
    moves = parser.parse_args().moves
    with tempfile.TemporaryDirectory() as folder, open_browser() as chromium:
        path = Path(folder) / "desk.html"
        began = time.monotonic()
        try:
            run_command(["desk", "--out", str(path)])
        except SystemExit as ended:
            if ended.code:
                raise
        written = time.monotonic() - began
        page = chromium.new_page()
        began = time.monotonic()
        page.goto(path.as_uri())
        settle(page, "!!(window.desk && desk.shown)")
        first_line = time.monotonic() - began
        settle(page)
        first_bands = time.monotonic() - began
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
        )
        lines, bands = [], []
        for move in range(moves):
            page.evaluate(
                """move => {
                  const {slider} = desk.levers.sliders.get('central legal framework');
                  slider.value = (move + 1) * 0.004;
                  slider.dispatchEvent(new Event('input'));
                }""",
                move,
            )
            settle(page)
            lines.append(page.evaluate("desk.lineTime"))
            bands.append(page.evaluate("desk.bandTime"))
        page.evaluate("desk.openTab('tabWhy')")
        began = time.monotonic()
        settle(page, "!!desk.why")
        why = time.monotonic() - began
        rows = [
            ("written by the command", f"{written:.1f} s"),
            ("size of the file", f"{path.stat().st_size / 1e6:.2f} MB"),
            ("first paint", f"{paint:.0f} ms"),
            ("first line, past included", f"{first_line * 1000:.0f} ms"),
            ("first bands, past of all draws included", f"{first_bands * 1000:.0f} ms"),
            ("move of a slider to the new line", f"{statistics.median(lines):.0f} ms"),
            ("move of a slider to the bands", f"{statistics.median(bands):.0f} ms"),
        ]
        rows.append(("why: every link cut once", f"{why:.1f} s"))
        draws = page.evaluate("desk.content.draws.count")
        print(f"Chromium {chromium.version}, {draws} draws, median of {moves} moves")
        for label, value in rows:
            print(f"  {label:<42}{value:>10}")


if __name__ == "__main__":
    main()
