"""Einstein sums: products summed over axes that are named by letters."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import unbroadcast
from pullback.primitives.indexing import scatter
from pullback.typing import Array


@primitive(answers=np.einsum)
def einsum(subscripts: str, *operands: Array, optimize: Any = False) -> tuple[Array, Vjp]:
    """The sum of products that `subscripts` spell; vjp: that with u and an operand's letters exchanged."""
    value = np.einsum(subscripts, *operands, optimize=optimize)
    names, out = spelled_out(subscripts, [np.ndim(x) for x in operands])

    def vjp(u: Array) -> tuple[Any, ...]:
        return None, *(_cotangent(i, (out, *names), (u, *operands), optimize) for i in range(len(operands)))

    return value, vjp


@derived(np.einsum)
def einsum_of(*operands: Any, optimize: Any = False) -> Array:
    """`einsum`, its letters in one string or as a list of numbers after each operand."""
    if not isinstance(operands[0], str):
        operands = _in_letters(operands)
    return einsum(*operands, optimize=optimize)


def _cotangent(i: int, names: tuple[str, ...], arrays: tuple[Array, ...], optimize: Any) -> Array:
    """For operand i: an axis that it alone names is repeated, one that it names twice is a diagonal."""
    x, own = arrays[i + 1], names[i + 1]
    rest = [j for j in range(len(names)) if j != i + 1]
    sizes = {c: max(_sizes(c, names, arrays)) if 0 not in _sizes(c, names, arrays) else 0 for c in own}
    known = "".join(c for c in sizes if any(c in names[j] for j in rest))
    spelling = f"{','.join(names[j] for j in rest)}->{known}"
    g = np.einsum(spelling, *(arrays[j] for j in rest), optimize=optimize)
    lengths = dict(zip(known, np.shape(g), strict=True))
    g = np.reshape(g, tuple(lengths.get(c, 1) for c in sizes))
    g = np.broadcast_to(g, tuple(sizes.values()))
    if len(sizes) < len(own):
        places = dict(zip(sizes, np.ogrid[tuple(map(slice, sizes.values()))], strict=True))
        g = scatter(g, tuple(places[c] for c in own), shape=tuple(sizes[c] for c in own))
    return unbroadcast(g, x)


def _sizes(letter: str, names: tuple[str, ...], arrays: tuple[Array, ...]) -> set[int]:
    lengths = (zip(name, np.shape(x), strict=True) for name, x in zip(names, arrays, strict=True))
    return {n for pairs in lengths for c, n in pairs if c == letter}


def spelled_out(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """One letter for each axis of each operand and of the result: no dots, no implicit result.

    Examples
    --------
    >>> spelled_out("...ij,jk", [3, 2])
    (['Zij', 'jk'], 'Zik')
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [c for c in string.ascii_letters if c not in left]
    hidden = [n + 3 - len(t) if "..." in t else 0 for t, n in zip(terms, ndims, strict=True)]
    dots = "".join(free[len(free) - max(hidden) :])
    names = [t.replace("...", dots[len(dots) - n :]) for t, n in zip(terms, hidden, strict=True)]
    if arrow:
        return names, right.replace("...", dots)
    once = sorted(c for c in set(left) - set(",.") if left.count(c) == 1)
    return names, dots + "".join(once)


def _in_letters(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    arrays, lists = operands[: len(operands) // 2 * 2 : 2], operands[1::2]
    terms = ",".join(map(_letters, lists))
    result = f"->{_letters(operands[-1])}" if len(operands) % 2 else ""
    return terms + result, *arrays


def _letters(numbers: Any) -> str:
    return "".join("..." if n is Ellipsis else string.ascii_letters[n] for n in numbers)
