"""Mutators: each takes the bytes of a file and gives back others, by a seeded generator."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

#: Numbers at and beyond the bounds of what a file may hold.
NUMBERS = (
    "nan", "inf", "-inf", "-0", "-0.0", "0", "-1", "1e308", "-1e308", "1e-320", "1e400", "3000",
    "5", "0.5", "1.0000001", "1978", "1977.99", "2040.5", "100000000000", "2147483648",
    "18446744073709551616", "1" + "0" * 400, "9" * 5000, "0x1F", "1_000", "1,5", "١٢", "true",
    "1979-05-27", "1979-13-45", "", "-", "+", "1e", "''",
)  # fmt: skip
#: Names that mean something to a file system, a formula, a table or a terminal.
NAMES = (
    "", " ", ".", "..", "../..", "a/b", "a\\b", "/", "~", "-", "--help", "$\\foo$", "$x$", "%s",
    "{0}", "温州", "é", "e\u0301", "\u202eabc", "total", "all", "every region", "time", "Time",
    "TIME STEP", "region", "run", "none", "None", "nan", "here", "base", "x" * 300, "x" * 5000,
    "[", "]", "a[b]", "a,b", '"', "'", "#", "=", "*", "con", "a\nb", "a\tb", "<b>&", "=1+1",
)  # fmt: skip

_NUMBER = re.compile(rb"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_QUOTED = re.compile(rb'"([^"\n]{1,80})"|\'([^\'\n]{1,80})\'')
_WORD = re.compile(rb"[A-Za-z][A-Za-z _-]{2,40}")
# What a number is replaced by where it needs a file's own way of writing it.
_DEPTH = (200, 2_000, 20_000)

Mutator = Callable[[bytes, Random], bytes]


def flip(data: bytes, random: Random) -> bytes:
    """Change one to eight bytes."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 8)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """End the file early, often in the middle of a number."""
    numbers = [match.end() - 1 for match in _NUMBER.finditer(data) if len(match[0]) > 2]
    if numbers and random.random() < 0.5:
        return data[: random.choice(numbers)]
    return data[: random.randrange(len(data) or 1)]


def halve(data: bytes, random: Random) -> bytes:
    """Drop the second half of the lines."""
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: max(1, len(lines) // 2)])


def lines(data: bytes, random: Random) -> bytes:
    """Remove, repeat or exchange lines."""
    rows = data.splitlines(keepends=True)
    if len(rows) < 2:
        return data * 2
    at, other = random.randrange(len(rows)), random.randrange(len(rows))
    match random.randrange(3):
        case 0:
            del rows[at]
        case 1:
            rows.insert(other, rows[at])
        case _:
            rows[at], rows[other] = rows[other], rows[at]
    return b"".join(rows)


def columns(data: bytes, random: Random) -> bytes:
    """Remove, repeat, exchange or rename columns of a table with commas."""
    rows = [line.split(b",") for line in data.splitlines()]
    wide = [row for row in rows if len(row) > 1 and not row[0].startswith(b"#")]
    if not wide:
        return lines(data, random)
    count = len(wide[0])
    at, other = random.randrange(count), random.randrange(count)
    kind = random.randrange(5)
    for row in wide:
        if len(row) <= max(at, other):
            continue
        if kind == 0:
            del row[at]
        elif kind == 1:
            row.insert(other, row[at])
        elif kind == 2:
            row[at], row[other] = row[other], row[at]
        elif kind == 3 and row is wide[0]:
            row[at] = row[other]
        elif kind == 4 and row is wide[0]:
            row[at] = random.choice(NAMES).encode("utf-8", "replace")
    return b"\n".join(b",".join(row) for row in rows) + b"\n"


def number(data: bytes, random: Random) -> bytes:
    """Replace one number by one at a bound."""
    return _replace(data, random, _NUMBER, random.choice(NUMBERS).encode())


def digit(data: bytes, random: Random) -> bytes:
    """Change one digit of one number."""
    places = [
        at
        for match in _NUMBER.finditer(data)
        for at in range(match.start(), match.end())
        if data[at : at + 1].isdigit()
    ]
    if not places:
        return flip(data, random)
    at = random.choice(places)
    other = random.choice([d for d in b"0123456789" if d != data[at]])
    return data[:at] + bytes([other]) + data[at + 1 :]


def name(data: bytes, random: Random) -> bytes:
    """Replace one quoted text by a hostile name, its quotes and line feeds escaped or not."""
    chosen = random.choice(NAMES)
    if random.random() < 0.8:
        chosen = chosen.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return _replace(data, random, _QUOTED, f'"{chosen}"'.encode())


def word(data: bytes, random: Random) -> bytes:
    """Replace one word by a hostile name, or by another word of the file."""
    words = _WORD.findall(data)
    if not words:
        return flip(data, random)
    chosen = random.choice(words) if random.random() < 0.5 else random.choice(NAMES).encode()
    return _replace(data, random, _WORD, chosen)


def bytes_of_no_text(data: bytes, random: Random) -> bytes:
    """Put bytes in that are not UTF-8, or are no text."""
    at = random.randrange(len(data) + 1)
    wrong = random.choice(
        (b"\xff\xfe", b"\xe6\xb8", b"\x00", b"\x1b[31m", b"\xed\xa0\x80", b"\x85")
    )
    return data[:at] + wrong + data[at:]


def encoding(data: bytes, random: Random) -> bytes:
    """Save it as another editor would: a byte-order mark, CRLF, UTF-16, GBK."""
    text = data.decode("utf-8", "replace")
    match random.randrange(5):
        case 0:
            return b"\xef\xbb\xbf" + data
        case 1:
            return data.replace(b"\n", b"\r\n")
        case 2:
            return text.encode("utf-16", "replace")
        case 3:
            return text.encode("gbk", "replace")
        case _:
            return data.replace(b"\n", b"\r")


def empty(data: bytes, random: Random) -> bytes:
    """Leave nothing, or nothing that counts."""
    return random.choice((b"", b"\n", b" ", b"#\n", b"{}", b"[]", b"null", b"0"))


def swell(data: bytes, random: Random) -> bytes:
    """Repeat the whole file, or make one line very long."""
    if random.random() < 0.5:
        return data * random.choice((2, 20))
    rows = data.splitlines(keepends=True) or [b""]
    at = random.randrange(len(rows))
    rows[at] = rows[at].rstrip(b"\n") * random.choice((50, 2000)) + b"\n"
    return b"".join(rows)[:4_000_000]


def nest(data: bytes, random: Random) -> bytes:
    """Put very deep nesting in the place of a value."""
    depth = random.choice(_DEPTH)
    pairs = ((b"[", b"]"), (b"(", b")"), (b'{"a":', b"}"), (b"{a = ", b"}"), (b"-", b""))
    opening, closing = random.choice(pairs)
    return _replace(data, random, _NUMBER, opening * depth + b"1" + closing * depth)


def quote(data: bytes, random: Random) -> bytes:
    """Remove or add one mark of punctuation."""
    marks = [at for at, byte in enumerate(data) if byte in b"\"'[](){}=,~|:;#*/+-<>&!%@\\"]
    if not marks:
        return flip(data, random)
    at = random.choice(marks)
    if random.random() < 0.5:
        return data[:at] + data[at + 1 :]
    return data[:at] + bytes([data[random.choice(marks)]]) + data[at:]


def _replace(data: bytes, random: Random, pattern: re.Pattern[bytes], new: bytes) -> bytes:
    matches = list(pattern.finditer(data))
    if not matches:
        return flip(data, random)
    match = random.choice(matches)
    return data[: match.start()] + new + data[match.end() :]


#: Mutators of any text.
TEXT: dict[str, Mutator] = {
    "flip": flip,
    "cut": cut,
    "halve": halve,
    "lines": lines,
    "number": number,
    "digit": digit,
    "name": name,
    "word": word,
    "no-text": bytes_of_no_text,
    "encoding": encoding,
    "empty": empty,
    "swell": swell,
    "nest": nest,
    "quote": quote,
}
#: Mutators of tables: those of text, and of their columns.
TABLE: dict[str, Mutator] = {**TEXT, "columns": columns}
#: Mutators of files that are no text.
BINARY: dict[str, Mutator] = {"flip": flip, "cut": cut, "empty": empty, "no-text": bytes_of_no_text}
#: What leaves a file looking sound.
SUBTLE = ("cut", "halve", "lines", "columns", "number", "digit", "flip")
#: What leaves the content of a text as it was.
HARMLESS = ("encoding",)


def mutators(path: str) -> dict[str, Mutator]:
    """Choose the mutators for a file by its name."""
    if path.endswith((".csv",)):
        return TABLE
    if path.endswith((".npz", ".parquet", ".xlsx", ".kernel", ".nc")):
        return BINARY
    return TEXT
