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
