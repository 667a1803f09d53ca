"""Progress of long work: a bar at a terminal, a line every half a minute otherwise.

Both show the rate and the time left. They are measured from where this process began, since what
an earlier process had finished says nothing about this one's speed.
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
        left = "" if self._open_ended else f", {_format_duration((total - done) / rate)} left"
        return f"{_format_rate(rate)} a second{left}"


def _join_counts(open_ended: bool) -> str:
    return "of at most" if open_ended else "of"


def _format_rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _format_duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _show_bar(of_what: str, open_ended: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn(
            "{task.completed:,.0f} " + _join_counts(open_ended) + " {task.total:,.0f} " + of_what
        ),
        TextColumn("{task.fields[pace]}"),
    )
    pace = _Pace(open_ended)
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, pace="", visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, pace=pace(done, total), visible=True)

        yield show


def _print_lines(of_what: str, open_ended: bool) -> Progress:
    printed = time.monotonic()
    pace = _Pace(open_ended)

    def show(done: int, total: int) -> None:
        nonlocal printed
        rate = pace(done, total)
        if time.monotonic() - printed >= _EVERY:
            printed = time.monotonic()
            line = f"{done:,} {_join_counts(open_ended)} {total:,} {of_what}"
            print(f"{line}, {rate}" if rate else line, file=sys.stderr, flush=True)

    return show
