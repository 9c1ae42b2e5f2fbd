"""The primitives, one file a kind; importing this package registers them all."""

from pullback.primitives import (
    activation,
    arithmetic,
    constants,
    elementwise,
    linear,
    loss,
    reduction,
    shape,
)

__all__ = ["activation", "arithmetic", "constants", "elementwise", "linear", "loss", "reduction", "shape"]
