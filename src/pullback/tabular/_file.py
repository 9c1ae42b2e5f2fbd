"""Estimators on disk: one safetensors file with JSON inside, and no pickle.

What a file says is checked before it is believed: kind, class, version, that every array is there and of
the shape that the others ask for, and that one made-up row can be predicted.
"""

from __future__ import annotations

import os
import warnings
from typing import Any, NamedTuple

import numpy as np

from pullback import files
from pullback._where import user_level
from pullback.data import Standardizer
from pullback.errors import ArgumentError, FileError, PullbackError, PullbackWarning
from pullback.tabular._encode import Columns
from pullback.tabular._neighbours import Neighbours
from pullback.tabular._recipe import Inputs, Network
from pullback.tabular._scale import RobustScaler
from pullback.typing import Array

VERSION = 3
"""Of what stands in a model's file; older ones are read, newer ones refused."""

KIND = "pullback table model"
CLASSES = ("MLPRegressor", "MLPClassifier")
_PLAIN = (str, int, float, bool, type(None))


class Stored(NamedTuple):
    """What a file holds, checked.

    Attributes
    ----------
    name : str
        The estimator's class.
    settings : dict
        Its arguments, those that JSON can say.
    unsaid : list of str
        Those that it cannot: functions of the user's own.
    columns : Columns
    named : bool
        Whether the columns had names of their own in `fit`.
    networks : list of Network
    link : str
    seed : int
    classes : array or None
    target : Standardizer or None
    flat : bool
        Whether `y` was `(n_rows,)`.
    facts : dict
        What the fit was like, for the card.
    """

    name: str
    settings: dict[str, Any]
    unsaid: list[str]
    columns: Columns
    named: bool
    networks: list[Network]
    link: str
    seed: int
    classes: Array | None
    target: Standardizer | None
    flat: bool
    facts: dict[str, Any]


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator, whole or not at all; of the user's own functions only that they were."""
    trees: dict[str, Any] = {"networks": [_arrays(network) for network in model.networks_]}
    settings = model.get_params(deep=False)
    activation = model.networks_[0].activation
    meta: dict[str, Any] = {
        "kind": KIND,
        "version": VERSION,
        "class": type(model).__name__,
        "settings": {k: v for k, v in settings.items() if _is_plain(v)},
        "unsaid": [k for k, v in settings.items() if not _is_plain(v)],
        "columns": model.columns_.facts(),
        "named": hasattr(model, "feature_names_in_"),
        "activation": activation if isinstance(activation, str) else None,
        "link": model._link,
        "seed": model._seed_,
        "facts": getattr(model, "facts_", {}),
    }
    if hasattr(model, "classes_"):
        if model.classes_.dtype.kind not in "biufUO":
            raise ArgumentError(f"classes of type {model.classes_.dtype} cannot be written")
        meta |= {"classes": model.classes_.tolist(), "dtype": model.classes_.dtype.str}
    else:
        trees["target"] = model.target_.to_arrays()
        meta["flat"] = bool(model._flat)
    arrays, meta["structure"] = files.flatten_tree(trees)
    files.save_arrays(path, arrays, meta)


def load(cls: Any, path: str | os.PathLike[str], activation: Any = None) -> Any:
    """The estimator that `save` wrote."""
    stored = read(path, activation)
    if stored.name != cls.__name__:
        raise FileError(
            f"{path} is not a {cls.__name__}",
            expected=f"a file of kind {KIND!r}, class {cls.__name__!r}",
            got=f"{KIND!r}, {stored.name!r}",
            hint=f"{stored.name}.load, or pullback.load_model, which predicts for either",
        )
    unsaid = [name for name in stored.unsaid if name != "activation"]
    if unsaid:
        warnings.warn(
            f"{path} does not keep the functions given as {', '.join(unsaid)}: predictions are as they were, "
            "a further fit takes the default unless set_params gives the functions again",
            PullbackWarning,
            stacklevel=user_level(),
        )
    settings = stored.settings | ({"activation": activation} if activation is not None else {})
    try:
        model = cls(**settings)
    except TypeError as error:
        raise FileError(f"{path} holds arguments that {cls.__name__} does not know", got=error) from None
    model.columns_, model._names = stored.columns, stored.columns.names
    model.n_features_in_ = len(model._names)
    if stored.named:
        model.feature_names_in_ = np.array(model._names, dtype=object)
    model.networks_, model.facts_ = stored.networks, stored.facts
    model._link, model._seed_ = stored.link, stored.seed
    if stored.classes is not None:
        model.classes_ = stored.classes
    else:
        model.target_, model._flat = stored.target, stored.flat
    return model


def read(path: str | os.PathLike[str], activation: Any = None) -> Stored:
    """What a file holds, with NumPy alone.

    Raises
    ------
    FileError
        Naming the file and what is wrong: missing, damaged, of another kind, of a later version, an array
        missing or of another shape than the others ask for.
    """
    arrays, meta = files.load_arrays(path)
    if meta.get("kind") != KIND or meta.get("class") not in CLASSES:
        raise FileError(
            f"{path} is not a {KIND}",
            expected=f"kind {KIND!r}, of class {' or '.join(CLASSES)}",
            got=f"kind {meta.get('kind')!r}, class {meta.get('class')!r}",
        )
    version = meta.get("version", 1)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise FileError(
            f"{path} was written by a later version of pullback",
            expected=f"version 1 to {VERSION} of a {KIND}",
            got=f"version {version}",
            hint="pip install --upgrade pullback",
        )
    if meta.get("activation") is None and activation is None:
        raise FileError(
            f"{path} was trained with an activation of the user's own, which no file keeps",
            hint="load(path, activation=the_same_function)",
        )
    try:
        stored = _stored(arrays, meta, meta.get("activation") or activation)
        _try_a_row(stored)
    except PullbackError as error:
        raise FileError(f"{path} is damaged: {error}") from None
    except Exception as error:  # what a hostile file brings about is as wide as Python
        raise FileError(
            f"{path} is damaged: its parts do not fit together",
            got=f"{type(error).__name__}: {error}"[:300],
            hint="use another copy, or write the file again",
        ) from None
    return stored


def _stored(arrays: dict[str, Array], meta: dict[str, Any], activation: Any) -> Stored:
    trees = files.unflatten_tree(arrays, meta["structure"])
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in meta["settings"].items()}
    columns = Columns(**meta["columns"])
    networks = [_network(found, activation) for found in trees["networks"]]
    classes, target = None, None
    if "classes" in meta:
        classes = np.array(meta["classes"], dtype=np.dtype(meta["dtype"]))
    else:
        target = Standardizer.from_arrays(trees["target"])
    for i, network in enumerate(networks):
        check_shapes(network, len(columns.numeric), f"networks.{i}")
    return Stored(
        meta["class"], settings, meta.get("unsaid", []), columns, bool(meta["named"]), networks,
        meta.get("link", "identity"), int(meta.get("seed", 0)), classes, target,
        bool(meta.get("flat", False)), meta.get("facts", {}),
    )  # fmt: skip


def check_shapes(network: Network, n_numbers: int, name: str) -> None:
    """Refuse a network whose arrays do not have the shapes that the others ask for, by name."""
    inputs, params = network.inputs, network.params
    _refuse_shape(f"{name}.scaler.0", inputs.scaler.center, (n_numbers,))
    _refuse_shape(f"{name}.scaler.1", inputs.scaler.scale, (n_numbers,))
    encoded, n_bins = _shape_of(f"{name}.bins.0", inputs.start, 2)
    _refuse_shape(f"{name}.bins.1", inputs.inverse, (encoded, n_bins))
    members, size, n_outputs = _shape_of(f"{name}.params.head.W", params["head"]["W"], 3)
    _refuse_shape(f"{name}.params.head.b", params["head"]["b"], (members, 1, n_outputs))
    if "encoder" in params:
        width = _shape_of(f"{name}.params.encoder.W", params["encoder"]["W"], 3)[2]
        _refuse_shape(f"{name}.params.encoder.W", params["encoder"]["W"], (encoded, n_bins, width))
        _refuse_shape(f"{name}.params.encoder.b", params["encoder"]["b"], (encoded, 1, width))
    for i, layer in reversed(list(enumerate(params["trunk"]))):
        below = _shape_of(f"{name}.params.trunk.{i}.W", layer["W"], 2)[0]
        _refuse_shape(f"{name}.params.trunk.{i}.W", layer["W"], (below, size))
        _refuse_shape(f"{name}.params.trunk.{i}.b", layer["b"], (size,))
        size = below
    if "signs" in params:
        _refuse_shape(f"{name}.params.signs", params["signs"], (members, 1, size))


def _shape_of(name: str, array: Array, ndim: int) -> tuple[int, ...]:
    if np.ndim(array) != ndim:
        raise FileError(
            f"array {name!r} has another shape", expected=f"{ndim} axes", got=f"shape {np.shape(array)}"
        )
    return np.shape(array)


def _refuse_shape(name: str, array: Array, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise FileError(
            f"array {name!r} has another shape", expected=f"shape {shape}", got=f"shape {np.shape(array)}"
        )


def _try_a_row(stored: Stored) -> None:
    """Predict one row of which nothing is known."""
    columns = stored.columns
    if not len(columns.names) == len(columns.levels) == len(columns.medians) == len(columns.flagged):
        raise FileError("the columns' names, categories, medians and flags are not as many")
    if not stored.networks:
        raise FileError("it holds no network")
    unknown: list[Array] = [
        np.full(1, np.nan) if levels is None else np.array([None], object) for levels in columns.levels
    ]
    n_outputs = len(stored.classes) if stored.classes is not None else None
    for network in stored.networks:
        shape = network.outputs(*columns.transform(unknown)).shape
        n_outputs = shape[2] if n_outputs is None else n_outputs
        if len(shape) != 3 or shape[1:] != (1, n_outputs):
            raise FileError(f"a row has outputs of shape {shape}", expected=f"(members, 1, {n_outputs})")
    if stored.target is not None and np.shape(stored.target.mean) not in ((1,), (n_outputs,)):
        raise FileError("array 'target.mean' has another shape", expected=f"({n_outputs},)")


def _arrays(network: Network) -> dict[str, Any]:
    inputs, near = network.inputs, network.inputs.neighbours
    scaler = inputs.near_scaler
    return {
        "params": network.params,
        "scaler": list(inputs.scaler),
        "near_scaler": None if scaler is None else list(scaler),
        "near": None if near is None else near.to_arrays(),
        "bins": [inputs.start, inputs.inverse],
        "directions": inputs.directions,
    }


def _network(found: dict[str, Any], activation: Any) -> Network:
    near = None if found["near"] is None else Neighbours.from_arrays(found["near"])
    near_scaler = None if found["near_scaler"] is None else RobustScaler(*found["near_scaler"])
    inputs = Inputs(RobustScaler(*found["scaler"]), near, near_scaler, *found["bins"])
    inputs.directions = found.get("directions")
    return Network(inputs, found["params"], activation, [], 0)


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN) or (
        isinstance(value, (list, tuple)) and all(isinstance(x, _PLAIN) for x in value)
    )
