"""Every message has its Chinese, with the same placeholders; numbers are written as each wants."""

from __future__ import annotations

import re
from string import Formatter

import numpy as np
import pytest

from smecluster.model.errors import InputError
from smecluster.model.presentation.language.catalogue import (
    CHINESE,
    ENGLISH,
    FOLDER,
    choose_language,
    load_language,
)
from smecluster.model.presentation.language.filled import say_filled
from smecluster.model.presentation.language.numbers import (
    format_money,
    format_money_interval,
    format_share,
)
from smecluster.model.presentation.language.spoken import speaking
from tests import messages

SUBJECTS = (messages.NAMES, *messages.SUBJECTS)
HAN = re.compile(r"[\u4e00-\u9fff]")


def find_places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def has_words(text: str) -> bool:
    """Say whether a text is more than marks and placeholders."""
    plain = "".join(part for part, _, _, _ in Formatter().parse(text))
    return bool(re.search(r"[A-Za-z]{2}", plain.replace(" of ", "")))


def list_translations(subject: str) -> list[tuple[str, str]]:
    pairs = []
    for message in messages.read_file(subject):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        pairs += [(one, text) for one in ids for text in said if one]
    return pairs


def test_every_file_of_the_catalogue_is_a_subject():
    assert {path.stem for path in (FOLDER / CHINESE).glob("*.po")} == {*SUBJECTS}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_catalogue_has_what_the_code_says_and_nothing_else(subject):
    code = {(one.context, one.id) for one in messages.collect_messages(subject) if one.id}
    kept = {(one.context, one.id) for one in messages.read_file(subject) if one.id}
    assert kept == code, "run make messages, and fill in what it lists"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_message_is_translated_into_chinese(subject):
    pairs = [(one, said) for one, said in list_translations(subject) if has_words(one)]
    assert pairs
    assert [one for one, said in pairs if not HAN.search(said)] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_translation_has_the_placeholders_of_its_message(subject):
    for one, said in list_translations(subject):
        assert find_places(said) == find_places(one), one


@pytest.mark.parametrize("subject", SUBJECTS)
def test_chinese_uses_chinese_marks(subject):
    """No English comma, semicolon or full stop stands beside a Chinese character."""
    mixed = re.compile(r"[\u4e00-\u9fff}][,;:?](?!\d)|[\u4e00-\u9fff]\.(?![a-z])")
    assert [said for _, said in list_translations(subject) if mixed.search(said)] == []


def test_what_has_no_translation_stays_as_it_is():
    say = load_language(CHINESE)
    assert say("Nobody has translated {this}.", this="that") == "Nobody has translated that."
    assert say.name("my own region") == "my own region"
    assert say.name("Wenzhou") == "温州"
    assert load_language(ENGLISH).name("Wenzhou") == "Wenzhou"


def test_names_are_joined_as_each_language_does():
    assert load_language(CHINESE).join(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert load_language(CHINESE).join(["甲"]) == "甲"
    assert load_language(CHINESE).join([]) == ""
    assert load_language(ENGLISH).join(["a", "b", "c"]) == "a, b and c"


def test_an_unknown_language_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="unknown language 'cn'"):
        choose_language("cn")


@pytest.mark.parametrize(
    ("own", "code"),
    [("zh_CN.UTF-8", CHINESE), ("en_GB.UTF-8", ENGLISH), ("de_DE", ENGLISH), ("C", ENGLISH)],
)
def test_the_language_is_that_of_the_computer_unless_one_is_asked_for(monkeypatch, own, code):
    for name in ("LANGUAGE", "LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_MESSAGES", own)
    assert choose_language().code == code
    assert choose_language(ENGLISH).code == ENGLISH


def test_money_is_counted_in_billions_in_english_and_in_yi_in_chinese():
    english, chinese = map(load_language, (ENGLISH, CHINESE))
    assert format_money(english, 713_900) == "714 bn yuan"
    assert format_money(chinese, 713_900) == "7,140亿元"
    assert format_money(chinese, 1_710_000) == "1.71万亿元"
    assert format_money(chinese, -43_000) == "-430亿元"
    values = np.array([1.0, 2.0, np.nan, 3.0]) * 1e6
    assert format_money_interval(english, values) == "2,000 bn yuan (1,100 to 2,900)"
    assert format_money_interval(chinese, values) == "2万亿元（1.1至2.9）"
    assert format_money_interval(chinese, [np.nan]) == "-"


def test_a_share_is_not_rounded_to_all_or_none():
    assert [format_share(one) for one in (0.0, 0.004, 0.5, 0.997, 1.0)] == [
        "0 %",
        "<1 %",
        "50 %",
        ">99 %",
        "100 %",
    ]


def test_of_a_long_list_the_rest_is_counted():
    parts = ["a", "b", "c", "d"]
    assert load_language(ENGLISH).join(parts, most=2) == "a, b and 2 more"
    assert load_language(ENGLISH).join(parts, most=3) == "a, b, c and d"
    assert load_language(ENGLISH).join(parts, between="; ") == "a; b; c and d"
    assert load_language(CHINESE).join(parts, most=2) == "a、b和其余2项"
    assert load_language(CHINESE).join(parts, between="; ") == "；".join(parts)


def test_what_a_table_holds_in_english_is_said_by_the_message_that_made_it():
    known = ("all series: better than {rival}", "below {most}")
    for text in ("all series: better than no change", "below 0.825", "anything else"):
        assert say_filled(text, known) == text
    with speaking(CHINESE):
        assert say_filled("all series: better than no change", known) == "全部序列：优于“保持不变”"
        assert say_filled("below 0.825", known) == "低于0.825"
        assert say_filled("anything else", known) == "anything else"
