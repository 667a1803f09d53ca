"""In the files whose text reaches a page, no sentence stands outside the catalogue.

A sentence that nobody `say`s would stay English on a Chinese page. What ends in an error, the help
of a command, and what is written for developers may.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests import messages

_WORDS = r"(?:\b[A-Za-z][a-z'\-]*[,;:]? ){%d}[A-Za-z][a-z'\-]+"
#: Four words that end a sentence, or eight in a row.
SENTENCE = re.compile(f"{_WORDS % 3}[.?]|{_WORDS % 7}")
SAID = {*messages.CALLS, "name", "word"}
#: Calls whose text a reader of pages never sees: help, errors, and names of files in messages.
UNSEEN = re.compile(
    r".*(?:Error|Warning|Option|Argument|Field|exit)|warn|_refuse\w*|_check_rest|RuntimeError"
)
#: Files whose sentences stand in the catalogue as names, cite or explain the model, or are a page
#: of its documentation.
APART = {
    "calibration/report/bibliography.py",
    "policies/accounting/lines.py",
    "policies/brief/parts/sources.py",
    "policies/ensemble/worlds.py",
    "policies/game/coordination/published.py",
    "policies/loop_scores.py",
    "policies/optimisation/measures.py",
    "sensitivity/store/manifest.py",
}
#: Constants that hold no text of a page.
SILENT = {"EXAMPLES"}


def list_files() -> list[Path]:
    patterns = {one for subject in messages.SUBJECTS.values() for one in subject}
    files = {file for pattern in patterns for file in messages.HOUSE.glob(pattern)}
    return sorted(one for one in files if one.relative_to(messages.HOUSE).as_posix() not in APART)


def name_call(node: ast.Call) -> str:
    """Give the name of what is called, without what it belongs to."""
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def find_sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find the sentences that are neither said, nor raised, nor explained."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Raise | ast.Assert):
            continue
        if isinstance(node, ast.Call):
            name = name_call(node)
            if UNSEEN.fullmatch(name):
                continue
            if name in SAID:
                # What fills the places of a message may be a sentence itself.
                for value in node.keywords:
                    yield from find_sentences(value)
                continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if (
            isinstance(node, ast.Assign)
            and {target.id for target in node.targets if isinstance(target, ast.Name)} <= SILENT
        ):
            continue
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and SENTENCE.search(node.value):
                yield node.lineno, node.value
            continue
        yield from find_sentences(node)


@pytest.mark.parametrize("file", list_files(), ids=lambda file: file.name)
def test_no_sentence_of_a_page_stands_outside_the_catalogue(file):
    assert [*find_sentences(ast.parse(file.read_text(encoding="utf-8")))] == []


def test_no_message_is_said_inside_an_f_string():
    """There it is not read into the catalogue."""
    found = [
        (file.name, node.lineno)
        for file in list_files()
        for whole in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(whole, ast.JoinedStr)
        for node in ast.walk(whole)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "say"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert found == []


def test_a_sentence_that_nobody_says_is_found():
    code = 'raise InputError("this may stay in English")\nprint("this would stay in English.")'
    assert [line for line, _ in find_sentences(ast.parse(code))] == [2]


def test_every_message_of_the_code_has_chinese_also_one_within_another():
    known = set()
    for file in (messages.FOLDER / messages.CODE).glob("*.po"):
        with file.open("rb") as opened:
            for message in read_po(opened):
                if all([message.string] if isinstance(message.string, str) else message.string):
                    known |= {message.id} if isinstance(message.id, str) else set(message.id)
    lacking = [
        f"{file.relative_to(messages.HOUSE)}: {text}"
        for file in list_files()
        for text in list_messages(ast.parse(file.read_text(encoding="utf-8")))
        if text not in known
    ]
    assert not lacking, "\n".join(lacking)


def list_messages(tree: ast.AST) -> Iterator[str]:
    """List what is handed to `say` as it stands, wherever it stands."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        places = {"say": node.args[:1], "plural": node.args[1:3]}.get(name_call(node), [])
        for place in places:
            if isinstance(place, ast.Constant) and re.search("[A-Za-z]", str(place.value)):
                yield str(place.value)
