"""How far long work is: a bar for a person at a terminal, a line now and then otherwise.

Both tell the rate and the time left, counted from where this process began: work that goes on
after an interruption has not been quicker for it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
_EVERY = 30.0  # seconds between lines where there is no terminal


@contextmanager
def progress(of_what: str, *, open_ended: bool = False) -> Iterator[Progress]:
    """Show how far work is, on standard error.

    Parameters
    ----------
    of_what : str
        What is counted, for example ``"runs"``.
    open_ended : bool
        Whether the work may end long before all is done, so that no time left can be told.

    Yields
    ------
    callable
        To be called with how many are done and how many there are.
    """
    if sys.stderr.isatty():
        yield from _bar(of_what, open_ended)
    else:
        yield _lines(of_what, open_ended)


class _Pace:
    """How fast work goes."""

    def __init__(self, open_ended: bool) -> None:
        self._open_ended = open_ended
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> str:
        """Give rate and time left in words; nothing until they are known."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        begun, before = self._first
        if done <= before or now <= begun:
            return ""
        rate = (done - before) / (now - begun)
        left = "" if self._open_ended else f", {_duration((total - done) / rate)} left"
        return f"{_rounded(rate)} a second{left}"


def _between(open_ended: bool) -> str:
    return "of at most" if open_ended else "of"


def _rounded(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _bar(of_what: str, open_ended: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn(
            "{task.completed:,.0f} " + _between(open_ended) + " {task.total:,.0f} " + of_what
        ),
        TextColumn("{task.fields[pace]}"),
    )
    pace = _Pace(open_ended)
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, pace="", visible=False)

        def tell(done: int, total: int) -> None:
            told = pace(done, total)
            bar.update(task, completed=done, total=total, pace=told, visible=True)

        yield tell


def _lines(of_what: str, open_ended: bool) -> Progress:
    told = time.monotonic()
    pace = _Pace(open_ended)

    def tell(done: int, total: int) -> None:
        nonlocal told
        how_fast = pace(done, total)
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            line = f"{done:,} {_between(open_ended)} {total:,} {of_what}"
            print(f"{line}, {how_fast}" if how_fast else line, file=sys.stderr, flush=True)

    return tell
