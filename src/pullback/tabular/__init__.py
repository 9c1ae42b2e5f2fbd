"""Tables: scikit-learn estimators that are good with their defaults, and the parts of their recipe."""

from pullback.tabular._bins import bins, encode, quantile_edges, tree_edges
from pullback.tabular._classifier import MLPClassifier
from pullback.tabular._encode import Columns, columns_of
from pullback.tabular._neighbours import Neighbours, search_metric
from pullback.tabular._presets import PRESETS, Preset
from pullback.tabular._regressor import MLPRegressor
from pullback.tabular._scale import RobustScaler, smooth_clip
from pullback.tabular._watch import NotLearnedWarning

__all__ = [
    "PRESETS", "Columns", "MLPClassifier", "MLPRegressor", "Neighbours", "NotLearnedWarning", "Preset",
    "RobustScaler", "bins", "columns_of", "encode", "quantile_edges", "search_metric", "smooth_clip",
    "tree_edges",
]  # fmt: skip
