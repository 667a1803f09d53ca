"""The message catalogue: what a page says, in the language that is asked for.

The text in the code is English and is its own key; `zh/*.po` holds the Chinese, a file for each
subject, all of them one catalogue. They are read as they stand, so a checkout and an installed
package need no build. `make messages` brings them up to date with the code.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.prose import join_names

#: Languages of pages; the first is that of the code.
LANGUAGES = ("en", "zh")
ENGLISH, CHINESE = LANGUAGES
#: Tags of the languages, as browsers know them.
TAGS = {ENGLISH: "en", CHINESE: "zh-CN"}
#: Context of names of levers, outcomes, regions, futures, strategies and variables.
NAME = "name"
FOLDER = Path(__file__).parent

# In Chinese money is counted in 亿元 (0.1 bn yuan), people and firms in 万 (10 thousand).
_UNITS = {
    "Myuan": ("亿元", 1e-2),
    "Myuan/Year": ("亿元/年", 1e-2),
    "Myuan/(Year*person)": ("万元/（人·年）", 1e2),
    "yuan/(Year*person)": ("万元/（人·年）", 1e-4),
    "person": ("万人", 1e-4),
    "firm": ("万家", 1e-4),
    "Dmnl": ("指数", 1.0),
    "Year": ("年", 1.0),
}
# What the model's units are made of, where a value is shown in them.
_PARTS = {
    "Myuan": "百万元",
    "yuan": "元",
    "person": "人",
    "firm": "家",
    "patent": "件专利",
    "km2": "平方公里",
    "Year": "年",
    "Dmnl": "无量纲",
    "*": "·",
    "(": "（",
    ")": "）",
}
_NUMBERED = re.compile(r"(.+) (\d+)")
_PART = re.compile(r"[A-Za-z]+2?|[*()]")
#: The model's units that have a name in every language.
NAMES_OF_UNITS = tuple(_UNITS)


def mark(message: str) -> str:
    """Mark a message that stands in a table of the code, and is given to a language later."""
    return message


#: What a long list ends with.
_MORE = mark("{count} more")


@dataclass(frozen=True)
class Language:
    """What a page says in one language.

    Call it with a message in English, which it gives in its language with the placeholders filled
    in; a message without a translation stays English.

    Attributes
    ----------
    code : str
        Of `LANGUAGES`.

    Examples
    --------
    >>> say = load_language("zh")
    >>> say.name("quality supervision")
    '质量监管'
    >>> load_language("en").plural(2, "{count} draw", "{count} draws")
    '2 draws'
    """

    code: str
    _messages: gettext.NullTranslations = field(repr=False, compare=False)

    def __call__(self, message: str, **values: object) -> str:
        """Give a message in this language, its placeholders filled in by name."""
        said = self._messages.gettext(message)
        return said.format(**values) if values else said

    def plural(self, count: int, one: str, several: str, **values: object) -> str:
        """Give a message about a count, which fills the placeholder ``{count}``."""
        said = self._messages.ngettext(one, several, count)
        return said.format(count=f"{count:,}", **values)

    def name(self, name: str) -> str:
        """Give the name of a lever, outcome, region, future, strategy or variable.

        A name that only a user's file has stays as it is; of one with a number behind it, such as
        a part of a region, what is before the number is named.
        """
        said = self._messages.pgettext(NAME, name)
        if said == name and self.code == CHINESE and (numbered := _NUMBERED.fullmatch(name)):
            base, number = numbered.groups()
            named = self._messages.pgettext(NAME, base)
            return name if named == base else named + number
        return said

    def join(self, parts: Sequence[str], *, most: int | None = None, between: str = ", ") -> str:
        """Join parts as a sentence does: a, b and c.

        Parameters
        ----------
        parts : sequence of str
            The parts.
        most : int, optional
            How many of a long list are shown; the rest is counted.
        between : str
            What stands between the other parts in English.

        Returns
        -------
        str
        """
        shown = list(parts)
        # A single part takes no more room than its count.
        if most is not None and len(shown) > most + 1:
            shown = [*shown[:most], self(_MORE, count=len(shown) - most)]
        if self.code == CHINESE:
            *others, last = shown or [""]
            if between.strip() == ";":
                return "；".join(shown)
            return "和".join(filter(None, ("、".join(others), last)))
        return join_names(shown, mark=between)

    def either(self, parts: Sequence[str]) -> str:
        """Join parts of which one is meant: a, b or c."""
        if self.code == CHINESE:
            *others, last = [*parts] or [""]
            return "或".join(filter(None, ("、".join(others), last)))
        return join_names(parts, "or")

    def clauses(self, parts: Sequence[str]) -> str:
        """Join clauses of a sentence: a, b and c; in Chinese with commas alone."""
        return "，".join(parts) if self.code == CHINESE else join_names(parts)

    def commas(self, parts: Sequence[str]) -> str:
        """Join parts of a list that has no last word before the last one."""
        return ("，" if self.code == CHINESE else ", ").join(parts)

    def semicolons(self, parts: Sequence[str]) -> str:
        """Join parts of a sentence that have commas themselves."""
        return ("；" if self.code == CHINESE else "; ").join(parts)

    def sentences(self, parts: Sequence[str]) -> str:
        """Put sentences one after the other; empty ones are left out."""
        return ("" if self.code == CHINESE else " ").join(part for part in parts if part)

    def unit(self, unit: str) -> tuple[str, float]:
        """Give the unit in which values are shown, and the factor that converts them.

        Parameters
        ----------
        unit : str
            The model's unit, such as ``Myuan``.

        Returns
        -------
        tuple of (str, float)
            ``bn yuan`` in English, ``亿元`` in Chinese, and the factor.
        """
        if self.code == CHINESE:
            return _UNITS.get(unit, (unit, 1.0))
        return display_unit(unit)

    def own_unit(self, unit: str) -> str:
        """Give the name of the model's own unit, for values that are not converted."""
        if self.code != CHINESE:
            return unit
        return _PART.sub(lambda part: _PARTS.get(part[0], part[0]), unit)


@lru_cache(maxsize=len(LANGUAGES))
def load_language(code: str = ENGLISH) -> Language:
    """Load a language.

    Parameters
    ----------
    code : str
        Of `LANGUAGES`.

    Returns
    -------
    Language
        The language.

    Raises
    ------
    InputError
        If there is no such language, or its catalogue cannot be read.
    """
    if code not in LANGUAGES:
        raise UnknownNameError("language", code, LANGUAGES)
    if code == ENGLISH:
        return Language(code, gettext.NullTranslations())
    return Language(code, _compile(code))


def choose_language(code: str | None = None) -> Language:
    """Load the language that is asked for, or that of the computer.

    Parameters
    ----------
    code : str, optional
        Of `LANGUAGES`; where it is left out, Chinese on a computer that is set to Chinese
        (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``), and English otherwise.

    Returns
    -------
    Language
        The language.

    Raises
    ------
    InputError
        If there is no such language.
    """
    if code is not None:
        return load_language(code)
    from babel import default_locale

    try:
        own = default_locale("LC_MESSAGES") or ENGLISH
    except ValueError:  # a locale that no table knows
        own = ENGLISH
    return load_language(CHINESE if own.startswith(CHINESE) else ENGLISH)


def list_files(code: str) -> list[Path]:
    """List the files of a language's catalogue, in order of their names."""
    return sorted((FOLDER / code).glob("*.po"))


def _compile(code: str) -> gettext.NullTranslations:
    """Read the files of a language as one catalogue."""
    # Imported late: most commands write no page in another language.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    whole = Catalog(locale=code)
    for path in list_files(code):
        try:
            with path.open("rb") as file:
                part = read_po(file, locale=code, abort_invalid=True)
        except (OSError, PoFileError, ValueError) as error:
            raise InputError(f"cannot read the messages in {path.name}: {error}") from None
        for message in part:
            if message.id and message.string:
                whole.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
