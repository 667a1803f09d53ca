"""A table of runs is read within limits, and what it sets passes the gate of all inputs."""

import contextlib
import io
import os
import zipfile

import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.scripts.batches.table import read_inputs
from smecluster.scripts.main import main

NAME = "social discount rate"


def refuse(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(["batch", *map(str, arguments)])
    assert caught.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("error: ")
    return lines[-1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("history switch\n3000\n", "history switch = 3000 is outside 0..1"),
        ("local allocation\n5\n", "local allocation = 5 is outside"),
        ("Social Discount Rate,social_discount_rate\n0.03,0.05\n", "set the same value"),
        ("FINAL TIME\n1900\n", "is outside 1979..2100"),
    ],
)
def test_a_table_may_set_what_the_option_set_may(tmp_path, capsys, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text)
    out = tmp_path / "o.csv"
    assert message in refuse(capsys, path, "--output", "value added", "--out", out)
    assert not out.exists()


def test_an_output_is_given_once_and_in_any_spelling(tmp_path, capsys):
    path, out = tmp_path / "t.csv", tmp_path / "o.csv"
    path.write_text(f"{NAME}\n0.03\n")
    twice = ["--output", "value added", "--output", "Value_Added"]
    assert "given twice" in refuse(capsys, path, *twice, "--out", out)
    with pytest.raises(SystemExit) as caught:
        main(["batch", str(path), "--output", "Value_Added", "--year", "2040", "--out", str(out)])
    assert caught.value.code == 0
    assert "value added" in pd.read_csv(out, comment="#")


def test_columns_and_cells_are_limited(tmp_path):
    wide, long = tmp_path / "wide.csv", tmp_path / "long.csv"
    names = ",".join(f"c{at}" for at in range(20_000))
    wide.write_text(names + "\n" + ",".join(["1"] * 20_000) + "\n")
    with pytest.raises(InputError, match="20,000 columns: at most 5,000"):
        read_inputs(wide)
    long.write_text(f"{NAME}\n{'1' * 4_000_000}\n")
    with pytest.raises(InputError, match="a cell of more than 1,000 characters"):
        read_inputs(long)
    sparse = tmp_path / "sparse.csv"
    sparse.write_text(f"{NAME}\n0.03\n")
    os.truncate(sparse, 10**9)
    with pytest.raises(InputError, match="larger than the 500 MB"):
        read_inputs(sparse)


def make_workbook(tmp_path):
    path = tmp_path / "t.xlsx"
    pd.DataFrame({NAME: [0.03, 0.04]}).to_excel(path, index=False)
    return path


def test_a_workbook_that_is_damaged_anywhere_is_refused_in_one_line(tmp_path):
    path = make_workbook(tmp_path)
    whole = path.read_bytes()
    assert read_inputs(path)[NAME].tolist() == [0.03, 0.04]
    for at in range(10, len(whole), 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with contextlib.suppress(InputError):  # anything else fails
            read_inputs(path)


def test_a_workbook_that_unpacks_into_gigabytes_is_not_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 201_000_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(packed.getvalue())
    with pytest.raises(InputError, match="200 MB"):
        read_inputs(path)
