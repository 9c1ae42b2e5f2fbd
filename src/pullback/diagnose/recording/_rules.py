"""How a recorded call takes its cotangent back: the common calls at once, all others by pullback's pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from pullback.transforms import vjp

Rule = Callable[..., Any]


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum a cotangent over the axes its input was spread along."""
    g = np.asarray(g)
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    if extra > 0:
        g = g.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, k in enumerate(shape) if k == 1 and g.shape[i] != 1)
    g = g.sum(axis=axes, keepdims=True) if axes else g
    return g if g.shape == shape else np.broadcast_to(g, shape)


def _spread(u: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    if axis is not None and not keepdims:
        axes = axis if isinstance(axis, tuple) else (axis,)
        u = np.expand_dims(u, tuple(a % np.ndim(x) for a in axes))
    return np.broadcast_to(u, np.shape(x))


def _sum(u: Any, out: Any, x: Any, axis: Any = None, *unused: Any, keepdims: Any = False, **more: Any) -> Any:
    if [k for k, v in more.items() if k in ("where", "initial") and v is not None]:
        return None
    return (_spread(u, x, axis, keepdims),)


def _reduce(u: Any, out: Any, x: Any, axis: Any = 0, *unused: Any, keepdims: Any = False, **more: Any) -> Any:
    return _sum(u, out, x, axis, keepdims=keepdims, **more)


def _mean(
    u: Any, out: Any, x: Any, axis: Any = None, *unused: Any, keepdims: Any = False, **more: Any
) -> Any:
    gs = _sum(u, out, x, axis, keepdims=keepdims, **more)
    return gs and (gs[0] * (np.size(out) / np.size(x)),)


def _matmul(u: Any, out: Any, a: Any, b: Any, **unused: Any) -> Any:
    a, b, u = np.asarray(a), np.asarray(b), np.asarray(u)
    if a.ndim == 2 and b.ndim == 2:
        return u @ b.T, a.T @ u
    if a.ndim == 1 and b.ndim == 1:
        return u * b, u * a
    if a.ndim == 2 and b.ndim == 1:
        return np.outer(u, b), a.T @ u
    if a.ndim == 1 and b.ndim == 2:
        return b @ u, np.outer(a, u)
    if a.ndim == 0 or b.ndim == 0:
        return np.sum(u * b) if a.ndim == 0 else u * b, np.sum(u * a) if b.ndim == 0 else u * a
    return None


def _maximum(u: Any, out: Any, a: Any, b: Any, **unused: Any) -> Any:
    return u * (np.asarray(a) > b), u * (np.asarray(b) > a)


def _power(u: Any, out: Any, a: Any, b: Any, **unused: Any) -> Any:
    if np.ndim(b) != 0:
        return None
    return (u * b * np.asarray(a, float) ** (b - 1),)


def _getitem(u: Any, out: Any, x: Any, index: Any) -> Any:
    g = np.zeros(np.shape(x))
    if index.plain:
        g[index.index] = u
    else:
        np.add.at(g, index.index, u)
    return (g,)


def _setitem(u: Any, out: Any, x: Any, value: Any, index: Any) -> Any:
    g = np.array(u)
    g[index.index] = 0
    return g, u[index.index]


def _where(u: Any, out: Any, c: Any, a: Any, b: Any) -> Any:
    return None, np.where(c, u, 0), np.where(c, 0, u)


def _transpose(u: Any, out: Any, x: Any, axes: Any = None) -> Any:
    return (np.transpose(u) if axes is None else np.transpose(u, np.argsort(axes)),)


def _reshape(u: Any, out: Any, x: Any, *unused: Any, **also: Any) -> Any:
    return (np.reshape(u, np.shape(x)),)


def _extreme(
    u: Any, out: Any, x: Any, axis: Any = None, *unused: Any, keepdims: Any = False, **k: Any
) -> Any:
    hit = np.asarray(x) == (_spread(out, x, axis, keepdims))
    return (_spread(u, x, axis, keepdims) * hit / hit.sum(axis=axis, keepdims=True),)


def _extreme0(u: Any, out: Any, x: Any, axis: Any = 0, *unused: Any, keepdims: Any = False, **k: Any) -> Any:
    return _extreme(u, out, x, axis, keepdims=keepdims)


def _outer(u: Any, out: Any, a: Any, b: Any, **unused: Any) -> Any:
    return np.reshape(u @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ u, np.shape(b))


def _stack(u: Any, out: Any, parts: Any, axis: Any = 0, **unused: Any) -> Any:
    return (list(np.moveaxis(u, axis, 0)),) if isinstance(parts, (list, tuple)) else None


def _concatenate(u: Any, out: Any, parts: Any, axis: Any = 0, **unused: Any) -> Any:
    if axis is None or not isinstance(parts, (list, tuple)):
        return None
    return _joined(u, parts, axis)


def _joined(u: Any, parts: Any, axis: int) -> Any:
    """The pieces of a cotangent, shaped like the arrays that stand one after the other along an axis."""
    if not isinstance(parts, (list, tuple)) or any(isinstance(x, (list, tuple)) for x in parts):
        return None
    u = np.asarray(u)
    before, each = (slice(None),) * (axis % u.ndim), max(u.size // max(u.shape[axis], 1), 1)
    end, pieces = 0, []
    for x in map(np.asarray, parts):
        begin, end = end, end + x.size // each
        pieces.append(u[(*before, slice(begin, end))].reshape(x.shape))
    return (pieces,)


def _append(u: Any, out: Any, x: Any, more: Any, axis: Any = None) -> Any:
    parts = [x, *more] if isinstance(more, (list, tuple)) and axis is None else [x, more]
    found = _joined(u, parts, 0 if axis is None else axis)
    if found is None:
        return None
    ((first, *rest),) = found
    return first, rest if isinstance(more, (list, tuple)) else rest[0]


def _hstack(u: Any, out: Any, parts: Any, **unused: Any) -> Any:
    return _joined(u, parts, min(np.ndim(u) - 1, 1))


def _same(u: Any, out: Any, x: Any, *unused: Any, **also: Any) -> Any:
    return (u,)


def _nothing(u: Any, out: Any, *args: Any, **unused: Any) -> Any:
    return [None] * len(args)


RULES: dict[Any, Rule] = {
    np.add: lambda u, o, a, b, **k: (u, u),
    np.subtract: lambda u, o, a, b, **k: (u, -u),
    np.multiply: lambda u, o, a, b, **k: (u * b, u * a),
    np.divide: lambda u, o, a, b, **k: (u / b, -u * o / b),
    np.negative: lambda u, o, a, **k: (-u,),
    np.exp: lambda u, o, a, **k: (u * np.where(u == 0, 0.0, o),),  # 1 / (1 + exp(1000)) is flat, not NaN
    np.log: lambda u, o, a, **k: (u / a,),
    np.log1p: lambda u, o, a, **k: (u / (1 + a),),
    np.tanh: lambda u, o, a, **k: (u * (1 - o * o),),
    np.sqrt: lambda u, o, a, **k: (u / (2 * o),),
    np.square: lambda u, o, a, **k: (2 * u * a,),
    np.abs: lambda u, o, a, **k: (u * np.sign(a),),
    np.logaddexp: lambda u, o, a, b, **k: (u * np.exp(a - o), u * np.exp(b - o)),
    np.sin: lambda u, o, a, **k: (u * np.cos(a),),
    np.cos: lambda u, o, a, **k: (-u * np.sin(a),),
    np.cosh: lambda u, o, a, **k: (u * np.sinh(a),),
    np.log2: lambda u, o, a, **k: (u / (a * np.log(2)),),
    np.expm1: lambda u, o, a, **k: (u * (o + 1),),
    np.arctan: lambda u, o, a, **k: (u / (1 + np.square(a)),),
    np.reciprocal: lambda u, o, a, **k: (-u * o * o,),
    np.clip: lambda u, o, a, *limits, **k: (u * (o == a),),  # within the limits, however they are given
    np.max: _extreme,
    np.amax: _extreme,
    np.min: _extreme,
    (np.maximum, "reduce"): _extreme0,
    (np.minimum, "reduce"): _extreme0,
    np.outer: _outer,
    np.stack: _stack,
    np.concatenate: _concatenate,
    np.append: _append,
    np.hstack: _hstack,
    np.vstack: lambda u, o, parts, **k: _joined(u, parts, 0),
    np.column_stack: lambda u, o, parts: _joined(u, parts, 1),
    np.power: _power,
    np.matmul: _matmul,
    np.dot: _matmul,
    np.maximum: _maximum,
    np.minimum: lambda u, o, a, b, **k: (u * (np.asarray(a) < b), u * (np.asarray(b) < a)),
    np.sum: _sum,
    np.mean: _mean,
    (np.add, "reduce"): _reduce,
    np.where: _where,
    np.transpose: _transpose,
    np.reshape: _reshape,
    np.ravel: _reshape,
    np.squeeze: _reshape,
    np.expand_dims: _reshape,
    np.copy: _same,
    "copy": _same,
    "getitem": _getitem,
    "setitem": _setitem,
    np.zeros_like: _nothing,
    np.ones_like: _nothing,
    np.sign: _nothing,
    np.argmax: _nothing,
    np.greater: _nothing,
    np.less: _nothing,
    np.greater_equal: _nothing,
    np.less_equal: _nothing,
    np.equal: _nothing,
    np.not_equal: _nothing,
    np.astype: _same,
    np.round: _same,
}


def fall_back(node: Any, u: Any, kind: type) -> Iterator[tuple[Any, Any]]:
    """The cotangents of a call without a rule here, by the pair pullback has for it, if any."""
    parents = [p for p in node.parents if p.value.dtype.kind == "f"]
    if not parents:
        return
    function = node.op
    if isinstance(function, tuple):
        function = getattr(function[0], function[1])

    def call(*leaves: Any) -> Any:
        found = {id(p): x for p, x in zip(parents, leaves, strict=True)}

        def put(a: Any) -> Any:
            if isinstance(a, kind):
                return found.get(id(a), a.value)  # type: ignore[attr-defined]
            return type(a)(put(b) for b in a) if type(a) in (tuple, list) else a

        return function(*[put(a) for a in node.args], **node.kwargs)

    if isinstance(node.op, str):
        return
    try:
        _, pull = vjp(call, *[p.value for p in parents])
        yield from zip(parents, pull(np.asarray(u, node.value.dtype)[()]), strict=True)
    except Exception:  # no pair answers it
        yield from _moved(call, node.value, parents, u)


FAR = 2.0**40
"""More than any number that stands in an array beside the moved ones."""


def _moved(call: Any, value: Any, parents: list[Any], u: Any) -> Iterator[tuple[Any, Any]]:
    """The cotangents of a call that only moves numbers, such as `np.append`: where each went is looked up.

    Nothing for a call that does more: the differences will say so.
    """
    ends = np.cumsum([0, *(p.value.size for p in parents)])
    labels = [np.arange(a, b, dtype=float) for a, b in pairwise(ends)]
    places = []
    for shift in (FAR, 2 * FAR):
        marked = [(x + shift).reshape(p.value.shape) for x, p in zip(labels, parents, strict=True)]
        try:
            places.append(np.asarray(call(*marked), float).ravel() - shift)
        except Exception:
            return
    moved = (places[0] == places[1]) & (places[0] >= 0) & (places[0] < ends[-1])
    at = places[0][moved].astype(int)
    before = np.concatenate([p.value.ravel() for p in parents])
    rest = places[0][~moved] + FAR
    if not np.array_equal(before[at], np.ravel(value)[moved], equal_nan=True):
        return
    if not np.array_equal(rest, np.ravel(value)[~moved], equal_nan=True):
        return
    back = np.zeros(ends[-1])
    np.add.at(back, at, np.ravel(np.broadcast_to(u, np.shape(value)))[moved])
    for p, (a, b) in zip(parents, pairwise(ends), strict=True):
        yield p, back[a:b].reshape(p.value.shape)
