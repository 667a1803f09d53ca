"""Runs spread over the workers of a Dask cluster are the same runs."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.support.errors import InputError

distributed = pytest.importorskip("distributed")
TOWNS = Path(__file__).parents[1] / "data" / "two_towns.mdl"


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
