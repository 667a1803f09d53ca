"""A table is written in three forms, all the same, all with their stamp."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from smecluster.model.support.errors import InputError
from smecluster.policies.exports import write_table

TABLE = pd.DataFrame({"lever": ["land servicing", "plan"], "value": [0.1 + 0.2, float("nan")]})
STAMP = {"model hash": "abc", "seed": "1"}


def test_csv_parquet_and_json_hold_the_same_numbers_and_the_stamp(tmp_path):
    csv, parquet, record = write_table(TABLE, tmp_path / "new", "levers", STAMP)
    assert csv.read_text().startswith("# model hash: abc\n# seed: 1\n")
    pd.testing.assert_frame_equal(pd.read_csv(csv, comment="#"), TABLE)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), TABLE)
    assert json.loads(pq.read_schema(parquet).metadata[b"stamp"]) == STAMP
    content = json.loads(record.read_text())
    assert content["stamp"] == STAMP
    assert content["rows"][0] == {"lever": "land servicing", "value": pytest.approx(0.3, rel=1e-14)}
    assert content["rows"][1]["value"] is None


def test_a_folder_that_is_a_file_is_told_in_one_line(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_table(TABLE, tmp_path / "taken", "levers", STAMP)
