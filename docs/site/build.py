"""Build the documentation site: ``python docs/site/build.py`` (``make docs``).

Pages are copied, reference pages written from the program, notebooks run, and all of it turned
into HTML in ``build/docs/html``. A warning is an error, a link that leads nowhere is one too.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from api_pages import write_api_pages
from command_pages import write_command_pages
from file_pages import write_file_pages
from links import find_broken_links
from notebooks import find_refusals
from sector_page import write_sector_page
from staging import ROOT, SITE, stage, write_index
from variable_pages import write_variable_pages

from smecluster.calibration.reporting.checklists import write_checklists


def write_card(folder: Path) -> list[str]:
    """Write the model's card and its checklists; give the page."""
    (folder / "reference" / "checklists.md").write_text(write_checklists(), encoding="utf-8")
    return ["reference/checklists"]


WRITERS = (
    write_command_pages,
    write_file_pages,
    write_api_pages,
    write_variable_pages,
    write_sector_page,
    write_card,
)


def main() -> int:
    """Build the site, and give 0 where nothing was wrong."""
    from sphinx.cmd.build import build_main

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs")
    parser.add_argument(
        "--no-notebooks", action="store_true", help="leave the tutorials as they are written"
    )
    given = parser.parse_args()
    began = time.monotonic()
    source, html = given.out / "source", given.out / "html"
    pages = stage(source)
    generated = [page for write in WRITERS for page in write(source)]
    write_index(source, pages, generated)
    options = ["-W", "--keep-going", "-q", "-c", str(SITE), "-d", str(given.out / "trees")]
    if given.no_notebooks:
        options += ["-D", "nb_execution_mode=off", "-D", "suppress_warnings=myst-nb.lexer"]
    status = build_main([*options, "-b", "html", str(source), str(html)])
    broken = find_broken_links(html) + find_refusals(html)
    for line in broken:
        print(line, file=sys.stderr)
    count = len(list(html.rglob("*.html")))
    print(f"{html / 'index.html'}: {count} pages in {time.monotonic() - began:.0f} s")
    return 1 if status or broken else 0


if __name__ == "__main__":
    sys.exit(main())
