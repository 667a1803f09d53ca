"""What a model reads from files beside it becomes part of its text."""

from pathlib import Path

import openpyxl
import pytest

from smecluster import model
from smecluster.model.errors import InputError

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
RANGES = "{UTF-8}\nTown: a, b ~~|\nGood: x, y, z ~~|\n"
TABLE = "time,0,2,4\nfirst,10,30,20\nsecond,1,,3\n"


def read(folder: Path, text: str, **more: object) -> model.Model:
    path = folder / "m.mdl"
    path.write_text(RANGES + text + CLOCK)
    return model.load(path, **more)


def write_book(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Figures"
    for row in ([None, "x", "y", "z"], ["a", 1, 2, 3], ["b", 4, "none", 6]):
        sheet.append(row)
    book.defined_names["corner"] = openpyxl.workbook.defined_name.DefinedName(
        "corner", attr_text="Figures!$B$2:$D$3"
    )
    book.save(path)


def test_constants_lie_across_and_down_and_no_number_is_zero(tmp_path: Path) -> None:
    write_book(tmp_path / "book.xlsx")
    m = read(
        tmp_path,
        "v[Town, Good] = GET DIRECT CONSTANTS('book.xlsx', 'Figures', 'b2') ~~|\n"
        "w[Town] = GET XLS CONSTANTS('book.xlsx', 'figures', 'D2*') ~~|\n"
        "n[Town, Good] = GET DIRECT CONSTANTS('book.xlsx', 'Figures', 'corner') ~~|\n"
        "s = GET DIRECT CONSTANTS('book.xlsx', 'Figures', 'C2') ~~|\n",
    )
    result = model.simulate(m).isel(time=0)
    assert result["v"].values.tolist() == [[1, 2, 3], [4, 0, 6]]
    assert result["n"].values.tolist() == [[1, 2, 3], [4, 0, 6]]
    assert result["w"].values.tolist() == [3, 6]
    assert float(result["s"]) == 2
    # They are constants like any other.
    assert float(model.simulate(m, {"s": 9})["s"][0]) == 9


def test_series_are_read_as_their_keyword_says(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    source = "GET DIRECT DATA('table.csv', ',', '1', 'B2') ~~|\n"
    m = read(
        tmp_path,
        f"v[Town] := {source}w :LOOK FORWARD: := {source}x1 :HOLD BACKWARD: := {source}"
        f"r :RAW: := {source}t[Town] = GET DIRECT LOOKUPS('table.csv', ',', '1', 'B2') ~~|\n"
        "at[Town] = t[Town](3) ~~|\n",
    )
    result = model.simulate(m)
    assert result["v"].values.T.tolist() == [[10, 20, 30, 25, 20], [1, 1.5, 2, 2.5, 3]]
    assert result["w"].values.tolist() == [10, 30, 30, 20, 20]
    assert result["x1"].values.tolist() == [10, 10, 30, 30, 20]
    assert result["r"].values.tolist() == [10, -(2.0**109), 30, -(2.0**109), 20]
    assert result["at"].values[0].tolist() == [25, 2.5]
    # The model is its text: it needs the file no more.
    (tmp_path / "table.csv").unlink()
    assert float(model.simulate(model.Model(m.text, m.path))["w"][1]) == 30


def test_ranges_are_read_and_lines_stay_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("region\nnorth\nsouth\n")
    text = (
        "Area:\n\tGET DIRECT SUBSCRIPT(\n\t'names.csv', ',', 'A2', 'A', '') ~~|\nq[Area] = 1 ~~|\n"
    )
    m = read(tmp_path, text)
    assert m.subscripts["Area"] == ("north", "south")
    with pytest.raises(InputError, match="line 8: the equation of 'p' cannot be read"):
        read(tmp_path, text + "p = 1 + ~~|\n")


def test_series_of_another_run_are_found_beside_the_model_or_given(tmp_path: Path) -> None:
    (tmp_path / "m_data.dat").write_text("v[a]\n0\t1\n4\t5\n")
    result = model.simulate(read(tmp_path, "v[Town] ~~|\n"))
    assert result["v"].sel(Town="a").values.tolist() == [1, 2, 3, 4, 5]
    assert result["v"].sel(Town="b").values.tolist() == [-(2.0**109)] * 5
    other = tmp_path / "other.csv"
    other.write_text("Time,v[b]\n0,7\n4,7\n")
    result = model.simulate(read(tmp_path, "v[Town] ~~|\n", data=[other]))
    assert result["v"].sel(Town="b").values.tolist() == [7] * 5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("'../secret.csv', ',', 'B2'", "'../secret.csv' lies outside the model's folder"),
        ("'/etc/passwd', ',', 'B2'", "'/etc/passwd' lies outside the model's folder"),
        ("'link.csv', ',', 'B2'", "'link.csv' lies outside the model's folder"),
        ("'none.csv', ',', 'B2'", "there is no file 'none.csv' in the model's folder"),
        ("'?tag', 'S', 'B2'", "'\\?tag' stands for a file that Vensim asks for"),
        ("'book.xlsx', 'Figure', 'B2'", "book.xlsx has no sheet 'Figure': it has Figures"),
        ("'book.xlsx', 'Figures', 'corna'", "no cell or named range 'corna', did you mean"),
        ("'table.csv', ',', 'B2', 'C2'", "GET DIRECT CONSTANTS takes 3 texts"),
        ("'m.mdl', ',', 'B2'", "m.mdl is no .csv, .xlsx or .xls file"),
        ("'bad.xlsx', ',', 'B2'", "bad.xlsx cannot be read as a workbook"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, given, message) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a,1\nb,2\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "table.csv").write_text(TABLE)
    (folder / "bad.xlsx").write_text("no workbook")
    write_book(folder / "book.xlsx")
    with pytest.raises(InputError, match=f"^line 4: 's': .*{message}") as caught:
        read(folder, f"s = GET DIRECT CONSTANTS({given}) ~~|\n")
    assert "\n" not in str(caught.value)
