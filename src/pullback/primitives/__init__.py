"""The primitives, one file a kind; importing this package registers them all."""

from pullback.primitives import arithmetic, constants, elementwise, linear, reduction, shape

__all__ = ["arithmetic", "constants", "elementwise", "linear", "reduction", "shape"]
