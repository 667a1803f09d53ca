"""Runs on more than one machine, by Dask; an optional extra (``smecluster[distributed]``).

A worker gets the model's text and a part of the table, and compiles the kernel itself. If it is
lost, the scheduler gives its part to another; a part computed twice gives the same numbers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd
import xarray as xr

from smecluster.model.support.errors import InputError

# Parts in progress per worker: enough to keep it busy, few enough to fit its memory.
_AHEAD = 2
# Seconds to wait for the scheduler's answer.
_PATIENCE = 10
# Attempts at a part before giving up, if its workers keep being lost.
_ATTEMPTS = 10


def distribute_runs(
    run: Callable[[pd.DataFrame], xr.Dataset], parts: Iterable[pd.DataFrame], address: str
) -> Iterator[xr.Dataset]:
    """Run the parts of a table on the workers of a Dask scheduler.

    Parameters
    ----------
    run : callable
        Runs a part of the table; it is sent to the workers.
    parts : iterable of pandas.DataFrame
        Parts of the table of runs.
    address : str
        The scheduler, for example ``"tcp://host:8786"``.

    Yields
    ------
    xarray.Dataset
        The results in the order of the parts.

    Raises
    ------
    InputError
        If Dask is not installed, or there is no scheduler at that address.
    """
    check_scheduler(address)
    from distributed import Client

    open_client: Callable[..., Any] = Client  # Dask is not typed
    with open_client(address, timeout=_PATIENCE, set_as_default=False) as client:
        waiting: deque[object] = deque()
        for part in parts:
            waiting.append(client.submit(run, part, pure=False, retries=_ATTEMPTS))
            if len(waiting) > _AHEAD * max(1, len(client.scheduler_info()["workers"])):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


def check_scheduler(address: str) -> None:
    """Check that a scheduler answers: a client that finds none prints pages of its attempts.

    Parameters
    ----------
    address : str
        As for `distribute_runs`.

    Raises
    ------
    InputError
        As for `distribute_runs`.
    """
    try:
        from distributed.comm.core import connect
    except ImportError:
        raise InputError(
            "distributed runs need Dask: pip install 'smecluster[distributed]'"
        ) from None

    async def knock() -> None:
        knocked: Callable[..., Any] = connect  # Dask is not typed
        await (await knocked(address, timeout=_PATIENCE)).close()

    try:
        asyncio.run(knock())
    # Anything may answer: a web server's greeting reads as a message of exbibytes.
    except (OSError, ValueError, MemoryError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise InputError(f"no Dask scheduler answers at {address!r}: {lines[0][:100]}") from None


def _result(future: object) -> xr.Dataset:
    result = future.result()  # type: ignore[attr-defined]
    assert isinstance(result, xr.Dataset)
    return result
