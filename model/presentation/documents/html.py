"""A document as one HTML page that needs nothing else and prints on A4 without split tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from smecluster.model.presentation.documents.blocks import Document
from smecluster.model.presentation.documents.page import embed_picture, load_template
from smecluster.model.presentation.language.catalogue import TAGS


def write_html(document: Document, pictures: Mapping[str, Path]) -> str:
    """Write a document as a page.

    Parameters
    ----------
    document : Document
        The document.
    pictures : mapping of str to Path
        PNG files of its figures, by name.

    Returns
    -------
    str
        The text of the file; the same for the same arguments.

    Raises
    ------
    InputError
        If a figure cannot be read, or is not a PNG picture.
    """
    drawn = {one.name: embed_picture(pictures[one.name]) for one in document.pictures}
    return load_template("document.html").render(
        document=document, tag=TAGS.get(document.language, document.language), drawn=drawn
    )
