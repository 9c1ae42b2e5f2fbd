"""The primitives, one file a kind; importing this package registers them all."""

from pullback.primitives import (
    activation,
    arithmetic,
    constants,
    einsum,
    elementwise,
    indexing,
    joining,
    linalg,
    linear,
    loss,
    reduction,
    shape,
)

__all__ = [
    "activation",
    "arithmetic",
    "constants",
    "einsum",
    "elementwise",
    "indexing",
    "joining",
    "linalg",
    "linear",
    "loss",
    "reduction",
    "shape",
]
