"""How a command ends: usage errors, warnings, interruptions, and the status of the process."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

# Typer's usage errors (its own copy of Click's, or Click's) have one public descendant.
UsageError: Any = typer.BadParameter.__base__


class Interrupted(Exception):
    """Ctrl-C or SIGTERM while a command was at work; the cause says which."""


def describe_usage(error: Any, given: Sequence[str]) -> str:
    """Say what is wrong with the command line, what was given, and the nearest option's name."""
    option = getattr(error, "option_name", None)
    context = getattr(error, "ctx", None)
    if option is None or context is None or not hasattr(error, "possibilities"):
        message = str(error.format_message()).rstrip(".")
        value = _value_of(getattr(error, "param", None), given)
        return message if value is None or repr(value) in message else f"{message}, not {value!r}"
    from smecluster.model.errors import UnknownNameError

    allowed = [name for parameter in context.command.params for name in parameter.opts]
    allowed += context.help_option_names
    return str(
        UnknownNameError("option", option, [name for name in allowed if name.startswith("--")])
    )


def _value_of(parameter: Any, given: Sequence[str]) -> str | None:
    """Find what was given for an option, None where nothing was; of several the last counts."""
    found = None
    for option in getattr(parameter, "opts", ()):
        for at, word in enumerate(given):
            if word.startswith(f"{option}="):
                found = word.partition("=")[2]
            elif word == option and at + 1 < len(given):
                found = given[at + 1]
    return found


class Terminated(KeyboardInterrupt):
    """The process has been asked to end: what is in progress is left as by Ctrl-C."""


@contextmanager
def stop_when_terminated() -> Iterator[None]:
    """Let SIGTERM, which batch systems send, unwind the work as Ctrl-C does."""

    def stop(*_: object) -> NoReturn:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield  # elsewhere signals cannot be handled
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def print_warnings() -> Iterator[None]:
    """Print our own warnings as one line each, and no line twice; others stay as they are."""
    shown: set[str] = set()
    with warnings.catch_warnings():
        elsewhere = warnings.showwarning

        def show(message: Any, category: Any, *where: Any, **more: Any) -> None:
            if not category.__module__.startswith("smecluster."):
                elsewhere(message, category, *where, **more)
                return
            line = " ".join(str(message).split())
            if line not in shown:
                shown.add(line)
                print(f"warning: {line}", file=sys.stderr)

        warnings.showwarning = show
        yield


def end_interrupted(error: BaseException) -> NoReturn:
    """Say what is kept of interrupted work, where the work has noted it on the exception."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    terminated = any(isinstance(one, Terminated) for one in chain)
    # The last note is that of the outermost store, which counts those inside it.
    notes = [note for one in chain for note in getattr(one, "__notes__", ())]
    print(": ".join(["terminated" if terminated else "interrupted", *notes[-1:]]), file=sys.stderr)
    sys.exit(143 if terminated else 130)


def stop_process(message: str, status: int = 2) -> NoReturn:
    """Print an error in one line and end the process."""
    from smecluster.model.errors import shorten

    print(f"error: {shorten(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(status)
