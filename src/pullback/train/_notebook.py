"""The founding notebook's two loops, done right, on its own pairs.

What was wrong with them: the step was divided by the number of rows once more; the logged loss likewise;
the minibatch loop logged its last sample's loss as the batch's; and both wrote into the caller's list.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.nn import loss_i
from pullback.typing import Array

Seed = int | np.random.Generator | None


def SGD(  # noqa: N802 - the notebook's name
    niter: int, step: float, W: list[Array], X_train: Array, y_train: Array, *, seed: Seed = 0
) -> tuple[list[float], list[Array]]:
    """Stochastic gradient descent on `mlpk`, one random row at a time.

    Parameters
    ----------
    niter : int
        Steps; `n_samples * epochs` for so many epochs.
    step : float
        The learning rate, for the loss of one row.
    W : list of matrices, `[Wk, ..., W1]`
        Where to start. Not changed.
    X_train : `(n_samples, n_features)` float array
    y_train : `(n_samples,)` or `(n_samples, n_outputs)` float array
    seed : int or numpy.random.Generator
        Of the rows drawn, with replacement.

    Returns
    -------
    loss_evol : list of float
        The loss of each step's row, before the step. One row's loss says little: average them.
    W : list of matrices

    Examples
    --------
    >>> X = np.array([[1.0], [2.0]])
    >>> losses, W = SGD(200, 0.1, [np.array([[0.0]])], X, 3 * X[:, 0])
    >>> W[0].round(6)
    array([[3.]])
    """
    return SGD_minibatch(niter, step, W, X_train, y_train, 1, seed=seed)


def SGD_minibatch(  # noqa: N802 - the notebook's name
    niter: int,
    step: float,
    W: list[Array],
    X_train: Array,
    y_train: Array,
    batchsize: int,
    *,
    seed: Seed = 0,
) -> tuple[list[float], list[Array]]:
    """Minibatch gradient descent on `mlpk`: the mean of the gradients of `batchsize` random rows.

    Parameters
    ----------
    niter, step, W, X_train, y_train, seed
        As in `SGD`.
    batchsize : int

    Returns
    -------
    loss_evol : list of float
        The mean loss of each step's rows, before the step.
    W : list of matrices
    """
    _check(niter, step, X_train, y_train, batchsize)
    rng = np.random.default_rng(seed)
    W, loss_evol = list(W), []
    for _ in range(niter):
        index = rng.integers(len(X_train), size=batchsize)
        loss, grad = _mean_pair(index, X_train, y_train, W)
        W = [Wk - step * gk for Wk, gk in zip(W, grad, strict=True)]
        loss_evol.append(loss)
    return loss_evol, W


def _mean_pair(index: Array, X: Array, y: Array, W: list[Array]) -> tuple[float, list[Array]]:
    """The mean loss of these rows, and the mean of its gradients, layer by layer."""
    pairs = [loss_i(int(i), X, y, W) for i in index]
    grads = [vjp(1.0)[2] for _, vjp in pairs]
    loss = sum(float(value) for value, _ in pairs) / len(pairs)
    return loss, [sum(layer[1:], layer[0]) / len(pairs) for layer in zip(*grads, strict=True)]


def _check(niter: int, step: Any, X: Array, y: Array, batchsize: int) -> None:
    if niter < 0 or batchsize < 1 or not step > 0:
        raise ArgumentError(
            f"niter={niter}, step={step}, batchsize={batchsize}",
            expected="niter of 0 or more, step above 0, batchsize of 1 or more",
        )
    if np.ndim(X) != 2 or np.ndim(y) == 0 or len(X) != len(y) or len(X) == 0:
        raise ArgumentError(
            "X_train and y_train do not belong together",
            expected="(n_samples, n_features), and a row of y_train for each",
            got=f"{np.shape(X)} and {np.shape(y)}",
        )
