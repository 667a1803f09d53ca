"""Files that are read again carry a format number; other formats are migrated or refused."""

from pathlib import Path

import pytest

from smecluster.model.errors import InputError
from smecluster.model.support.formats import FORMATS, MIGRATIONS, add_format, check_format

HERE = Path("manifest.json")


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_can_be_read(kind: str):
    written = add_format({"name": "mine"}, kind)
    assert next(iter(written)) == "format"
    assert check_format(written, kind, HERE) == written


def test_a_calibration_of_the_first_edition_is_migrated():
    assert check_format({"name": "old"}, "calibration", HERE) == {"format": 1, "name": "old"}


def test_a_newer_format_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"manifest\.json is a calibration of format 7; .*newer"):
        check_format({"format": 7}, "calibration", HERE)


def test_an_older_format_without_a_way_is_refused_in_one_line():
    with pytest.raises(InputError, match="no longer reads"):
        check_format({}, "sensitivity study", HERE)


@pytest.mark.parametrize("number", ["1", 1.0, True, -1, None])
def test_what_is_no_format_number_is_refused(number: object):
    with pytest.raises(InputError, match="is not a format number"):
        check_format({"format": number}, "calibration", HERE)


def test_migrations_lead_to_known_formats():
    for kind, number in MIGRATIONS:
        assert number < FORMATS[kind]
