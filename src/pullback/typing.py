"""The types our signatures speak of."""

from __future__ import annotations

from typing import Any

Array = Any
"""A float array, plain or traced. NumPy's own types would shut traced arrays out."""

Tree = Any
"""Nested lists, tuples, dicts, named tuples or dataclasses with arrays at their leaves."""
