"""Notes for a release, from the change log: ``python .ci/release.py --tag v0.2.0 --notes FILE``.

The version stands in one place, ``pyproject.toml``. A tag must be that version, the change log must
have a part for it, and the citation file must name it; else nothing is written. A page of releases
breaks lines where the text does and knows no neighbouring files: a paragraph becomes one line, and
``--pages`` says where the files of the tag can be read. Only the standard library is there when it
runs.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def read_version() -> str:
    """Read the version of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def read_notes(version: str) -> str:
    """Read what the change log says of a version, or of what is not released yet."""
    parts = re.split(r"^## +", _read_log(), flags=re.MULTILINE)[1:]
    found = {part.split(None, 1)[0].strip("[]"): part.partition("\n")[2].strip() for part in parts}
    return found.get(version, "")


def _read_log() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def join_lines(notes: str) -> str:
    """Join the lines of each paragraph and of each entry of a list."""
    joined: list[str] = []
    for line in notes.splitlines():
        goes_on = bool(joined and joined[-1]) and line and not re.match(r"#|- |```", line)
        if goes_on and not joined[-1].startswith("#"):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    return "\n".join(joined)


def write_links(notes: str, pages: str) -> str:
    """Let links to files of the project lead to where the files of the tag can be read."""
    return re.sub(r"\]\((?![a-z]+:|#)([^)\s]+)\)", rf"]({pages.rstrip('/')}/\1)", notes)


def find_faults(tag: str) -> list[str]:
    """Say what speaks against releasing a tag; nothing where all is in order."""
    version = read_version()
    faults = []
    if tag != f"v{version}":
        faults.append(f"the tag is {tag}, and pyproject.toml says {version}: tag v{version}")
    if not read_notes(version):
        faults.append(f"CHANGELOG.md has no part '## {version}'")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    if f"\nversion: {version}\n" not in citation:
        faults.append(f"CITATION.cff does not name version {version}")
    dated = re.search(rf"^## {re.escape(version)} - (\S+)$", _read_log(), re.MULTILINE)
    if dated and f"\ndate-released: {dated[1]}\n" not in citation:
        faults.append(f"CITATION.cff does not name {dated[1]}, the day that CHANGELOG.md gives")
    return faults


def main() -> int:
    """Check a tag and write its notes; 1 where something speaks against it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--notes", type=Path, help="the file to write")
    parser.add_argument("--pages", help="the address of the tag's files, for links to them")
    given = parser.parse_args()
    faults = find_faults(given.tag)
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if faults:
        return 1
    notes = join_lines(read_notes(read_version()))
    if given.pages:
        notes = write_links(notes, given.pages)
    if given.notes:
        given.notes.write_text(f"{notes}\n", encoding="utf-8")
    else:
        print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
