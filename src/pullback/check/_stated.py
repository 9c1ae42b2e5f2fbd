"""The convention that a docstring states for a kink, held against what the cotangents follow there.

Read are `kink: 0 at 0`, with a number or a setting's name, one for each input where there are several, and
`kink: half each at ties`. Whatever else a docstring says of kinks is for people only.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np

from pullback.check._evidence import Evidence, LeafEvidence

STATED = re.compile(r"\bkink:\s*(?P<value>[^;]+?)\s+at\s+(?P<place>[^;\n]+?)[.;]?\s*(?:\n|$)")
SHARED = re.compile(r"half each|in even shares")


def contradicted(found: Evidence) -> tuple[int, str] | None:
    """The first input whose cotangent follows another convention than the one stated, and how."""
    said = STATED.search(inspect.getdoc(_written(found.subject.f)) or "")
    if said is None or found.mode != "whole":
        return None
    ties = np.sum([leaf.kink.sum(axis=1) for leaf in found.leaves], axis=0)
    for leaf in found.leaves:
        expected = _expected(said["value"], found, leaf, ties)
        room = leaf.bound + 1e-6 * (1 + np.abs(expected))
        off = leaf.kink & np.isfinite(expected) & np.isfinite(leaf.got) & (np.abs(leaf.got - expected) > room)
        if off.any():
            j, i = np.argwhere(off)[0]
            return leaf.index, (
                f"the docstring states 'kink: {said['value']} at {said['place']}', "
                f"the cotangent of {leaf.label} follows {leaf.got[j, i]:.4g}"
            )
    return None


def _written(f: Any) -> Any:
    return getattr(f, "body", f)


def _expected(text: str, found: Evidence, leaf: LeafEvidence, ties: np.ndarray) -> np.ndarray:
    """What each entry should be; nan where the words say nothing of it."""
    out = np.full(leaf.got.shape, np.nan)
    if SHARED.fullmatch(text):
        low, high = _sides(leaf)
        pair = (ties[:, None] == 2) & (np.minimum(np.abs(low), np.abs(high)) < 1e-6)
        return np.where(pair, (low + high) / 2, out)
    values = [_number(word.strip(), found.subject) for word in text.split(",")]
    value = values[leaf.index] if leaf.index < len(values) else None
    by_element = found.out_shapes == [leaf.shape]
    if value is None or not (value == 0 or by_element):
        return out
    out[:] = value
    return out


def _sides(leaf: LeafEvidence) -> tuple[np.ndarray, np.ndarray]:
    middle, half = leaf.slopes.value.T, leaf.slopes.jump.T / 2
    return middle - half, middle + half


def _number(word: str, subject: Any) -> float | None:
    """A number, or the value that a setting of this name has in this call."""
    try:
        return float(word)
    except ValueError:
        pass
    try:
        known = inspect.signature(_written(subject.f)).parameters
    except (TypeError, ValueError):
        return None
    default = known[word].default if word in known else None
    value = subject.settings.get(word, default)
    return float(value) if isinstance(value, (int, float)) else None
