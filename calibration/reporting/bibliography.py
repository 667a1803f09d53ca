"""BibTeX for what the project cites: sources of series, and studies of published effects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from smecluster.calibration.experiments.reform import Study, read_reforms

_CASES = Path(__file__).parents[1] / "cases"
_SPECIAL = re.compile(r"([&%$#_{}])")
#: ``Econometrica 81(4), 1347-1393``; an issue and pages may lack.
_VOLUME = re.compile(
    r"(?P<journal>.+?) (?P<volume>\d+)(\((?P<number>[\d-]+)\))?(, (?P<pages>\d[\d-]*))?"
)
#: ``World Bank Policy Research Working Paper 5788``
_PAPER_SERIES = re.compile(
    r"(?P<institution>.+?) (?P<type>(Policy Research )?(Working|Discussion) Paper) (?P<number>\S+)"
)
#: A folder or page of this project, where what has no journal is written down.
_OWN = re.compile(r"(docs|calibration)/\S+")
_ARTICLES = {"the", "a", "an"}
_PAPER = """@article{li2020,
  author  = {Li, Qu},
  title   = {{The Role of Government in the Growth of SME Clusters}},
  journal = {International Journal of New Developments in Engineering and Society},
  year    = {2020},
  doi     = {10.25236/IJNDES.040223}
}"""


def write_bibliography() -> str:
    """Write BibTeX for every source that the shipped regions and reforms cite.

    Returns
    -------
    str
        The paper; an ``@article`` or ``@techreport`` for each study of
        `calibration.experiments.reform`, keyed by its first author, year and title, and a
        ``@misc`` for what no journal printed; a ``@misc`` for each row of
        ``calibration/cases/sources.csv``, keyed by its code (``S001``), with the citation as it
        stands there.
    """
    studies: dict[str, Study] = {}
    for reform in read_reforms():
        studies.setdefault(_key(reform.study), reform.study)
    entries = [_PAPER]
    entries += [_write_study(key, study) for key, study in sorted(studies.items())]
    entries += _list_series_sources()
    return "\n\n".join(entries) + "\n"


def _list_authors(study: Study) -> list[str]:
    """List surnames; who publishes as a body (`Statistics of Zhuji`) is one author, in braces."""
    if re.search(r"\b(of|on)\b", study.authors):
        return [f"{{{_escape(study.authors)}}}"]
    return [_escape(name) for name in re.split(r",\s+|\s+and\s+", study.authors)]


def _key(study: Study) -> str:
    """Make a key from the first author, the year and the first word of the title."""
    title = [word for word in study.title.split() if word.lower() not in _ARTICLES]
    words = [_list_authors(study)[0].split()[-1], str(study.year), title[0]]
    return re.sub(r"\W", "", "".join(words)).lower()


def _write_study(key: str, study: Study) -> str:
    kind, place = _find_place(study.journal)
    fields = {
        "author": " and ".join(_list_authors(study)),
        "title": f"{{{_escape(study.title)}}}",
        **place,
        "year": str(study.year),
        "doi": study.doi,
    }
    return _write_entry(kind, key, fields)


def _find_place(journal: str) -> tuple[str, dict[str, str]]:
    """Say what kind of entry a study is, and where it appeared, in the fields of that kind."""
    if not journal:
        return "misc", {}
    if _OWN.fullmatch(journal):
        return "misc", {"note": f"As recorded in {_escape(journal)} of smecluster"}
    if series := _PAPER_SERIES.fullmatch(journal):
        return "techreport", {name: _escape(text) for name, text in series.groupdict().items()}
    if volume := _VOLUME.fullmatch(journal):
        place = {name: _escape(text) for name, text in volume.groupdict().items() if text}
        if "pages" in place:
            place["pages"] = place["pages"].replace("-", "--")
        return "article", place
    return "article", {"journal": _escape(journal)}


def _list_series_sources() -> Iterator[str]:
    table = pd.read_csv(_CASES / "sources.csv", comment="#", dtype=str).fillna("")
    for row in table.to_dict("records"):
        where = row["where"]
        fields = {"title": f"{{{_escape(row['citation'])}}}"}
        if re.fullmatch(r"https?://[^\s{}]+", where):
            fields["url"] = where  # read as it stands: nothing is escaped
        elif where != "none":
            fields["howpublished"] = _escape(where)
        yield _write_entry("misc", row["source"], fields)


def _write_entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
