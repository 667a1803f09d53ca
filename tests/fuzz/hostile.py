"""Hostile models, bombs and inputs as small generators, each with what must come of it."""

# ruff: noqa: E501  a case a line reads best

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fuzz.attempt import Attempt
from tests.fuzz.kinds import DATA, FACT, POLICY_STUDY, STUDY, XMILE, own_cache, own_town, simulate
from tests.fuzz.oracles import Expectation

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 8 ~~|\nTIME STEP = 0.125 ~~|\nSAVEPER = 0.125 ~~|\n"
LEVEL = "level = INTEG(-level / 4, 10) ~~|\n"
#: Small models without a sketch.
SMALL = ("two_towns", "functions", "subscripts")
SKETCH = "\\\\\\---/// Sketch information - do not modify anything except names\n"


def _model(body: str, clock: str = CLOCK, after: str = "") -> str:
    return "{UTF-8}\n" + body + clock + after


def _settings(method: int) -> str:
    return f"{SKETCH}V300\n*View 1\n$0\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{method},0,0\n"


def _xmile(old: str, new: str) -> str:
    assert old in XMILE
    return XMILE.replace(old, new)


@dataclass(frozen=True)
class Hostile:
    """A model that is computed rightly or refused.

    Attributes
    ----------
    text : callable
        Gives the file.
    right : mapping
        Value of a variable at a time, by ``(variable, time)``: worked out by hand. Where it is
        empty, the model has to be refused.
    bomb : bool
        Whether it has to be refused quickly.
    suffix : str
        Of the file.
    maybe : bool
        Whether running it is right too.
    """

    text: Callable[[], str]
    right: Mapping[tuple[str, float], float] | None = None
    bomb: bool = False
    suffix: str = ".mdl"
    maybe: bool = False


def _ranges(count: int) -> str:
    names = "".join(f"R{at}: r{at}a, r{at}b ~~|\n" for at in range(count))
    cells = ", ".join(f"R{at}" for at in range(count))
    return _model(f"{names}big[{cells}] = 1 ~~|\n")


def _chain(count: int) -> str:
    body = "".join(f"v{at} = v{at + 1} + 1 ~~|\n" for at in range(count))
    return _model(f"{body}v{count} = 1 ~~|\n")


MODELS = {
    # What the kernel of the first edition got wrong.
    "RK4 auto in the settings": Hostile(lambda: _model(LEVEL, after=_settings(1))),
    "RK2 auto in the settings": Hostile(lambda: _model(LEVEL, after=_settings(3))),
    "RK4 in the settings": Hostile(
        lambda: _model(LEVEL, after=_settings(5)), {("level", 8.0): 10 * math.exp(-2)}
    ),
    "RK2 in the settings": Hostile(
        lambda: _model(LEVEL, after=_settings(4)),
        {("level", 8.0): 10 * (1 - 0.125 / 4 + (0.125 / 4) ** 2 / 2) ** 64},
    ),
    # Three steps of 1/16 of the time constant, before water flows in: the methods' polynomials.
    "RK4 in XMILE": Hostile(
        lambda: _xmile('method="Euler"', 'method="RK4"'),
        {("Water Level", 0.75): 10 * (1 - 1 / 16 + 1 / 512 - 1 / 24_576 + 1 / 1_572_864) ** 3},
        suffix=".xmile",
    ),
    "RK2 in XMILE": Hostile(
        lambda: _xmile('method="Euler"', 'method="RK2"'),
        {("Water Level", 0.75): 10 * (1 - 1 / 16 + 1 / 512) ** 3},
        suffix=".xmile",
    ),
    # A cascade of three stages, each with a third of the delay: 1.5 (7.5) of it in a step.
    "DELAY3 below three steps": Hostile(
        lambda: _model("x = DELAY3(10 + STEP(5, 2), 0.25) ~~|\n"),
        {("x", 2.25): 10.0, ("x", 2.375): 10 + 5 * 1.5**3},
    ),
    "DELAY3 below one step": Hostile(
        lambda: _model("x = DELAY3(10 + STEP(5, 2), 0.05) ~~|\n"),
        {("x", 2.25): 10.0, ("x", 2.375): 10 + 5 * 7.5**3},
    ),
    "PULSE of width 0": Hostile(lambda: _model("x = PULSE(2, 0) ~~|\n"), {("x", 2.0): 1.0}),
    # It counts where the middle of a step lies inside.
    "PULSE off the grid": Hostile(
        lambda: _model("x = PULSE(2.05, 0.05) ~~|\n"),
        {("x", 1.875): 0.0, ("x", 2.0): 1.0, ("x", 2.125): 0.0},
    ),
    "PULSE TRAIN at its end": Hostile(
        lambda: _model("x = PULSE TRAIN(1, 3, 4, 2) ~~|\n"),
        {("x", 1.5): 1.0, ("x", 2.0): 1.0, ("x", 2.125): 0.0},
    ),
    # Four stages by hand; the last one empties with the delay time of the step before.
    "DELAY N with a varying delay": Hostile(
        lambda: _model("d = 1 + STEP(1.5, 3) ~~|\nx = DELAY N(10 + STEP(5, 2), d, 6, 4) ~~|\n"),
        {("x", 1.0): 8.546875, ("x", 3.125): 3.778789644241333, ("x", 4.0): 5.934043844},
    ),
    "mixed :AND: and :OR:": Hostile(
        lambda: _model("x = IF THEN ELSE(1 > 0 :OR: 1 > 0 :AND: 0 > 1, 1, 0) ~~|\n"),
        {("x", 1.0): 1.0},
    ),
    "mixed :AND: and :OR:, the other way": Hostile(
        lambda: _model("x = IF THEN ELSE(0 > 1 :AND: 0 > 1 :OR: 1 > 0, 1, 0) ~~|\n"),
        {("x", 1.0): 1.0},
    ),
    "a conveyor": Hostile(
        lambda: _xmile("<eqn>first_level</eqn>", "<eqn>first_level</eqn><conveyor><len>2</len></conveyor>"),
        suffix=".xmile",
    ),
    "a queue": Hostile(
        lambda: _xmile("<eqn>first_level</eqn>", "<eqn>first_level</eqn><queue/>"), suffix=".xmile"
    ),
    "an oven": Hostile(
        lambda: _xmile(
            "<eqn>first_level</eqn>", "<eqn>first_level</eqn><oven><len>2</len></oven>"
        ),
        suffix=".xmile",
    ),
    "a second model": Hostile(
        lambda: _xmile(
            "</model></xmile>",
            '</model><model name="other"><variables><aux name="y"><eqn>1</eqn></aux></variables>'
            "</model></xmile>",
        ),
        suffix=".xmile",
    ),
    "a module": Hostile(
        lambda: _xmile("</variables>", '<module name="other"/></variables>'), suffix=".xmile"
    ),
    "a file that comes out empty": Hostile(lambda: _model("")),
    "an XMILE file that comes out empty": Hostile(
        lambda: XMILE[: XMILE.index("<variables>")] + "<variables></variables></model></xmile>",
        suffix=".xmile",
    ),
    # Clocks.
    "FINAL TIME before INITIAL TIME": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("FINAL TIME = 8", "FINAL TIME = -1"))
    ),
    "TIME STEP of 0": Hostile(lambda: _model(LEVEL, CLOCK.replace("TIME STEP = 0.125", "TIME STEP = 0"))),
    "TIME STEP below 0": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("TIME STEP = 0.125", "TIME STEP = -1"))
    ),
    "TIME STEP beyond the run": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("TIME STEP = 0.125", "TIME STEP = 100")), maybe=True
    ),
    "FINAL TIME of 1e308": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("FINAL TIME = 8", "FINAL TIME = 1e308")), bomb=True
    ),
    "a clock without an end": Hostile(lambda: _model(LEVEL, CLOCK.replace("FINAL TIME = 8 ~~|\n", ""))),
    "a clock that runs on itself": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("FINAL TIME = 8", "FINAL TIME = FINAL TIME + 1"))
    ),
    # Bombs.
    "a range of 10^8 elements": Hostile(
        lambda: _model("Big: (A1-A100000000) ~~|\nx[Big] = 1 ~~|\n"), bomb=True
    ),
    "24 ranges of two elements": Hostile(lambda: _ranges(24), bomb=True),
    "20 ranges of two elements": Hostile(lambda: _ranges(20), bomb=True),
    "a unit of 200,000 brackets": Hostile(
        lambda: _model(f"x = 1 ~ {'(' * 200_000} ~ |\n"), bomb=True, maybe=True
    ),
    "a unit of 200,000 square brackets": Hostile(
        lambda: _model(f"x = 1 ~ Dmnl {'[' * 200_000} ~ |\n"), bomb=True, maybe=True
    ),
    "a chain of 20,000 variables": Hostile(lambda: _chain(20_000), bomb=True, maybe=True),
    "a chain of 2,000 variables": Hostile(lambda: _chain(2_000), maybe=True),
    "a series of 10^9 times": Hostile(
        lambda: _model(LEVEL, CLOCK.replace("FINAL TIME = 8", "FINAL TIME = 1e9").replace("0.125", "1")),
        bomb=True,
    ),
    "a range with a number of 5,000 digits": Hostile(
        lambda: _model(f"Big: (A1-A{'9' * 5000}) ~~|\nx[Big] = 1 ~~|\n"), bomb=True
    ),
    "a number of 5,000 digits": Hostile(lambda: _model(f"x = {'9' * 5000} ~~|\n"), bomb=True),
    "an equation of 2,000 brackets": Hostile(
        lambda: _model(f"x = {'(' * 2000}1{')' * 2000} ~~|\n"), bomb=True, maybe=True
    ),
    "an equation of 20,000 minus signs": Hostile(
        lambda: _model(f"x = {'-' * 20_000}1 ~~|\n"), bomb=True, maybe=True
    ),
    "a sum of 5,000 terms": Hostile(
        lambda: _model("a = 1 ~~|\nx = " + " + ".join(["a"] * 5000) + " ~~|\n"), bomb=True, maybe=True
    ),
    "DELAY N of order 10^8": Hostile(
        lambda: _model("x = DELAY N(1, 2, 6, 100000000) ~~|\n"), bomb=True
    ),
    "DELAY FIXED of 10^9 steps": Hostile(
        lambda: _model("x = DELAY FIXED(Time, 100000000, 9) ~~|\n"), bomb=True, maybe=True
    ),
    "XMILE nested 20,000 deep": Hostile(
        lambda: _xmile("<eqn>4</eqn>", f"<eqn>{'<a>' * 20_000}{'</a>' * 20_000}</eqn>"),
        bomb=True, suffix=".xmile",
    ),
    "XMILE that expands itself": Hostile(
        lambda: '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
        + "]>" + _xmile("<eqn>4</eqn>", "<eqn>&j;</eqn>"),
        bomb=True, suffix=".xmile",
    ),
    "an XMILE array of 10^8": Hostile(
        lambda: _xmile('<dim name="Region"><elem', '<dim name="Big" size="100000000"/><dim name="Region"><elem'),
        bomb=True, suffix=".xmile", maybe=True,
    ),
    # Names.
    "a variable called time": Hostile(lambda: _model("time = 1 ~~|\nx = time ~~|\n")),
    "a variable called Time": Hostile(lambda: _model("Time = 1 ~~|\n")),
    "a variable called run": Hostile(lambda: _model("run = 1 ~~|\nx = run ~~|\n"), {("x", 1.0): 1.0}),
    "a range called time": Hostile(lambda: _model("time: a, b ~~|\nx[time] = 1 ~~|\n")),
    "a range called run": Hostile(lambda: _model("run: a, b ~~|\nx[run] = 1 ~~|\n"), maybe=True),
    "a name with a formula": Hostile(
        lambda: _model('"$\\\\foo$" = 1 ~~|\nx = "$\\\\foo$" ~~|\n'), maybe=True
    ),
    "a variable twice": Hostile(lambda: _model("x = 1 ~~|\nx = 2 ~~|\n")),
    "a circle": Hostile(lambda: _model("x = y ~~|\ny = x ~~|\n")),
    "an unknown name": Hostile(lambda: _model("x = nothing ~~|\n")),
    "a broken sketch": Hostile(
        lambda: _model(LEVEL, after=f"{SKETCH}V300\n*View\n10,1,x\n1,2,3,\n12,a,b,c\n"), maybe=True
    ),
    "division by nothing": Hostile(lambda: _model("x = 1 / 0 ~~|\n")),
    "an overflow": Hostile(lambda: _model("x = EXP(1000) ~~|\n")),
}  # fmt: skip


def attack_model(attempt: Attempt, case: str) -> None:
    """Load and run a hostile model: refused in one line, or right."""
    hostile = MODELS[case]
    attempt.write(f"m{hostile.suffix}", hostile.text())
    right = hostile.right or {}
    refuse = "" if right or hostile.maybe else case
    path = f"m{hostile.suffix}"

    def one() -> str:
        model = attempt.edition.module("model")
        run = model.simulate(model.load(path))
        told = []
        for (name, time), value in right.items():
            given = float(run[name].sel(time=time))
            if not math.isclose(given, value, rel_tol=1e-5, abs_tol=1e-9):
                told.append(f"{name} = {given:g} at {time:g}, not {value:g}")
        if told:
            attempt.claim("silent", case, "; ".join(told))
        return ""

    attempt.python("simulate", one, Expectation(refuse=refuse, bomb=hostile.bomb))


def attack_model_command(attempt: Attempt, case: str) -> None:
    """Let the commands that take a model read a hostile one."""
    hostile = MODELS[case]
    attempt.write(f"m{hostile.suffix}", hostile.text())
    attempt.copy(DATA / "town_checks", "checks")
    path = f"m{hostile.suffix}"
    expected = Expectation(bomb=hostile.bomb)
    attempt.command("describe", "x", "--model", path, expected=expected)
    attempt.command("check", "--model", path, "--checks", "checks", expected=expected)


# Bombs in other files --------------------------------------------------------------------------

_DEEP = 2_000


def _bombs() -> dict[str, Callable[[Attempt], None]]:
    def toml(text: str, *command: str, claim: str = "") -> Callable[[Attempt], None]:
        def go(attempt: Attempt) -> None:
            attempt.write("f.toml", text)
            name = claim or str(attempt.name.split("/")[1])
            attempt.command(*command, expected=Expectation(refuse=name, bomb=True))

        return go

    run = ("run", "f.toml", "--json")
    robust = ("stress", "robust", "--study", "f.toml", "--json", "--out", "o")
    study = ("study", "run", "f.toml", "--out", "o", "--json")
    strategy = 'title = "t"\ndescription = "d"\n[history]\nuntil = '
    found: dict[str, Callable[[Attempt], None]] = {
        "TOML nested 2,000 deep": toml(f"x = {'[' * _DEEP}{']' * _DEEP}", *run),
        "TOML tables nested 20,000 deep": toml(f"{'a.' * 20_000}b = 1", *run),
        "TOML inline tables nested": toml("x = " + "{a = " * _DEEP + "1" + "}" * _DEEP, *run),
        "a TOML integer of 5,000 digits": toml(strategy + "9" * 5000, *run),
        "a TOML integer of 400 digits": toml(strategy + "9" * 400, *run),
        "a TOML date that is none": toml(strategy + "1979-13-45", *run),
        "a TOML date of 31 February": toml(strategy + "1979-02-31", *run),
        "a TOML date in the place of a number": toml(strategy + "1979-02-28", *run),
        "a study nested 2,000 deep": toml(f"x = {'[' * _DEEP}{']' * _DEEP}", *study),
        "a study with 5,000 digits": toml(STUDY.replace("size = 4", f"size = {'9' * 5000}"), *study),
        "a study of 10^12 runs": toml(STUDY.replace("size = 4", "size = 1000000000000"), *study),
        "a study of 10^9 times": toml(
            STUDY.replace("year = 2040", "series = [1978, 2040, 0.00000006]"), *study
        ),
        "a study with a seed of 400 digits": toml(STUDY.replace("seed = 1", "seed = " + "9" * 400), *study),
        "10^11 resamples": toml(STUDY.replace("resamples = 50", "resamples = 100000000000"), *study),
        "a policy study of 10^12 draws": toml(POLICY_STUDY.replace("year = 2040\n", "").replace("draws = 1", "draws = 1000000000000"), *robust),
        "a policy study with a budget of 400 digits": toml(
            POLICY_STUDY.replace("year = 2040\n", "").replace("500000.0", "9" * 400), *robust
        ),
    }  # fmt: skip

    def yaml(text: str) -> Callable[[Attempt], None]:
        def go(attempt: Attempt) -> None:
            attempt.copy(DATA / "two_towns.mdl", "m.mdl")
            attempt.write("checks/towns.yaml", text)
            attempt.command(
                "check", "--model", "m.mdl", "--checks", "checks",
                expected=Expectation(refuse=attempt.name.split("/")[1], bomb=True),
            )  # fmt: skip

        return go

    def check(formula: str) -> str:
        return (
            "group: G\nchecks:\n  - it: holds\n    scenario: every\n"
            f"    dataset: {{of: {formula}}}\n    predicate: {{at least: 0}}\n"
        )

    lol = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 10)}]\n"
        for at in range(8)
    )
    found |= {
        "YAML nested 2,000 deep": yaml("group: " + "[" * _DEEP + "]" * _DEEP),
        "YAML maps nested 2,000 deep": yaml("group: " + "{a: " * _DEEP + "1" + "}" * _DEEP),
        "a YAML integer of 5,000 digits": yaml(f"group: G\nscenarios: {{a: {{stay: {'9' * 5000}}}}}\n"),
        "a YAML date that is none": yaml("group: G\nscenarios: {a: {stay: 2001-99-99}}\n"),
        "YAML that expands itself": yaml(lol + "group: *i\n"),
        "YAML that holds itself": yaml("group: G\nscenarios: &a {b: *a}\n"),
        "YAML with a tag": yaml("group: !!python/object/apply:os.getcwd []\n"),
        "a formula nested 2,000 deep": yaml(check("(" * _DEEP + "People" + ")" * _DEEP)),
        "a formula of 20,000 minus signs": yaml(check("'" + "-" * 20_000 + "People'")),
        "a formula of 20,000 terms": yaml(check(" + ".join(["People"] * 20_000))),
        "a formula of powers": yaml(check("9**9**9**9")),
    }  # fmt: skip

    def fact(attempt: Attempt) -> None:
        attempt.copy(DATA / "two_towns.mdl", "m.mdl")
        attempt.write("facts/f.yaml", FACT.replace("[1985, 1995]", f"[{'9' * 5000}]"))
        name = "model.checking.stylised_facts" if attempt.edition.prefix else "model.facts"
        attempt.python(
            "facts",
            lambda: attempt.edition.module(name).run_facts("m.mdl", "facts"),
            Expectation(refuse="a fact with 5,000 digits", bomb=True),
        )

    found["a fact with 5,000 digits"] = fact

    def table(text: str | Callable[[Attempt], None], *extra: str) -> Callable[[Attempt], None]:
        def go(attempt: Attempt) -> None:
            if callable(text):
                text(attempt)
            else:
                attempt.write("t.csv", text)
            attempt.command(
                "batch", "t.csv", "--output", "value added", "--year", "2040", "--out", "o.csv",
                *extra,
                expected=Expectation(refuse=attempt.name.split("/")[1], bomb=True),
            )  # fmt: skip

        return go

    def sparse(attempt: Attempt) -> None:
        path = attempt.write("t.csv", "social discount rate\n0.03\n")
        with path.open("r+b") as file:
            file.truncate(1_000_000_000)

    name = "social discount rate"
    found |= {
        "a sparse CSV of 1 GB": table(sparse),
        "a CSV of 20,000 columns": table(",".join(f"c{at}" for at in range(20_000)) + "\n" + ",".join(["1"] * 20_000) + "\n"),
        "a CSV cell of 4 MB": table(f"{name}\n{'1' * 4_000_000}\n"),
        "a CSV with one quote": table(f'{name}\n"0.03\n' + "0.03\n" * 1000),
        "two spellings of one input": table("Social Discount Rate,social_discount_rate\n0.03,0.05\n"),
        "an input as a whole and by element": table("stay,stay\n1,2\n".replace("stay", name)),
        "an allocation of 5": table("local allocation\n5\n"),
        "a switch of 3000": table("history switch\n3000\n"),
        "a value that is nan": table(f"{name}\nnan\n"),
        "a value that is 1e400": table(f"{name}\n1e400\n"),
        "a row too short": table(f"{name},preference for variety\n0.03\n"),
        "a row too long": table(f"{name}\n0.03,0.35\n"),
        "a clock in a table": table("FINAL TIME\n1e9\n"),
        "FINAL TIME before INITIAL TIME in a table": table("FINAL TIME\n1900\n"),
        "a step of nothing in a table": table("TIME STEP\n1e-300\n"),
    }  # fmt: skip
    return found


BOMBS = _bombs()


# JSON that the program wrote and reads again ------------------------------------------------------


def attack_json(attempt: Attempt, case: str) -> None:
    """Put nested, huge or foreign JSON in the place of a manifest."""
    from tests.fuzz.kinds import KINDS

    texts = {
        "nested 2,000 deep": "[" * _DEEP + "]" * _DEEP,
        "nested 200,000 deep": '{"a":' * 200_000 + "1" + "}" * 200_000,
        "5,000 digits": '{"format": ' + "9" * 5000 + "}",
        "a list": "[]",
        "a number": "1",
        "null": "null",
        "NaN": '{"format": NaN}',
        "nothing in it": "{}",
        "another format": '{"format": 999999}',
    }
    where, _, text = case.partition(": ")
    kind = KINDS[where]
    for target in kind.make(attempt):
        if target.name == "manifest.json":
            target.write_text(texts[text], encoding="utf-8")
    kind.read(attempt, Expectation(refuse=case, bomb=True))


JSON = tuple(
    f"{where}: {text}"
    for where in ("calibration", "results manifest")
    for text in (
        "nested 2,000 deep", "nested 200,000 deep", "5,000 digits", "a list", "a number", "null",
        "NaN", "nothing in it", "another format",
    )
)  # fmt: skip


def attack_columns(attempt: Attempt) -> None:
    """Exchange two columns of a study's manifest: every index then belongs to another factor."""
    import json

    from tests.fuzz.kinds import KINDS

    kind = KINDS["results manifest"]
    manifest = kind.make(attempt)[0]
    content = json.loads(manifest.read_text(encoding="utf-8"))
    lists = [value for value in content.values() if isinstance(value, list) and len(value) > 1]
    chosen = attempt.random.choice(lists) if lists else []
    if len(chosen) > 1:
        chosen[0], chosen[1] = chosen[1], chosen[0]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    expected = Expectation(refuse="a manifest with two columns exchanged")
    kind.read(attempt, expected)


# Inputs of the Python face ---------------------------------------------------------------------


def _gate() -> dict[str, Callable[[Any, Any], Any]]:
    import numpy as np
    import pandas as pd

    nan, inf = float("nan"), float("inf")

    def one(value: Any, name: str = "stay") -> Callable[[Any, Any], Any]:
        return lambda model, m: model.simulate(m, {name: value})

    def many(table: Any, **options: Any) -> Callable[[Any, Any], Any]:
        return lambda model, m: model.simulate_many(m, table(), ["People"], **options)

    def rows() -> Any:
        return pd.DataFrame({"stay": [40.0, 41.0]})

    masked = np.ma.masked_array([1.0, 2.0], [True, False])
    return {
        "masked": one(np.ma.masked),
        "a masked array": one(masked, "initial people"),
        "None": one(None),
        "a text": one("40"),
        "an integer of 400 digits": one(10**400),
        "nan": one(nan),
        "inf": one(inf),
        "a complex number": one(1 + 2j),
        "an empty list": one([]),
        "a list too long": one([1.0, 2.0, 3.0], "initial people"),
        "a mapping of nothing": one({}, "initial people"),
        "a mapping that holds itself": one({"Hill Town": {"Hill Town": {"Hill Town": None}}}, "initial people"),
        "an unknown name": one(1.0, "stray"),
        "an empty name": one(1.0, ""),
        "a name that is a number": lambda model, m: model.simulate(m, {3: 1.0}),
        "a value outside its range": one(3000.0, "back-flow"),
        "a value below its range": one(-5.0, "initial people"),
        "a factor that is nan": lambda model, m: model.simulate(m, {"attraction table": model.Scale(nan)}),
        "points with one x twice": one([(0, 1), (0, 2)], "attraction table"),
        "points that are nan": one([(0, nan), (1, 2)], "attraction table"),
        "one point": one([(0, 1)], "attraction table"),
        "inputs that are a list": lambda model, m: model.simulate(m, [("stay", 1)]),
        "a year of inf": lambda model, m: model.simulate(m, years=[inf]),
        "a year of nan": lambda model, m: model.simulate(m, years=[nan]),
        "a year as text": lambda model, m: model.simulate(m, years=["2040"]),
        "no years": lambda model, m: model.simulate(m, years=[]),
        "a year off the steps": lambda model, m: model.simulate(m, years=[1990.06]),
        "years not a list": lambda model, m: model.simulate(m, years=1990),
        "a FINAL TIME before the first": one(1900.0, "FINAL TIME"),
        "a FINAL TIME of 1e9": one(1e9, "FINAL TIME"),
        "a TIME STEP of 0": one(0.0, "TIME STEP"),
        "a SAVEPER of nothing": one(1e-300, "SAVEPER"),
        "an unknown output": lambda model, m: model.simulate(m, outputs=["Nobody"]),
        "an output twice": lambda model, m: model.simulate(m, outputs=["People", "people"]),
        "outputs as a text": lambda model, m: model.simulate(m, outputs="People"),
        "no outputs": lambda model, m: model.simulate(m, outputs=[]),
        "workers -1": many(rows, workers=-1),
        "workers 0": many(rows, workers=0),
        "workers 1.5": many(rows, workers=1.5),
        "workers as text": many(rows, workers="2"),
        "chunk 0": many(rows, chunk=0),
        "chunk -1": many(rows, chunk=-1),
        "chunk 1.5": many(rows, chunk=1.5),
        "many years as text": many(rows, years=["2040"]),
        "many years of inf": many(rows, years=[inf]),
        "many masked values": many(lambda: {"stay": np.ma.masked_array([40.0, 41.0], [True, False])}),
        "many None": many(lambda: {"stay": [40.0, None]}),
        "many pd.NA": many(lambda: pd.DataFrame({"stay": pd.array([40, None], dtype="Int64")})),
        "many texts": many(lambda: {"stay": ["40", "41"]}),
        "many truths": many(lambda: {"stay": [True, False]}),
        "many complex": many(lambda: {"stay": [1 + 2j, 3]}),
        "many integers of 400 digits": many(lambda: {"stay": [10**400, 1]}),
        "many of nan": many(lambda: {"stay": [40.0, nan]}),
        "many outside their range": many(lambda: {"back-flow": [3000.0, 3.0]}),
        "two spellings": many(lambda: {"back-flow": [3.0], "Back-Flow": [4.0]}),
        "a whole and its element": many(lambda: {"initial people": [1.0], "initial people[Hill Town]": [2.0]}),
        "a column twice": many(lambda: pd.DataFrame([[40.0, 41.0]], columns=["stay", "stay"])),
        "no rows": many(lambda: pd.DataFrame({"stay": []})),
        "no columns": many(lambda: pd.DataFrame(index=[0])),
        "columns of unequal length": many(lambda: {"stay": [1.0, 2.0], "back-flow": [3.0]}),
        "a table that is none": many(lambda: 3),
        "dates": many(lambda: {"stay": pd.to_datetime(["2001-01-01"])}),
        "a base and its spelling": many(rows, base={"STAY": 3.0}),
        "an engine that is none": lambda model, m: model.simulate(m, engine=None),
        "a path that is none": lambda model, m: model.load(3),
    }  # fmt: skip


#: What is right to run.
ALLOWED = (
    "no columns", "a mapping of nothing", "many truths", "no years", "no outputs", "an output twice",
    "a base and its spelling",
)  # fmt: skip


def attack_gate(attempt: Attempt, case: str) -> None:
    """Give the Python face an input that is none."""
    attempt.copy(DATA / "two_towns.mdl", "m.mdl")
    model = attempt.edition.module("model")
    m = model.load("m.mdl")
    refuse = "" if case in ALLOWED else case
    bomb = "1e9" in case or "nothing" in case

    def go() -> None:
        _gate()[case](model, m)

    attempt.python("gate", go, Expectation(refuse=refuse, bomb=bomb))


GATE = tuple(_gate())


# Cases and calibrations that do not belong together -----------------------------------------------

_WARNS = r"(?i)warning|note|calibrat|template|still those|price|beside|part"


def attack_case(attempt: Attempt, case: str) -> None:
    """Use a case as nobody should: with an old calibration, empty, or with mixed prices."""
    edition = attempt.edition
    cases = edition.root / "calibration" / "cases"
    if case == "an empty template":
        attempt.command("case", "new", "case")
        attempt.command(
            "run", "central", "--from", "case", "--json",
            expected=Expectation(refuse="an empty template", warn=r"(?m)^(warning|note)"),
        )  # fmt: skip
        return
    attempt.copy(cases / "wenzhou", "case")
    attempt.copy(cases / "sources.csv", "case/sources.csv")
    if case == "an edited case with an old calibration":
        attempt.copy(
            edition.root / "calibration" / "results" / "every-constant", "case/calibration"
        )
        path = attempt.work / "case" / "constants.csv"
        text = path.read_text(encoding="utf-8")
        edited, count = re.subn(r"(?m)^(initial firms,imitative),[^,]+", r"\1,20000", text)
        assert count == 1
        path.write_text(edited)
        attempt.command(
            "run", "central", "--from", "case", "--json",
            expected=Expectation(refuse=case, warn=r"(?m)^(warning|note)"),
        )  # fmt: skip
        return
    attempt.command("case", "check", "case")
    sound = attempt.outcomes[-1]
    toml = attempt.work / "case" / "case.toml"
    text = toml.read_text(encoding="utf-8")
    pair = '["va_secondary_industry_plus_construction", "va_tertiary"]'
    assert pair in text
    if case == "a series in another price base":
        series = attempt.work / "case" / "series.csv"
        rows = series.read_text(encoding="utf-8")
        for name in ("va_secondary_industry_plus_construction", "va_tertiary"):
            lines = [line for line in rows.splitlines() if f",{name}," in line]
            for line in lines:
                rows = rows.replace(line, line.replace("current prices", "constant 2000 prices"))
        series.write_text(rows, encoding="utf-8")
        at = text.index(pair)
        text = text[:at] + text[at:].replace('prices = "current"', 'prices = "none"', 1)
    else:  # a part counted beside its whole
        text = text.replace(pair, '["gdp", "va_tertiary"]')
        text = text.replace("context = [", 'context = ["va_secondary_industry_plus_construction",')
    toml.write_text(text, encoding="utf-8")
    attempt.command("case", "check", "case")
    harmed = attempt.outcomes[-1]
    told = set(harmed.err.splitlines()) - set(sound.err.splitlines())
    if harmed.status == 0 and not told:
        attempt.claim("silent", case)


CASES = (
    "an empty template",
    "an edited case with an old calibration",
    "a series in another price base",
    "a part counted beside its whole",
)


# The cache ---------------------------------------------------------------------------------------


def attack_shared_cache(attempt: Attempt, case: str) -> None:
    """Keep other people's files in the folder of the cache, or let others own what is in it."""
    import os

    text = own_town(attempt)
    with own_cache(attempt) as folder:
        if case == "foreign files":
            folder.mkdir(parents=True, mode=0o700)
            for at in range(250):
                (folder / f"letter-{at}.json").write_text("{}")
                os.utime(folder / f"letter-{at}.json", (1e9, 1e9))
            simulate(attempt, "m.mdl", fresh=True)
        elif case == "a folder open to all":
            parent = folder.parent / "open"
            parent.mkdir()
            parent.chmod(0o777)
            made = parent / "cache"
            os.environ["SMECLUSTER_CACHE"] = str(made)
            simulate(attempt, "m.mdl", fresh=True)
            wrong = [path for path in made.rglob("*") if path.stat().st_mode & 0o022]
            if made.exists() and (made.stat().st_mode & 0o077 or wrong):
                attempt.claim("silent", "the cache's folder is open to others")
        else:
            # The kernel of another model, of the same shape, under this one's name.
            attempt.write(
                "n.mdl", text.replace("People[Region]/stay", "People[Region]/adjustment time")
            )
            simulate(attempt, "m.mdl", fresh=True)
            sound = attempt.outcomes[-1]
            kernels = sorted(folder.rglob("*.kernel"))
            simulate(attempt, "n.mdl", fresh=True)
            others = [path for path in sorted(folder.rglob("*.kernel")) if path not in kernels]
            if not kernels or not others:
                attempt.claim("status", "no kernel is kept in the cache")
                return
            kernels[0].write_bytes(others[0].read_bytes())
            if hasattr(os, "geteuid") and os.geteuid() == 0:
                os.chown(kernels[0], 65534, 65534)
            simulate(attempt, "m.mdl", Expectation(own=("cache/",)), fresh=True)
            if attempt.outcomes[-1].out != sound.out:
                attempt.claim("silent", "a kernel that is not ours is run")


CACHES = ("foreign files", "a folder open to all", "a kernel of others")


# Long commands whose output hits the user's own files ---------------------------------------------


def attack_own_files(attempt: Attempt, case: str) -> None:
    """Let a fit write where the user's own tables are."""
    cases = attempt.edition.root / "calibration" / "cases"
    if case == "calibrate onto its case":
        attempt.copy(cases / "wenzhou", "case")
        attempt.copy(cases / "sources.csv", "case/sources.csv")
        words = ["calibrate", "case", "--quick", "--starts", "1", "--time-step", "0.5"]
        attempt.command(*words, "--out", "case", expected=Expectation(refuse=case))
    else:
        attempt.write("results/runs.csv", "not,yours\n")
        attempt.write("results/calibration/mine.csv", "not,yours\n")
        words = ["calibrate", "--quick", "--starts", "1", "--name", ".."]
        attempt.command(*words, expected=Expectation(refuse=case))


OWN = ("calibrate onto its case", "calibrate --name ..")


# Names in figures --------------------------------------------------------------------------------


def attack_figure(attempt: Attempt, case: str) -> None:
    """Draw figures of a strategy with a hostile title."""
    source = attempt.edition.root / "policies" / "strategies" / "local.toml"
    text = source.read_text(encoding="utf-8")
    at = text.index("title = ")
    end = text.index("\n", at)
    title = {"a formula": "$\\\\foo$", "a price": "5$ or $6", "glyphs": "温州 \\u202e"}[case]
    attempt.write("f.toml", f'{text[:at]}title = "{title}"{text[end:]}')
    attempt.command("explain", "statistics", "f.toml", "--step", "0.25", "--out", "o")


FIGURES = ("a formula", "a price", "glyphs")


def attack_disk(attempt: Attempt) -> None:
    """Write onto a full disk: the line names the path, and nothing is left by half."""
    import subprocess

    disk = attempt.work / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        return
    try:
        attempt.command("run", "central", "--out", "disk/o")
        outcome = attempt.outcomes[-1]
        if outcome.status == 2 and "disk/o" not in outcome.err:
            attempt.claim("status", "a full disk is not named", outcome.err)
        elif outcome.status == 0:
            attempt.claim("silent", "a full disk")
    finally:
        subprocess.run(["umount", str(disk)], capture_output=True)


# Kills -------------------------------------------------------------------------------------------

KILLED = ("batch",)


def attack_by_killing(attempt: Attempt, case: str) -> None:
    """Kill a long command three times, give it again, and look for what is left or different."""
    from tests.fuzz import kills

    result = kills.kill(attempt.edition, case, 3, warm=False)
    if result.left:
        attempt.claim("left-over", f"{case} leaves temporary files", ", ".join(result.left))
    if result.differing:
        attempt.claim("silent", f"{case} ends with other tables", ", ".join(result.differing))
    if result.error:
        attempt.claim("status", f"{case} cannot go on", result.error)
