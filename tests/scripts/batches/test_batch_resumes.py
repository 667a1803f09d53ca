"""``smecluster batch`` keeps finished runs until its table is written."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smecluster.model.engine.run import kept_runs, runs, shared
from smecluster.model.engine.run.dask import ClusterLostError
from smecluster.model.errors import InputError
from smecluster.scripts.main import main

PARTS, SIZE = 4, 64


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["batch", *map(str, arguments)])
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    draw = np.random.default_rng(7)
    path = tmp_path / "runs.csv"
    pd.DataFrame({"preference for variety": draw.uniform(0.3, 0.5, PARTS * SIZE - 9)}).to_csv(
        path, index=False
    )
    return path


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep parts of few runs, at once."""
    monkeypatch.setattr(runs, "_KEPT_TOGETHER", SIZE)
    monkeypatch.setattr(kept_runs, "PATIENCE", 0.0)


class Runs:
    """Counts the parts that are run, and ends one of them with an error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = 0
        self.error: BaseException | None = None
        self.at = 3
        original = shared.Shared.run

        def counted(batch: shared.Shared, frame: pd.DataFrame, threads: int) -> object:
            self.parts += 1
            if self.error is not None and self.parts == self.at:
                raise self.error
            return original(batch, frame, threads)

        monkeypatch.setattr(shared.Shared, "run", counted)

    def again(self, error: BaseException | None = None) -> None:
        self.parts, self.error = 0, error


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, small_parts: None) -> Runs:
    return Runs(monkeypatch)


def options(out: Path, *more: object) -> list[object]:
    return ["--output", "value added", "--year", 1990, "--out", out, *more]


def stores(folder: Path) -> list[Path]:
    return sorted(folder.glob(".batch-*"))


@pytest.fixture
def whole(inputs: Path, tmp_path: Path) -> bytes:
    """The table of a batch that nothing interrupted, in parts of another size."""
    assert run(inputs, *options(tmp_path / "whole" / "r.csv")) == 0
    return (tmp_path / "whole" / "r.csv").read_bytes()


def test_an_interrupted_batch_resumes_to_the_same_table(
    whole: bytes, ran: Runs, inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "r.csv"
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(out)) == 130
    (store,) = stores(out.parent)
    said = f"interrupted: 2 finished parts are kept in {store}: the same command resumes there\n"
    assert capsys.readouterr().err == said
    assert not out.exists()
    ran.again()
    assert run(inputs, *options(out, "--workers", 1)) == 0
    assert ran.parts == PARTS - 2
    assert out.read_bytes() == whole
    assert stores(out.parent) == []


def test_failures_of_before_an_interruption_are_listed(ran: Runs, tmp_path: Path) -> None:
    inputs, out = tmp_path / "t.csv", tmp_path / "r.csv"
    rows = [-1.0 if at in (3, 200) else 4000.0 for at in range(PARTS * SIZE)]
    pd.DataFrame({"initial infrastructure capital[Wenzhou]": rows}).to_csv(inputs, index=False)
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(out, "--beyond-ranges")) == 130
    ran.again()
    assert run(inputs, *options(out, "--beyond-ranges")) == 0
    assert ran.parts == PARTS - 2
    assert list(pd.read_csv(tmp_path / "r.failed.csv", encoding="utf-8-sig")["run"]) == [3, 200]


def test_a_lost_cluster_leaves_what_came_back(
    whole: bytes,
    ran: Runs,
    inputs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from smecluster.model.engine.run import dask

    def distribute(run_part: object, parts: object, cluster: object) -> Iterator[object]:
        for part in parts:  # type: ignore[attr-defined]
            yield run_part(part)  # type: ignore[operator]

    monkeypatch.setattr(dask, "distribute_runs", distribute)
    out = tmp_path / "out" / "r.csv"
    ran.again(ClusterLostError("the Dask scheduler at tcp://here:1 has gone: start it again"))
    assert run(inputs, *options(out, "--cluster", "tcp://here:1")) == 2
    (store,) = stores(out.parent)
    said = f"start it again; 2 finished parts are kept in {store}: the same command resumes there\n"
    assert capsys.readouterr().err.endswith(said)
    # It may go on without the cluster too.
    ran.again()
    assert run(inputs, *options(out)) == 0
    assert ran.parts == PARTS - 2
    assert out.read_bytes() == whole
    assert stores(out.parent) == []


def test_a_full_disk_leaves_what_was_finished(
    ran: Runs, inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = InputError("cannot write x: No space left on device")
    full.__context__ = OSError(28, "No space left on device")
    out = tmp_path / "r.csv"
    ran.again(full)
    assert run(inputs, *options(out)) == 2
    assert "No space left on device; 2 finished parts are kept" in capsys.readouterr().err
    ran.again()
    assert run(inputs, *options(out)) == 0
    assert ran.parts == PARTS - 2


def test_refused_input_leaves_nothing(ran: Runs, inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "r.csv"
    ran.again(InputError("a value lies outside of its range"))
    assert run(inputs, *options(out)) == 2
    assert not out.parent.exists()


@pytest.mark.parametrize(
    "change",
    [
        ["--set", "social discount rate=0.04"],
        ["--strategy", "central"],
        ["--year", 2000],
        ["--output", "employment"],
        ["--beyond-ranges"],
    ],
)
def test_another_batch_takes_nothing_of_it_and_removes_it_when_done(
    change: list[object], ran: Runs, inputs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "r.csv"
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(out)) == 130
    ran.again()
    assert run(inputs, *options(out, *change)) == 0
    assert ran.parts == PARTS
    assert stores(tmp_path) == []


def test_an_edited_table_takes_nothing_of_it(ran: Runs, inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(out)) == 130
    lines = inputs.read_text().splitlines()
    inputs.write_text("\n".join([*lines[:-1], "0.3123"]) + "\n")
    ran.again()
    assert run(inputs, *options(out)) == 0
    assert ran.parts == PARTS


def test_batches_to_other_files_of_the_folder_keep_their_runs(
    ran: Runs, inputs: Path, tmp_path: Path
) -> None:
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(tmp_path / "one.csv")) == 130
    ran.again()
    assert run(inputs, *options(tmp_path / "two.csv")) == 0
    assert ran.parts == PARTS
    assert len(stores(tmp_path)) == 1
    ran.again()
    assert run(inputs, *options(tmp_path / "one.csv")) == 0
    assert ran.parts == PARTS - 2


def test_a_damaged_part_is_run_again(whole: bytes, ran: Runs, inputs: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    ran.again(KeyboardInterrupt())
    assert run(inputs, *options(out)) == 130
    (store,) = stores(tmp_path)
    part = min(store.glob("[!.]*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    ran.again()
    assert run(inputs, *options(out)) == 0
    assert ran.parts == PARTS - 1
    assert out.read_bytes() == whole


def test_a_few_seconds_of_work_leave_nothing(
    inputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runs, "_KEPT_TOGETHER", SIZE)
    monkeypatch.setattr(kept_runs, "PATIENCE", 3600.0)
    ran = Runs(monkeypatch)
    ran.again(KeyboardInterrupt())
    out = tmp_path / "out" / "r.csv"
    assert run(inputs, *options(out)) == 130
    assert "the same command starts from the beginning" in capsys.readouterr().err
    assert stores(out.parent) == []


# Rests after each part, so that the signal arrives between two.
KILLED = """
import sys, time
from smecluster.model.engine.run import kept_runs
from smecluster.model.engine.run import runs
from smecluster.scripts.main import main
runs._KEPT_TOGETHER, kept_runs.PATIENCE = 64, 0.0
save = kept_runs.Checkpoints.save
def save_and_rest(*arguments):
    save(*arguments)
    time.sleep(2)
kept_runs.Checkpoints.save = save_and_rest
main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_batch_resumes_to_the_same_table(
    sent: signal.Signals, whole: bytes, ran: Runs, inputs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "r.csv"
    words = ["batch", str(inputs), *map(str, options(out, "--workers", 1))]
    process = subprocess.Popen([sys.executable, "-c", KILLED, *words], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < until:
        if list(out.parent.glob(".batch-*/[!.]*.parquet")):
            process.send_signal(sent)
            break
        time.sleep(0.001)
    process.wait()
    ran.again()
    assert run(inputs, *options(out)) == 0
    assert ran.parts < PARTS
    assert out.read_bytes() == whole
    assert [path.name for path in out.parent.iterdir() if "json" not in path.name] == ["r.csv"]


@pytest.mark.slow
def test_a_batch_whose_scheduler_was_killed_resumes_to_the_same_table(
    whole: bytes,
    small_parts: None,
    inputs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distributed = pytest.importorskip("distributed")
    from smecluster.model.engine.run import dask

    monkeypatch.setattr(dask, "WAIT", 1.0)
    out = tmp_path / "out" / "r.csv"
    save = kept_runs.Checkpoints.save
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )

    def save_and_lose(store: kept_runs.Checkpoints, *arguments: Any) -> None:
        save(store, *arguments)
        cluster.close()

    with cluster, monkeypatch.context() as patched:
        patched.setattr(kept_runs.Checkpoints, "save", save_and_lose)
        assert run(inputs, *options(out, "--cluster", cluster.scheduler_address)) == 2
    said = capsys.readouterr().err
    assert "did not come back within 1 s: start it again; 1 finished part is kept in " in said
    assert said.count("\n") == 1
    ran = Runs(monkeypatch)
    assert run(inputs, *options(out)) == 0
    assert ran.parts == PARTS - 1
    assert out.read_bytes() == whole
