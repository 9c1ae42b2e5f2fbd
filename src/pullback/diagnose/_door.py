"""`diagnose`: from a file, a mapping, keywords, a run of this library or a PyTorch loop to a diagnosis."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback.diagnose._patient import Patient
from pullback.diagnose._sandbox import quiet
from pullback.diagnose._verdict import Diagnosis, examine
from pullback.errors import ArgumentError

BUDGET = 7.0


def diagnose(patient: Any = None, *, budget: float | None = None, **names: Any) -> Diagnosis:
    """Examine a training loop and say why it does not learn.

    Parameters
    ----------
    patient : str, path, mapping or None
        A module file, or a mapping, with the names of the protocol; else give them as keywords.
    budget : float, optional
        Seconds to spend; 10 unless told.
    **names
        `params` (list of arrays or any tree), `X` and `y` (arrays of rows), `loss(params, X, y)`, and
        `grad(params, X, y)` or `step(params, X_batch, y_batch) -> (params, reported_loss)`; also
        `batch_size`, `n_steps`. Everything is copied first; nothing given is ever changed.

    Returns
    -------
    Diagnosis
        `.verdict`, `.faults` (the root cause first), `.ruled_out`, `.status`; prints as a report.

    Raises
    ------
    ArgumentError
        Where a name of the protocol is missing.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 40).reshape(-1, 1)
    >>> def loss(params, X, y):
    ...     return np.mean((X @ params[0] - y) ** 2)
    >>> def step(params, X, y):
    ...     gradient = 2 * X.T @ (X @ params[0] - y) / len(y)
    ...     return [params[0] + 0.1 * gradient], loss(params, X, y)
    >>> found = diagnose(params=[np.zeros(1)], X=X, y=3 * X[:, 0], loss=loss, step=step, n_steps=200)
    >>> found.faults[0].id, found.faults[0].where
    ('grad_sign_flipped', 'step')
    """
    return examine(_patient(patient, names), BUDGET if budget is None else float(budget))


def diagnose_file(path: str, *, budget: float | None = None) -> Diagnosis:
    """Examine the patient in a module file; see `diagnose`."""
    return diagnose(str(path), budget=budget)


def _patient(patient: Any, names: dict[str, Any]) -> Patient:
    if patient is None:
        return Patient(names)
    if isinstance(patient, (str, os.PathLike)):
        if not os.path.exists(patient):
            raise ArgumentError(f"{patient} is not there", hint="give the path of a Python file")
        with quiet():
            return Patient.from_file(str(patient))
    if isinstance(patient, Mapping):
        return Patient({**patient, **names})
    if hasattr(patient, "__dict__") and all(hasattr(patient, name) for name in ("params", "X", "y", "loss")):
        return Patient({**{k: getattr(patient, k) for k in dir(patient) if not k.startswith("_")}, **names})
    raise ArgumentError(
        "this is no patient", expected="a file, a mapping or keywords", got=type(patient).__name__
    )


def diagnose_torch(
    model: Any, loss_fn: Any, optimizer: Any, X: Any, y: Any, *, batch_size: int = 32, n_steps: int | None = None,
    budget: float | None = None,
) -> Diagnosis:  # fmt: skip
    """Examine a PyTorch loop: `optimizer.zero_grad(); loss_fn(model(X), y).backward(); optimizer.step()`.

    Model and optimiser are copied first. Needs the `torch` package, which is imported here only.

    Parameters
    ----------
    model, loss_fn, optimizer
        As in the loop.
    X, y : tensors or arrays, one row a sample
    batch_size, n_steps, budget
        As in `diagnose`.
    """
    return diagnose(
        torch_patient(model, loss_fn, optimizer, X, y), batch_size=batch_size, n_steps=n_steps, budget=budget
    )


def torch_patient(model: Any, loss_fn: Any, optimizer: Any, X: Any, y: Any) -> dict[str, Any]:
    """The names of the protocol, from copies of a PyTorch model and optimiser."""
    import copy

    import torch

    model, optimizer = copy.deepcopy((model, optimizer))
    ours = list(model.parameters())
    X, y = torch.as_tensor(X), torch.as_tensor(y)

    def put(params: Any) -> None:
        with torch.no_grad():
            for p, x in zip(ours, params, strict=True):
                p.copy_(torch.as_tensor(np.asarray(x)))

    def rows(a: Any, like: Any) -> Any:
        return torch.as_tensor(np.array(a)).to(like.dtype)

    def loss(params: Any, X_batch: Any, y_batch: Any) -> float:
        put(params)
        with torch.no_grad():
            return float(loss_fn(model(rows(X_batch, X)), rows(y_batch, y)))

    def step(params: Any, X_batch: Any, y_batch: Any) -> Any:
        put(params)
        optimizer.zero_grad()
        value = loss_fn(model(rows(X_batch, X)), rows(y_batch, y))
        value.backward()
        optimizer.step()
        return [p.detach().numpy().copy() for p in ours], float(value.detach())

    return {
        "params": [p.detach().numpy().copy() for p in ours], "X": X.numpy(), "y": y.numpy(), "loss": loss,
        "step": step,
    }  # fmt: skip
