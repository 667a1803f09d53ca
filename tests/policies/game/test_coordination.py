"""Regions as parts: the same places, with more governments; and studies beside them."""

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.policies.game.coordination.parts import split_draws, split_regions
from smecluster.policies.game.coordination.published import read_studies
from smecluster.policies.game.simulator import Simulator


def test_parts_are_in_sum_the_region(shipped):
    parts = split_regions(shipped, 2)
    assert len(parts.regions) == 2 * len(shipped.regions)
    drawn = pd.DataFrame({"critical mass[Wenzhou]": [9000.0], "spin off rate": [0.05]})
    split = split_draws(shipped, drawn, 2)
    assert split.to_dict("list") == {
        "critical mass[Wenzhou 1]": [4500.0],
        "critical mass[Wenzhou 2]": [4500.0],
        "spin off rate": [0.05],
    }
    accounts = []
    for model, draws in ((shipped, drawn), (parts, split)):
        money = dict.fromkeys((*model.regions, None), 0.005)
        simulator = Simulator(model, draws, money, 2025.0)
        mix = np.full((1, 1, simulator.size), 1 / 15)
        accounts.append((simulator.run(mix, 2030.0), simulator.idle(2030.0)))
    (whole, idle), (both, idle_parts) = accounts
    assert both.size.sum() == pytest.approx(whole.size.sum(), rel=0.02)
    gained = both.nation - idle_parts.nation
    # A second administration costs something.
    assert gained == pytest.approx(whole.nation - idle.nation, rel=0.1)


def test_one_part_is_the_region(shipped, draws):
    assert split_regions(shipped, 1) is shipped
    assert split_draws(shipped, draws, 1) is draws


@pytest.mark.parametrize("parts", [0, 11])
def test_parts_that_nobody_can_run_are_refused(shipped, parts):
    with pytest.raises(InputError, match=r"1\.\.10 parts"):
        split_regions(shipped, parts)


def test_studies_say_who_found_what_and_what_is_accepted():
    studies = read_studies()
    assert len(studies) >= 3
    for study in studies:
        assert study.source
        assert study.low <= study.estimate <= study.high
