"""The leaves of parameters: in order, by place, and put back into the structure they came in."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from pullback import tree

SEQUENCES = (list, tuple, deque)


def flatten(params: Any) -> list[Any]:
    """The leaves of parameters in the order they are written (dicts are not sorted)."""
    if isinstance(params, SEQUENCES):
        return [leaf for part in params for leaf in flatten(part)]
    if isinstance(params, Mapping):
        return [leaf for part in params.values() for leaf in flatten(part)]
    if params is None:
        return []
    if isinstance(params, (np.ndarray, np.generic, float, int)):
        return [params]
    if tree.is_container(params):
        return tree.leaves(params)
    if hasattr(params, "__dict__"):
        return flatten({k: v for k, v in vars(params).items() if _holds_arrays(v)})
    return [params]


def joined(leaves: Iterable[Any]) -> np.ndarray:
    """All numbers of some leaves in one row."""
    return np.concatenate([np.ravel(x) for x in leaves])


def copies(leaves: list[Any]) -> list[Any]:
    """The leaves once more: arrays, and single numbers as Python has them."""
    return [np.array(x) if np.ndim(x) else float(x) for x in leaves]


def _holds_arrays(x: Any, depth: int = 0) -> bool:
    """Whether an attribute holds parameters: an array, a container of some, or an object that has one."""
    if isinstance(x, np.ndarray):
        return True
    if isinstance(x, (list, tuple, dict)):
        return len(x) > 0
    if isinstance(x, type) or callable(x) or not hasattr(x, "__dict__") or depth > 3:
        return False
    return any(_holds_arrays(v, depth + 1) for v in vars(x).values())


def places(params: Any, path: str = "") -> Iterator[str]:
    """Where each leaf stands, in the order of `flatten`: `[0]['W']`, `.hidden[1]`."""
    if isinstance(params, SEQUENCES):
        parts = [(f"[{i}]", part) for i, part in enumerate(params)]
    elif isinstance(params, Mapping):
        parts = [(f"[{key!r}]", part) for key, part in params.items()]
    elif isinstance(params, (np.ndarray, np.generic, float, int)) or not hasattr(params, "__dict__"):
        yield from [] if params is None else [path]
        return
    else:
        parts = [(f".{k}", v) for k, v in vars(params).items() if _holds_arrays(v)]
    for name, part in parts:
        yield from places(part, path + name)


def rebuild(params: Any, leaves: list[Any]) -> Any:
    """Parameters of the structure of `params` with these leaves."""
    found = iter(leaves)
    return _rebuild(params, found)


def _rebuild(params: Any, found: Any) -> Any:
    if isinstance(params, tuple) and hasattr(params, "_fields"):
        return type(params)(*(_rebuild(part, found) for part in params))
    if isinstance(params, SEQUENCES):
        return type(params)(_rebuild(part, found) for part in params)
    if isinstance(params, dict):
        new: Any = copy.copy(params)  # as it is made: what stands for a missing key, too
        new.update({k: _rebuild(v, found) for k, v in params.items()})
        return new
    if isinstance(params, Mapping):
        return type(params)({k: _rebuild(v, found) for k, v in params.items()})  # type: ignore[call-arg]
    if params is None:
        return None
    if isinstance(params, (np.ndarray, np.generic, float, int)):
        return next(found)
    if tree.is_container(params):
        return tree.map(lambda _: next(found), params)
    if hasattr(params, "__dict__"):
        new = copy.copy(params)
        arrays = {k: v for k, v in vars(params).items() if _holds_arrays(v)}
        new.__dict__.update({k: _rebuild(v, found) for k, v in arrays.items()})
        return new
    return next(found)
