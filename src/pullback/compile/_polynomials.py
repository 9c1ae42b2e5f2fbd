"""Exponentials and logarithms in the text's own language, so that whole vectors of them are taken at once.

Each is within 4 units in the last place of the exact value; infinities, NaN and subnormal numbers are as
they should be. Sources: Cody, Waite, "Software manual for the elementary functions",
1980, for the reductions; fdlibm's `e_log.c`, 1993, for the logarithm. `fmuladd(a, b, c)` is `a * b + c`.
"""

from __future__ import annotations

import ast
import math

_EXP = """
def exp(x):
    x = {top} if x > {top} else x
    x = {bottom} if x < {bottom} else x
    n = rint(x * {log2e})
    r = fmuladd(n, -{ln2_high}, x)
    r = fmuladd(n, -{ln2_low}, r)
    p = {series}
    half = floor(n * 0.5)
    return fmuladd(p * r, r, r + 1.0) * power_of_two(half) * power_of_two(n - half)
"""

_EXPM1 = """
def expm1(x):
    x = {top} if x > {top} else x
    x = {bottom_m1} if x < {bottom_m1} else x
    n = rint(x * {log2e})
    r = fmuladd(n, -{ln2_high}, x)
    r = fmuladd(n, -{ln2_low}, r)
    p = {series}
    q = fmuladd(p * r, r, r)
    half = floor(n * 0.5)
    low = power_of_two(half)
    high = power_of_two(n - half)
    return (q * low + (low - 1.0 / high)) * high
"""

_TANH = """
def tanh(x):
    y = abs(x)
    y = {far} if y > {far} else y
    e = expm1(2.0 * y)
    return copysign(e / (e + 2.0), x)
"""

_LOG = """
def log(x):
    small = x < {least}
    y = x * {lift} if small else x
    k = exponent(y)
    m = significand(y)
    big = m > 1.4142135623730951
    m = m * 0.5 if big else m
    k = k + 1.0 if big else k
    k = k - {lifted} if small else k
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = z * ({log_series})
    h = 0.5 * f * f
    value = k * {ln2_high} - ((h - fmuladd(s, h + r, k * {ln2_low})) - f)
    value = x if x == inf else value
    value = -inf if x == 0.0 else value
    return nan if (x < 0.0) | (x != x) else value
"""

_LOG1P = """
def log1p(x):
    u = 1.0 + x
    value = log(u)
    value = value + (x - (u - 1.0)) / u
    value = x if u == 1.0 else value
    value = x if x == inf else value
    return -inf if x == -1.0 else value
"""

_EXPIT = """
def expit(x):
    return 1.0 / (1.0 + exp(-x))
"""

_REMAINDER = """
def remainder(x, y):
    m = fmod(x, y)
    m = m + y if (m != 0.0) & ((m < 0.0) != (y < 0.0)) else m
    return copysign(0.0, y) if m == 0.0 else m
"""

_FLOOR_DIVIDE = """
def floor_divide(x, y):
    m = fmod(x, y)
    m = m + y if (m != 0.0) & ((m < 0.0) != (y < 0.0)) else m
    return x / y if y == 0.0 else rint((x - m) / y)
"""

_LOGADDEXP = """
def logaddexp(x, y):
    d = x - y
    far = maximum(x, y) + log1p(exp(-abs(d)))
    return x + 0.6931471805599453 if x == y else far
"""

_LOGADDEXP2 = """
def logaddexp2(x, y):
    d = x - y
    far = maximum(x, y) + log1p(exp2(-abs(d))) * 1.4426950408889634
    return x + 1.0 if x == y else far
"""


def _horner(coefficients: list[float], x: str) -> str:
    text = repr(coefficients[-1])
    for c in coefficients[-2::-1]:
        text = f"fmuladd({text}, {x}, {c!r})"
    return text


def _taylor(degree: int) -> str:
    """Of `(exp(r) - 1 - r) / r^2`."""
    return _horner([1 / math.factorial(n) for n in range(2, degree + 1)], "r")


_LG = [
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
]  # fmt: skip
_FACTS = {
    "float64": {
        "top": 710.0, "bottom": -746.0, "bottom_m1": -40.0, "far": 20.0, "least": 2.2250738585072014e-308,
        "lift": 2.0**54, "lifted": 54.0, "ln2_high": 6.93147180369123816490e-01,
        "ln2_low": 1.90821492927058770002e-10, "series": _taylor(13), "log_series": _horner(_LG, "z"),
    },
    "float32": {
        "top": 89.0, "bottom": -104.0, "bottom_m1": -20.0, "far": 10.0, "least": 1.1754943508222875e-38,
        "lift": 2.0**25, "lifted": 25.0, "ln2_high": 0.693145751953125, "ln2_low": 1.428606765330187e-06,
        "series": _taylor(8), "log_series": _horner(_LG[:5], "z"),
    },
}  # fmt: skip


def _parsed(text: str) -> ast.FunctionDef:
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


WRITTEN = {
    (name, kind): _parsed(text.format(**facts, log2e=1 / math.log(2)))
    for kind, facts in _FACTS.items()
    for name, text in {
        "exp": _EXP, "expm1": _EXPM1, "tanh": _TANH, "log": _LOG, "log1p": _LOG1P, "expit": _EXPIT,
        "remainder": _REMAINDER, "floor_divide": _FLOOR_DIVIDE, "logaddexp": _LOGADDEXP,
        "logaddexp2": _LOGADDEXP2,
    }.items()
}  # fmt: skip
"""The functions by name and kind of number, parsed."""
