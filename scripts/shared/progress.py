"""Progress of long work: a bar at a terminal, a line every half a minute otherwise.

Both show the rate and the time left. They are measured from where this process began, since what
an earlier process had finished says nothing about this one's speed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smecluster.model.presentation.language.spoken import say

Progress = Callable[[int, int], None]
_EVERY = 30.0  # seconds between lines where there is no terminal


@contextmanager
def progress(of_what: str, *, open_ended: bool = False) -> Iterator[Progress]:
    """Show the progress of a piece of work on standard error.

    Parameters
    ----------
    of_what : str
        What is counted, for example ``"runs"``.
    open_ended : bool
        Whether the work may end long before the total is reached; no time left is shown then.

    Yields
    ------
    callable
        Called with the number that is done and the total.
    """
    if sys.stderr.isatty():
        yield from _show_bar(of_what, open_ended)
    else:
        yield _print_lines(of_what, open_ended)


class _Pace:
    """The speed of a piece of work."""

    def __init__(self, open_ended: bool) -> None:
        self._open_ended = open_ended
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> str:
        """Put rate and time left into words; an empty text until they are known."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        began, before = self._first
        if done <= before or now <= began:
            return ""
        rate = (done - before) / (now - began)
        if self._open_ended:
            return say("{rate} a second", rate=_format_rate(rate))
        left = _format_duration((total - done) / rate)
        return say("{rate} a second, {time} left", rate=_format_rate(rate), time=left)


def _format_rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _format_duration(seconds: float) -> str:
    if seconds < 100:
        return say("{count} s", count=f"{seconds:.0f}")
    minutes = round(seconds / 60)
    if minutes < 100:
        return say("{count} min", count=minutes)
    return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def _count(done: int, total: int, of_what: str, open_ended: bool) -> str:
    numbers = {"done": f"{done:,.0f}", "total": f"{total:,.0f}", "what": say.word(of_what)}
    if open_ended:
        return say("{done} of at most {total} {what}", **numbers)
    return say("{done} of {total} {what}", **numbers)


def _show_bar(of_what: str, open_ended: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TextColumn("{task.fields[pace]}"),
    )
    pace = _Pace(open_ended)
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, count="", pace="", visible=False)

        def show(done: int, total: int) -> None:
            count = _count(done, total, of_what, open_ended)
            bar.update(
                task,
                completed=done,
                total=total,
                visible=True,
                count=count,
                pace=pace(done, total),
            )

        yield show


def _print_lines(of_what: str, open_ended: bool) -> Progress:
    printed = time.monotonic()
    pace = _Pace(open_ended)

    def show(done: int, total: int) -> None:
        nonlocal printed
        rate = pace(done, total)
        if time.monotonic() - printed >= _EVERY:
            printed = time.monotonic()
            line = _count(done, total, of_what, open_ended)
            if rate:
                line = say("{count}, {pace}", count=line, pace=rate)
            print(line, file=sys.stderr, flush=True)

    return show
