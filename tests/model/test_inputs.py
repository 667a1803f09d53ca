"""What users write is read within limits and checked; the rest is refused in one short line."""

import os
import tracemalloc

import pytest

from smecluster.model import errors, inputs
from smecluster.model.errors import InputError, UnknownNameError, shorten, suggest_name
from smecluster.model.files import read_text
from smecluster.model.inputs import Schema, read_json, read_toml, read_yaml, validate
from tests.conftest import no_hang

DEEP = 2_000
READERS = {"toml": read_toml, "yaml": read_yaml, "json": read_json}


def refuse(tmp_path, kind, text):
    path = tmp_path / f"file.{kind}"
    path.write_text(text, encoding="utf-8")
    with no_hang(), pytest.raises(InputError) as caught:
        READERS[kind](path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) <= errors.MOST_OF_A_MESSAGE
    return message


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("toml", f"x = {'[' * DEEP}{']' * DEEP}"),
        ("toml", f"x = {'[' * 100}{']' * 100}"),
        ("toml", f"{'a.' * 20_000}b = 1"),
        ("toml", f"[{'a . ' * 20_000}b]"),
        ("toml", "x = " + "{a = " * DEEP + "1" + "}" * DEEP),
        ("yaml", "a: " + "[" * DEEP + "]" * DEEP),
        ("yaml", "a: " + "{a: " * DEEP + "1" + "}" * DEEP),
        ("yaml", "a: &a [*a]"),
        ("json", "[" * DEEP + "]" * DEEP),
        ("json", '{"a":' * 200_000 + "1" + "}" * 200_000),
    ],
)
def test_what_is_nested_beyond_measure_is_refused(tmp_path, kind, text):
    assert "nested too deep" in refuse(tmp_path, kind, text)


@pytest.mark.parametrize("digits", [inputs.MOST_DIGITS + 1, 400, 5000])
@pytest.mark.parametrize(
    ("kind", "text"), [("toml", "a = {}"), ("yaml", "a: {}"), ("json", '{{"a": {}}}')]
)
def test_a_whole_number_has_a_number_of_digits(tmp_path, kind, text, digits):
    assert "digits" in refuse(tmp_path, kind, text.format("9" * digits))


def test_references_are_followed_only_so_far(tmp_path):
    text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 10)}]\n"
        for at in range(8)
    )
    assert "entries" in refuse(tmp_path, "yaml", text)


def test_a_date_that_is_none_is_refused(tmp_path):
    assert "not valid YAML" in refuse(tmp_path, "yaml", "a: 2001-99-99")
    assert "not valid TOML" in refuse(tmp_path, "toml", "a = 1979-13-45")


def test_dots_and_brackets_in_texts_and_comments_do_not_count(tmp_path):
    path = tmp_path / "file.toml"
    dots = "a." * 100
    path.write_text(
        f'# {dots}\na = "{dots}"\nb = \'\'\'{dots}\n{dots}\'\'\'\nc = """\\"{dots}"""\n'
        f"d.e.f = '{dots}'\n",
        encoding="utf-8",
    )
    assert read_toml(path)["d"] == {"e": {"f": dots}}


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''", '\\"'])
def test_quotes_without_an_end_do_not_hang(tmp_path, quote):
    refuse(tmp_path, "toml", "a = " + quote * 200_000 + "x")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "file.csv"
    path.touch()
    os.truncate(path, 10**9)
    tracemalloc.start()
    with pytest.raises(InputError, match=r"larger than the 500 MB"):
        read_text(path)
    os.truncate(path, inputs.MOST_SETTINGS_BYTES + 1)
    with pytest.raises(InputError, match="larger than the 4 MB"):
        read_toml(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10**6


def test_a_name_that_no_file_can_have_is_refused():
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(InputError, match="cannot read"):
            read_text(name)


@pytest.mark.parametrize("value", ["9" * 5000, "-" * 20_000, "two words " * 1000, "[[" * 4_000_000])
def test_a_message_repeats_only_so_much_of_a_value(value):
    for error in (InputError(f"'{value}' is no number"), UnknownNameError("lever", value, ["a"])):
        words = max(len(word) for word in str(error).split())
        assert words <= errors.MOST_ECHOED
        assert len(str(error)) <= errors.MOST_OF_A_MESSAGE
    assert str(InputError(f"'{value}' is no number")).endswith("' is no number")


def test_a_message_of_usual_length_stays_as_it_is():
    message = "unknown lever 'a': " + ", ".join(f"name {at}" for at in range(40))
    assert shorten(message) == message == str(InputError(message))


def test_what_is_no_name_has_no_nearest_one():
    assert suggest_name("x" * 10_000, ["x"]) is None
    assert "unknown engine 'None'" in str(UnknownNameError("engine", None, ["kernel"]))


class Record(Schema):
    size: float = 1.0
    years: tuple[float, ...] = ()
    maybe: bool | None = None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"size": True}, "f.toml: size = True: input should be a valid number"),
        ({"years": [1990.0, False]}, "f.toml: years 2 = False: input should be a valid number"),
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

    with pytest.raises(InputError, match=r"mine.toml: share = .*: input should be a valid number"):
        validate(Money, {"share": text}, "mine.toml")


def test_text_stays_text_where_a_field_takes_both():
    class Money(Schema):
        budget: str | float

    assert validate(Money, {"budget": "0.5%"}, "mine.toml").budget == "0.5%"
