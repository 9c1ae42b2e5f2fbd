"""Mistakes to order: each spoils a right pair in one way, and says by which names it may be called.

A seed is a function from a case to spoilt primitives; where it does not apply it gives none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback import tree
from pullback.check._cases import PairCase
from pullback.pair import Primitive

Change = Callable[[np.ndarray, np.ndarray, Any], Any]


@dataclass
class Mutant:
    """A spoilt pair: the mistake seeded, and the names that are right for it."""

    seed: str
    names: tuple[str, ...]
    case: PairCase


def spoilt(case: PairCase, vjp_of: Callable[..., Any]) -> PairCase:
    """The case with another reverse pass: `vjp_of(args, settings, value, vjp)` gives it."""

    def body(*args: Any, **settings: Any) -> tuple[Any, Any]:
        value, vjp = case.primitive.body(*args, **settings)
        return value, vjp_of(args, settings, value, vjp)

    made = Primitive(body)
    made.signature, made._by_name = case.primitive.signature, case.primitive._by_name
    made.name = f"spoilt_{case.primitive.name}"
    made.numpy = None
    return PairCase(made, case.args, case.settings, case.group)


def arrays_of(case: PairCase) -> list[np.ndarray]:
    """The float inputs."""
    return [x for x in tree.leaves(case.args) if isinstance(x, np.ndarray) and x.dtype.kind == "f"]


def on_leaf(case: PairCase, which: int, change: Change) -> PairCase:
    """The case with the cotangent of its float input `which` changed."""

    def vjp_of(args: Any, settings: Any, value: Any, vjp: Any) -> Any:
        def changed(u: Any) -> Any:
            flat, structure = tree.flatten(tuple(vjp(u)), none_is_leaf=True)
            place = [i for i, g in enumerate(flat) if g is not None][which]
            flat[place] = change(np.asarray(flat[place]), arrays_of(PairCase(case.primitive, args))[which], u)
            return tree.unflatten(structure, flat)

        return changed

    return spoilt(case, vjp_of)


def mutants(case: PairCase, which: int) -> Iterator[Mutant]:
    """Every mistake that can be made of a case, in its float input `which`."""
    arrays = arrays_of(case)
    x = arrays[which]
    value = case.primitive.plain(*case.args, **case.settings)
    for seed, names, change in _pointwise(x, value, case):
        yield Mutant(seed, names, on_leaf(case, which, change))
    if _has_mask(case, which, value):
        for seed, names, change in MASKS:
            yield Mutant(seed, names, on_leaf(case, which, change))
    yield from _structural(case, which, x, value)
    if case.group == "unary":
        yield from _products(case)


def _pointwise(x: np.ndarray, value: Any, case: PairCase) -> Iterator[tuple[str, tuple[str, ...], Change]]:
    two = x.dtype.type(2)
    yield "sign", ("sign",), lambda g, x, u: -g
    yield "constant factor 2", ("factor",), lambda g, x, u: g * two
    yield "constant factor 1/2", ("factor",), lambda g, x, u: g / two
    yield "zero", ("zero",), lambda g, x, u: np.zeros_like(g)
    if x.ndim and x.shape[0] > 2:
        n = x.dtype.type(x.shape[0])
        yield "constant factor n", ("factor", "sum_for_mean"), lambda g, x, u: g * n
        yield "constant factor 1/n", ("factor", "mean_for_sum"), lambda g, x, u: g / n
    if x.ndim >= 2:
        yield "transposed", ("transposed",), lambda g, x, u: np.swapaxes(g, -1, -2).copy()
        yield (
            "extra sum",
            ("extra_sum",),
            lambda g, x, u: np.broadcast_to(g.sum(0, keepdims=True), g.shape).copy(),
        )
        yield "wrong in one row", ("some_rows",), lambda g, x, u: _at(g, (1,), -1)
        yield "wrong in one column", ("some_columns",), lambda g, x, u: _at(g, (..., 1), 0)
    if x.ndim and x.shape[-1] > 2:
        yield "shifted index", ("shifted",), lambda g, x, u: np.roll(g, 1, axis=-1)
    if x.size > 4:
        yield (
            "wrong in one element",
            ("some_elements",),
            lambda g, x, u: _at(g, np.unravel_index(2, g.shape), 1.5),
        )
    if case.group == "unary":
        yield from _derivatives()


MASKS: list[tuple[str, tuple[str, ...], Change]] = [
    ("mask missing", ("mask_missing",), lambda g, x, u: np.where(g == 0, u, g).astype(g.dtype)),
    ("mask on the wrong side", ("mask_wrong_side",), lambda g, x, u: np.where(g == 0, u, 0).astype(g.dtype)),
]


def _has_mask(case: PairCase, which: int, value: Any) -> bool:
    """Elementwise, with a slope that is zero somewhere and not everywhere."""
    x = arrays_of(case)[which]
    maps = case.group != "other" or case.primitive.name in ("tril", "triu")
    if not maps or np.shape(value) != x.shape:
        return False
    _, vjp = case.primitive.vjp(*case.args, **case.settings)
    g = [g for g in tree.leaves(tuple(vjp(np.ones_like(value)))) if g is not None][which]
    return bool(np.any(g == 0) and np.any(g != 0))


def _derivatives() -> Iterator[tuple[str, tuple[str, ...], Change]]:
    name, names = "derivative of another function", ("other_derivative",)
    yield name, names, lambda g, x, u: u * (1 - np.tanh(x) ** 2)
    yield name, names, lambda g, x, u: u * np.cos(x)
    yield name, names, lambda g, x, u: u * (x * (1 - x))


def _at(g: np.ndarray, index: Any, factor: float) -> np.ndarray:
    g = g.copy()
    g[index] = g[index] * g.dtype.type(factor)
    return g


def _structural(case: PairCase, which: int, x: np.ndarray, value: Any) -> Iterator[Mutant]:
    arrays = arrays_of(case)
    yield Mutant("u not multiplied in", ("u_not_multiplied",), spoilt(case, _without_u))
    yield Mutant("stale saved value", ("stale",), stale(case))
    if which == 0 and len(arrays) == 2:
        yield Mutant("swapped cotangents", ("swapped",), spoilt(case, _swapped))
    terms = _summed(case, which, value)
    if terms > 2:
        k = x.dtype.type(terms)
        made = on_leaf(case, which, lambda g, x, u: g / k)
        yield Mutant("mean for sum", ("mean_for_sum",), made)
    if case.primitive.name in ("mean", "squared_loss", "logistic_loss"):
        count = x.dtype.type(x.shape[0] if "loss" in case.primitive.name else x.size // np.size(value))
        yield Mutant("sum for mean", ("sum_for_mean",), on_leaf(case, which, lambda g, x, u: g * count))
    if case.group == "binary" and x.size < np.size(value):
        yield Mutant("missing sum", ("missing_sum",), spoilt(case, _unsummed(case)))


def _summed(case: PairCase, which: int, value: Any) -> int:
    """How many terms the cotangent sums: over a broadcast axis, or over rows in a product."""
    x = arrays_of(case)[which]
    if case.group == "binary" and x.size and np.size(value) > x.size:
        return int(np.size(value)) // x.size
    if case.primitive.name == "matmul" and which == 1 and [a.ndim for a in arrays_of(case)] == [2, 2]:
        return int(arrays_of(case)[0].shape[0])
    if case.primitive.name == "sum":
        return x.size // max(1, int(np.size(value)))
    return 0


def _without_u(args: Any, settings: Any, value: Any, vjp: Any) -> Any:
    return lambda u: vjp(tree.map(np.ones_like, u))


def _swapped(args: Any, settings: Any, value: Any, vjp: Any) -> Any:
    def changed(u: Any) -> Any:
        flat, structure = tree.flatten(tuple(vjp(u)), none_is_leaf=True)
        a, b = [i for i, g in enumerate(flat) if g is not None][:2]
        flat[a], flat[b] = flat[b], flat[a]
        return tree.unflatten(structure, flat)

    return changed


def _unsummed(case: PairCase) -> Callable[..., Any]:
    def vjp_of(args: Any, settings: Any, value: Any, vjp: Any) -> Any:
        full = np.broadcast_arrays(*args)
        wide = case.primitive.vjp(*[np.array(a) for a in full], **settings)[1]
        return lambda u: wide(u)

    return vjp_of


def stale(case: PairCase) -> PairCase:
    """What the vjp reads lies in one place for all calls: the last call's."""
    kept: dict[str, Any] = {}

    def vjp_of(args: Any, settings: Any, value: Any, vjp: Any) -> Any:
        kept["vjp"] = vjp
        return lambda u: kept["vjp"](u)

    return spoilt(case, vjp_of)


def _products(case: PairCase) -> Iterator[Mutant]:
    """`x f(x)`, of whose two terms one is left out."""
    f = case.primitive
    for drop in (0, 1):

        def body(x: Any, drop: int = drop) -> tuple[Any, Any]:
            y, vjp = f.vjp(x)
            if drop:
                return x * y, lambda u: (u * y,)
            return x * y, lambda u: (vjp(u * x)[0],)

        made = Primitive(body)
        made.name = f"product_{f.name}"
        yield Mutant(
            "one term of a product missing", ("missing_term",), PairCase(made, case.args, {}, "product")
        )
