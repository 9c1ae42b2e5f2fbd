"""Figures and tables of a run."""

from pullback.report._figures import learning_curve, predicted_against_true
from pullback.report._tables import metrics_table, print_table

__all__ = ["learning_curve", "metrics_table", "predicted_against_true", "print_table"]
