"""Estimators on disk: one safetensors file with JSON inside, and no pickle."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from pullback import files
from pullback.data import Standardizer
from pullback.errors import ArgumentError, FileError
from pullback.tabular._encode import Columns
from pullback.tabular._neighbours import Neighbours
from pullback.tabular._recipe import Inputs, Network
from pullback.tabular._scale import RobustScaler

_KIND = "pullback table model"
_PLAIN = (str, int, float, bool, type(None))


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator; settings that JSON cannot say (a callable schedule) are left out."""
    trees: dict[str, Any] = {"networks": [_arrays(network) for network in model.networks_]}
    meta: dict[str, Any] = {
        "kind": _KIND,
        "class": type(model).__name__,
        "settings": {k: v for k, v in model.get_params(deep=False).items() if _is_plain(v)},
        "columns": model.columns_.facts(),
        "named": hasattr(model, "feature_names_in_"),
        "activation": model.networks_[0].activation,
    }
    if hasattr(model, "classes_"):
        if model.classes_.dtype.kind not in "biufUO":
            raise ArgumentError(f"classes of type {model.classes_.dtype} cannot be written")
        meta |= {"classes": model.classes_.tolist(), "dtype": model.classes_.dtype.str}
    else:
        trees["target"] = model.target_.to_arrays()
        meta["flat"] = bool(model._flat)
    if not isinstance(meta["activation"], str):
        raise ArgumentError(
            "an activation of your own cannot be written to a file", expected="an activation by name"
        )
    meta["link"] = model._link
    arrays, meta["structure"] = files.flatten_tree(trees)
    files.save_arrays(path, arrays, meta)


def load(cls: Any, path: str | os.PathLike[str]) -> Any:
    """Read what `save` wrote; a damaged or foreign file is a `FileError` that names it."""
    arrays, meta = files.load_arrays(path)
    if meta.get("kind") != _KIND or meta.get("class") != cls.__name__:
        raise FileError(
            f"{path} is not a {cls.__name__}",
            expected=f"a file of kind {_KIND!r}, class {cls.__name__!r}",
            got=f"{meta.get('kind')!r}, {meta.get('class')!r}",
        )
    trees = files.unflatten_tree(arrays, meta["structure"])
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in meta["settings"].items()}
    model = cls(**settings)
    model.columns_ = Columns(**meta["columns"])
    model._names = model.columns_.names
    model.n_features_in_ = len(model._names)
    if meta["named"]:
        model.feature_names_in_ = np.array(model._names, dtype=object)
    model.networks_ = [_network(t, meta["activation"]) for t in trees["networks"]]
    model._link, model._seed_ = meta.get("link", "identity"), 0
    if "classes" in meta:
        model.classes_ = np.array(meta["classes"], dtype=np.dtype(meta["dtype"]))
    else:
        model.target_, model._flat = Standardizer.from_arrays(trees["target"]), meta["flat"]
    return model


def _arrays(network: Network) -> dict[str, Any]:
    inputs, near = network.inputs, network.inputs.neighbours
    scaler = inputs.near_scaler
    return {
        "params": network.params,
        "scaler": list(inputs.scaler),
        "near_scaler": None if scaler is None else list(scaler),
        "near": None if near is None else [near.points, near.targets, near.weights],
        "bins": [inputs.start, inputs.inverse],
        "directions": inputs.directions,
    }


def _network(found: dict[str, Any], activation: str) -> Network:
    near = None if found["near"] is None else Neighbours(*found["near"])
    near_scaler = None if found["near_scaler"] is None else RobustScaler(*found["near_scaler"])
    inputs = Inputs(RobustScaler(*found["scaler"]), near, near_scaler, *found["bins"])
    inputs.directions = found.get("directions")
    return Network(inputs, found["params"], activation, [], 0)


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN) or (
        isinstance(value, (list, tuple)) and all(isinstance(x, _PLAIN) for x in value)
    )
