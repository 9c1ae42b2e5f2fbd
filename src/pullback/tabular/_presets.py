"""Presets: everything that a recipe fixes, by name. `benchmarks/recipe/` has the tables they come from."""

from __future__ import annotations

from typing import NamedTuple

from pullback.errors import ArgumentError


class Preset(NamedTuple):
    """A recipe's numbers; an estimator's arguments replace single ones.

    Attributes
    ----------
    hidden : tuple of int
        Widths of the trunk.
    members : int
        Networks that share the trunk.
    bins, width : int
        Bins of a column's encoding, and what the layer behind it makes of them.
    epochs, batch_size : int
    lr, weight_decay : float
    rounds, rows : int
        Of the search for the neighbours' metric.
    fits : int
        Whole networks, each from its own seed, whose predictions are averaged.
    angles : int
        Views of the pair of columns that interact most; 1 is none.
    bin_rows : int
        Rows in a bin, at least.
    kriging : int
        Neighbours that kriging asks; 0 is no kriging.
    """

    hidden: tuple[int, ...]
    members: int
    bins: int
    width: int
    epochs: int
    batch_size: int
    lr: float
    weight_decay: float
    rounds: int
    rows: int
    fits: int
    angles: int = 1
    bin_rows: int = 32
    kriging: int = 0


PRESETS = {
    "fast": Preset((64, 64), 1, 24, 8, 10, 256, 3e-3, 1e-2, 2, 1000, 1),
    "default": Preset((128, 128), 4, 32, 8, 16, 256, 2e-3, 1e-2, 3, 2000, 1),
    "best": Preset((256, 256), 8, 64, 16, 30, 256, 5e-4, 1e-2, 4, 4000, 4, 8, 16, 48),
}

"""With neighbour features."""

ALONE = {
    "fast": Preset((64, 64), 2, 48, 12, 10, 256, 4e-3, 1e-2, 0, 0, 1, 8, 16),
    "default": Preset((128, 128), 8, 64, 16, 30, 256, 3e-3, 1e-2, 0, 0, 1, 8, 16),
    "best": Preset((256, 256), 16, 64, 16, 40, 256, 2e-3, 1e-2, 0, 0, 1, 8, 16),
}
"""Without: finer bins, and turned axes."""


def preset_named(name: str, *, neighbours: bool = True) -> Preset:
    """The preset of this name, with or without neighbour features."""
    if name not in PRESETS:
        raise ArgumentError(f"preset={name!r} is not known", expected=f"one of {', '.join(PRESETS)}")
    return (PRESETS if neighbours else ALONE)[name]
