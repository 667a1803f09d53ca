"""An edition is its version, its model and its calibration."""

import re

import pytest

import smecluster
from smecluster.calibration.store.edition import describe_edition
from smecluster.calibration.store.named import DRAWN, open_calibration
from smecluster.scripts.main import main


def test_it_names_version_model_and_calibrations():
    version, model, *calibrations = describe_edition()
    assert version == f"smecluster {smecluster.__version__}"
    assert model == f"model {smecluster.load(calibration='none').hash[:12]}"
    assert calibrations == [f"calibration {DRAWN} {open_calibration(DRAWN).hash[:12]}"]


def test_the_command_prints_it(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == list(describe_edition())
    assert all(re.fullmatch(r"[\w\- ]+ [0-9a-f]{12}", line) for line in lines[1:])
