"""Every example in the documentation of the model's code runs as written."""

import doctest
import importlib
from pathlib import Path

import pytest

import smecluster
from smecluster import model

HOUSE = Path(smecluster.__file__).parent
MODULES = sorted(
    ".".join(file.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")
    for file in Path(model.__file__).parent.rglob("*.py")
    if ">>>" in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
