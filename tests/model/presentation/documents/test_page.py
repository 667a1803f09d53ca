"""A page shows whatever it is given as text, holds its figures, and asks nothing outside."""

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from smecluster.model.errors import InputError
from smecluster.model.presentation.documents.page import Section, render_page

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'single'"
STAMP = {"command": "smecluster calibrate", "model hash": "abc"}
# The smallest picture: one white point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)


def cells(text):
    return re.findall(r"<td[^>]*>(.*?)</td>", text)


def shown(*column):
    table = pd.DataFrame({"column": pd.Series(column, dtype=object)})
    return cells(render_page("t", "a", [Section("s", [], [("c", table)])], {}))


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "figure.png"
    path.write_bytes(PNG)
    return path


class Reader(HTMLParser):
    """What a browser would see: the tags, and what it would show."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.seen = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.seen += [value for name, value in attrs if name == "alt"]

    def handle_data(self, data):
        self.seen.append(data)


def test_whatever_a_file_says_is_shown_as_text(picture):
    table = pd.DataFrame({HOSTILE: [HOSTILE]}, index=pd.Index([HOSTILE], name=HOSTILE))
    section = Section(HOSTILE, [HOSTILE], [(HOSTILE, table)], [(HOSTILE, picture)])
    for answer, lines in ((HOSTILE, 1), ([HOSTILE], 1), ({HOSTILE: HOSTILE}, 2)):
        reader = Reader(render_page(HOSTILE, answer, [section], {HOSTILE: HOSTILE}))
        assert "script" not in reader.tags
        # Title and heading, the section's own two, the table's five, the figure's two, the stamp.
        assert reader.seen.count(HOSTILE) == 2 + lines + 2 + 5 + 2 + 2


def test_it_holds_its_figures_and_names_no_address(picture):
    text = render_page("t", "a", [Section("s", [], (), [("caption", picture)])], STAMP)
    assert base64.b64encode(PNG).decode() in text
    assert not re.findall(r"https?:|//[a-z]|@import|url\(", text)
    assert "default-src 'none'" in text
    assert str(picture.parent) not in text


def test_the_answer_comes_first_and_the_stamp_last():
    text = render_page(
        "title", ["it fits", "it forecasts"], [Section("first part", ["why"])], STAMP
    )
    places = [text.index(part) for part in ("it fits", "it forecasts", "first part", "abc")]
    assert places == sorted(places)


def test_answers_may_stand_under_their_questions():
    text = render_page("t", {"Does it fit?": "Yes."}, [], {})
    assert "<dt>Does it fit?</dt><dd>Yes.</dd>" in text


def test_only_a_page_of_many_sections_lists_them():
    sections = [Section(f"part {number}", []) for number in range(4)]
    assert 'href="#part-4"' in render_page("t", "a", sections, {})
    assert "<nav>" not in render_page("t", "a", sections[:3], {})


def test_numbers_are_rounded_and_noise_is_zero():
    numbers = (1234567.8, 12.3456, 0.00001234, -0.00001234, 0.0, -0.25)
    assert shown(*numbers) == ["1,234,568", "12.35", "0.0000", "0.0000", "0", "-0.2500"]


def test_small_numbers_keep_their_digits_where_units_differ():
    table = pd.DataFrame({"unit": ["firm/person", "Myuan"], "value": [0.00001234, 1234567.8]})
    text = render_page("t", "a", [Section("s", [], [("c", table)])], {})
    assert cells(text) == ["firm/person", "1.2e-05", "Myuan", "1,234,568"]


def test_years_have_no_separator_and_counts_do():
    assert shown(2023, np.int64(1978), 65536) == ["2023", "1978", "65,536"]


def test_what_is_missing_is_a_dash_and_a_truth_a_word():
    assert shown(None, float("nan"), pd.NA, pd.NaT, float("inf")) == ["-"] * 5
    assert shown(True, np.False_, "True") == ["yes", "no", "True"]


def test_numbers_stand_right_and_words_left():
    table = pd.DataFrame({"name": ["a", "b"], "value": [1.0, None], "none": [None, None]})
    text = render_page("t", "a", [Section("s", [], [("c", table)])], {})
    assert re.findall(r'<th class="(\w+)"', text) == ["text", "number", "text"]


def test_a_named_index_and_the_levels_of_columns_are_shown():
    table = pd.DataFrame(
        [[1.0, 2.0]],
        index=pd.MultiIndex.from_tuples([("Here", 2040)], names=["region", "year"]),
        columns=pd.MultiIndex.from_tuples([("central", "low"), ("central", "")]),
    )
    text = render_page("t", "a", [Section("s", [], [("c", table)])], {})
    heads = re.findall(r"<th [^>]*>(.*?)</th>", text)
    assert heads == ["region", "year", "central, low", "central"]
    assert cells(text) == ["Here", "2040", "1.00", "2.00"]


def test_row_numbers_left_over_from_a_choice_of_rows_are_not_shown():
    chosen = pd.DataFrame({"a": ["x", "y", "z"]}).iloc[[2, 0]]
    assert cells(render_page("t", "a", [Section("s", [], [("c", chosen)])], {})) == ["z", "x"]


def test_an_empty_table_has_its_heading():
    text = render_page("t", "a", [Section("s", [], [("c", pd.DataFrame(columns=["a"]))])], {})
    assert ">a</th>" in text
    assert cells(text) == []


def test_wide_tables_are_set_smaller_and_lie_on_paper():
    def sizes(columns):
        table = pd.DataFrame([[0.0] * columns])
        return re.search(
            r'<div class="(table[^"]*)"',
            render_page("t", "a", [Section("s", [], [("c", table)])], {}),
        ).group(1)

    assert [sizes(columns) for columns in (4, 10, 14)] == [
        "table",
        "table small",
        "table small wide",
    ]


def test_the_same_arguments_give_the_same_page(picture):
    section = Section("s", ["text"], [("c", pd.DataFrame({"a": [1]}))], [("f", picture)])
    assert render_page("t", "a", [section], STAMP) == render_page("t", "a", [section], STAMP)


def test_a_figure_that_is_missing_or_no_picture_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none\.png"):
        render_page("t", "a", [Section("s", [], (), [("f", tmp_path / "none.png")])], {})
    wrong = tmp_path / "wrong.png"
    wrong.write_text("<svg onload='alert(1)'>")
    with pytest.raises(InputError, match="not a PNG picture"):
        render_page("t", "a", [Section("s", [], (), [("f", wrong)])], {})


def test_pictures_of_any_width_have_letters_of_one_size(tmp_path):
    """An inch of every picture is as wide on the page, whatever its resolution."""
    widths = []
    for inches, dots in ((4, 100), (8, 150)):
        path = tmp_path / f"{inches}.png"
        Image.new("RGB", (inches * dots, 10)).save(path, dpi=(dots, dots))
        text = render_page("t", "a", [Section("s", [], (), [("f", path)])], {})
        widths.append(int(re.search(r'<img [^>]*width="(\d+)"', text)[1]))
    assert widths == [320, 640]


def test_a_damaged_picture_is_refused(tmp_path):
    path = tmp_path / "cut.png"
    path.write_bytes(PNG[:20])
    with pytest.raises(InputError, match="damaged PNG"):
        render_page("t", "a", [Section("s", [], (), [("f", path)])], {})
