"""Runs spread over the workers of a Dask cluster are the same runs."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.engine.run import dask
from smecluster.model.errors import InputError

distributed = pytest.importorskip("distributed")
TOWNS = Path(__file__).parents[2] / "data" / "two_towns.mdl"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    draw = np.random.default_rng(5)
    return pd.DataFrame({"stay": draw.uniform(8, 16, 400)})


def test_workers_give_the_same_digits(cluster: Any, table: pd.DataFrame) -> None:
    m = model.load(TOWNS)
    here = model.simulate_many(m, table, ["People"])
    there = model.simulate_many(m, table, ["People"], chunk=64, cluster=cluster.scheduler_address)
    xr.testing.assert_identical(there.drop_attrs(), here.drop_attrs())


def test_losing_a_worker_loses_no_run(cluster: Any, table: pd.DataFrame) -> None:
    m = model.load(TOWNS)
    pieces = []
    for piece in model.stream(m, table, ["People"], chunk=8, cluster=cluster.scheduler_address):
        if not pieces:
            with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                lost = next(iter(client.run(os.getpid).values()))
            os.kill(lost, signal.SIGKILL)
        pieces.append(piece)
    whole = xr.concat(pieces, dim="run", data_vars="minimal")
    here = model.simulate_many(m, table, ["People"])
    xr.testing.assert_identical(whole.drop_attrs(), here.drop_attrs())


def test_an_address_without_a_scheduler_is_told(table: pd.DataFrame) -> None:
    m = model.load(TOWNS)
    with pytest.raises(InputError, match="no Dask scheduler answers at 'nonsense://x'"):
        model.simulate_many(m, table, ["People"], cluster="nonsense://x")


# What is lost -----------------------------------------------------------------------------------

LOST = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
  cluster = LocalCluster(
      n_workers=int(sys.argv[2]), threads_per_worker=1, dashboard_address=None,
      host="127.0.0.1", scheduler_port=int(sys.argv[1]),
  )
  print(cluster.scheduler_address, flush=True)
  sys.stdin.read()
"""


@contextmanager
def start_scheduler(port: int = 0, workers: int = 1) -> Iterator[tuple[Any, str]]:
    """Start a scheduler with workers in processes of their own; all end with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOST, str(port), str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
def test_a_lost_scheduler_ends_in_one_line_after_the_wait(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask, "WAIT", 2.0)
    m = model.load(TOWNS)
    with start_scheduler() as (process, address):
        pieces = model.stream(m, table, ["People"], chunk=8, cluster=address)
        next(pieces)
        os.killpg(process.pid, signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(
            dask.ClusterLostError,
            match=r"has gone, and did not come back within 2 s: start it again$",
        ):
            list(pieces)
        assert time.monotonic() - began < 30
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_runs_go_on_with_a_scheduler_that_comes_back(table: pd.DataFrame) -> None:
    m = model.load(TOWNS)
    here = model.simulate_many(m, table, ["People"])
    with start_scheduler() as (process, address):
        pieces = model.stream(m, table, ["People"], chunk=8, cluster=address)
        found = [next(pieces)]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with start_scheduler(int(address.rpartition(":")[2])):
            found += list(pieces)
    whole = xr.concat(found, dim="run", data_vars="minimal")
    xr.testing.assert_identical(whole.drop_attrs(), here.drop_attrs())


def test_a_scheduler_without_workers_ends_in_one_line_after_the_wait(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "WAIT", 1.0)
    m = model.load(TOWNS)
    with (
        start_scheduler(workers=0) as (_, address),
        pytest.raises(
            dask.ClusterLostError, match=r"has no worker, and none came within 1 s: start workers$"
        ),
    ):
        model.simulate_many(m, table, ["People"], cluster=address)


# TLS --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make a certificate that signs itself, as authority and for both sides."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    files = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=test", "-keyout", str(files["key"]), "-out", str(files["cert"])]
    subprocess.run(words, check=True, capture_output=True)
    files["ca"].write_bytes(files["cert"].read_bytes())
    return files


def make_server_security(certificates: dict[str, Path]) -> Any:
    ca, cert, key = (str(certificates[name]) for name in ("ca", "cert", "key"))
    own = {
        f"tls_{who}_{what}": path
        for who in ("scheduler", "worker", "client")
        for what, path in (("cert", cert), ("key", key))
    }
    return distributed.Security(tls_ca_file=ca, require_encryption=True, **own)


def test_runs_are_spread_over_tls(table: pd.DataFrame, certificates: dict[str, Path]) -> None:
    m = model.load(TOWNS)
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        dashboard_address=None,
        host="127.0.0.1",
        protocol="tls://",
        security=make_server_security(certificates),
    ) as started:
        address = started.scheduler_address
        assert address.startswith("tls://")
        with pytest.raises(InputError, match="no Dask scheduler answers at 'tls://"):
            model.simulate_many(m, table, ["People"], cluster=address)
        shown = dask.Cluster(address, certificates["ca"], certificates["cert"], certificates["key"])
        there = model.simulate_many(m, table, ["People"], cluster=shown)
    here = model.simulate_many(m, table, ["People"])
    xr.testing.assert_identical(there.drop_attrs(), here.drop_attrs())


def test_certificates_need_their_files_and_an_address_with_tls(
    certificates: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"no such file: .*nowhere"):
        dask.Cluster("tls://here:8786", tmp_path / "nowhere")
    with pytest.raises(InputError, match="begins with tls://, not 'tcp://here:8786'"):
        dask.Cluster("tcp://here:8786", certificates["ca"])
