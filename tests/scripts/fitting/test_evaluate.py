"""``smecluster forecast evaluate`` refuses what its protocol does not have, before any run."""

import pytest

from smecluster.scripts.main import main


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--origin", "1999"], "--origin 1999: the protocol has the origins 2003 to 2019"),
        (["--page", "page.txt"], "the page is Markdown, give a name that ends in .md"),
        (["--draws", "1"], "draws"),
        (["--restart", "--origin", "2030"], "2003 to 2019"),
        (
            ["--from", "suzhou"],
            "for the shipped regions alone: 'smecluster forecast histories --from",
        ),
    ],
)
def test_a_mistake_ends_in_one_line_before_any_work(
    options, expected, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["forecast", "evaluate", *options])
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    assert expected in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
