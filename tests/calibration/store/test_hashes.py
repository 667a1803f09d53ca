"""A calibration is used as it was saved, with the case that it was made from, or not at all."""

import json
import re
import shutil
import warnings

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.choosing import OWN_VALUES, describe_origin, find_calibration
from smecluster.calibration.data.case import fingerprint_case, name_changes
from smecluster.calibration.data.series import CASES
from smecluster.calibration.drawing import draw_values, sample_draws
from smecluster.calibration.loading import load_calibrated
from smecluster.calibration.store.findings import MANIFEST, open_findings
from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.calibration.store.named import DRAWN, RESULTS, open_calibration, write_manifest
from smecluster.model import load
from smecluster.model.errors import InputError


@pytest.fixture
def calibration(tmp_path):
    """A copy of the shipped calibration."""
    return shutil.copytree(RESULTS / "every-constant", tmp_path / "cal")


@pytest.fixture
def case(tmp_path):
    """Wenzhou as a user's own folder, with a calibration that was made from it."""
    folder = shutil.copytree(CASES / "wenzhou", tmp_path / "case")
    shutil.copytree(RESULTS / "every-constant", folder / "calibration")
    return folder


def alter(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_calibration_lists_every_table_of_its_folder():
    folder = RESULTS / "every-constant"
    assert sorted(open_findings(folder).manifest["files"]) == sorted(
        path.name for path in folder.glob("*.csv")
    )


def test_the_shipped_calibration_was_made_from_the_shipped_cases():
    made_from = open_calibration("every-constant").manifest["cases"]
    assert made_from["Wenzhou"] == fingerprint_case(CASES / "wenzhou")
    assert set(made_from) == set(open_calibration("every-constant").manifest["regions"])


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[:-3],  # cut in the middle of a number
        lambda text: "".join(text.splitlines(keepends=True)[: text.count("\n") // 2]),
        lambda text: "\n".join(line.rpartition(",")[0] for line in text.splitlines()),
        lambda text: re.sub(r"0\.\d+", "3000", text, count=1),
    ],
    ids=["cut", "half of the rows", "a column less", "a value of 3000"],
)
def test_altered_draws_are_refused(calibration, harm):
    path = calibration / "draws.csv"
    path.write_text(harm(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=r"draws\.csv has been altered \(its SHA-256 differs\)"):
        find_calibration(str(calibration))


@pytest.mark.parametrize("name", ["parameters.csv", "draws.csv", "paths.csv", "fits.csv"])
def test_a_missing_table_is_refused(calibration, name):
    (calibration / name).unlink()
    with pytest.raises(InputError, match=rf"{name} is missing: restore it, or calibrate again"):
        find_calibration(str(calibration))


def test_tables_that_were_exchanged_are_refused(calibration):
    one, other = calibration / "parameters.csv", calibration / "fits.csv"
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    with pytest.raises(InputError, match="has been altered"):
        open_calibration(calibration)


def test_a_table_that_was_added_is_refused(calibration):
    content = json.loads((calibration / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(calibration, content, ["parameters.csv"])
    for path in calibration.glob("*.csv"):
        if path.name not in ("parameters.csv", "draws.csv"):
            path.unlink()
    with pytest.raises(InputError, match=r"draws\.csv is not among the files"):
        open_calibration(calibration)


def test_a_file_of_the_user_beside_the_tables_is_none_of_ours(calibration):
    (calibration / "mine.csv").write_text("my,own\n")
    assert open_calibration(calibration).name == "every-constant"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Wenzhou",\n  "Zhongguancun"', '"Zhongguancun",\n  "Wenzhou"'),
        ('"seed": 1', '"seed": 2'),
        ('"name": "every-constant"', '"name": "every-constan"'),
        ('"format": 1,\n', ""),
    ],
)
def test_an_altered_manifest_is_refused(calibration, old, new):
    alter(calibration / MANIFEST, old, new)
    with pytest.raises(InputError, match=r"manifest\.json has been altered"):
        open_calibration(calibration)


@pytest.mark.parametrize("text", ["{}", "null", "", '{"name": "mine"}'])
def test_a_manifest_without_hashes_is_refused(calibration, text):
    (calibration / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"has no SHA-256 at its end: .*makes it anew"):
        load_calibrated((), (), str(calibration))


def test_a_table_that_changes_after_it_was_checked_is_refused(calibration):
    found = open_calibration(calibration)
    alter(calibration / "draws.csv", "0.", "1.")
    with pytest.raises(InputError, match=r"draws\.csv has been altered"):
        found.sample(1, 1)


# The case that it was made from -----------------------------------------------------------------


def test_a_case_that_is_as_it_was_uses_its_calibration(case):
    assert load_calibrated((), [case]).regions == load().regions


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("constants.csv", "initial firms,external,6", "initial firms,external,7"),
        ("series.csv", "1994,4946.07", "1994,9946.07"),
        ("case.toml", "error = 0.05", "error = 0.1"),
        ("parameters.csv", ",0.644,1.55,1,", ",0.644,1.55,1.1,"),
    ],
)
def test_an_edited_case_does_not_use_its_old_calibration(case, file, old, new):
    alter(case / file, old, new)
    wanted = rf"{file} has changed since .*calibration was made: calibrate again"
    for use in (
        lambda: load_calibrated((), [case]),
        lambda: sample_draws(open_calibration("every-constant"), 2, 1, None, [case]),
        lambda: describe_origin([case]),
        lambda: find_calibration(str(case / "calibration")),
    ):
        with pytest.raises(InputError, match=wanted):
            use()
    assert any(re.search(wanted, note) for note in check_case(case).notes)
    (case / "calibration").rename(case / "earlier")
    assert load_calibrated((), [case]).regions == load().regions


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text + "\n# a remark\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("yuan,current prices,read", "yuan, current prices ,read"),
    ],
    ids=["a remark", "line ends", "blanks"],
)
def test_a_remark_or_another_layout_is_no_change(case, edit):
    path = case / "series.csv"
    path.write_bytes(edit(path.read_text(encoding="utf-8")).encode())
    assert load_calibrated((), [case]).regions == load().regions


def test_the_calibration_of_another_region_is_refused(case):
    alter(case / "case.toml", 'name = "Wenzhou"', 'name = "Other Town"')
    with pytest.raises(InputError, match=r"is a calibration of .*Wenzhou.*, not of Other Town"):
        load_calibrated((), [case])


@pytest.fixture
def beside(case, calibration):
    """Say in the manifest of the case's own calibration what the others were held at."""

    def write(held):
        own = case / "calibration"
        content = json.loads((own / MANIFEST).read_text(encoding="utf-8"))
        write_manifest(own, {**content, "held": held}, content["files"])
        return case

    return write


def warn_of_loading(case, name=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load_calibrated((), [case], name)
    return [str(one.message) for one in caught if "beside" in str(one.message)]


def test_a_later_change_of_the_calibration_that_held_the_others_is_told_in_one_line(
    beside, calibration
):
    shared = open_calibration(DRAWN)
    assert warn_of_loading(beside(f"{DRAWN} {shared.hash}"), DRAWN) == []
    case = beside(f"{DRAWN} {64 * '0'}")
    (said,) = warn_of_loading(case, DRAWN)
    assert said == (
        f"{case / 'calibration'} was fitted beside another state of {DRAWN!r}: renew it with "
        f"'smecluster calibrate {case}'"
    )
    # What is fitted to other others is told as well.
    (said,) = warn_of_loading(beside(f"{DRAWN} {shared.hash}"))
    assert f"was fitted beside {DRAWN!r}, not 'none': renew it" in said
    assert warn_of_loading(beside("none")) == []
    # The same content by another name is no change.
    assert warn_of_loading(beside(f"{DRAWN} {shared.hash}"), str(calibration)) == []


def test_edited_figures_of_a_shipped_case_are_told_when_its_calibration_is_used(
    tmp_path, monkeypatch
):
    folder = shutil.copytree(CASES / "wenzhou", tmp_path / "wenzhou")
    from smecluster.model.support import workspace

    own = workspace.locate
    monkeypatch.setattr(
        workspace, "locate", lambda path: folder if path == CASES / "wenzhou" else own(path)
    )
    alter(folder / "constants.csv", "initial firms,external,6", "initial firms,external,7")
    draw_values(None, 2, 1)  # values of constants are the model's own
    alter(folder / "series.csv", "1994,4946.07", "1994,9946.07")
    with pytest.warns(CalibrationWarning, match=r"made with another series\.csv of wenzhou: renew"):
        draw_values(None, 2, 1)


def test_the_files_that_changed_are_named_in_their_order(case):
    before = fingerprint_case(case)
    (case / "tables.csv").unlink()
    alter(case / "case.toml", "error = 0.05", "error = 0.1")
    assert name_changes(before, fingerprint_case(case)) == ["case.toml", "tables.csv"]


# Templates ---------------------------------------------------------------------------------------


def test_an_empty_template_is_no_region(tmp_path):
    from smecluster.calibration.authoring.template import new_case

    folder = new_case(tmp_path / "town", "wenzhou")
    with pytest.raises(InputError, match=r"is still a template: region description is to be writt"):
        load_calibrated((), [folder])


def test_a_region_of_nothing_but_copies_says_so(tmp_path, write_town):
    folder = write_town(tmp_path / "town")
    with pytest.warns(CalibrationWarning, match="are copies of those of Wenzhou, and nothing is"):
        load_calibrated((), [folder])
    path = folder / "constants.csv"
    head, copied, rest = path.read_text(encoding="utf-8").rpartition("copied from Wenzhou")
    assert copied
    path.write_text(f"{head}counted there{rest}", encoding="utf-8")
    with pytest.warns(CalibrationWarning, match="town is not calibrated: 'smecluster calibrate"):
        load_calibrated((), [folder])
    assert describe_origin([folder], "none") == f"{OWN_VALUES}, town (not calibrated)"


def test_two_folders_of_one_region_are_refused(case, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(case, again)
    with pytest.raises(InputError, match=r"case and .*again both hold 'Wenzhou': leave"):
        load_calibrated((), [case, again])
