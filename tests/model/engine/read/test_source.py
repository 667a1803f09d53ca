"""A Vensim file is read as text: what its blocks are, and what is refused."""

from contextlib import suppress
from pathlib import Path

import pytest

from smecluster.model.engine.read.blocks import read_points
from smecluster.model.engine.read.names import list_names, list_numbers
from smecluster.model.engine.read.source import hash_equations, parse
from smecluster.model.errors import InputError
from tests.conftest import no_hang

TOWNS = (Path(__file__).parents[2] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")

CONTROLS = "".join(
    f"{name} = {value} ~ Year ~ Control. |\n"
    for name, value in (
        ("INITIAL TIME", 1978),
        ("FINAL TIME", 1980),
        ("TIME STEP", 0.5),
        ("SAVEPER", 1),
    )
)


def block(text, name):
    return next(block for block in parse(text).blocks if block.name == name)


def test_a_block_is_taken_apart_into_equation_unit_range_and_comment():
    found = block("x[Town] = 3 ~ km2/person [0, 5.5] ~ Space. Source: a book, 1990. |", "x")
    assert (found.kind, found.subscripts, found.expression) == ("constant", ("Town",), "3")
    assert (found.unit, found.low, found.high) == ("km2/person", 0.0, 5.5)
    assert (found.definition, found.source) == ("Space.", "a book, 1990.")


def test_an_open_end_of_a_range_is_no_bound():
    found = block("x = 3 ~ person [?, 5, 0.1] ~ People. |", "x")
    assert (found.low, found.high) == (None, 5.0)


def test_a_line_that_ends_in_a_backslash_goes_on():
    found = block(TOWNS, "arrivals")
    assert found.expression.startswith("pull[Region] * attraction table[Region](Time/one year)")
    assert found.line == 31


def test_a_quoted_name_may_hold_a_sign_and_a_bar():
    text = 'a = "back|flow" * 2 ~ person ~ Text. |\n"back|flow" = 1 ~ person ~ Text. |'
    assert [block.name for block in parse(text).blocks] == ["a", "back|flow"]
    assert block(text, "a").expression == '"back|flow" * 2'


def test_a_comment_may_hold_a_quote_that_is_never_closed():
    assert block('x = 1 ~ m ~ The 12" pipe. |\ny = 2 ~ m ~ More. |', "y").line == 2


def test_remarks_in_braces_are_no_part_of_an_equation():
    assert block("{UTF-8}\nx = 1 {one | two} + y ~~|", "x").expression == "1 + y"


def test_groups_give_the_sector():
    assert block(TOWNS, "People").kind == "group"
    assert block(TOWNS, "stay").sector == "People"
    assert block(TOWNS, "SAVEPER").sector == "Control"


def test_ranges_and_their_equivalents_have_elements():
    assert parse(TOWNS).subscripts == {
        "Region": ("Hill Town", "River Town"),
        "Rival": ("Hill Town", "River Town"),
        "Lever": ("training", "roads"),
    }


def test_numbered_ranges_and_ranges_of_ranges_are_written_out():
    text = "Low: (A1-A3) ~~|\nAll: Low, B ~~|"
    assert parse(text).subscripts == {"Low": ("A1", "A2", "A3"), "All": ("A1", "A2", "A3", "B")}


def test_an_exception_is_kept_beside_the_subscripts():
    found = block("x[Town] :EXCEPT: [Hill], [River] = y[Town] ~~|", "x")
    assert found.subscripts == ("Town",)
    assert found.excepted == (("Hill",), ("River",))


def test_a_table_has_points_and_no_viewport():
    assert read_points(block(TOWNS, "attraction table")) == ((1978, 1), (2000, 1.5), (2040, 1))


def test_a_supplementary_mark_is_seen():
    assert block("x = y ~ m ~ Result. ~ :SUPPLEMENTARY |", "x").supplementary
    assert not block("x = y ~ m ~ Result. |", "x").supplementary


def test_the_names_in_an_expression_leave_subscripts_numbers_and_words_out():
    expression = 'IF THEN ELSE(Time > a_b :AND: "c-d"[Region!] > 1e3, SUM(Big  Name[x]), 0)'
    assert list_names(expression) == ("if then else", "time", "a b", "c-d", "sum", "big name")
    assert list_numbers(expression) == ("1e3", "0")


def test_the_sketch_is_kept_verbatim():
    assert parse(TOWNS).sketch.startswith("\\\\\\---///")
    assert parse(TOWNS).sketch.endswith("1:run.vdf\n")


def test_the_hash_sees_equations_and_not_layout_or_comments():
    same = TOWNS.replace("How long people stay.", "A stay.").replace(
        "10,1,People,300", "10,1,People,9"
    )
    assert hash_equations(same.replace("stay= 12", "stay  =\n\t12")) == hash_equations(TOWNS)
    assert hash_equations(TOWNS.replace("stay= 12", "stay= 13")) != hash_equations(TOWNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1 ~ m ~ Text. |\nx = 2 ~ m ~ Text.", "line 2: a block is not closed"),
        ("\n\nx = 2", "not closed by '|'"),
        ('x = "y ~~|', "line 1: '\"' is opened but never closed"),
        ("x = {y ~~|", "line 1: '{' is opened but never closed"),
        ("a = 1 ~~|\n3x + 1 ~~|", "line 2: cannot read the definition '3x + 1'"),
        ("x = 1 ~ m [low, 3] ~ Text. |", "line 1: 'low' is not a bound"),
        (":MACRO: f(x)\nf = x ~~|\n", "line 3: ':MACRO:' and ':END OF MACRO:' do not alternate"),
        (":END OF MACRO: f = 1 ~~|", "':MACRO:' and ':END OF MACRO:' do not alternate"),
        ("Region: A, B ~~|\nRival <-> Regoin ~~|", "did you mean 'Region'?"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text, message):
    with pytest.raises(InputError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_in_a_file_is_executed(tmp_path):
    trap = tmp_path / "sprung"
    hostile = f'x = 1 ~ m ~ """ + __import__("pathlib").Path({str(trap)!r}).touch() + """ |\n'
    assert block(hostile, "x").unit == "m"
    assert not trap.exists()


@pytest.mark.parametrize(
    "definition",
    [
        f"x[Lever] = {'0.1, ' * 30}, 0.1",
        f"x[Lever] = {'0.1; ' * 30}a",
        f"x :EXCEPT: {'[a] ' * 40}?",
        f"x(({'(0, 1), ' * 30}(,)))",
    ],
)
def test_a_list_with_an_empty_place_does_not_hang(definition):
    with no_hang(), suppress(InputError):
        parse(f"{definition} ~ Dmnl ~ |\n")
