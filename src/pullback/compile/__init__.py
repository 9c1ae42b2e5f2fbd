"""compile."""
from pullback.compile._compiled import compile  # noqa: A004
