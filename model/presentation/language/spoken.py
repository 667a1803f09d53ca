"""The language that a command speaks: chosen where it begins, heard by all that it says.

A page is handed its language. The sentences, figures and tables of an answer are made far below the
command that was asked for a language; they say what they say with `say`, which is in English unless
somebody is `speaking` another. Files that programs read, error messages and help stay English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from smecluster.model.presentation.language.catalogue import (
    ENGLISH,
    Language,
    choose_language,
    load_language,
)

_SPOKEN: ContextVar[Language | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(code: str | None = ENGLISH) -> Iterator[Language]:
    """Speak a language within a block.

    Parameters
    ----------
    code : str, optional
        Of `LANGUAGES`; None for that of the computer.

    Yields
    ------
    Language
        The language.

    Raises
    ------
    InputError
        If there is no such language.

    Examples
    --------
    >>> with speaking("zh"):
    ...     say.name("Wenzhou")
    '温州'
    """
    language = choose_language(code)
    before = _SPOKEN.set(language)
    try:
        yield language
    finally:
        _SPOKEN.reset(before)


class _Spoken:
    """Says what is said in the language of the moment; see `catalogue.Language` for each."""

    @property
    def language(self) -> Language:
        """The language itself."""
        return _SPOKEN.get() or load_language(ENGLISH)

    @property
    def english(self) -> bool:
        """Whether it is the language of the code."""
        return self.language.code == ENGLISH

    def __call__(self, message: str, **values: object) -> str:
        return self.language(message, **values)

    def plural(self, count: int, one: str, several: str, **values: object) -> str:
        """Give a message about a count."""
        return self.language.plural(count, one, several, **values)

    def name(self, name: str) -> str:
        """Give a name."""
        return self.language.name(name)

    def word(self, text: str) -> str:
        """Give what stands in a table or on an axis: a name or a message that may be neither."""
        if not text:
            return text  # the catalogue keeps its own head under the empty message
        named = self.language.name(text)
        return self.language(text) if named == text else named

    def variable(self, name: str) -> str:
        """Give the name of a variable of the model, of one element if it has some."""
        base, bracket, element = name.partition("[")
        if not bracket or self.english:
            return self.word(name)
        parts = [self.word(part.strip()) for part in element.rstrip("]").split(",")]
        return f"{self.word(base)}[{', '.join(parts)}]"

    def capital(self, name: str) -> str:
        """Give a name as a heading begins: with a capital letter, where there are any."""
        said = self.word(name)
        return said[:1].upper() + said[1:]

    def join(self, parts: Sequence[str], *, most: int | None = None, between: str = ", ") -> str:
        """Join parts as a sentence does."""
        return self.language.join(parts, most=most, between=between)

    def either(self, parts: Sequence[str]) -> str:
        """Join parts of which one is meant."""
        return self.language.either(parts)

    def clauses(self, parts: Sequence[str]) -> str:
        """Join clauses of a sentence."""
        return self.language.clauses(parts)

    def commas(self, parts: Sequence[str]) -> str:
        """Join parts of a list that has no last word before the last one."""
        return self.language.commas(parts)

    def semicolons(self, parts: Sequence[str]) -> str:
        """Join parts of a sentence that have commas themselves."""
        return self.language.semicolons(parts)

    def sentences(self, parts: Sequence[str]) -> str:
        """Put sentences one after the other."""
        return self.language.sentences(parts)

    def unit(self, unit: str) -> tuple[str, float]:
        """Give the unit in which values are shown, and the factor that converts them."""
        return self.language.unit(unit)

    def own_unit(self, unit: str) -> str:
        """Give the name of the model's own unit, for values that are not converted."""
        return self.language.own_unit(unit)


say = _Spoken()
