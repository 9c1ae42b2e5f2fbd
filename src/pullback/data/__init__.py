"""Tables: where they come from, how they are split, and transforms fitted on the training rows only."""

from pullback.data._load import load, load_california, load_california_raw, load_diabetes
from pullback.data._notebook import import_data
from pullback.data._read import read_features, read_table
from pullback.data._split import Split, research_split, split
from pullback.data._standardize import Standardizer
from pullback.data._table import Table

__all__ = [
    "Split",
    "Standardizer",
    "Table",
    "import_data",
    "load",
    "load_california",
    "load_california_raw",
    "load_diabetes",
    "read_features",
    "read_table",
    "research_split",
    "split",
]
