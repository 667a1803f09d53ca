"""Equations read into expressions: Vensim's and XMILE's, each character once.

From the loosest to the tightest: ``or``, ``and``, ``not``, comparison, sum, (XMILE's ``mod``),
product, sign, power. Powers join from the right, so ``-x^2`` is ``-(x^2)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from smecluster.model.engine.read.calls import VENSIM, XMILE
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import (
    Arithmetic,
    Call,
    InlineLookups,
    Logic,
    Lookups,
    Missing,
    Reference,
    Subscripts,
    Text,
    Tree,
)
from smecluster.model.support.limits import MOST_NESTED

# What stands for a number in either kind of file.
NUMBER = r"(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
# Vensim's names may hold blanks, XMILE's do not; the dot is that of a module.
_VENSIM = re.compile(
    rf"(?P<number>{NUMBER})"
    rf"|(?P<name>{_QUOTED}|[^\W\d]\w*+(?:[\s.'$]++\w++|['$.]++)*+)"
    r"|(?P<text>'[^']*+')|(?P<key>:(?:AND|OR|NOT|NA):)"
    r"|(?P<sign><>|<=|>=|[-+*/^()\[\],;:!<>=])",
    re.I,
)
_XMILE = re.compile(
    rf"(?P<number>{NUMBER})"
    rf"|(?P<name>(?:{_QUOTED}|[^\W\d][\w'$]*+)(?:\.(?:{_QUOTED}|[^\W\d][\w'$]*+))*+)"
    r"|(?P<text>'[^']*+')"
    r"|(?P<sign><>|<=|>=|//|[-+*/^()\[\],;:!<>=@])",
)
_BLANK = re.compile(r"[\s\\]*+")
_LIST = re.compile(rf"\s*+[+-]?\s*+{NUMBER}(?:\s*+[,;]\s*+[+-]?\s*+{NUMBER})*+\s*+;?\s*+\Z")
_WORDS = frozenset({"and", "or", "not", "mod", "if", "then", "else"})
_COMPARED = frozenset({"=", "<>", "<", "<=", ">", ">="})

Build = Callable[..., Tree]


class UnreadableError(ValueError):
    """An equation that cannot be read; the message says what is the matter, and where."""


@dataclass(frozen=True)
class Token:
    """A number, name, text, keyword or sign."""

    kind: str
    text: str
    start: int


def read_vensim(text: str) -> Tree:
    """Read the right-hand side of a Vensim equation.

    Parameters
    ----------
    text : str
        The equation on one line, without comments.

    Returns
    -------
    Tree
        A number, a NumPy array (a list of numbers) or a class of `engine.read.syntax`.

    Raises
    ------
    UnreadableError
        If it cannot be read.
    """
    return _Parser(text, _VENSIM, VENSIM, words=False).read()


def read_xmile(text: str) -> Tree:
    """Read an XMILE equation, as `read_vensim` reads Vensim's."""
    return _Parser(text, _XMILE, XMILE, words=True).read()


def read_points(text: str) -> Lookups:
    """Read the points of a Vensim table, with or without its drawing range.

    Parameters
    ----------
    text : str
        What stands between the brackets of the table.

    Returns
    -------
    Lookups
        Points in the order of x.

    Raises
    ------
    UnreadableError
        If it holds something other than points.
    """
    return _Parser(text, _VENSIM, VENSIM, words=False).read_table()


class _Parser:
    def __init__(
        self, text: str, pattern: re.Pattern[str], calls: Mapping[str, Build], words: bool
    ) -> None:
        self.text, self.calls, self.words = text, calls, words
        self.tokens: list[Token] = []
        place = _skip(text, 0)
        while place < len(text):
            match = pattern.match(text, place)
            if match is None:
                raise UnreadableError(f"{text[place : place + 20]!r} cannot be read")
            kind, found = str(match.lastgroup), match[0]
            if kind == "name":
                found = found.rstrip()
                if words and fold_name(found) in _WORDS and not found.startswith('"'):
                    kind = "word"
            elif kind == "text" and words:
                raise UnreadableError(f"the text {found[:40]} stands where a number is needed")
            self.tokens.append(Token(kind, found, place))
            place = _skip(text, place + len(found))
        self.tokens.append(Token("end", "", len(text)))
        self.at = 0
        self.depth = 0

    def read(self) -> Tree:
        """Read the whole text."""
        if _LIST.match(self.text) and re.search("[,;]", self.text):
            rows = [row.split(",") for row in self.text.strip().strip(";").split(";")]
            if len({len(row) for row in rows}) > 1:
                raise UnreadableError("the rows of the list have different lengths")
            numbers = [["".join(part.split()) for part in row] for row in rows]
            return np.squeeze(np.array(numbers, dtype=float))
        if self.tokens[0].kind == "name" and fold_name(self.tokens[0].text) == "tabbed array":
            return self._read_tabbed()
        tree = self._expression()
        if self.now.kind != "end":
            raise self._fail()
        return tree

    def read_table(self) -> Lookups:
        """Read points and nothing else."""
        table = self._points(stop="")
        if self.now.kind != "end":
            raise self._fail()
        return table

    # Tokens ---------------------------------------------------------------------------------

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def _take(self, *signs: str) -> str:
        """Take the next token if it is one of some signs or words."""
        token = self.now
        written = fold_name(token.text) if token.kind == "word" else token.text
        if token.kind in ("sign", "word") and written in signs:
            self.at += 1
            return written
        return ""

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self._fail(sign)

    def _fail(self, wanted: str = "") -> UnreadableError:
        token = self.now
        found = "its end" if token.kind == "end" else repr(self.text[token.start :][:30])
        needed = f"{wanted!r} is missing before" if wanted else "cannot be read from"
        return UnreadableError(f"{needed} {found}")

    # Operators ------------------------------------------------------------------------------

    def _expression(self) -> Tree:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise UnreadableError(f"it nests more than {MOST_NESTED} brackets")
        tree = self._condition() if self._take("if") else self._or()
        self.depth -= 1
        return tree

    def _condition(self) -> Tree:
        condition = self._expression()
        self._need("then")
        yes = self._expression()
        self._need("else")
        return self.calls["if then else"](condition, yes, self._expression())

    def _joined(self, word: str, inner: Callable[[], Tree]) -> Tree:
        parts = [inner()]
        while self._take_key(word):
            parts.append(inner())
        key = f":{word.upper()}:"
        return Logic((key,) * (len(parts) - 1), tuple(parts)) if len(parts) > 1 else parts[0]

    def _take_key(self, word: str) -> bool:
        if self.words:
            return bool(self._take(word))
        if self.now.kind == "key" and self.now.text.strip(":").lower() == word:
            self.at += 1
            return True
        return False

    def _or(self) -> Tree:
        return self._joined("or", lambda: self._joined("and", self._not))

    def _not(self) -> Tree:
        if self._take_key("not"):
            return Logic((":NOT:",), (self._not(),))
        left = self._sum()
        sign = self._take(*_COMPARED)
        return Logic((sign,), (left, self._sum())) if sign else left

    def _sum(self) -> Tree:
        return self._chain(("+", "-"), self._mod)

    def _mod(self) -> Tree:
        left = self._chain(("*", "/", "//"), self._signed)
        while self._take("mod"):
            right = self._chain(("*", "/", "//"), self._signed)
            left = Call(Reference("xmodulo"), (left, right))
        return left

    def _chain(self, signs: tuple[str, ...], inner: Callable[[], Tree]) -> Tree:
        parts: list[Tree] = [inner()]
        operators: list[str] = []
        while sign := self._take(*signs):
            right = inner()
            if sign == "//":
                left = Arithmetic(tuple(operators), tuple(parts)) if operators else parts[0]
                parts, operators = [Call(Reference("zidz"), (left, right))], []
                continue
            operators.append(sign)
            parts.append(right)
        return Arithmetic(tuple(operators), tuple(parts)) if operators else parts[0]

    def _signed(self) -> Tree:
        sign = self._take("+", "-")
        if not sign:
            return self._power()
        inner = self._signed()
        if sign == "+":
            return inner
        if isinstance(inner, int | float):
            return -inner
        return Arithmetic(("negative",), (inner,))

    def _power(self) -> Tree:
        base = self._primary()
        if not self._take("^"):
            return base
        return Arithmetic(("^",), (base, self._signed()))

    # Operands -------------------------------------------------------------------------------

    def _primary(self) -> Tree:
        token = self.now
        if token.kind == "number":
            self.at += 1
            return float(token.text)
        if token.kind == "text":
            self.at += 1
            return Text(token.text[1:-1])
        if token.kind == "key" and token.text.upper() == ":NA:":
            self.at += 1
            return Missing()
        if token.kind == "name":
            self.at += 1
            return self._named(token.text)
        if self._take("("):
            tree = self._expression()
            self._need(")")
            return tree
        raise self._fail()

    def _named(self, written: str) -> Tree:
        reference = Reference(written.strip('"'), self._subscripts())
        if not self._take("("):
            return reference
        name = fold_name(written)
        if name == "with lookup" and not self.words:
            argument = self._expression()
            self._need(",")
            self._need("(")
            table = self._points(stop=")")
            self._need(")")
            self._need(")")
            return InlineLookups(argument, table)
        arguments: list[Tree] = []
        outputs: list[Reference] = []
        while not self._take(")"):
            if self._take(":"):
                while self.now.kind == "name":
                    self.at += 1
                    named = self.tokens[self.at - 1].text.strip('"')
                    outputs.append(Reference(named, self._subscripts()))
                    self._take(",")
                self._need(")")
                break
            arguments.append(self._expression())
            if not self._take(",") and self.now.text not in (")", ":"):
                raise self._fail(")")
        build = self.calls.get(name)
        if build is not None and reference.subscripts is None and not outputs:
            try:
                return build(*arguments)
            except TypeError:
                raise UnreadableError(
                    f"{name.upper()} does not take {len(arguments)} arguments"
                ) from None
        return Call(reference, tuple(arguments), tuple(outputs))

    def _subscripts(self) -> Subscripts | None:
        if not self._take("["):
            return None
        found = []
        while True:
            token = self.now
            if token.kind in ("name", "word"):
                self.at += 1
                found.append(token.text.strip('"') + self._take("!"))
            elif token.kind == "number" and self.words:
                self.at += 1
                found.append(token.text)
            elif token.kind == "sign" and token.text == "*" and self.words:
                self.at += 1
                found.append("*")
            else:
                raise self._fail("]")
            if self._take("]"):
                return Subscripts(tuple(found))
            self._need(",")

    def _points(self, stop: str) -> Lookups:
        """Read ``[(0,0)-(1,1)], (x, y), ...``, or all x and then all y."""
        if self._take("["):
            while not self._take("]"):
                if self.now.kind == "end":
                    raise self._fail("]")
                self.at += 1
            self._take(",")
        points: list[tuple[float, float]] = []
        plain: list[float] = []
        while self.now.kind != "end" and not (stop and self.now.text == stop):
            if self._take("("):
                x = self._number()
                self._need(",")
                points.append((x, self._number()))
                self._need(")")
            else:
                plain.append(self._number())
            self._take(",")
        if plain:
            half = len(plain) // 2
            if points or len(plain) % 2:
                raise UnreadableError("a table needs points (x, y), or as many x as y")
            points = list(zip(plain[:half], plain[half:], strict=True))
        if not points:
            raise UnreadableError("a table needs points (x, y)")
        points.sort(key=lambda point: point[0])
        return Lookups(tuple(x for x, _ in points), tuple(y for _, y in points))

    def _number(self) -> float:
        sign = -1.0 if self._take("-") else 1.0
        if sign > 0:
            self._take("+")
        if self.now.kind != "number":
            raise self._fail()
        self.at += 1
        return sign * float(self.tokens[self.at - 1].text)

    def _read_tabbed(self) -> Tree:
        self.at += 1
        self._need("(")
        numbers = []
        while not self._take(")"):
            numbers.append(self._number())
        if self.now.kind != "end":
            raise self._fail()
        return np.array(numbers, dtype=float)


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place
