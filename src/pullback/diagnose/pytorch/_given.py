"""What is given of a PyTorch loop: checked before any work, and its rows as NumPy arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.errors import ArgumentError


def as_rows(x: Any) -> np.ndarray:
    """A tensor or array as NumPy rows; floats as float64."""
    if hasattr(x, "detach"):
        x = x.detach().cpu()
        x = x.double() if x.is_floating_point() else x
    x = np.asarray(x)
    return x.astype(np.float64) if x.dtype.kind == "f" else x


def number(x: Any, name: str) -> float:
    """What a loss or a step returns, as a number."""
    x = x.detach() if hasattr(x, "detach") else x
    shape = tuple(np.shape(x))
    if math.prod(shape) != 1:
        raise TypeError(
            f"{name} returns a tensor of shape {shape}, expected one number: "
            "reduction='mean', or .mean() at its end"
        )
    return float(x.item() if hasattr(x, "item") else x)


def check_arguments(model: Any, loss_fn: Any, optimizer: Any, X: Any, y: Any, step: Any) -> None:
    """What can be said before any work."""
    for name, x, method in (("model", model, "named_parameters"), ("optimizer", optimizer, "param_groups")):
        if isinstance(x, type) or not hasattr(x, method):
            raise ArgumentError(f"{name} is not PyTorch's", expected=f"an object with {method}", got=_kind(x))
    for name, x in (("loss_fn", loss_fn), ("step", step)):
        if isinstance(x, type) or not (callable(x) or (x is None and name == "step")):
            raise ArgumentError(f"{name} cannot be called", expected=_CALLED[name], got=_kind(x))
    _check_parameters(model)
    for name, x in (("X", X), ("y", y)):
        if not (hasattr(x, "shape") or isinstance(x, list)):
            raise ArgumentError(
                f"{name} is no tensor", expected="a tensor or array, one row a sample", got=_kind(x), hint=(
                    "give the tensors that a DataLoader draws from, joined where there are several; "
                    "as y of a model that gives its input back, X"))  # fmt: skip
    if len(X) != len(y):
        raise ArgumentError(
            "X and y have different numbers of rows", expected=f"{len(X)} rows in y", got=len(y)
        )


def _check_parameters(model: Any) -> None:
    for name, p in model.named_parameters():
        if hasattr(p, "materialize"):
            raise ArgumentError(
                f"{name} has no shape yet", expected="parameters with numbers in them",
                got="a lazy layer", hint="call model(X[:2]) once before")  # fmt: skip
        if p.device.type != "cpu":
            raise ArgumentError(
                "model is not on the CPU", expected="parameters on the CPU", hint="give a copy: model.cpu()"
            )
        if str(p.dtype) not in _DTYPES:
            raise ArgumentError(
                f"{name} is {p.dtype}", expected=" or ".join(_DTYPES), hint="give a copy: model.float()"
            )


_CALLED = {
    "loss_fn": "a function or a loss's object, such as nn.MSELoss()",
    "step": "a function of X_batch, y_batch",
}
_DTYPES = ("torch.float32", "torch.float64", "torch.float16")


def _kind(x: Any) -> str:
    return f"the class {x.__name__}" if isinstance(x, type) else type(x).__name__


__all__ = ["as_rows", "check_arguments", "number"]
