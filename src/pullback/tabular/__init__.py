"""Tables: scikit-learn estimators that are good with their defaults, and the parts of their recipe.

What a name needs is imported when the name is asked for, so that predicting needs NumPy alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pullback.tabular._bins import bins, encode, quantile_edges, tree_edges
    from pullback.tabular._classifier import MLPClassifier
    from pullback.tabular._encode import Columns, columns_of
    from pullback.tabular._neighbours import Neighbours, search_metric
    from pullback.tabular._presets import PRESETS, Preset
    from pullback.tabular._regressor import MLPRegressor
    from pullback.tabular._scale import RobustScaler, smooth_clip
    from pullback.tabular._watch import NotLearnedWarning
    from pullback.tabular.predictor import Predictor, load_model

_PLACES = {
    "_bins": ("bins", "encode", "quantile_edges", "tree_edges"),
    "_classifier": ("MLPClassifier",),
    "_encode": ("Columns", "columns_of"),
    "_neighbours": ("Neighbours", "search_metric"),
    "_presets": ("PRESETS", "Preset"),
    "_regressor": ("MLPRegressor",),
    "_scale": ("RobustScaler", "smooth_clip"),
    "_watch": ("NotLearnedWarning",),
    "predictor": ("Predictor", "load_model"),
}
_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "PRESETS", "Columns", "MLPClassifier", "MLPRegressor", "Neighbours", "NotLearnedWarning", "Predictor",
    "Preset", "RobustScaler", "bins", "columns_of", "encode", "load_model", "quantile_edges", "search_metric",
    "smooth_clip", "tree_edges",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _OF:
        raise AttributeError(f"module 'pullback.tabular' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pullback.tabular.{_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
