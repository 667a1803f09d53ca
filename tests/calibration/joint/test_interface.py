"""What is kept beside the draws of every constant belongs to these draws."""

import pandas as pd

from smecluster.calibration.joint.interface import KNOWLEDGE, save_knowledge
from smecluster.model.support.files import write_atomic

TABLES = {name: pd.DataFrame({"of": [name]}) for name in ("constants", "pairs", "directions")}


def test_tables_of_an_earlier_posterior_go_and_files_of_the_user_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "smecluster.calibration.joint.interface.describe_knowledge", lambda *tables: "known"
    )
    folder = tmp_path / KNOWLEDGE
    write_atomic(folder / "published.csv", "reform,within\n")
    (folder / "notes.csv").write_text("mine\n")
    assert save_knowledge(TABLES, tmp_path) == "known"
    kept = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert kept == {"constants.csv", "pairs.csv", "directions.csv", "said.txt", "notes.csv"}
