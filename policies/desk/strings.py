"""The texts of the desk in both languages, from the catalogue of messages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.language.catalogue import NAME, load_language
from smecluster.policies.levers import read_levers

if TYPE_CHECKING:
    from smecluster.model import Model

_ENGLISH = Path(__file__).with_name("strings.toml")
_OTHER = "zh"
# Money as sentences count it: the model's unit.
_MONEY = "Myuan"


@lru_cache(maxsize=1)
def read_english() -> dict[str, str]:
    """Read what the page says in English, by key; ``{name}`` is filled in by the page."""
    return dict(tomllib.loads(_ENGLISH.read_text(encoding="utf-8"))["text"])


def read_strings(names: Iterable[str] = ()) -> dict[str, Any]:
    """Give the page its texts.

    Parameters
    ----------
    names : iterable of str
        Names that it shows: of regions, levers, outcomes, variables, starting points and what they
        are.

    Returns
    -------
    dict
        ``text``: by key what is said in each language; ``names``: the Chinese of those names that
        the catalogue has; ``lever``: what each lever is and where its span comes from, in Chinese;
        ``money``: the unit of money in each language, and the factor from million yuan.
    """
    say = load_language(_OTHER)
    found = {name: say.name(name) for name in dict.fromkeys(names)}
    return {
        "text": {key: {"en": text, _OTHER: say(text)} for key, text in read_english().items()},
        "names": {name: said for name, said in found.items() if said != name},
        "lever": {
            one.name: {"description": say(one.description), "source": say(one.share_source)}
            for one in read_levers()
        },
        "money": describe_unit(_MONEY),
    }


def describe_unit(unit: str) -> dict[str, Any]:
    """Give what a unit of the model is called in each language, and the factor to it."""
    return {code: list(load_language(code).unit(unit)) for code in ("en", _OTHER)}


def list_names(content: Mapping[str, Any]) -> Iterator[str]:
    """List the names in what the page is given, elements of constants apart."""
    for kind in ("regions", "outcomes", "levers", "assumptions", "deciding"):
        for one in content.get(kind, ()):
            yield from _split(one["name"])
    for lever in content.get("levers", ()):
        yield lever.get("feeds", "")
        yield from (one["name"] for one in lever.get("evidence", ()))
    for preset in content.get("presets", ()):
        yield from (preset["title"], preset["description"])
    yield from content.get("causes", {}).get("variables", ())


def list_messages(model: Model) -> Iterator[tuple[str | None, str]]:
    """List what the catalogue must have for the desk of the shipped model.

    Parameters
    ----------
    model : Model
        The shipped model.

    Returns
    -------
    iterator of (str or None, str)
        Context and message: texts, what levers are, and the names that `names.po` lacks.
    """
    from smecluster.model.outcomes import OUTCOMES, list_variables
    from smecluster.policies.cut_runs import find_between
    from smecluster.policies.desk.published import read_published
    from smecluster.policies.lever_description import describe_lever
    from smecluster.policies.menu import Menu

    yield from ((None, text) for text in read_english().values())
    names: list[str] = []
    for lever in read_levers():
        yield from ((None, lever.description), (None, lever.share_source))
        names += [one.name for one in describe_lever(lever, model.text).evidence]
    published = read_published(model)
    names += [text for one in published.presets for text in (one["title"], one["description"])]
    names += [name for one in published.deciding for name in _split(one["name"])]
    outcomes: Sequence[Any] = [one for one in OUTCOMES if one.name in model.variables]
    names += find_between(model.document, Menu.spending.values(), list_variables(outcomes))
    yield from ((NAME, name) for name in names)


def _split(name: str) -> list[str]:
    bare, _, cell = name.partition("[")
    return [bare, *(part for part in cell.rstrip("]").split(", ") if part)]
