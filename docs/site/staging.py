"""Copy the pages and what they link to into a folder in which Sphinx can read them.

The copy is laid out as the repository is, so a relative link works in both.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "site"
#: Pages that are read on the site, as patterns below the repository's root.
PAGES = (
    "*.md",
    "docs/*.md",
    "docs/tutorials/*.md",
    "model/mechanisms/README.md",
    "calibration/cases/README.md",
    "calibration/cases/*/README.md",
    "calibration/cities/README.md",
    "calibration/cities/*/README.md",
    "calibration/unused/README.md",
)
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)\s]*)?\)")


def stage(folder: Path) -> list[str]:
    """Copy all pages and the files that they link to.

    Parameters
    ----------
    folder : Path
        Where to; what it held before is removed.

    Returns
    -------
    list of str
        The pages, as paths below `folder` without their suffix.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = sorted({path for pattern in PAGES for path in ROOT.glob(pattern)})
    for page in pages:
        for path in (page, *_list_linked(page)):
            to = folder / path.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
    return [page.relative_to(ROOT).with_suffix("").as_posix() for page in pages]


def write_index(folder: Path, pages: Collection[str], generated: Collection[str]) -> None:
    """Write the site's first page and its table of contents.

    Parameters
    ----------
    folder : Path
        The staged copy.
    pages, generated : collection of str
        The staged pages, and those written by the build. One that `contents.toml` does not
        name is listed in its last section, so that a new page is never lost.
    """
    contents = tomllib.loads((SITE / "contents.toml").read_text(encoding="utf-8"))
    everything = {*pages, *generated}
    titles = contents["titles"]
    sections = {
        section["title"]: [
            page
            for pattern in section["pages"]
            for page in sorted(everything)
            if fnmatchcase(page, pattern)
        ]
        for section in contents["section"]
    }
    named = {page for listed in sections.values() for page in listed}
    # The pages of single commands, files and sectors stand below the page of their kind.
    nested = {page for page in generated if page.count("/") > 1}
    *_, last = sections
    sections[last] += sorted(everything - named - nested)
    text = (SITE / "index.md").read_text(encoding="utf-8")
    for title, listed in sections.items():
        lines = "\n".join(
            f"{titles[page]} </{page}>" if page in titles else f"/{page}" for page in listed
        )
        text += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n:maxdepth: 1\n\n{lines}\n```\n"
    (folder / "index.md").write_text(text, encoding="utf-8")


def _list_linked(page: Path) -> list[Path]:
    """List the files beside pages that a page links to: figures, tables, citation files."""
    targets = _LINK.findall(page.read_text(encoding="utf-8"))
    paths = [(page.parent / target).resolve() for target in targets]
    return [path for path in paths if path.is_file() and path.suffix != ".md"]
