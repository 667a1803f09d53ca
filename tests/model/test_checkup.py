"""What a computer lacks is said in words, with what to do about it."""

import importlib.metadata
import json

import pytest

from smecluster.model import checkup
from smecluster.scripts.main import main


def found(what, *, run=False):
    (one,) = [finding for finding in checkup.examine(run=run) if finding.what == what]
    return one


def test_here_nothing_is_broken_and_the_model_runs():
    findings = checkup.examine()
    assert [finding for finding in findings if finding.state == "broken"] == []
    assert findings[-1].what == "the model"
    assert "trillion yuan in 2040" in findings[-1].found


def test_whatever_is_not_fine_has_a_remedy():
    assert all((one.state == "fine") == (not one.remedy) for one in checkup.examine(run=False))


def test_a_package_that_is_missing_or_old_is_named(monkeypatch):
    version = importlib.metadata.version

    def other(name):
        if name == "emcee":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0" if name == "numpy" else version(name)

    monkeypatch.setattr(importlib.metadata, "version", other)
    one = found("packages")
    assert one.state == "broken"
    assert "emcee is not installed" in one.found
    assert "numpy 1.0 is older than" in one.found


def test_where_something_is_broken_the_model_is_not_run(monkeypatch):
    monkeypatch.setattr(checkup, "_judge", lambda *_: "x is not installed")
    assert [finding for finding in checkup.examine() if finding.what == "the model"] == []


def test_a_computer_without_a_chinese_font_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("smecluster.model.presentation.fonts.choose_fallbacks", lambda *_: ())
    one = found("fonts")
    assert one.state == "lacking"
    assert "install a font" in one.remedy


def test_a_cache_that_others_can_write_is_not_used(monkeypatch, tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("SMECLUSTER_CACHE", str(folder))
    one = found("cache folder")
    assert one.state == "lacking"
    assert "SMECLUSTER_CACHE" in one.remedy


def test_versions_are_compared_as_numbers():
    assert checkup._read_version("10.0rc1") > checkup._read_version("9.12")


def test_the_command_says_it_and_gives_status_1_where_something_is_broken(monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--no-run", "--json"])
    assert ended.value.code == 0
    assert {"what", "state", "found", "remedy"} == set(json.loads(capsys.readouterr().out)[0])
    monkeypatch.setattr(checkup, "_judge", lambda *_: "x is not installed")
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--no-run"])
    assert ended.value.code == 1
