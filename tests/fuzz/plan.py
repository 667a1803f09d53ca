"""Which attempts there are, and in what order they are made."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from random import Random

from tests.fuzz import hostile, kinds, mutate, options
from tests.fuzz.attempt import Attempt, folder

_CASES: dict[str, tuple[Callable[[Attempt, str], None], tuple[str, ...]]] = {
    "hostile model": (hostile.attack_model, tuple(hostile.MODELS)),
    "model to commands": (
        hostile.attack_model_command,
        tuple(name for name, model in hostile.MODELS.items() if model.bomb or model.maybe),
    ),
    "bomb": (lambda attempt, case: hostile.BOMBS[case](attempt), tuple(hostile.BOMBS)),
    "json": (hostile.attack_json, hostile.JSON),
    "gate": (hostile.attack_gate, hostile.GATE),
    "use of a case": (hostile.attack_case, hostile.CASES),
    "shared cache": (hostile.attack_shared_cache, hostile.CACHES),
    "own files": (hostile.attack_own_files, hostile.OWN),
    "figure": (hostile.attack_figure, hostile.FIGURES),
    "arguments": (options.attack_arguments, tuple(options.arguments())),
    "option": (options.attack_listed, tuple(options.cases())),
    "killed": (hostile.attack_by_killing, hostile.KILLED),
}
_DRAWN: dict[str, tuple[Callable[[Attempt], None], int]] = {
    "any option": (options.attack_option, 12),
    "output": (options.attack_output, 8),
    "columns": (hostile.attack_columns, 2),
    "disk": (hostile.attack_disk, 1),
}


#: What the watch over the processes is tried on.
_PLANTED: dict[str, Callable[[], None]] = {
    "@die": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "@wait": lambda: time.sleep(600),
    "@fine": lambda: None,
}
#: What takes many seconds comes now and then.
SLOW = ("killed", "own files", "figure", "use of a case", "checkpoints", "calibration report")


def corpus() -> list[str]:
    """Name the attempts that are made once each: the hostile models, the bombs, the inputs."""
    return [f"{kind}/{case}/0" for kind, (_, cases) in _CASES.items() for case in cases]


def sound(slow: bool = True) -> list[str]:
    """Name the attempts that harm nothing: each must be accepted."""
    return [f"{name}/none/0" for name in kinds.KINDS if slow or name not in SLOW]


def optional(name: str) -> bool:
    """Say whether an edition may do without the kind of an attempt."""
    kind = kinds.KINDS.get(name.partition("/")[0])
    return kind is not None and kind.optional


def draw(seed: int) -> Iterator[str]:
    """Name attempts without end: the corpus among drawn ones, in an order set by the seed."""
    random = Random(seed)
    every = corpus()
    random.shuffle(every)
    slow = [name for name in every if name.startswith(SLOW)]
    listed = [name for name in every if name.startswith("option/")]
    once = [name for name in every if not name.startswith((*SLOW, "option/"))]
    weights = {name: kind.weight for name, kind in kinds.KINDS.items()}
    weights |= {name: weight for name, (_, weight) in _DRAWN.items()} | {"cache": 6}
    number = 0
    while True:
        chosen = random.random()
        if once and chosen < 0.4:
            yield once.pop()
            continue
        if listed and chosen < 0.55:
            yield listed.pop()
            continue
        if slow and chosen < 0.59:
            yield slow.pop()
            continue
        kind = random.choices(list(weights), list(weights.values()))[0]
        number += 1
        if kind in _DRAWN:
            yield f"{kind}/drawn/{seed * 1_000_000 + number}"
        elif kind == "cache":
            yield f"cache/{random.choice(kinds.CACHE)}/{seed * 1_000_000 + number}"
        else:
            # A hash is tried by what leaves a file looking sound.
            subtle = kinds.KINDS[kind].hashed and random.random() < 0.7
            mutator = random.choice(mutate.SUBTLE if subtle else list(mutate.TABLE))
            yield f"{kind}/{mutator}/{seed * 1_000_000 + number}"


def make(attempt: Attempt) -> None:
    """Make an attempt, in a folder of its own."""
    kind, rest = attempt.name.split("/", 1)
    case = rest.rpartition("/")[0]
    with folder(attempt.base):
        if kind in _PLANTED:
            _PLANTED[kind]()
        elif kind in _CASES:
            _CASES[kind][0](attempt, case)
        elif kind in _DRAWN:
            _DRAWN[kind][0](attempt)
        elif kind == "cache":
            kinds.attack_cache(attempt, case)
        else:
            kinds.attack(attempt, kinds.KINDS[kind], case)
