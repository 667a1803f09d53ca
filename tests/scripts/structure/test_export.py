"""``smecluster export`` writes a Vensim file that is a model again."""

import io
import json
import sys

import pytest

from smecluster import model
from smecluster.scripts.main import main


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["export", *map(str, arguments)])
    return caught.value.code


def test_the_shipped_model_comes_out_as_it_is(tmp_path):
    assert run(tmp_path / "mine.mdl") == 0
    assert model.load(tmp_path / "mine.mdl").hash == model.load().hash


def test_a_region_and_a_value_are_written_into_the_file(tmp_path, capsys):
    out = tmp_path / "steep.mdl"
    status = run(out, "--region", "Wenzhou", "--set", "preference for variety=0.5", "--json")
    assert status == 0
    assert json.loads(capsys.readouterr().out)["regions"] == ["Wenzhou"]
    written = model.load(out)
    assert written.regions == ("Wenzhou",)
    result = model.simulate(written, outputs=["preference for variety"], years=[1978])
    assert float(result["preference for variety"].squeeze()) == 0.5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x.txt"], "ends in .mdl"),
        (["x.mdl", "--region", "Wenzhu"], "did you mean 'Wenzhou'"),
        (["x.mdl", "--set", "preference for varety=0.5"], "did you mean 'preference for variety'"),
        (["/dev/null/x.mdl"], "cannot write"),
    ],
)
def test_a_mistake_ends_in_one_line_and_writes_nothing(
    arguments, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_text_is_printed_escaped(tmp_path, monkeypatch):
    """A file may have such a name; standard output takes text only."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", write_through=True)
    monkeypatch.setattr(sys, "stdout", printed)
    assert run(tmp_path / "\udce6.mdl") == 0
    assert printed.buffer.getvalue().startswith(f"{tmp_path}/\\udce6.mdl: the model with".encode())
