"""Options with values outside of their domains, and outputs aimed at other people's files."""

# ruff: noqa: E501  a case a line reads best

from __future__ import annotations

import contextlib
import io
import os
import re
from typing import Any

from tests.fuzz import domains, mutate
from tests.fuzz.attempt import Attempt
from tests.fuzz.edition import Edition
from tests.fuzz.kinds import BATCH, DATA, FIGURES, STUDY
from tests.fuzz.oracles import Expectation

#: Commands whose second word says which of their parts is meant.
TWO_WORDS = ("study", "case", "explain", "stress", "list", "forecast")


def pairs() -> list[tuple[int, str]]:
    """List every option of every command: the command's place in the table, the option."""
    return [
        (at, option)
        for at, command in enumerate(domains.table()["command"])
        for option in command["options"]
    ]


def outputs() -> list[tuple[int, str]]:
    """List the options that say where to write."""
    commands = domains.table()["command"]
    return [(at, o) for at, o in pairs() if commands[at]["options"][o] in ("folder", "input")]


def files(attempt: Attempt) -> None:
    """Put what the commands of the table read into the folder."""
    attempt.write("t.csv", BATCH)
    attempt.write("f.toml", STUDY)
    attempt.write("figures.csv", FIGURES)
    attempt.copy(DATA / "two_towns.mdl", "m.mdl")
    attempt.copy(DATA / "town_checks", "checks")


def cases() -> list[str]:
    """Name every option with every value that lies outside of its domain."""
    commands, types = domains.table()["command"], domains.table()["types"]
    return [
        f"{_name(commands[at]['base'])} {option} {number}"
        for at, option in pairs()
        if _type(at, option) in types
        for number in range(len(types[_type(at, option)]))
    ]


def attack_listed(attempt: Attempt, case: str) -> None:
    """Give one option one value that lies outside of its domain."""
    command, option, number = case.rsplit(" ", 2)
    commands = domains.table()["command"]
    at = next(
        at
        for at, entry in enumerate(commands)
        if _name(entry["base"]) == command and option in entry["options"]
    )
    value = domains.table()["types"][_type(at, option)][int(number)]
    _give(attempt, at, option, str(value), True)


def attack_option(attempt: Attempt) -> None:
    """Give one option a hostile value, which need not be wrong."""
    random = attempt.random
    commands = domains.table()["command"]
    # Some take too long to be tried with what may well be right.
    quick = [
        (at, option)
        for at, option in pairs()
        if not {*commands[at]["base"]} & {"calibrate", "demo", "evaluate", "game"}
        and option not in ("--generations", "--population")
    ]
    at, option = random.choice([pair for pair in quick if pair not in outputs()])
    named = _type(at, option) in ("name", "newname", "engine", "address")
    _give(attempt, at, option, random.choice(mutate.NAMES if named else mutate.NUMBERS), False)


def attack_output(attempt: Attempt) -> None:
    """Aim an output at what exists already: a folder of others, an input, a file."""
    at, option = attempt.random.choice(outputs())
    command = domains.table()["command"][at]
    place = attempt.random.choice(
        ("t.csv", "notes.txt") if _type(at, option) == "input" else ("taken", "notes.txt", "..")
    )
    base = list(command["base"])
    if option in base:
        base[base.index(option) + 1] = place
    else:
        base += [option, place]
    files(attempt)
    os.makedirs("taken", exist_ok=True)
    attempt.command(*base, expected=Expectation(refuse=""))


def _type(at: int, option: str) -> str:
    return str(domains.table()["command"][at]["options"][option])


def _give(attempt: Attempt, at: int, option: str, value: str, certain: bool) -> None:
    base = [str(word) for word in domains.table()["command"][at]["base"]]
    files(attempt)
    if option in base:
        base[base.index(option) + 1] = value
    else:
        base += [option, value]
    kind = _type(at, option)
    expected = Expectation()
    if certain:
        detail = value if len(value) < 40 else f"{value[:40]} ..."
        expected.refuse = f"{_name(base)} {option} {detail!r}"
    if kind in ("population", "years", "count", "step"):
        expected.bomb = certain
    attempt.command(*base, expected=expected)


def _name(base: list[str]) -> str:
    return " ".join(base[:2]) if base[0] in TWO_WORDS else base[0]


def arguments() -> dict[str, Any]:
    """Give hostile arguments in the place of names and paths."""
    return {
        "a path that is not UTF-8": ["batch", "\udcff.csv", "--output", "value added", "--out", "o.csv"],
        "an output that is not UTF-8": ["export", "\udce6.mdl"],
        "an output in odd case": ["batch", "t.csv", "--output", "Value_Added", "--out", "o.csv"],
        "an output twice": ["batch", "t.csv", "--output", "value added", "--output", "Value Added", "--out", "o.csv"],
        "an output over its input": ["batch", "t.csv", "--output", "value added", "--out", "t.csv"],
        "an output over its input, spelt otherwise": ["batch", "t.csv", "--output", "value added", "--out", "./taken/../t.csv"],
        "a variable with a formula's name": ["describe", "$\\foo$"],
        "a very long name": ["describe", "x" * 100_000],
        "a very long list": ["compare", *["central"] * 300],
        "a folder in the place of a file": ["batch", "taken", "--output", "value added", "--out", "o.csv"],
        "a file in the place of a folder": ["run", "central", "--from", "notes.txt"],
        "nothing": ["run", ""],
        "a scheduler that is not there": ["batch", "t.csv", "--output", "value added", "--year", "2040", "--out", "o.csv", "--cluster", "tcp://127.0.0.1:1"],
        "a population of 10^11": ["optimise", "central", "local", "--draws", "1", "--unseen", "1", "--generations", "1", "--population", "100000000000", "--out", "o"],
        "years of inf": ["explain", "timing", "local", "--step", "0.25", "--every", "20", "--years", "inf", "--out", "o"],
        "a new study over a file": ["study", "new", "f.toml"],
        "a new case over a folder": ["case", "new", "taken"],
        "a workspace over a folder": ["init", "taken"],
        "a workspace over a file": ["init", "notes.txt"],
        "a model over a file": ["export", "m.mdl", "--json"],
    }  # fmt: skip


def attack_arguments(attempt: Attempt, case: str) -> None:
    """Run one of `arguments`."""
    files(attempt)
    refuse = (
        case
        if case.startswith(
            (
                "an output twice",
                "a very long name",
                "a folder",
                "nothing",
                "a scheduler",
                "a population",
                "a horizon",
            )
        )
        else ""
    )
    attempt.command(*arguments()[case], expected=Expectation(refuse=refuse))


#: Options that stand for nothing which could be outside of a domain.
FLAGS = ("--help", "--json", "--version")
#: Switches, and options whose values are tried elsewhere.
ELSEWHERE = (
    "--quick",
    "--report",
    "--all",
    "--facts",
    "--single",
    "--as-written",
    "--anew",
    "--restart",
    "--out",
)


def listed(command: str) -> set[str]:
    """Give the options that the table has for a command."""
    found = {*FLAGS, *ELSEWHERE}
    for entry in domains.table()["command"]:
        if command in (entry["base"][0], " ".join(entry["base"][:2])):
            found |= set(entry["options"])
    return found | set(domains.table()["switches"].get(command, []))


def offered(edition: Edition) -> dict[str, set[str]]:
    """Ask every command's help for its options."""
    main = edition.module("scripts.main")
    found = {}
    for words in main.COMMANDS:
        if words[0] == "calibrate" and words[1:]:
            continue  # what its parts take is for the authors
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            os.environ["COLUMNS"] = "200"
            main.main([*words, "--help"])
        found[" ".join(words)] = set(re.findall(r"(?m)^\W+(--[a-z][a-z-]*)", out.getvalue()))
    return found
