"""Einstein sums: operands taken in two at a time, each pair a product of matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.compile._emit import kind_of
from pullback.compile._plan import Value
from pullback.compile._planner import Planner
from pullback.compile._rules import _array, bind, lowers, matmul_of
from pullback.primitives.einsum import spelled_out
from pullback.program import Call, Var


@lowers(np.einsum)
def einsum(p: Planner, call: Call) -> None:
    """Operands taken in from the left, two at a time, each pair a product of matrices."""
    spelling, *args = call.args
    names, out = spelled_out(spelling, [len(x.shape) if isinstance(x, Var) else np.ndim(x) for x in args])
    dtype, kind = p.out.dtype, kind_of(p.out.dtype)
    terms = []
    for i, (letters, x) in enumerate(zip(names, args, strict=True)):
        others = "".join(names[:i] + names[i + 1 :]) + out
        terms.append(_once(p, _array(p, x), letters, others, dtype))
    letters, x = terms[0]
    for i, (more, y) in enumerate(terms[1:], 2):
        rest = out + "".join(name for name, _ in terms[i:])
        letters, x = _pair(p, letters, x, more, y, rest, dtype)
    x = _moved(p, x, letters, out)
    bind(p, p.elementwise(x.shape, dtype, "{0}", [x], [kind]) if x.dtype != dtype else x)


def _once(p: Planner, x: Value, letters: str, others: str, dtype: Any) -> tuple[str, Value]:
    """An operand with each letter once, and none that nobody else needs: diagonals and sums are taken."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            i = letters.index(letter)
            j = letters.index(letter, i + 1)
            x = p.view(x, lambda a, i=i, j=j: np.moveaxis(np.diagonal(a, axis1=i, axis2=j), -1, i))  # type: ignore[misc]
            letters = letters[:j] + letters[j + 1 :]
    gone = tuple(i for i, letter in enumerate(letters) if letter not in others)
    if gone:
        kept = tuple(n for i, n in enumerate(x.shape) if i not in gone)
        x = p.reduce(x, gone, "add", dtype, kept)
        letters = "".join(letter for i, letter in enumerate(letters) if i not in gone)
    return letters, x


def _moved(p: Planner, x: Value, letters: str, wanted: str) -> Value:
    return p.view(x, lambda a: np.transpose(a, [letters.index(c) for c in wanted]))


def _pair(p: Planner, la: str, a: Value, lb: str, b: Value, rest: str, dtype: Any) -> tuple[str, Value]:
    """Two operands as one: letters of both that are needed later lead, those that are not are summed."""
    lead = "".join(c for c in la if c in lb and c in rest)
    summed = "".join(c for c in la if c in lb and c not in rest)
    rows, columns = ("".join(c for c in x if c not in y) for x, y in ((la, lb), (lb, la)))
    sizes = {c: _length(c, (la, a), (lb, b)) for c in la + lb}
    batch, m, k, n = (tuple(sizes[c] for c in part) for part in (lead, rows, summed, columns))
    a = _spread(p, _moved(p, a, la, lead + rows + summed), (*batch, *m, *k))
    b = _spread(p, _moved(p, b, lb, lead + summed + columns), (*batch, *k, *n))
    if not summed:
        wide = p.view(a, lambda x: x.reshape((*batch, *m, *(1,) * len(n))))
        high = p.view(b, lambda x: x.reshape((*batch, *(1,) * len(m), *n)))
        kinds = [kind_of(dtype)] * 2
        shape = (*batch, *m, *n)
        return lead + rows + columns, p.elementwise(shape, dtype, "{0} * {1}", [wide, high], kinds)
    flat = math.prod(m), math.prod(k), math.prod(n)
    a = p.view(a, lambda x: x.reshape((*batch, *flat[:2])))
    b = p.view(b, lambda x: x.reshape((*batch, *flat[1:])))
    made = matmul_of(p, a, b, dtype, (*batch, flat[0], flat[2]))
    return lead + rows + columns, p.view(made, lambda x: x.reshape((*batch, *m, *n)))


def _length(letter: str, *operands: tuple[str, Value]) -> int:
    """What a letter runs over: an axis of length one is repeated to the other's."""
    lengths = {x.shape[letters.index(letter)] for letters, x in operands if letter in letters}
    return next((n for n in lengths if n != 1), 1)


def _spread(p: Planner, x: Value, shape: tuple[int, ...]) -> Value:
    return x if x.shape == shape else p.view(x, lambda y: np.broadcast_to(y, shape))
