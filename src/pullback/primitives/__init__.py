"""The primitives, one file a kind; importing this package registers them all."""

from pullback.primitives import (
    arithmetic,
    constants,
    einsum,
    elementwise,
    indexing,
    joining,
    linalg,
    linear,
    reduction,
    shape,
)

__all__ = [
    "arithmetic",
    "constants",
    "einsum",
    "elementwise",
    "indexing",
    "joining",
    "linalg",
    "linear",
    "reduction",
    "shape",
]
