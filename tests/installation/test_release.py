"""The version stands in one place, and the change log becomes the notes of a release."""

import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def release(tmp_path, monkeypatch):
    """Load the script, looking at a copy of the three files that it reads."""
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name in ("pyproject.toml", "CHANGELOG.md", "CITATION.cff"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(script, "ROOT", tmp_path)
    log = tmp_path / "CHANGELOG.md"
    log.write_text(
        log.read_text(encoding="utf-8").replace("## Unreleased", f"## {script.read_version()}"),
        encoding="utf-8",
    )
    return script


def test_the_citation_names_the_version_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_no_other_file_of_the_code_holds_it():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    holders = [
        path.relative_to(ROOT).as_posix()
        for folder in ("model", "policies", "calibration", "sensitivity", "scripts", "src")
        for path in (ROOT / folder).rglob("*.py")
        if f'"{version}"' in path.read_text(encoding="utf-8")
    ]
    assert holders == []


def test_the_right_tag_is_released_with_the_notes_of_its_part(release):
    assert release.find_faults(f"v{release.read_version()}") == []
    notes = release.read_notes(release.read_version())
    assert "\n### Added\n" in notes
    assert "\n## " not in notes


def test_a_paragraph_of_the_notes_is_one_line_and_their_links_lead_to_the_files_of_the_tag(release):
    notes = (
        "One\ntwo.\n\n### Added\n\n- three\n  [four](docs/a.md),\n  [five](https://doi.org/x)\n"
        "- six"
    )
    joined = release.join_lines(notes)
    assert joined == (
        "One two.\n\n### Added\n\n- three [four](docs/a.md), [five](https://doi.org/x)\n- six"
    )
    linked = release.write_links(joined, "https://example.org/blob/v1")
    assert "[four](https://example.org/blob/v1/docs/a.md)" in linked
    assert "[five](https://doi.org/x)" in linked


def test_no_entry_of_the_notes_stands_twice(release):
    notes = release.join_lines(release.read_notes(release.read_version()))
    entries = [line for line in notes.splitlines() if line.startswith("- ")]
    assert sorted(set(entries)) == sorted(entries)
    headings = [line for line in notes.splitlines() if line.startswith("### ")]
    assert headings == ["### Added", "### Changed", "### Fixed", "### Removed"]


def test_another_tag_is_refused(release):
    (fault,) = release.find_faults("v9.9.9")
    assert "pyproject.toml says" in fault


def test_a_day_that_the_citation_does_not_name_is_refused(release):
    version = release.read_version()
    log = release.ROOT / "CHANGELOG.md"
    log.write_text(f"# Changelog\n\n## {version} - 1999-12-31\n\n- one\n", encoding="utf-8")
    (fault,) = release.find_faults(f"v{version}")
    assert "does not name 1999-12-31" in fault


def test_a_version_without_notes_is_refused(release):
    log = release.ROOT / "CHANGELOG.md"
    log.write_text("# Changelog\n\n## 0.0.1\n\n- one\n", encoding="utf-8")
    (fault,) = release.find_faults(f"v{release.read_version()}")
    assert "CHANGELOG.md has no part" in fault
