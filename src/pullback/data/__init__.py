"""Tables: where they come from, how they are split, and transforms fitted on the training rows only."""

from pullback.data._frame import Frame
from pullback.data._load import load, load_california, load_california_raw, load_diabetes
from pullback.data._notebook import import_data
from pullback.data._problem import Problem, pose, problem_of
from pullback.data._read import read_features, read_table
from pullback.data._read_frame import frames, read_frame
from pullback.data._split import Split, research_split, split, stratified_split
from pullback.data._standardize import Standardizer
from pullback.data._table import Table

__all__ = [
    "Frame",
    "Problem",
    "Split",
    "Standardizer",
    "Table",
    "frames",
    "import_data",
    "load",
    "load_california",
    "load_california_raw",
    "load_diabetes",
    "pose",
    "problem_of",
    "read_features",
    "read_frame",
    "read_table",
    "research_split",
    "split",
    "stratified_split",
]
