"""The site names everything that there is, and its links lead somewhere."""

import importlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from smecluster.model.engine.read.document import read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text
from smecluster.scripts.main import COMMANDS, load_command

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"


@pytest.fixture(scope="module")
def part():
    """Return a function that imports a module of what builds the site."""
    pytest.importorskip("myst_nb", reason="needs the extra docs")
    sys.path.insert(0, str(SITE))
    yield importlib.import_module
    sys.path.remove(str(SITE))


def texts(folder: Path, pages) -> dict[str, str]:
    return {page: (folder / f"{page}.md").read_text(encoding="utf-8") for page in pages}


def test_every_variable_is_described_once_with_its_neighbours(part, tmp_path):
    written = texts(tmp_path, part("variable_pages").write_variable_pages(tmp_path))
    text = "\n".join(written.values())
    anchors = re.findall(r"(?m)^\((var-[^)]+)\)=$", text)
    document = read_document(read_text(SHIPPED))
    assert len(anchors) == len(set(anchors)) == len(document.variables)
    assert set(re.findall(r"\(#(var-[^)]+)\)", text)) <= set(anchors)
    assert text.count("\nCauses: ") == text.count("\nEffects: ") == len(anchors)
    for name, variable in document.variables.items():
        assert f"## {name}\n" in text
        assert variable.equation in text


def test_every_view_is_drawn_with_all_its_names(part):
    text = read_text(SHIPPED)
    pictures = part("diagrams").draw_views(text)
    assert len(pictures) == text.count("/// Sketch information")
    shown = " ".join(" ".join(ElementTree.fromstring(one).itertext()) for one in pictures.values())
    words = set(shown.split())
    for variable in read_document(text).variables.values():
        if variable.kind not in ("control", "constant", "table"):
            assert set(variable.name.split()) <= words, variable.name


def test_every_command_and_option_is_described(part, tmp_path):
    written = texts(tmp_path, part("command_pages").write_command_pages(tmp_path))
    for words in COMMANDS:
        page = written[f"reference/commands/{words[0]}"]
        for parameter in load_command(*words).params:
            # What is only there to be refused in one line is hidden.
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert f"`{parameter.opts[0]}`" in page, words


def test_every_field_of_every_file_has_a_meaning(part, tmp_path):
    written = texts(tmp_path, part("file_pages").write_file_pages(tmp_path))
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for name, text in written.items()
        if name != "reference/files"
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    assert len(rows) > 80
    assert all(len(row) == 4 for row in rows)
    assert sum(not meaning for *_, meaning in rows) <= len(rows) // 8


def test_every_page_is_staged_and_stands_in_the_contents(part, tmp_path):
    staging = part("staging")
    pages = staging.stage(tmp_path / "source")
    listed = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    assert listed <= set(pages)
    staging.write_index(tmp_path / "source", [*pages, "docs/a-page-of-tomorrow"], [])
    index = (tmp_path / "source" / "index.md").read_text(encoding="utf-8")
    for page in [*pages, "docs/a-page-of-tomorrow"]:
        assert len(re.findall(rf"(?m)(?:^|<)/{re.escape(page)}>?$", index)) == 1, page


def test_what_a_page_links_to_is_staged_with_it(part, tmp_path):
    part("staging").stage(tmp_path)
    for page in tmp_path.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_a_link_that_leads_nowhere_is_found(part, tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#x">1</a> <a href="c.html">2</a>')
    (tmp_path / "b.html").write_text('<p id="y"><a href="#y">1</a> <img src="d.png">')
    assert part("links").find_broken_links(tmp_path) == [
        "a.html: b.html#x leads to no place in the page",
        "a.html: c.html leads nowhere",
        "b.html: d.png leads nowhere",
    ]


def test_a_command_that_a_notebook_has_refused_is_found(part, tmp_path):
    folder = tmp_path / "docs" / "tutorials"
    folder.mkdir(parents=True)
    said = '<div class="cell_output docutils"><pre><span>fine</span>\nerror: no such file\n</pre>'
    (folder / "one.html").write_text(said, encoding="utf-8")
    assert part("notebooks").find_refusals(tmp_path) == ["one.html: error: no such file"]


def test_what_a_cell_prints_in_pieces_is_joined_where_the_pieces_end(part):
    pieces = [
        {"output_type": "stream", "name": "stdout", "text": text}
        for text in ("wage  3.83  6", ".74\n", "firms  12\n")
    ]
    (joined,) = part("notebooks").join_streams(pieces)
    assert joined["text"] == "wage  3.83  6.74\nfirms  12\n"


@pytest.mark.slow
def test_it_is_built_without_a_warning(part, tmp_path):
    command = [sys.executable, str(SITE / "build.py"), "--out", str(tmp_path), "--no-notebooks"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "html" / "index.html").is_file()
