"""The last year whose consequences count is one that the model reaches, or the command refuses."""

import pytest

from smecluster.scripts.main import main


@pytest.mark.parametrize("command", ["account", "map", "assign", "compare"])
def test_a_last_year_of_0_is_refused_and_not_read_as_the_default(command, tmp_path, capsys):
    names = [] if command == "assign" else ["central", "local"]
    out = str(tmp_path / "out")
    with pytest.raises(SystemExit) as caught:
        main([command, *names, "--draws", "0", "--horizon", "0", "--out", out])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert "horizon" in err
    assert "2060" in err
    assert not (tmp_path / "out").exists()
