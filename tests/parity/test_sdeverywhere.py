"""Another compiler computes the shipped model alike; its packages are not installed everywhere."""

import os
import shutil
from pathlib import Path

import pytest

from smecluster import model
from tests.parity.sdeverywhere import compare, separate_flows

PACKAGES = os.environ.get("SMECLUSTER_SDEVERYWHERE", "")


def test_a_flow_with_a_name_of_its_own_changes_no_digit(tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "model" / "data" / "subscripts.mdl"
    m = model.load(path)
    written = tmp_path / "separate.mdl"
    written.write_text(separate_flows(m.text), encoding="utf-8")
    found, expected = model.simulate(model.load(written)), model.simulate(m)
    assert set(found.data_vars) > set(expected.data_vars)
    for name in expected.data_vars:
        assert found[name].equals(expected[name]), name


@pytest.mark.slow
@pytest.mark.skipif(
    not (PACKAGES and shutil.which("node")),
    reason="needs node, and SMECLUSTER_SDEVERYWHERE: the folder of its packages",
)
def test_sdeverywhere_computes_the_shipped_model_alike() -> None:
    gaps = compare(model.load(), Path(PACKAGES))
    assert len(gaps) > 1000
    assert {name: gap for name, gap in gaps.items() if not gap < 1e-9} == {}
