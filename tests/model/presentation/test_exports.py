"""Tables are written clean, in the units of the screen, and say beside them where they are from."""

import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import (
    check_record,
    convert_units,
    read_csv,
    read_stamp,
    write_csv,
    write_csv_pieces,
    write_excel,
    write_table,
)

TABLE = pd.DataFrame({"lever": ["土地 land servicing", "plan"], "value": [0.1 + 0.2, float("nan")]})
STAMP = {"model hash": "abc", "seed": "1"}


def test_csv_parquet_and_json_hold_the_same_numbers_and_the_stamp(tmp_path):
    csv, parquet, record = write_table(TABLE, tmp_path / "new", "levers", STAMP)
    pd.testing.assert_frame_equal(read_csv(csv), TABLE)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), TABLE)
    assert json.loads(pq.read_schema(parquet).metadata[b"stamp"]) == STAMP
    content = json.loads(record.read_text(encoding="utf-8"))
    assert content["stamp"] == STAMP
    assert content["format"] == 1
    assert content["rows"][0]["lever"] == "土地 land servicing"
    assert content["rows"][0]["value"] == pytest.approx(0.3, rel=1e-14)
    assert content["rows"][1]["value"] is None


def test_a_csv_begins_with_its_headings_after_a_byte_order_mark(tmp_path):
    csv, record = write_csv(TABLE, tmp_path / "levers.csv", STAMP)
    assert csv.read_bytes().startswith(b"\xef\xbb\xbflever,value\n")
    assert record == tmp_path / "levers.json"
    assert read_stamp(csv) == STAMP


def test_the_stamp_knows_the_table_that_it_belongs_to(tmp_path):
    csv, record = write_csv(TABLE, tmp_path / "levers.csv", STAMP)
    content = json.loads(record.read_text(encoding="utf-8"))
    assert content["table"] == "levers.csv"
    assert content["sha256"] == hashlib.sha256(csv.read_bytes()).hexdigest()


def test_a_table_in_pieces_is_the_same_file(tmp_path):
    pieces = [TABLE.iloc[:1], TABLE.iloc[1:]]
    written = write_csv_pieces(iter(pieces), tmp_path / "pieces.csv", STAMP)
    whole = write_csv(TABLE, tmp_path / "whole.csv", STAMP)
    assert written[0].read_bytes() == whole[0].read_bytes()
    first, second = (json.loads(files[1].read_text(encoding="utf-8")) for files in (written, whole))
    assert first["sha256"] == second["sha256"]


def test_values_are_those_of_the_screen_and_headings_say_the_unit():
    table = pd.DataFrame({"strategy": ["local"], "money": [1500.0], "factor": [1.5]})
    made = convert_units(table, {"money": "Myuan", "factor": "Dmnl"})
    assert list(made) == ["strategy", "money [bn yuan]", "factor"]
    assert made.iloc[0].tolist() == ["local", 1.5, 1.5]


def test_rows_with_units_of_their_own_are_converted_row_by_row():
    table = pd.DataFrame(
        {"outcome": ["debt", "firms", "share"], "unit": ["Myuan", "firm", "%"], "low": [1e3] * 3}
    )
    made = convert_units(table, values=["low"])
    assert made["unit"].tolist() == ["bn yuan", "thousand firms", "%"]
    assert made["low"].tolist() == [1.0, 1.0, 1000.0]
    assert table["unit"].tolist() == ["Myuan", "firm", "%"]


def test_a_json_file_of_the_user_is_not_replaced(tmp_path):
    (tmp_path / "runs.json").write_text('{"mine": 1}')
    with pytest.raises(InputError, match=r"runs\.json is in the way"):
        write_csv(TABLE, tmp_path / "runs.csv", STAMP)
    assert not (tmp_path / "runs.csv").exists()
    with pytest.raises(InputError, match=r"cannot end in \.json"):
        check_record(tmp_path / "runs.json")


def test_a_stamp_that_is_missing_or_broken_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_stamp(tmp_path / "none.csv")
    (tmp_path / "odd.json").write_text("[1]")
    with pytest.raises(InputError, match="does not say where odd came from"):
        read_stamp(tmp_path / "odd.csv")


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_table(TABLE, tmp_path / "taken", "levers", STAMP)


def test_a_workbook_has_a_sheet_a_table_and_notes(tmp_path):
    from openpyxl import load_workbook

    odd = pd.DataFrame({"name": ["=1+1", "温州"], "value": [np.float64(2.5), np.inf]})
    path = write_excel({"by lever: money/year": odd, "levers": TABLE}, tmp_path / "a.xlsx", STAMP)
    book = load_workbook(path)
    assert book.sheetnames == ["by lever- money-year", "levers", "notes"]
    rows = list(book["by lever- money-year"].values)
    assert rows == [("name", "value"), ("=1+1", 2.5), ("温州", None)]
    assert book["by lever- money-year"]["A2"].data_type == "s"
    assert list(book["notes"].values)[1:] == [("model hash", "abc"), ("seed", "1")]


def test_sheets_of_long_names_stay_apart(tmp_path):
    from openpyxl import load_workbook

    names = ["a" * 40, "a" * 41]
    path = write_excel(dict.fromkeys(names, TABLE), tmp_path / "b.xlsx", ["A note."])
    found = load_workbook(path).sheetnames
    assert len(found) == len(set(found)) == 3
    assert all(len(name) <= 31 for name in found)


def test_a_workbook_needs_its_suffix(tmp_path):
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        write_excel({"a": TABLE}, tmp_path / "a.csv")
