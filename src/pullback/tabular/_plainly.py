"""Our own objects as dicts, lists and arrays, and back: what a pickle, or skops, of an estimator holds.

So whoever loads one has a single class of ours to trust, the estimator's.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pullback.data import Standardizer
from pullback.tabular._encode import Columns
from pullback.tabular._neighbours import Neighbours
from pullback.tabular._recipe import Inputs, Network
from pullback.tabular._scale import RobustScaler
from pullback.train import Epoch, Result
from pullback.train._checkpoint import State

_KEY = "pullback.object"
_KNOWN = {
    kind.__name__: kind
    for kind in (Columns, Epoch, Inputs, Neighbours, Network, Result, RobustScaler, Standardizer, State)
}
_NOT_KEPT = {"Neighbours": {"trees"}, "Result": {"asked"}}  # made again when needed


def lowered(value: Any) -> Any:
    """The same in dicts, lists, tuples and arrays; what is none of ours stays as it is."""
    kind = type(value)
    if _KNOWN.get(kind.__name__) is kind:
        names = set(_fields(kind)) - _NOT_KEPT.get(kind.__name__, set())
        return {_KEY: kind.__name__, **{name: lowered(getattr(value, name)) for name in sorted(names)}}
    if kind is dict:
        return {name: lowered(x) for name, x in value.items()}
    if kind in (list, tuple):
        return kind(lowered(x) for x in value)
    return value


def raised(value: Any) -> Any:
    """What `lowered` took apart."""
    if type(value) is dict:
        fields = {name: raised(x) for name, x in value.items()}
        return _KNOWN[fields.pop(_KEY)](**fields) if _KEY in fields else fields
    if type(value) in (list, tuple):
        return type(value)(raised(x) for x in value)
    return value


def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else kind._fields
