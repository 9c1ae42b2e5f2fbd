"""A trained network as users keep it: raw rows in, targets in their own units out; one file."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from pullback import files, nn
from pullback.data import Standardizer
from pullback.errors import ArgumentError, FileError
from pullback.primitives import activation as activations
from pullback.typing import Array, Tree

_KIND = "pullback mlp"


class Model(NamedTuple):
    """An MLP with the scaling it was trained behind.

    Attributes
    ----------
    params : list of {"W", "b"}
        The layers, as `nn.mlp` takes them.
    activation : str
        The name of the hidden layers' activation.
    features, target : Standardizer
        Fitted on the training rows.
    feature_names : tuple of str
    target_name : str
    facts : dict
        What else is known about it: settings, metrics, data.
    """

    params: Tree
    activation: str
    features: Standardizer
    target: Standardizer
    feature_names: tuple[str, ...]
    target_name: str
    facts: dict[str, Any]

    def predict(self, X: Array) -> Array:
        """Predictions `(n_rows,)`, in the target's units, of raw rows `(n_rows, n_features)`."""
        if np.ndim(X) != 2 or np.shape(X)[1] != len(self.feature_names):
            raise ArgumentError(
                "X does not have the model's columns",
                expected=f"shape (n_rows, {len(self.feature_names)}): {', '.join(self.feature_names)}",
                got=f"shape {np.shape(X)}",
            )
        dtype = self.params[0]["W"].dtype
        scaled = self.features.transform(X, dtype)
        out = nn.mlp(self.params, scaled, activation=activation_named(self.activation))
        return self.target.inverse(np.asarray(out, np.float64))[:, 0]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one safetensors file with its facts as JSON inside."""
        trees = {"params": self.params, "X": self.features.to_arrays(), "y": self.target.to_arrays()}
        arrays, structure = files.flatten_tree(trees)
        named = {
            "kind": _KIND,
            "structure": structure,
            "activation": self.activation,
            "feature_names": list(self.feature_names),
            "target_name": self.target_name,
            "facts": self.facts,
        }
        files.save_arrays(path, arrays, named)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read what `save` wrote; a damaged or foreign file is a `FileError`."""
        arrays, meta = files.load_arrays(path)
        if meta.get("kind") != _KIND:
            raise FileError(
                f"{path} is not a model of this library",
                expected=f"a file of kind {_KIND!r}",
                got=repr(meta.get("kind")),
            )
        trees = files.unflatten_tree(arrays, meta["structure"])
        return cls(
            trees["params"],
            meta["activation"],
            Standardizer.from_arrays(trees["X"]),
            Standardizer.from_arrays(trees["y"]),
            tuple(meta["feature_names"]),
            meta["target_name"],
            meta["facts"],
        )


ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh")


def activation_named(name: str) -> Any:
    """The activation of this name."""
    if name not in ACTIVATIONS:
        raise ArgumentError(f"no activation is named {name!r}", expected=", ".join(ACTIVATIONS))
    return getattr(activations, name)
