"""How far long work is: a bar for a person at a terminal, a line now and then otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
_EVERY = 30.0  # seconds between lines where there is no terminal


@contextmanager
def progress(of_what: str) -> Iterator[Progress]:
    """Show how far work is, on standard error.

    Parameters
    ----------
    of_what : str
        What is counted, for example ``"runs"``.

    Yields
    ------
    callable
        To be called with how many are done and how many there are.
    """
    if sys.stderr.isatty():
        yield from _bar(of_what)
    else:
        yield _lines(of_what)


def _bar(of_what: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + of_what),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(of_what: str) -> Progress:
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            print(f"{done:,} of {total:,} {of_what}", file=sys.stderr, flush=True)

    return tell
