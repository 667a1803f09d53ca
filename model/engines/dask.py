"""Runs on more than one machine, by Dask; an optional extra (``smecluster[distributed]``).

A worker gets the model's text and a part of the table, and compiles the kernel for itself. If
it is lost, the scheduler gives its part to another one; a part that has been computed twice
gives the same numbers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd
import xarray as xr

from smecluster.model.support.errors import InputError

# Parts under way at a time, for each worker: enough to keep it busy, few enough for memory.
_AHEAD = 2
# Seconds to wait for the scheduler's answer.
_PATIENCE = 10
# Attempts at a part whose workers keep being lost.
_ATTEMPTS = 10


def distribute_runs(
    run: Callable[[pd.DataFrame], xr.Dataset], parts: Iterable[pd.DataFrame], address: str
) -> Iterator[xr.Dataset]:
    """Carry out the parts of a table on the workers of a Dask cluster.

    Parameters
    ----------
    run : callable
        What carries out the runs of a table; it is sent to the workers.
    parts : iterable of pandas.DataFrame
        The runs.
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
    """Make sure of a scheduler: a client that finds none prints what it tried, at length.

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
            "runs on a cluster need Dask: pip install 'smecluster[distributed]'"
        ) from None

    async def knock() -> None:
        knocked: Callable[..., Any] = connect  # Dask is not typed
        await (await knocked(address, timeout=_PATIENCE)).close()

    try:
        asyncio.run(knock())
    # What answers may be anything: a web server's greeting reads as a message of exbibytes.
    except (OSError, ValueError, MemoryError) as error:
        told = str(error).splitlines() or [type(error).__name__]
        raise InputError(f"no Dask scheduler answers at {address!r}: {told[0][:100]}") from None


def _result(future: object) -> xr.Dataset:
    found = future.result()  # type: ignore[attr-defined]
    assert isinstance(found, xr.Dataset)
    return found
