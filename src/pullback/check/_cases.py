"""Right pairs to test the checker with: every primitive at ordinary points, at kinks, at odd sizes.

A case is a primitive, a way to make its arguments, and settings. Shapes are 5, 3, 4, 7: no two alike and none
2, so that a stray factor has one name.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback import tree
from pullback.pair import ANSWERS, Primitive

Rng = np.random.Generator


@dataclass
class PairCase:
    """A right pair and where it is taken.

    Attributes
    ----------
    group : str
        `unary`, `binary` (broadcasting) or `other`: which mistakes can be made of it.
    """

    primitive: Primitive
    args: tuple[Any, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    group: str = "other"

    def cast(self, dtype: Any) -> PairCase:
        """The case with its float arrays in another dtype."""
        return self.map(lambda x: x.astype(dtype))

    def map(self, change: Callable[[np.ndarray], np.ndarray]) -> PairCase:
        """The case with its float arrays changed."""

        def one(x: Any) -> Any:
            return change(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

        return PairCase(self.primitive, tree.map(one, self.args), self.settings, self.group)


DOMAINS = {
    "sqrt": (0.2, 3), "cbrt": (0.3, 3), "reciprocal": (0.4, 3), "log": (0.2, 3), "log2": (0.2, 3),
    "log10": (0.2, 3), "log1p": (-0.7, 3), "tan": (-1, 1), "arcsin": (-0.8, 0.8), "arccos": (-0.8, 0.8),
    "arccosh": (1.3, 4), "arctanh": (-0.8, 0.8), "sinc": (0.35, 0.9), "gammaln": (0.5, 4), "psi": (0.5, 4),
    "logit": (0.1, 0.9), "divide": (0.5, 2), "power": (0.4, 2), "float_power": (0.4, 2), "hypot": (0.3, 2),
    "arctan2": (0.3, 2), "copysign": (0.3, 2), "remainder": (0.4, 2), "fmod": (0.4, 2), "xlogy": (0.3, 2),
    "xlog1py": (0.3, 2), "digamma": (0.5, 4), "ndtr": (-1.5, 1.5), "erf": (-1.5, 1.5), "erfc": (-1.5, 1.5),
    "erfcx": (-1.5, 4),
}  # fmt: skip
UNARY = [
    "negative",
    "positive",
    "absolute",
    "fabs",
    "conjugate",
    "real",
    "deg2rad",
    "rad2deg",
    "nan_to_num",
    "sqrt",
    "cbrt",
    "square",
    "reciprocal",
    "exp",
    "expm1",
    "exp2",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "sinc",
    "copy",
    "erf",
    "erfc",
    "erfcx",
    "expit",
    "gammaln",
    "log_expit",
    "log_ndtr",
    "logit",
    "ndtr",
    "psi",
    "identity",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "sigmoid",
    "softplus",
    "silu",
    "mish",
    "gelu",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "arctan2",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "copysign",
    "remainder",
    "fmod",
    "float_power",
    "xlogy",
    "xlog1py",
]


def primitives() -> dict[str, Primitive]:
    """Every differentiable primitive of the library, by name."""
    importlib.import_module("scipy.special")
    modules = [
        importlib.import_module(f"pullback.primitives.{name}")
        for name in ("special", "activation", "loss", "indexing", "linalg", "linear", "joining")
    ]
    found = {p.name: p for p in ANSWERS.values() if isinstance(p, Primitive) and p.differentiable}
    for module in modules:
        for p in vars(module).values():
            if isinstance(p, Primitive) and p.differentiable:
                found.setdefault(p.name, p)
    return found


def between(rng: Rng, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Ordinary points of a function's domain, no two alike and none at 0."""
    low, high = DOMAINS.get(name, (-2.0, 2.0))
    n = int(np.prod(shape))
    points = np.linspace(low, high, n + 2)[1:-1] + rng.uniform(0, 0.2, n) * (high - low) / (n + 2)
    return rng.permutation(points + 0.013 * (np.abs(points) < 0.01)).reshape(shape)


def ordinary(rng: Rng) -> Iterator[PairCase]:
    """Every primitive at ordinary points, float64."""
    known = primitives()
    for name in UNARY:
        if name in known:
            yield PairCase(known[name], (between(rng, name, (5, 3)),), {}, "unary")
    for name in BINARY:
        if name in known:
            a, b = between(rng, name, (5, 3)), between(rng, name, (3,))
            yield PairCase(known[name], (a, b), {}, "binary")
            yield PairCase(known[name], (b * 1.01, a * 1.03), {}, "binary")
    for name, args, settings in _others(rng):
        if name in known:
            yield PairCase(known[name], args, settings)


def _others(rng: Rng) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    def n(*shape: int) -> np.ndarray:
        return between(rng, "", shape)

    for name in ("sum", "mean", "max", "min", "median", "prod"):
        yield name, (n(5, 3),), {}
        yield name, (n(5, 3),), {"axis": 0}
        yield name, (n(5, 3) + 3,), {"axis": 1, "keepdims": True}
    for name in ("cumsum", "cumprod"):
        yield name, (n(5, 3) + 2.5,), {"axis": 0}
    for a, b in (((5, 3), (3, 4)), ((4, 4), (4, 4)), ((3,), (3, 4)), ((5, 3), (3,)), ((4, 5, 3), (3, 7))):
        yield "matmul", (n(*a), n(*b)), {}
    yield from _matrices(n)
    yield "getitem", (n(5, 3), (slice(1, 4), 2)), {}
    yield "getitem", (n(5, 3), np.array([0, 3, 3])), {}
    yield "scattered", (n(3, 4), np.array([0, 4, 4])), {"shape": (7, 4)}
    yield "concatenate", ([n(5, 3), n(4, 3)],), {"axis": 0}
    yield "einsum", ("ij,jk->ik", n(5, 3), n(3, 4)), {}
    yield "einsum", ("ij,ij->i", n(5, 3), n(5, 3)), {}
    yield "reshape", (n(5, 3),), {"shape": (3, 5)}
    yield "transpose", (n(5, 3),), {}
    yield "broadcast_to", (n(3),), {"shape": (5, 3)}
    yield "flip", (n(5, 3),), {"axis": 0}
    yield "roll", (n(5, 3),), {"shift": 2, "axis": 0}
    yield "tril", (n(4, 4),), {}
    yield "triu", (n(4, 4),), {}
    for name in ("softmax", "log_softmax"):
        yield name, (n(5, 3),), {}
        yield name, (n(5, 3),), {"axis": 0}
    for name in (
        "squared_loss",
        "absolute_loss",
        "huber_loss",
        "pinball_loss",
        "poisson_loss",
        "logistic_loss",
    ):
        yield name, (n(5, 3), between(rng, "logit", (5, 3))), {}
    yield "softmax_cross_entropy", (n(5, 3), np.array([0, 1, 2, 1, 0])), {}
    yield "weighted_logsumexp", (n(5, 3), np.abs(n(5, 3)) + 0.5), {"axis": 0}
    yield "dot", (n(5, 3), n(3)), {}


def _matrices(n: Callable[..., np.ndarray]) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    square = n(3, 3) + 3 * np.eye(3)
    yield "inv", (square,), {}
    yield "det", (square,), {}
    yield "slogdet", (square,), {}
    yield "solve", (square, n(3, 4)), {}
    yield "solve", (square, n(3)), {}
    positive = square @ square.T + np.diag([1.0, 2.0, 4.0])
    yield "cholesky", (positive,), {}
    yield "eigvalsh", (positive,), {}
    yield "svdvals", (n(5, 3),), {}
    yield "pinv", (n(5, 3),), {}
    yield "qr", (n(5, 3),), {}


def right(seed: int, *, with_float32_sizes: bool) -> Iterator[tuple[str, PairCase]]:
    """Right checks of every kind: `(kind, case)`, float64 and float32."""
    rng = np.random.default_rng(seed)
    for case in ordinary(rng):
        yield "ordinary points", case
        yield "ordinary points, float32", case.cast(np.float32)
        if case.primitive.name in FIXED:
            continue
        for size in (1e-8, 1e-4, 1e4, 1e8):
            scaled = case.map(lambda x, size=size: x * size)  # type: ignore[misc]
            yield f"magnitude {size:.0e}", scaled
            if with_float32_sizes:
                yield f"magnitude {size:.0e}, float32", scaled.cast(np.float32)
        yield "kinks: zeros and ties", case.map(lambda x: np.round(x))
        yield "kinks: all zero", case.map(np.zeros_like)
        yield "size-1 axes", _cut(case, 1)
        yield "size-1 axes, float32", _cut(case, 1).cast(np.float32)
        if case.group != "other":
            yield "size-0 axes", _cut(case, 0)


FIXED = {
    "getitem",
    "scattered",
    "reshape",
    "broadcast_to",
    "softmax_cross_entropy",
    "cholesky",
    "eigvalsh",
    "qr",
}
"""Their arguments hang together: they are taken as they are."""


def _cut(case: PairCase, length: int) -> PairCase:
    return case.map(lambda x: x[tuple(slice(0, length) for _ in x.shape)].copy())
