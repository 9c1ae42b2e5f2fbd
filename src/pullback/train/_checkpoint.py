"""Checkpoints: where a run stands after an epoch, in one file, enough to go on to the same bits."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from typing import Any

import numpy as np

from pullback import tree
from pullback.errors import FileError
from pullback.files import load_arrays, save_arrays
from pullback.train._arguments import Rows
from pullback.train._result import Epoch
from pullback.typing import Tree

_FORMAT = "pullback checkpoint 1"


@dataclasses.dataclass(frozen=True)
class State:
    """Where a run stands: all that the next epoch depends on. Never changed, only replaced.

    Attributes
    ----------
    params, optimizer : list of arrays
        The leaves of the weights and of the optimiser's state.
    best : list of arrays
        The leaves of the best weights so far.
    best_loss : float or None
        None before the first epoch.
    best_epoch, epoch : int
        Epochs are counted from 1; `epoch` of them are done.
    history : tuple of Epoch
    rng : dict
        The state of the generator of row orders.
    """

    params: list[Any]
    optimizer: list[Any]
    best: list[Any]
    best_loss: float | None
    best_epoch: int
    epoch: int
    history: tuple[Epoch, ...]
    rng: dict[str, Any]


_LISTS = ("params", "optimizer", "best")


def save(path: str | os.PathLike[str], state: State, settings: dict[str, Any]) -> None:
    """Write the state and the settings of its run, in one atomic step."""
    arrays = {f"{name}.{i}": np.asarray(x) for name in _LISTS for i, x in enumerate(getattr(state, name))}
    rest = {f.name: getattr(state, f.name) for f in dataclasses.fields(State) if f.name not in _LISTS}
    rest["history"] = [dataclasses.asdict(record) for record in state.history]
    save_arrays(path, arrays, {"format": _FORMAT, "settings": settings, "state": rest})


def load(path: str | os.PathLike[str], settings: dict[str, Any]) -> State | None:
    """The state in a file of a run of the same settings; None where there is no file.

    Raises
    ------
    FileError
        Where the file is damaged, not a checkpoint, or one of a run that was set up otherwise.
    """
    if not os.path.exists(path):
        return None
    arrays, meta = load_arrays(path)
    if not isinstance(meta, dict) or meta.get("format") != _FORMAT:
        raise FileError(f"{os.fspath(path)} is not a checkpoint", expected=f"format {_FORMAT!r}")
    _refuse_other_run(path, meta.get("settings", {}), settings)
    try:
        lists: dict[str, Any] = {name: _numbered(arrays, name) for name in _LISTS}
        rest = dict(meta["state"])
        rest["history"] = tuple(Epoch(**record) for record in rest["history"])
        return State(**lists, **rest)
    except (KeyError, TypeError) as error:
        raise FileError(f"{os.fspath(path)} is a checkpoint with a part missing: {error}") from error


def describe_run(params: Tree, rows: Rows, validation: Rows | None, **settings: Any) -> dict[str, Any]:
    """All that the bits of a run depend on, but the loss, in words and numbers that JSON keeps."""
    shapes = [f"{np.shape(x)} {x.dtype}" for x in tree.leaves(params)]
    described = {
        **settings,
        "params": dict(zip(tree.paths(params), shapes, strict=True)),
        "X and y": _fingerprint(rows),
        "X_val and y_val": None if validation is None else _fingerprint(validation),
    }
    # as it will come back from the file: lists for tuples, Python's numbers for NumPy's
    return json.loads(json.dumps(described, default=lambda x: x.item() if hasattr(x, "item") else str(x)))  # type: ignore[no-any-return]


def _fingerprint(rows: Rows) -> str:
    arrays = [x for x in (rows.X, rows.y) if x is not None]
    digest = hashlib.blake2b(digest_size=8)
    for x in arrays:
        digest.update(np.ascontiguousarray(x).data if x.size else b"")
    shapes = " and ".join(f"{x.shape} {x.dtype}" for x in arrays)
    return f"{shapes}, contents {digest.hexdigest()}"


def _refuse_other_run(path: Any, there: dict[str, Any], here: dict[str, Any]) -> None:
    differ = [key for key in here | there if there.get(key) != here.get(key)]
    if differ:
        raise FileError(
            f"{os.fspath(path)} is a checkpoint of a run that was set up otherwise",
            expected="; ".join(f"{key}: {here.get(key)}" for key in differ),
            got="; ".join(f"{key}: {there.get(key)}" for key in differ),
            hint="resume with the same settings and rows, or give another checkpoint=",
        )


def _numbered(arrays: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{name}.") for key in arrays)
    return [arrays[f"{name}.{i}"] for i in range(count)]
