"""Runs on more than one machine, by Dask; an optional extra (``smecluster[distributed]``).

A worker gets the model's text and a part of the table, and compiles the kernel itself. If it is
lost, the scheduler gives its part to another; a part computed twice gives the same numbers. Dask
unpickles what a scheduler sends, so whoever controls the scheduler controls this process: use your
own, over TLS.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError

Run = Callable[[pd.DataFrame], xr.Dataset]

#: Seconds for which a lost scheduler, or the first of new workers, is waited for.
WAIT = 60.0
# Parts in progress per worker: enough to keep it busy, few enough to fit its memory.
_AHEAD = 2
# Seconds to wait for the scheduler's answer.
_PATIENCE = 10
# Seconds between two looks at whether anybody is still at work.
_LOOK = 1.0
# Attempts at a part before giving up, if its workers keep being lost.
_ATTEMPTS = 10


class ClusterLostError(InputError):
    """The scheduler or all of its workers have gone; parts that came back before are whole."""


@dataclass(frozen=True)
class Cluster:
    """A Dask scheduler, and what to show it.

    Attributes
    ----------
    address : str
        For example ``"tls://host:8786"``, or ``"tcp://host:8786"`` where nobody else reaches the
        network.
    tls_ca_file, tls_cert, tls_key : Path, optional
        The certificate authority that signed the scheduler's certificate, and this side's own
        certificate and key, as PEM files. Where they are left out, Dask's configuration counts
        (``DASK_DISTRIBUTED__COMM__TLS__CA_FILE``, ``..__CLIENT__CERT``, ``..__CLIENT__KEY``).

    Raises
    ------
    InputError
        If a file is missing, or files are given for an address without TLS.
    """

    address: str
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def __post_init__(self) -> None:
        for path in self._files.values():
            if not path.is_file():
                raise InputError(f"no such file: {path}")
        if self._files and not self.address.startswith("tls://"):
            raise InputError(
                f"certificates are for an address that begins with tls://, not {self.address!r}"
            )

    @property
    def _files(self) -> dict[str, Path]:
        files = {
            "tls_ca_file": self.tls_ca_file,
            "tls_client_cert": self.tls_cert,
            "tls_client_key": self.tls_key,
        }
        return {name: Path(path) for name, path in files.items() if path is not None}

    def make_security(self) -> Any:
        """Make Dask's object for the files; what is left out comes from Dask's configuration."""
        from distributed import Security

        make: Callable[..., Any] = Security  # Dask is not typed
        secret = self.address.startswith("tls://")
        files = {name: str(path) for name, path in self._files.items()}
        return make(require_encryption=True, **files) if secret else make()


def distribute_runs(
    run: Run, parts: Iterable[pd.DataFrame], cluster: str | Cluster
) -> Iterator[xr.Dataset]:
    """Run the parts of a table on the workers of a Dask scheduler.

    Parameters
    ----------
    run : callable
        Runs a part of the table; it is sent to the workers.
    parts : iterable of pandas.DataFrame
        Parts of the table of runs.
    cluster : str or Cluster
        The scheduler, for example ``"tcp://host:8786"``.

    Yields
    ------
    xarray.Dataset
        The results in the order of the parts.

    Raises
    ------
    InputError
        If Dask is not installed, or there is no scheduler at that address.
    ClusterLostError
        If the scheduler or its last worker goes, and none comes within `WAIT` seconds.
    """
    chosen = _choose(cluster)
    check_scheduler(chosen)
    with _quiet(), _Connection(run, chosen) as connection:
        for part in parts:
            connection.submit(part)
            if connection.full:
                yield connection.collect()
        while connection.busy:
            yield connection.collect()


def check_scheduler(cluster: str | Cluster) -> None:
    """Check that a scheduler answers: a client that finds none prints pages of its attempts.

    Parameters
    ----------
    cluster : str or Cluster
        As for `distribute_runs`.

    Raises
    ------
    InputError
        As for `distribute_runs`.
    """
    chosen = _choose(cluster)
    try:
        from distributed.comm.core import connect
    except ImportError:
        raise InputError(
            "distributed runs need Dask: pip install 'smecluster[distributed]'"
        ) from None

    async def knock() -> None:
        knocked: Callable[..., Any] = connect  # Dask is not typed
        shown = chosen.make_security().get_connection_args("client")
        await (await knocked(chosen.address, timeout=_PATIENCE, **shown)).close()

    try:
        asyncio.run(knock())
    # Anything may answer: a web server's greeting reads as a message of exbibytes. Without
    # certificates there is no context for TLS, and Dask says so with a TypeError.
    except (OSError, ValueError, MemoryError, TypeError, RuntimeError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise InputError(
            f"no Dask scheduler answers at {chosen.address!r}: {lines[0][:100]}"
        ) from None


class _Connection:
    """A client, and the parts that are under way, in their order."""

    def __init__(self, run: Run, cluster: Cluster) -> None:
        self._run, self._cluster = run, cluster
        self._under_way: deque[tuple[pd.DataFrame, Any]] = deque()

    def __enter__(self) -> _Connection:
        self._client = self._connect()
        self._workers = self._count_workers()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def busy(self) -> bool:
        """Whether parts are under way."""
        return bool(self._under_way)

    @property
    def full(self) -> bool:
        """Whether the workers have enough to do."""
        return len(self._under_way) > _AHEAD * max(1, self._workers)

    def submit(self, part: pd.DataFrame) -> None:
        """Send a part to the workers."""
        self._under_way.append((part, self._send(part)))

    def collect(self) -> xr.Dataset:
        """Wait for the first of the parts under way."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        seen = time.monotonic()
        while True:
            part, future = self._under_way[0]
            try:
                result = future.result(timeout=_LOOK)
            except TimeoutError:
                # A client that cannot reach its scheduler tries for a while, then closes.
                if self._client.status != "running":
                    self._reconnect()
                    seen = time.monotonic()
                self._workers = self._count_workers()
                if self._workers:
                    seen = time.monotonic()
                elif time.monotonic() - seen > WAIT:
                    raise ClusterLostError(
                        f"the Dask scheduler at {self._cluster.address} has no worker, and none "
                        f"came within {WAIT:.0f} s: start workers"
                    ) from None
                continue
            except (CancelledError, CommClosedError):
                # The connection ended before the result was asked for, or on its way.
                self._reconnect()
                seen = time.monotonic()
                continue
            except KilledWorker:
                raise ClusterLostError(
                    f"workers at {self._cluster.address} were lost again and again while they ran "
                    f"the same {len(part):,} runs: give them more memory"
                ) from None
            self._under_way.popleft()
            self._workers = self._count_workers()
            assert isinstance(result, xr.Dataset)
            return result

    def _send(self, part: pd.DataFrame) -> Any:
        return self._client.submit(self._run, part, pure=False, retries=_ATTEMPTS)

    def _connect(self) -> Any:
        from distributed import Client

        make: Callable[..., Any] = Client  # Dask is not typed
        return make(
            self._cluster.address,
            timeout=_PATIENCE,
            set_as_default=False,
            security=self._cluster.make_security(),
        )

    def _reconnect(self) -> None:
        """Wait for a scheduler at the address, and send it what was under way."""
        self._close()
        until = time.monotonic() + WAIT
        while True:
            try:
                check_scheduler(self._cluster)
                self._client = self._connect()
                self._under_way = deque((part, self._send(part)) for part, _ in self._under_way)
            except (InputError, OSError, RuntimeError, TimeoutError):
                if time.monotonic() > until:
                    raise ClusterLostError(
                        f"the Dask scheduler at {self._cluster.address} has gone, and did not come "
                        f"back within {WAIT:.0f} s: start it again"
                    ) from None
                time.sleep(_LOOK)
            else:
                return

    def _count_workers(self) -> int:
        with suppress(Exception):  # whatever it is, nobody has answered
            return len(self._client.sync(self._client.scheduler.ncores, callback_timeout=_PATIENCE))
        return 0

    def _close(self) -> None:
        with suppress(Exception):  # there may be nobody to take leave of
            self._client.close(timeout=_LOOK)


def _choose(cluster: str | Cluster) -> Cluster:
    return Cluster(cluster) if isinstance(cluster, str) else cluster


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave it to us to say, in one line, that a scheduler has gone: Dask fills a screen."""
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)
