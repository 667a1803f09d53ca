"""What tests of several packages use: their order, and a region to calibrate in seconds."""

import re
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest

from smecluster.calibration.authoring.template import new_case
from smecluster.model import cache
from smecluster.policies.optimisation import search
from tests.blank import leave_blank

HERE = Path(__file__).parent
#: Files that take longest, the longest first. Begun last, one of them would keep one process busy
#: while the other has nothing left to do.
FIRST = (
    "fuzz/test_attack.py",
    "model/engines/test_parity.py",
    "policies/one_engine/test_one_engine.py",
    "policies/one_engine/test_horizons.py",
    "model/checking/test_runner.py",
    "installation/test_wheel.py",
    "sensitivity/test_running.py",
)
#: Seconds of tests below which nobody asks where they went.
WORTH_TELLING = 120.0


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest; the others keep their order."""
    places = {HERE / name: at for at, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_terminal_summary(terminalreporter):
    """Say what each part took, the longest first: seconds of its tests, in both processes added."""
    took = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                took["/".join(report.nodeid.partition("::")[0].split("/")[:2])] += report.duration
    if sum(took.values()) < WORTH_TELLING:
        return
    terminalreporter.section("seconds by part")
    for part, seconds in sorted(took.items(), key=lambda item: -item[1]):
        terminalreporter.write_line(f"{seconds:8.0f}  {part}")


#: Processor seconds after which work that takes hundredths is taken for a hang. This is no measure
#: of speed: a pattern that goes back over what it has taken needs minutes or years where one that
#: does not is far below, on any machine and beside any other work.
HANG = 60


@contextmanager
def no_hang():
    """Fail if what is done within took as long as only a hang does."""
    began = time.process_time()
    yield
    assert time.process_time() - began < HANG


@pytest.fixture
def short_climb(monkeypatch):
    """Let searches take two steps along the gradient: where a climb ends, `test_search` asks."""
    climb = search._climb

    def climb_little(generations, point, value, steps):
        return climb(generations, point, value, min(steps, 2))

    monkeypatch.setattr(search, "_climb", climb_little)


@pytest.fixture
def blank_figures(monkeypatch):
    """Draw nothing: that a command draws its figures, another of its tests asks."""
    leave_blank(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def roomy_cache():
    """Keep the code of all models that the tests run: they are more than anybody else's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "_MOST", 2000)
        yield


@pytest.fixture(scope="session")
def write_town():
    """Return a function that writes the folder of a town that never was."""
    return town


def town(folder):
    """Write the folder of a town that never was: a rising series, three parameters."""
    new_case(folder, "wenzhou")
    toml = folder / "case.toml"
    text = re.sub(r"<[^<>]*>", "a town that never was", toml.read_text(encoding="utf-8"))
    measure = 'variable = "value added"\nunit = "Myuan/Year"\nseries = ["va"]\nprices = "current"\n'
    measure += 'years = [1990, 2020]\ndefinition = "made up for a test"\n'
    toml.write_text(f"{text}\n[[measure]]\n{measure}", encoding="utf-8")
    rows = [
        f"town,va,{year},{9000 * 1.12 ** (year - 1990):.0f},exact,million yuan,"
        "current prices,read,X1,\n"
        for year in range(1990, 2021)
    ]
    with (folder / "series.csv").open("a", encoding="utf-8") as file:
        file.writelines(rows)
    with (folder / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("X1,Made up for a test,nowhere\n")
    path = folder / "parameters.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = next(at for at, line in enumerate(lines) if line.startswith("name,"))
    path.write_text("".join(lines[: head + 4]), encoding="utf-8")
    return folder
