"""A training run in a folder: from a table to a model, its history, its pictures and its figures."""

from pullback.runs._folder import Run, how_it_resumes, next_folder
from pullback.runs._page import report_run
from pullback.runs._predict import Predictor, load_model
from pullback.runs._settings import BUNDLED, Settings, check_settings
from pullback.runs._train import load_table, train_run

__all__ = [
    "BUNDLED",
    "Predictor",
    "Run",
    "Settings",
    "check_settings",
    "how_it_resumes",
    "load_model",
    "load_table",
    "next_folder",
    "report_run",
    "train_run",
]
