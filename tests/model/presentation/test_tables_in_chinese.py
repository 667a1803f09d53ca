"""Tables in Chinese: units are converted with their names, and a file's own table never is."""

import pandas as pd
import pytest

from smecluster.model.presentation.language.spoken import speaking
from smecluster.model.presentation.language.tables import speak_table
from smecluster.model.presentation.wrapping import fill, measure, wrap


def test_a_column_is_brought_to_the_unit_that_its_heading_names():
    table = pd.DataFrame({"low [bn yuan]": [1.5], "change [%]": [3.0]})
    assert speak_table(table) is table
    with speaking("zh"):
        spoken = speak_table(table)
    assert spoken.to_dict("list") == {"低（亿元）": [15.0], "变化（%）": [3.0]}
    assert list(table) == ["low [bn yuan]", "change [%]"]


def test_text_stays_in_the_unit_in_which_it_was_rounded():
    with speaking("zh"):
        spoken = speak_table(pd.DataFrame({"low [bn yuan]": ["1.5"]}))
    assert spoken.to_dict("list") == {"低（bn yuan）": ["1.5"]}


def test_a_row_is_brought_to_the_unit_that_it_names():
    rows = pd.DataFrame({"unit": ["bn yuan", "thousand persons"], "median": [2.0, 30.0]})
    with speaking("zh"):
        spoken = speak_table(rows)
    assert spoken["unit"].tolist() == ["亿元", "万人"]
    assert spoken["median"].tolist() == pytest.approx([20.0, 3.0])


def test_chinese_breaks_between_characters_and_no_line_begins_with_a_comma():
    text = "各方案带来什么，地方政府为此负债多少。"
    lines = wrap(text, 10)
    assert "".join(lines) == text
    assert max(map(measure, lines)) <= 10
    assert not any(line[0] in "，。" for line in lines)
    assert fill("a b c", 3) == "a b\nc"
