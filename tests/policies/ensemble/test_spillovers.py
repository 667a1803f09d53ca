"""A region's own programme is measured by what it does to the regions that do not run it."""

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE
from smecluster.policies.ensemble.payers import CENTRE
from smecluster.policies.ensemble.spillovers import ORIGIN, measure_spillover

PLACES = np.array(["Wenzhou", "Zhongguancun", "total"], dtype=object)


def changes(origins: list[str], rows: list[list[float]]) -> xr.DataArray:
    return xr.DataArray(rows, {ORIGIN: origins, PLACE: PLACES}, (ORIGIN, PLACE))


#: At home a programme gives 10; it costs the other region 4.
RIVALS = changes(["Wenzhou", "Zhongguancun", CENTRE], [[10, -4, 6], [-4, 10, 6], [3, 3, 6]])


def test_a_beggar_thy_neighbour_programme_shows_as_a_loss_of_the_others():
    assert measure_spillover(RIVALS, "value added") == -8


def test_averages_are_averaged_and_not_added_over_the_neighbours():
    assert measure_spillover(RIVALS, "annual wage") == -4


def test_a_region_without_a_programme_does_nothing_to_others():
    alone = RIVALS.where(RIVALS[ORIGIN] != "Zhongguancun")
    assert measure_spillover(alone, "value added") == -4


def test_the_centre_has_no_neighbours():
    central = changes([CENTRE], [[3, 3, 6]])
    assert np.isnan(measure_spillover(central, "value added"))
