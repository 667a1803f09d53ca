"""A scarce supply goes to the highest priorities, as Vensim's reference manual defines it."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
CALL = "ALLOCATE BY PRIORITY(want[Town], rank[Town], ELMCOUNT(Town), width, supply)"


def read(tmp_path: Path, count: int = 3, equation: str = f"y[Town] = {CALL}") -> model.Model:
    path = tmp_path / "m.mdl"
    towns = ", ".join(f"t{place}" for place in range(count))
    path.write_text(
        f"{{UTF-8}}\nTown: {towns} ~~|\nPlace: p, q ~~|\nwant[Town] = 1 ~~|\nrank[Town] = 1 ~~|\n"
        f"width = 1 ~~|\nsupply = 1 ~~|\n{equation} ~~|\n{CLOCK}"
    )
    return model.load(path)


def allocate(m: model.Model, **inputs: object) -> np.ndarray:
    return np.asarray(model.simulate(m, inputs)["y"].isel(time=0).values)


@pytest.mark.parametrize(
    ("want", "rank", "width", "supply", "shares"),
    [
        # The last town takes all that it wants, the second half of it, the first nothing.
        ([3, 2, 4], [1, 2, 3], 1, 5, [0, 1, 4]),
        # Two spans overlap: the first wants 2 above the priority of the second, and below it both
        # want as much more, so that 1 is shared evenly.
        ([4, 4, 0], [2, 1, 9], 2, 3, [2.5, 0.5, 0]),
        ([4, 2, 2], [1, 1, 1], 0.1, 4, [2, 1, 1]),
        ([3, 2, 4], [1, 2, 3], 1, 0, [0, 0, 0]),
        ([3, 2, 4], [1, 2, 3], 1, 9, [3, 2, 4]),
        ([3, 2, 4], [1, 2, 3], 1, 50, [3, 2, 4]),
        ([0, 0, 0], [1, 2, 3], 1, 5, [0, 0, 0]),
    ],
)
def test_what_is_left_goes_to_the_highest_priority(
    tmp_path: Path, want: list[float], rank: list[float], width: float, supply: float, shares: list
) -> None:
    found = allocate(read(tmp_path), want=want, rank=rank, width=width, supply=supply)
    np.testing.assert_allclose(found, shares, 1e-14, 1e-14)


def test_every_run_uses_its_supply_up_at_one_priority(tmp_path: Path) -> None:
    m = read(tmp_path, count=5)
    draw = np.random.default_rng(3)
    runs = 40
    want, rank = draw.uniform(0, 9, (2, runs, 5))
    width, supply = draw.uniform(0.5, 8, runs), draw.uniform(0, 30, runs)
    inputs = {f"want[t{at}]": want[:, at] for at in range(5)}
    inputs |= {f"rank[t{at}]": rank[:, at] for at in range(5)}
    inputs |= {"width": width, "supply": supply}
    found = model.simulate_many(m, inputs, ["y"])["y"].isel(time=0).transpose("run", ...).values

    for run in range(runs):

        def ask(level: float, run: int = run) -> np.ndarray:
            return want[run] * np.clip((rank[run] - level) / width[run], 0, 1)

        def lack(level: float, run: int = run) -> float:
            return float(ask(level, run).sum() - supply[run])

        enough = supply[run] >= want[run].sum()
        expected = want[run] if enough else ask(brentq(lack, -9, 10, xtol=1e-14))
        np.testing.assert_allclose(found[run], expected, 1e-9, 1e-9)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"width": 0}, "ALLOCATE BY PRIORITY whose width is not positive"),
        ({"supply": -1}, "ALLOCATE BY PRIORITY of a supply or requests below 0"),
        ({"want[t1]": -1}, "ALLOCATE BY PRIORITY of a supply or requests below 0"),
    ],
)
def test_a_run_without_a_meaning_fails(
    tmp_path: Path, inputs: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        allocate(read(tmp_path), **inputs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (CALL.replace("ELMCOUNT(Town)", "2"), "among 3 requests that says another size"),
        (CALL.replace(", supply", ""), "gives ALLOCATE BY PRIORITY 4 arguments; it takes 5"),
        (CALL.replace("rank[Town]", "2"), "something other than a list"),
        (CALL.replace("rank[Town]", "rank[t1]"), "one element: give it a range"),
    ],
)
def test_what_is_no_list_of_requests_is_refused(tmp_path: Path, call: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, equation=f"y[Town] = {call}").program  # noqa: B018


PROFILES = "ALLOCATE AVAILABLE(want[Town], curve[Town, kind], supply)"
CURVE = (
    "Part: kind, rank, spread, more ~~|\ncurve[Town, kind] = type[Town] ~~|\n"
    "curve[Town, rank] = centre[Town] ~~|\ncurve[Town, spread] = width ~~|\n"
    "curve[Town, more] = 0 ~~|\ntype[Town] = 0 + Time * 0 ~~|\ncentre[Town] = 1 ~~|\n"
)


def read_curves(
    tmp_path: Path, kinds: str = "1", count: int = 2, call: str = PROFILES
) -> model.Model:
    text = CURVE.replace("0 + Time * 0", kinds)
    return read(tmp_path, count, f"{text}y[Town] = {call}")


def test_each_curve_shares_a_supply_out(tmp_path: Path) -> None:
    """Two towns want 10 each, one of them a width before the other."""
    m = read_curves(tmp_path, "kind of curve + 0 * Time ~~|\nkind of curve = 1")
    inputs = {"want": 10, "centre[t1]": 2, "width": 1}

    def share(kind: int, supply: float) -> list[float]:
        return list(allocate(m, **inputs, supply=supply, **{"kind of curve": kind}))

    # In proportion, whatever the priorities.
    np.testing.assert_allclose(share(0, 5), [2.5, 2.5])
    # Only the second town's curve reaches above the end of the first's.
    np.testing.assert_allclose(share(1, 5), [0, 5], atol=1e-12)
    np.testing.assert_allclose(share(2, 5), [0, 5], atol=1e-12)
    # Halfway between both centres, the shares beyond are those of half a width.
    for kind in (1, 2, 3, 4):
        np.testing.assert_allclose(sum(share(kind, 10)), 10)
    np.testing.assert_allclose(share(4, 10)[0], 10 * np.exp(-0.5) / 2, 1e-9)
    # Formula 26.2.16 of Abramowitz and Stegun is about 0.00001 from the normal distribution.
    np.testing.assert_allclose(share(3, 10)[0], 10 * ndtr(-0.5), atol=1.2e-4)
    for kind in (0, 1, 2, 3, 4):
        np.testing.assert_allclose(share(kind, 30), [10, 10])


def test_a_triangle_leaves_the_square_of_what_is_beyond(tmp_path: Path) -> None:
    """Where a quarter of the width is left above the priority, an eighth is asked for."""
    found = allocate(read_curves(tmp_path, "2", count=1), want=16, supply=2)
    np.testing.assert_allclose(found, [2], 1e-12)
    m = read_curves(tmp_path, "2")
    found = allocate(m, **{"want[t0]": 16, "want[t1]": 16, "centre[t1]": 1.25, "supply": 10})
    # At priority 1.25 the first asks for an eighth of 16, the second for half.
    np.testing.assert_allclose(found, [2, 8], 1e-9)


@pytest.mark.parametrize(
    ("kinds", "inputs", "message"),
    [
        ("5", {}, "a curve of type 5; 0 to 4 are computed"),
        ("1", {"type": 3}, "with a curve of a type other than 1"),
        ("1", {"width": 0}, "ALLOCATE AVAILABLE whose width is not positive"),
        ("1", {"supply": -1}, "ALLOCATE AVAILABLE of a supply or requests below 0"),
        ("5 * Time", {}, "with a curve of a type other than 0 to 4"),
        ("1", {"type[t0]": 0}, "with a curve of a type other than 1"),
    ],
)
def test_a_curve_that_is_not_computed_is_refused(
    tmp_path: Path, kinds: str, inputs: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        allocate(read_curves(tmp_path, kinds), **inputs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (PROFILES.replace("kind]", "rank]"), "a profile that lacks one of type"),
        (PROFILES.replace("[Town, kind]", "[t0, kind]"), "gives ALLOCATE AVAILABLE one profile"),
        (PROFILES.replace("curve[Town, kind]", "2"), "something other than priority profiles"),
        (PROFILES.replace(", supply", ""), "gives ALLOCATE AVAILABLE 2 arguments; it takes 3"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, call: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_curves(tmp_path, call=call).program  # noqa: B018
