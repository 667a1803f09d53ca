"""Pictures without anything on them, for tests that ask what a command computes or says."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from smecluster.model.presentation.plotting import Figure

#: A file of each format that can be read, and shows nothing.
BLANK = {
    ".png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
    ),
    ".svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    ".pdf": b"%PDF-1.4\n%%EOF\n",
}


def leave_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let figures be made, but neither laid out nor drawn: that takes longer than the rest."""

    def save(self: Figure, target: str | Path | BinaryIO, *_: Any, **more: Any) -> None:
        if isinstance(target, str | Path):
            Path(target).write_bytes(BLANK[Path(target).suffix])
        else:  # a page holds its pictures
            target.write(BLANK[f".{more['format']}"])

    monkeypatch.setattr(Figure, "savefig", save)
    for name in ("arrange", "draw_without_rendering"):
        monkeypatch.setattr(Figure, name, lambda *_: None)
