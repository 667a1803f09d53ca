"""Instructions of LLVM's language, for one number or for a vector of runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """The type of a value: one number, or a vector with one for each of several runs.

    Attributes
    ----------
    width : int
        How many numbers.
    """

    width: int

    @property
    def real(self) -> str:
        """LLVM's name of the type."""
        return self._many("double")

    @property
    def whole(self) -> str:
        """The integers of the same size."""
        return self._many("i64")

    @property
    def truth(self) -> str:
        """The truth values."""
        return self._many("i1")

    @property
    def tag(self) -> str:
        """The suffix of LLVM's intrinsics for this type."""
        return "f64" if self.width == 1 else f"v{self.width}f64"

    def constant(self, value: float) -> str:
        """Write a number."""
        return self._splat(format_literal(value), "double")

    def integer(self, value: int) -> str:
        """Write a whole number."""
        return self._splat(str(value), "i64")

    def _many(self, one: str) -> str:
        return one if self.width == 1 else f"<{self.width} x {one}>"

    def _splat(self, written: str, kind: str) -> str:
        if self.width == 1:
            return written
        return "<" + ", ".join([f"{kind} {written}"] * self.width) + ">"


def format_literal(value: float) -> str:
    """Write a number exactly: the bits of the double in hexadecimal."""
    import struct

    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


class Writer:
    """Writes instructions and names their results.

    Parameters
    ----------
    shape : Shape
        The type of the values.
    prefix : str
        What the names start with.
    """

    def __init__(self, shape: Shape, prefix: str = "t") -> None:
        self.shape = shape
        self.lines: list[str] = []
        self._prefix = prefix
        self._count = 0

    def put(self, text: str) -> str:
        """Write an instruction and give the name of its result."""
        name = f"%{self._prefix}{self._count}"
        self._count += 1
        self.lines.append(f"  {name} = {text}")
        return name

    def real(self, op: str, a: str, b: str) -> str:
        """Write an operation on two numbers."""
        return self.put(f"{op} {self.shape.real} {a}, {b}")

    def whole(self, op: str, a: str, b: str) -> str:
        """Write an operation on two whole numbers."""
        return self.put(f"{op} {self.shape.whole} {a}, {b}")

    def compare(self, how: str, a: str, b: str) -> str:
        """Write a comparison of two numbers."""
        return self.put(f"fcmp {how} {self.shape.real} {a}, {b}")

    def select(self, condition: str, yes: str, no: str) -> str:
        """Write a choice between two numbers."""
        shape = self.shape
        return self.put(f"select {shape.truth} {condition}, {shape.real} {yes}, {shape.real} {no}")

    def call(self, function: str, *args: str) -> str:
        """Write a call of a function of numbers."""
        given = ", ".join(f"{self.shape.real} {arg}" for arg in args)
        return self.put(f"call {self.shape.real} @{function}({given})")

    def intrinsic(self, function: str, *args: str) -> str:
        """Write a call of an LLVM intrinsic."""
        return self.call(f"llvm.{function}.{self.shape.tag}", *args)

    def bits(self, value: str) -> str:
        """Write the reading of a number as bits."""
        return self.put(f"bitcast {self.shape.real} {value} to {self.shape.whole}")

    def unbits(self, value: str) -> str:
        """Write the reading of bits as a number."""
        return self.put(f"bitcast {self.shape.whole} {value} to {self.shape.real}")

    def unless(self, fine: str, result: str) -> None:
        """Return a result if a condition holds in every run; what follows is the slow path."""
        shape = self.shape
        if shape.width > 1:
            every = f"llvm.vector.reduce.and.v{shape.width}i1"
            fine = self.put(f"call i1 @{every}({shape.truth} {fine})")
        self.lines += [
            f"  br i1 {fine}, label %easy, label %care, !prof !0",
            "easy:",
            f"  ret {shape.real} {result}",
            "care:",
        ]

    def fma(self, a: str, b: str, c: str) -> str:
        """Write ``a * b + c`` with one rounding."""
        return self.intrinsic("fma", a, b, c)


def splat(writer: Writer, value: str) -> str:
    """Write a vector with the same number for every run.

    Parameters
    ----------
    writer : Writer
        Where to write it.
    value : str
        Name of the number.

    Returns
    -------
    str
        Name of the vector; the number itself if there is one run.
    """
    shape = writer.shape
    if shape.width == 1:
        return value
    one = writer.put(f"insertelement {shape.real} poison, double {value}, i32 0")
    return writer.put(
        f"shufflevector {shape.real} {one}, {shape.real} poison, "
        f"<{shape.width} x i32> zeroinitializer"
    )
