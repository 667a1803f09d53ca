"""An analysis on disk: its tables, and what it says, with the stamp of the runs."""

from __future__ import annotations

from pathlib import Path

from smecluster.model.presentation.exports import write_table
from smecluster.model.support.files import write_atomic
from smecluster.model.support.ledger import remove
from smecluster.model.support.provenance import format_stamp
from smecluster.sensitivity.analysis.analysis import Analysis
from smecluster.sensitivity.report.sentences import describe_analysis
from smecluster.sensitivity.report.tables import present_tables
from smecluster.sensitivity.store.results import Results


def write_analysis(analysis: Analysis, results: Results, folder: Path) -> list[Path]:
    """Write an analysis.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    results : Results
        The runs that it was made of.
    folder : Path
        Where to; made if it is missing. Each file is written completely or not at all.

    Returns
    -------
    list of Path
        Each table that is not empty as CSV, Parquet and JSON; ``words.txt``, a sentence a line.
        An earlier file of a table that is empty now is removed.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    stamp = results.stamp() | {"analysed by": analysis.method.name}
    text = format_stamp(stamp) + "".join(f"{line}\n" for line in describe_analysis(analysis))
    files = [write_atomic(folder / "words.txt", text)]
    shown = present_tables(analysis)
    for name in analysis.tables:
        if name in shown:
            files += write_table(shown[name], folder, name, stamp)
        else:
            # What an earlier analysis has left would be taken for this one's.
            for suffix in (".csv", ".json", ".parquet"):
                remove((folder / name).with_suffix(suffix))
    return files
