"""Figures, tables and pages of a run."""

from pullback.report._figures import confusion, confusion_matrix, learning_curve, predicted_against_true
from pullback.report._page import Facts, page
from pullback.report._tables import class_metrics_table, metrics_table, print_table

__all__ = [
    "Facts",
    "class_metrics_table",
    "confusion",
    "confusion_matrix",
    "learning_curve",
    "metrics_table",
    "page",
    "predicted_against_true",
    "print_table",
]
