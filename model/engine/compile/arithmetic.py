"""Exponential, logarithm, power and table look-up as LLVM code.

Every function exists for one number (``double``) and for a vector of runs. Both perform the
same IEEE operations in the same order, so a run's digits do not depend on its neighbours.
A function looks itself whether an argument needs care, such as a logarithm of 0: a branch at
each call would cut the code of a step into hundreds of pieces, which LLVM optimises one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

from smecluster.model.engine.compile.writer import Shape, Writer, format_literal, splat

# Functions left to the C library, one number at a time.
LIBRARY = {
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
}

_INTRINSICS = {"fabs": 1, "sqrt": 1, "floor": 1, "trunc": 1, "fma": 3}

# exp: x = n ln2 + r; ln2 in two parts so that n ln2 is exact.
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
# Adding 1.5 * 2^52 rounds to a whole number and leaves it in the low bits.
_ROUND = 6755399441055744.0
# exp(r) = 1 + r + r^2 (...): minimax polynomial for |r| <= ln2 / 2, error 8e-17.
_EXP_SERIES = (
    0.5000000000000001,
    0.16666666666666746,
    0.0416666666666322,
    0.008333333333229359,
    0.0013888888913255173,
    0.00019841270208774091,
    2.480152734381285e-05,
    2.7556837553425628e-06,
    2.761725830687756e-07,
    2.527671548654081e-08,
)
# Exponents up to this size cannot overflow.
_EASY = 700.0
_SMALLEST = 2.2250738585072014e-308
_EXP_TOP = 709.782712893384
_EXP_BOTTOM = -708.3964185322641

# ln: x = 2^e (1 + f), s = f / (2 + f); coefficients of FreeBSD's e_log.c (Sun, 1993).
_LOG_ODD = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA = 0x000FFFFFFFFFFFFF


def write_functions(shape: Shape) -> Iterator[str]:
    """Write the functions for one type.

    Parameters
    ----------
    shape : Shape
        The type.

    Yields
    ------
    str
        A definition or declaration in LLVM's language.
    """
    for name, arity in _INTRINSICS.items():
        arguments = ", ".join([shape.real] * arity)
        yield f"declare {shape.real} @llvm.{name}.{shape.tag}({arguments})"
    if shape.width > 1:
        yield f"declare i1 @llvm.vector.reduce.and.v{shape.width}i1({shape.truth})"
    yield _function("exp", shape, _exp, 1)
    yield _function("ln", shape, _ln, 1)
    yield _function("pow", shape, _pow, 2)
    for name, library in LIBRARY.items():
        if shape.width == 1:
            yield f"declare double @{library}(double)"
        else:
            yield _one_by_one(name, library, shape)
    yield _look_up(shape)


def write_powers(shape: Shape, pairs: int) -> str:
    """Write a product of powers, given the logarithm of the product.

    A logarithm beyond 700 in size, and one that is not a number since a base is not positive,
    take the slow path; the other runs keep their digits.

    Parameters
    ----------
    shape : Shape
        The type.
    pairs : int
        How many powers are multiplied.

    Returns
    -------
    str
        The definition of the function ``powers`` of the logarithm and of each base and exponent.
    """
    return _function(f"powers{pairs}", shape, _powers, 1 + 2 * pairs)


def _powers(w: Writer, total: str, *parts: str) -> str:
    p, whole = _exp_parts(w, total)
    easy = w.real("fmul", p, _power_of_two(w, whole))
    fine = w.compare("ole", w.intrinsic("fabs", total), w.shape.constant(_EASY))
    w.unless(fine, easy)
    careful = w.call(name_function("pow", w.shape), *parts[:2])
    for place in range(2, len(parts), 2):
        factor = w.call(name_function("pow", w.shape), *parts[place : place + 2])
        careful = w.real("fmul", careful, factor)
    return w.select(fine, easy, careful)


def name_function(function: str, shape: Shape) -> str:
    """Name a function for a type."""
    if shape.width == 1 and function in LIBRARY:
        return LIBRARY[function]
    return f"{function}.{shape.tag}"


def _function(function: str, shape: Shape, body: object, arity: int) -> str:
    writer = Writer(shape)
    names = [f"%a{place}" for place in range(arity)]
    result = body(writer, *names)  # type: ignore[operator]
    arguments = ", ".join(f"{shape.real} {given}" for given in names)
    return "\n".join(
        [
            f"define internal {shape.real} @{name_function(function, shape)}({arguments}) #0 {{",
            *writer.lines,
            f"  ret {shape.real} {result}",
            "}",
        ]
    )


def _exp(w: Writer, x: str) -> str:
    """Write the exponential: within 1 unit of the last digit; 0 below the normal range."""
    c = w.shape.constant
    p, whole = _exp_parts(w, x)
    easy = w.real("fmul", p, _power_of_two(w, whole))
    w.unless(w.compare("ole", w.intrinsic("fabs", x), c(_EASY)), easy)
    # 2^n in two factors: n may be 1024 where the result is still finite.
    half = w.whole("ashr", whole, w.shape.integer(1))
    for part in (half, w.whole("sub", whole, half)):
        p = w.real("fmul", p, _power_of_two(w, part))
    p = w.select(w.compare("ogt", x, c(_EXP_TOP)), c(float("inf")), p)
    return w.select(w.compare("olt", x, c(_EXP_BOTTOM)), c(0.0), p)


def _exp_parts(w: Writer, x: str) -> tuple[str, str]:
    """Write exp(x) as p 2^n."""
    c = w.shape.constant
    shifted = w.fma(x, c(_LOG2E), c(_ROUND))
    n = w.real("fsub", shifted, c(_ROUND))
    r = w.fma(n, c(-_LN2_HIGH), x)
    r = w.fma(n, c(-_LN2_LOW), r)
    p = c(_EXP_SERIES[-1])
    for coefficient in reversed(_EXP_SERIES[:-1]):
        p = w.fma(p, r, c(coefficient))
    p = w.fma(w.fma(p, r, c(1.0)), r, c(1.0))
    return p, w.whole("sub", w.bits(shifted), w.shape.integer(_bits(_ROUND)))


def _power_of_two(w: Writer, whole: str) -> str:
    biased = w.whole("add", whole, w.shape.integer(1023))
    return w.unbits(w.whole("shl", biased, w.shape.integer(52)))


def _ln(w: Writer, x: str) -> str:
    """Write the logarithm: within 1 unit of the last digit; NaN below 0, -inf at 0."""
    c = w.shape.constant
    quick = _ln_normal(w, x, None)
    large, finite = w.compare("oge", x, c(_SMALLEST)), w.compare("olt", x, c(float("inf")))
    w.unless(w.put(f"and {w.shape.truth} {large}, {finite}"), quick)
    small = w.compare("olt", x, c(_SMALLEST))
    scaled = w.select(small, w.real("fmul", x, c(2.0**54)), x)
    result = _ln_normal(w, scaled, w.select(small, c(-54.0), c(0.0)))
    result = w.select(w.compare("oeq", x, c(0.0)), c(float("-inf")), result)
    result = w.select(w.compare("olt", x, c(0.0)), c(float("nan")), result)
    return w.select(w.compare("oeq", x, c(float("inf"))), x, result)


def _ln_normal(w: Writer, x: str, more: str | None) -> str:
    """Write ln(x) + more ln(2) for an ordinary positive x."""
    c, i = w.shape.constant, w.shape.integer
    # The mantissa is taken between sqrt(1/2) and sqrt(2).
    shifted = w.whole("sub", w.bits(x), i(_SQRT_HALF_BITS))
    exponent = w.whole("ashr", shifted, i(52))
    mantissa = w.unbits(w.whole("add", w.whole("and", shifted, i(_MANTISSA)), i(_SQRT_HALF_BITS)))
    e = w.put(f"sitofp {w.shape.whole} {exponent} to {w.shape.real}")
    if more is not None:
        e = w.real("fadd", e, more)
    f = w.real("fsub", mantissa, c(1.0))
    s = w.real("fdiv", f, w.real("fadd", mantissa, c(1.0)))
    z = w.real("fmul", s, s)
    r = c(_LOG_ODD[-1])
    for coefficient in reversed(_LOG_ODD[:-1]):
        r = w.fma(r, z, c(coefficient))
    r = w.real("fmul", r, z)
    # ln(1 + f) = f - f^2/2 + s (f^2/2 + r), so that f itself is not rounded.
    square = w.real("fmul", w.real("fmul", f, f), c(0.5))
    tail = w.fma(s, w.real("fadd", square, r), w.real("fmul", e, c(_LN2_LOW)))
    body = w.real("fsub", f, w.real("fsub", square, tail))
    return w.fma(e, c(_LN2_HIGH), body)


def _pow(w: Writer, x: str, y: str) -> str:
    """Write the power: a negative base needs a whole exponent; x^0 = 1."""
    c, shape = w.shape.constant, w.shape
    size = w.intrinsic("fabs", x)
    log = w.call(name_function("ln", shape), size)
    result = w.call(name_function("exp", shape), w.real("fmul", y, log))
    result = w.select(w.compare("oeq", y, c(0.0)), c(1.0), result)
    negative = w.compare("olt", x, c(0.0))
    half = w.real("fmul", y, c(0.5))
    odd = w.compare("one", w.intrinsic("floor", half), half)
    signed = w.select(odd, w.put(f"fneg {shape.real} {result}"), result)
    broken = w.compare("one", w.intrinsic("floor", y), y)
    signed = w.select(broken, c(float("nan")), signed)
    return w.select(negative, signed, result)


def _one_by_one(function: str, library: str, shape: Shape) -> str:
    lines = [
        f"define internal {shape.real} @{name_function(function, shape)}({shape.real} %a0) #0 {{"
    ]
    last = "poison"
    for lane in range(shape.width):
        lines += [
            f"  %x{lane} = extractelement {shape.real} %a0, i32 {lane}",
            f"  %y{lane} = call double @{library}(double %x{lane})",
            f"  %r{lane} = insertelement {shape.real} {last}, double %y{lane}, i32 {lane}",
        ]
        last = f"%r{lane}"
    return "\n".join([*lines, f"  ret {shape.real} {last}", "}"])


def _look_up(shape: Shape) -> str:
    """Write the table look-up, given x, y and slope of each piece, and a lower end.

    The last piece continues past the last point; its slope is 0 if the table holds its end value.
    """
    w = Writer(shape)
    before = Writer(shape, "b")
    at = before.select(
        before.compare("ogt", "%at", splat(before, "%low")), "%at", splat(before, "%low")
    )
    firsts = []
    for column in ("x", "y", "s"):
        value = before.put(f"load double, ptr %{column}")
        firsts.append(splat(before, value))
    parts = {}
    for column in ("x", "y", "s"):
        address = w.put(f"getelementptr double, ptr %{column}, i64 %j")
        parts[column] = splat(w, w.put(f"load double, ptr {address}"))
    past = w.compare("oge", at, parts["x"])
    chosen = {column: w.select(past, parts[column], f"%{column}j") for column in parts}
    after = Writer(shape, "r")
    rise = after.real("fmul", after.real("fsub", at, "%xj"), "%sj")
    result = after.real("fadd", "%yj", rise)
    return "\n".join(
        [
            f"define internal {shape.real} @{name_function('table', shape)}"
            f"(ptr %x, ptr %y, ptr %s, i64 %n, double %low, {shape.real} %at) #0 {{",
            "entry:",
            *before.lines,
            "  br label %head",
            "head:",
            "  %j = phi i64 [1, %entry], [%next, %piece]",
            *(
                f"  %{column}j = phi {shape.real} [{first}, %entry], [{chosen[column]}, %piece]"
                for column, first in zip(("x", "y", "s"), firsts, strict=True)
            ),
            "  %more = icmp slt i64 %j, %n",
            "  br i1 %more, label %piece, label %done",
            "piece:",
            *w.lines,
            "  %next = add i64 %j, 1",
            "  br label %head",
            "done:",
            *after.lines,
            f"  ret {shape.real} {result}",
            "}",
        ]
    )


def _bits(value: float) -> int:
    return int(format_literal(value), 16)
