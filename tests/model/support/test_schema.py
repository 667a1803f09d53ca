"""A record takes what a file gives only where it is of the right kind."""

import pytest

from smecluster.model.support.errors import InputError
from smecluster.model.support.schema import Schema, validate


class Record(Schema):
    size: float = 1.0
    years: tuple[float, ...] = ()
    maybe: bool | None = None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"size": True}, "f.toml: size: true is no number"),
        ({"years": [1990.0, False]}, r"f.toml: years: \[1990.0, false\] is no number"),
    ],
)
def test_true_and_false_are_no_numbers(content, says):
    with pytest.raises(InputError, match=says):
        validate(Record, content, "f.toml")


def test_true_and_false_are_taken_where_they_are_meant():
    assert validate(Record, {"maybe": True, "size": 2}, "f.toml").maybe is True


@pytest.mark.parametrize("text", ["5", "1e5", " 0.005 ", "nan"])
def test_text_is_no_number(text):
    class Money(Schema):
        share: float | None = None

    with pytest.raises(InputError, match="is text: write a number without quotes"):
        validate(Money, {"share": text}, "mine.toml")


def test_text_stays_text_where_a_field_takes_both():
    class Money(Schema):
        budget: str | float

    assert validate(Money, {"budget": "0.5%"}, "mine.toml").budget == "0.5%"
