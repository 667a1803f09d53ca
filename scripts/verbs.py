"""The verbs of ``smecluster``: their groups, their lines in the help, and where each is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: What a command needs of a model: the named parts of ours, any model at all, or no model.
Needs = Literal["ours", "any", "none"]


@dataclass(frozen=True)
class Part:
    """A command, or a part of one.

    Attributes
    ----------
    line : str
        What it does, in one line.
    home : str
        ``FILE:FUNCTION`` below ``scripts``, imported when the command is used; empty where only
        its parts can be called. The file's ``EXAMPLES`` are its command lines by function.
    model : {"ours", "any", "none"}
        What it needs of a model. All but ``none`` take ``--model``.
    speaks : bool
        Whether it speaks every language of the catalogue (``--lang``).
    """

    line: str
    home: str = ""
    model: Needs = "ours"
    speaks: bool = True


@dataclass(frozen=True)
class Verb(Part):
    """A command of the list, with its group and its parts by name."""

    group: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)


def _verb(group: str, line: str, home: str = "", /, **more: object) -> Verb:
    return Verb(line, home, group=group, **more)  # type: ignore[arg-type]


VERBS: Mapping[str, Verb] = {
    "demo": _verb("Start", "The main job once: page, tables, figures, desk.", "policy.demo:demo"),
    "desk": _verb("Start", "The model as one offline HTML file with sliders.", "policy.desk:desk"),
    "init": _verb(
        "Start",
        "A folder of your own with the files that you edit.",
        "structure.init:init",
        model="none",
    ),
    "doctor": _verb(
        "Start",
        "What this computer lacks, and what to do about it.",
        "structure.doctor:doctor",
        model="none",
    ),
    "compare": _verb("Ask", "Strategies for the same additional money.", "policy.compare:compare"),
    "assign": _verb("Ask", "Which level should run which lever.", "answer.assign:assign"),
    "map": _verb("Ask", "Who is ahead, by money and horizon.", "answer.map:map"),
    "account": _verb(
        "Ask", "What strategies cost and bring, and who bears it.", "answer.account:account"
    ),
    "optimise": _verb(
        "Ask", "The best use of a budget, checked on unseen draws.", "policy.optimise:optimise"
    ),
    "game": _verb("Ask", "What rival regions, a planner and a centre choose.", "policy.game:game"),
    "explain": _verb(
        "Ask",
        "Why: what carries an effect, which lever, which loop, when.",
        parts={
            "why": Part("The links that carry most of a lever's effect.", "answer.why:why"),
            "contributions": Part(
                "What each lever of a strategy brings, as wedges.",
                "policy.contributions:contributions",
            ),
            "dominance": Part("Which feedback loops dominate when.", "policy.dominance:dominance"),
            "timing": Part("When help pays, by starting year and size.", "policy.windows:windows"),
            "statistics": Part(
                "What cluster statistics are worth to a policy.", "policy.statistics:statistics"
            ),
        },
    ),
    "stress": _verb(
        "Ask",
        "How sure: regret, futures, constants that turn it.",
        parts={
            "robust": Part(
                "Regret, needs and failures over all futures and draws.", "policy.robust:robust"
            ),
            "futures": Part(
                "What each future costs, and how long recovery takes.", "policy.futures:futures"
            ),
            "tipping": Part(
                "Constants that would turn the order of two strategies.", "policy.tipping:tipping"
            ),
            "decide": Part(
                "Constants that decide, and what a study of each is worth.",
                "policy.decide:decide",
            ),
        },
    ),
    "case": _verb("Regions", "The folder of a region of your own.", "fitting.case:case"),
    "calibrate": _verb(
        "Regions",
        "Fit the model to the cases, or your own region.",
        "fitting.calibrate:calibrate",
        parts={
            "recover": Part(
                "Test whether known constants, and a known answer, come back.",
                "fitting.recover:recover",
            ),
            "answer": Part(
                "Show what the order of two strategies is conditional on.",
                "fitting.answer:answer",
            ),
            "report": Part(
                "Write the page of a calibration from its tables.",
                "fitting.report:report",
                model="none",
            ),
        },
    ),
    "forecast": _verb(
        "Regions",
        "The model beside published figures and fair rivals.",
        parts={
            "histories": Part(
                "The base case beside published series: fit, turning points, plot.",
                "fitting.histories:histories",
            ),
            "evaluate": Part(
                "Forecasts from every origin beside fair rivals (long).",
                "fitting.evaluate:evaluate",
                model="none",
            ),
        },
    ),
    "reforms": _verb(
        "Regions", "Published effects of reforms beside the model's.", "fitting.reforms:reforms"
    ),
    "run": _verb("Batches", "One strategy: outcomes by region and in total.", "policy.run:run"),
    "batch": _verb("Batches", "A table of runs, a row a run.", "batches.batch:batch", model="any"),
    "study": _verb(
        "Batches",
        "Which factors matter: studies of any size that resume.",
        "batches.sensitivity:sensitivity",
        model="any",
    ),
    "list": _verb(
        "Model",
        "The levers, strategies, regions or futures.",
        parts={
            "levers": Part(
                "The policy levers; what a yuan on each brings.", "policy.levers:levers"
            ),
            "strategies": Part(
                "The strategies, or every key of their files.", "structure.strategies:strategies"
            ),
            "regions": Part(
                "The model's regions, and the cases that can be added.",
                "structure.regions:regions",
            ),
            "futures": Part(
                "The futures that strategies are tried in.", "policy.futures:list_futures", "none"
            ),
        },
    ),
    "describe": _verb(
        "Model",
        "A variable (unit, source, equation) or a lever.",
        "structure.describe:describe",
        speaks=False,
    ),
    "check": _verb(
        "Model",
        "Units, balances, extremes; mechanisms cut; loops.",
        "structure.check:check",
        speaks=False,
        parts={
            "knockouts": Part(
                "Every mechanism of the paper, cut and doubled.", "structure.knockouts:knockouts"
            ),
            "loops": Part("The gain of every reinforcing loop.", "structure.gains:gains"),
        },
    ),
    "export": _verb(
        "Model",
        "The Vensim file with other regions or values.",
        "structure.export:export",
        model="any",
    ),
    "exchange": _verb(
        "Model",
        "Runs, values or sources for other programs.",
        "structure.exchange:exchange",
    ),
    "checklists": _verb(
        "Model",
        "The model's card and the checklists of journals.",
        "structure.checklists:checklists",
        model="none",
        speaks=False,
    ),
}

#: What was called otherwise: the command in its place.
OLD_NAMES: Mapping[str, str] = {
    "why": "explain why",
    "contributions": "explain contributions",
    "dominance": "explain dominance",
    "windows": "explain timing",
    "statistics": "explain statistics",
    "robust": "stress robust",
    "futures": "stress futures",
    "tipping": "stress tipping",
    "decide": "stress decide",
    "histories": "forecast histories",
    "evaluate": "forecast evaluate",
    "sensitivity": "study",
    "levers": "list levers",
    "strategies": "list strategies",
    "regions": "list regions",
    "knockouts": "check knockouts",
    "gains": "check loops",
}
