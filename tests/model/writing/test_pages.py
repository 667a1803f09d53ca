"""Pages: templates say what the data say, in both languages, and nothing in a name is a sign."""

import re
from pathlib import Path

import pandas as pd
import pytest
from jinja2 import Environment, nodes

from smecluster.model.writing.pages import FOLDERS, Drawing, Table, Text, lay_out, render
from smecluster.model.writing.pictures import Lines
from smecluster.model.writing.words import Words

TEMPLATES = sorted(path for folder in FOLDERS for path in folder.glob("*.en.md.jinja"))
LETTERS = re.compile(r"[A-Za-z]{4,}")


def read_template(path: Path) -> nodes.Template:
    return Environment(trim_blocks=True).parse(path.read_text(encoding="utf-8"))


def translated(path: Path) -> Path:
    return path.with_name(path.name.replace(".en.", ".zh."))


def name_of(part: nodes.Node) -> str:
    """The name that a call is given, with what a template puts into it."""
    if isinstance(part, nodes.Concat):
        return "".join(map(name_of, part.nodes))
    return part.value if isinstance(part, nodes.Const) else repr(part)


def shown(path: Path) -> list[tuple[str, str]]:
    """Which tables and pictures a template shows, in order."""
    calls = read_template(path).find_all(nodes.Call)
    return [
        (call.node.name, name_of(call.args[0]))
        for call in calls
        if isinstance(call.node, nodes.Name) and call.node.name in ("table", "picture")
    ]


def words_of(path: Path) -> str:
    """The words that a template itself prints."""
    return " ".join(data.data for data in read_template(path).find_all(nodes.TemplateData))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_page_is_there_in_chinese_with_the_same_tables_and_pictures(path: Path) -> None:
    assert shown(translated(path)) == shown(path)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_chinese_pages_are_chinese(path: Path) -> None:
    plain = re.sub(r"`[^`]*`|\(https?:[^)]*\)", "", words_of(translated(path)))
    assert LETTERS.findall(plain) == []


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Render a template that a test gives."""
    from smecluster.model.writing import pages

    monkeypatch.setattr(pages, "FOLDERS", (tmp_path,))
    pages._environment.cache_clear()

    def write(text: str, language: str = "en", **given):
        (tmp_path / f"made.{language}.md.jinja").write_text(text, encoding="utf-8")
        tables, pictures = given.pop("tables", {}), given.pop("pictures", {})
        return render("made", given, tables, pictures, language)

    yield write
    pages._environment.cache_clear()


def test_the_head_ends_where_the_first_section_begins(page) -> None:
    made = page("# Title\n\n- One\n- Two\n\nMore\n\n## Why\n\nBecause\n")
    assert made.title == "Title"
    assert [(one.kind, one.plain) for one in made.head] == [
        ("item", "One"),
        ("item", "Two"),
        ("paragraph", "More"),
    ]
    assert [one.plain for one in made.body] == ["Why", "Because"]


def test_white_space_before_a_stop_is_dropped_and_chinese_lines_join_without_blanks(page) -> None:
    assert page("# T\n\nA sum\n(of two)\n.\n").head[0].plain == "A sum (of two)."
    assert page("# T\n\n第一行\n第二行\n。\n", "zh").head[0].plain == "第一行第二行。"


def test_a_name_is_text_whatever_signs_it_has(page) -> None:
    (text,) = page("# T\n\n{{ name(given) }}\n", given="<b>*bold*</b> [a](b)").head
    assert text.plain == "<b>*bold*</b> [a](b)"
    assert "&lt;b&gt;*bold*" in text.html


def test_what_a_template_does_not_get_is_an_error(page) -> None:
    with pytest.raises(Exception, match="missing"):
        page("# T\n\n{{ missing }}\n")


def test_tables_and_pictures_stand_where_the_template_puts_them(page) -> None:
    table = pd.DataFrame({"region": ["Wenzhou"], "low": [1.0], "high": [2.5]})
    lines = Lines(pd.DataFrame({"panel": ["Wenzhou"], "series": ["a"], "x": [1], "y": [2.0]}))
    made = page(
        "# T\n\n{{ table('one', 'What', {'region': 'Place', 'low - high': '90 %'}) }}\n\nText\n\n"
        "{{ picture('two', title='Seen', note='', x='x', y='y') }}"
        "{{ picture('none', title='') }}\n",
        tables={"one": table},
        pictures={"two": lines},
    )
    first, text, last = made.head
    assert isinstance(first, Table)
    assert first.rows == (("Wenzhou", "1.00 to 2.50"),)
    assert isinstance(text, Text)
    assert isinstance(last, Drawing)
    assert last.words["title"] == "Seen"


def test_columns_that_are_not_there_are_left_out() -> None:
    table = pd.DataFrame({"region": ["Wenzhou"], "count": [3], "total": [4], "share": [None]})
    columns = {"region": "Ort", "median": "m", "count / total": "n", "share": "s"}
    made = lay_out(table, "c", columns, Words("en"))
    assert made.headings == ("Ort", "n", "s")
    assert made.rows == (("Wenzhou", "3 of 4", "-"),)
    assert made.numbers == (False, True, False)
