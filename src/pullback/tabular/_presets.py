"""Presets: everything that a recipe fixes, by name. `benchmarks/recipe/` has the tables they come from."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from pullback.errors import ArgumentError
from pullback.tabular._batches import size_of

LEAST_BATCH = 32
"""Rows in a batch, where there are enough."""


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
    steps : int
        Of the optimiser, at least, where there are twice as many rows: see `for_rows`.
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
    steps: int = 0

    def for_rows(self, n_rows: int, given: Container[str] = ()) -> Preset:
        """What a table of so many rows asks for: on few rows smaller batches and more epochs.

        Batches are a sixteenth of the rows, within 32 and `batch_size`. Epochs are as many as give `steps`
        steps, or one step for two rows if that is less. What the user has `given` stays.

        Examples
        --------
        >>> small = PRESETS["default"].for_rows(1000)
        >>> small.batch_size, small.epochs, PRESETS["default"].for_rows(13_209).epochs
        (63, 32, 16)
        """
        preset = self
        if "batch_size" not in given:
            preset = preset._replace(batch_size=min(self.batch_size, max(LEAST_BATCH, -(-n_rows // 16))))
        if "epochs" not in given:
            an_epoch = -(-n_rows // size_of(n_rows, preset.batch_size))
            preset = preset._replace(epochs=max(self.epochs, -(-min(self.steps, n_rows // 2) // an_epoch)))
        return preset


PRESETS = {
    "fast": Preset((64, 64), 1, 24, 8, 10, 256, 3e-3, 1e-2, 2, 1000, 1, steps=400),
    "default": Preset((128, 128), 4, 32, 8, 16, 256, 2e-3, 1e-2, 3, 2000, 1, steps=800),
    "best": Preset((256, 256), 8, 64, 16, 30, 256, 5e-4, 1e-2, 4, 4000, 4, 8, 16, 48, 1500),
}

"""With neighbour features."""

ALONE = {
    "fast": Preset((64, 64), 2, 48, 12, 10, 256, 4e-3, 1e-2, 0, 0, 1, 8, 16, steps=400),
    "default": Preset((128, 128), 8, 64, 16, 30, 256, 3e-3, 1e-2, 0, 0, 1, 8, 16, steps=800),
    "best": Preset((256, 256), 16, 64, 16, 40, 256, 2e-3, 1e-2, 0, 0, 1, 8, 16, steps=1500),
}
"""Without: finer bins, and turned axes."""


def preset_named(name: str, *, neighbours: bool = True) -> Preset:
    """The preset of this name, with or without neighbour features."""
    if name not in PRESETS:
        raise ArgumentError(f"preset={name!r} is not known", expected=f"one of {', '.join(PRESETS)}")
    return (PRESETS if neighbours else ALONE)[name]
