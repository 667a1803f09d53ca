"""The desk is one file that needs no network, and whose texts are whole in both languages."""

import base64
import hashlib
import json
import re

import pytest

from smecluster.policies.desk.page import (
    _SCRIPT,
    join_scripts,
    read_part,
    write_json,
    write_page,
)
from smecluster.policies.desk.strings import read_strings

STRINGS = read_strings()
PLACEHOLDER = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("key", STRINGS["text"])
def test_a_text_exists_in_both_languages_with_the_same_places_to_fill(key):
    text = STRINGS["text"][key]
    assert text["en"]
    assert text["zh"]
    assert sorted(PLACEHOLDER.findall(text["en"])) == sorted(PLACEHOLDER.findall(text["zh"]))


def test_every_text_that_the_page_asks_for_exists_and_none_is_idle():
    script = "\n".join(read_part(name) for name in _SCRIPT)
    unused = {
        key for key in STRINGS["text"] if f'"{key}"' not in script and f" {key}: " not in script
    }
    assert unused == {key for key in unused if key.startswith("task")}
    asked = set(re.findall(r'\bt\("(\w+)"|words\.text\("(\w+)"|help\(desk, "(\w+)"', script))
    assert {key for found in asked for key in found if key} <= set(STRINGS["text"])


def test_parts_are_joined_without_a_name_twice():
    script = join_scripts(_SCRIPT)
    assert not re.search(r"^(import|export) ", script, re.M)
    declared = re.findall(r"^(?:const|let|class|async function|function) (\w+)", script, re.M)
    assert len(declared) == len(set(declared))


def test_the_page_allows_only_its_own_script_and_style_and_no_connection():
    page = write_page({"draws": {"count": 2}})
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe-inline" not in policy
    for tag in ("script", "style"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.search(r'\b(?:src|href)="', page)


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-Hans")])
def test_it_opens_in_the_language_that_it_was_written_in(language, tag):
    page = write_page({"draws": {"count": 2}}, language)
    assert f'<html lang="{tag}">' in page
    title = read_strings({})["text"]["title"][language]
    assert f"<title>{title}</title>" in page


def test_no_data_can_end_its_element():
    hostile = {"region": "</script><script>alert(1)</script><!--&amp;"}
    text = write_json(hostile)
    assert not set("<>&") & set(text)
    assert json.loads(text) == hostile
