"""compile."""

from pullback.compile._compiled import compile  # noqa: A004
from pullback.compile._epoch import Epoch, Runner
from pullback.compile._planner import NotLowered
