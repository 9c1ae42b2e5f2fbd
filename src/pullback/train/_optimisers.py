"""Optimisers as pairs `(init, update)` of pure functions over trees.

    state = optimizer.init(params)
    params, state = optimizer.update(params, grads, state, lr)

All have one shape: a factory whose arguments are the settings, an `init` that makes the state, an
`update` written in NumPy without branches on values, so that a program can record it together with
the gradient. `p`, `g`, `lr` are a parameter, its gradient and the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError
from pullback.typing import Array, Tree


class Optimizer(NamedTuple):
    """An optimiser: two pure functions, and what to call it.

    Attributes
    ----------
    init : callable
        `init(params) -> state`, a tree of arrays.
    update : callable
        `update(params, grads, state, lr) -> (params, state)`; neither argument is changed.
    name : str
    settings : dict
        Plain numbers; a checkpoint keeps them.
    """

    init: Callable[[Tree], Tree]
    update: Callable[[Tree, Tree, Tree, Any], tuple[Tree, Tree]]
    name: str
    settings: dict[str, Any]


def sgd(*, weight_decay: float = 0.0) -> Optimizer:
    """Stochastic gradient descent: `p - lr (g + weight_decay p)`.

    Parameters
    ----------
    weight_decay : float
        The factor of `1/2 ||p||^2` added to the loss; it decays every leaf, biases too.

    Examples
    --------
    >>> optimizer = sgd()
    >>> params, state = optimizer.update([np.ones(2)], [np.ones(2)], optimizer.init([np.ones(2)]), 0.5)
    >>> params
    [array([0.5, 0.5])]
    """
    _check("sgd", weight_decay=weight_decay)

    def init(params: Tree) -> Tree:
        del params
        return {}

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        rate, grads = Cast(lr), _with_decay(grads, params, weight_decay)
        return tree.map(lambda p, g: p - rate(p) * g, params, grads), state

    return Optimizer(init, update, "sgd", {"weight_decay": weight_decay})


def momentum(beta: float = 0.9, *, weight_decay: float = 0.0) -> Optimizer:
    """Heavy ball: `v = beta v + g`, then `p - lr v`.

    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, in the form of
    Sutskever, Martens, Dahl, Hinton, ICML 2013, with `lr` outside of `v`.

    Parameters
    ----------
    beta : float in [0, 1)
    weight_decay : float
        As in `sgd`.
    """
    _check("momentum", beta=beta, weight_decay=weight_decay)

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        rate, grads = Cast(lr), _with_decay(grads, params, weight_decay)
        v = tree.map(lambda v, g: beta * v + g, state["v"], grads)
        return tree.map(lambda p, v: p - rate(p) * v, params, v), {"v": v}

    return Optimizer(_velocity, update, "momentum", {"beta": beta, "weight_decay": weight_decay})


def nesterov(beta: float = 0.9, *, weight_decay: float = 0.0) -> Optimizer:
    """Nesterov's momentum: `v = beta v + g`, then `p - lr (g + beta v)`.

    Nesterov, 1983; the form with gradients taken at `p` itself is that of Bengio, Boulanger-Lewandowski,
    Pascanu, "Advances in optimizing recurrent networks", 2012, section 3.5.

    Parameters
    ----------
    beta : float in [0, 1)
    weight_decay : float
        As in `sgd`.
    """
    _check("nesterov", beta=beta, weight_decay=weight_decay)

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        rate, grads = Cast(lr), _with_decay(grads, params, weight_decay)
        v = tree.map(lambda v, g: beta * v + g, state["v"], grads)
        return tree.map(lambda p, g, v: p - rate(p) * (g + beta * v), params, grads, v), {"v": v}

    return Optimizer(_velocity, update, "nesterov", {"beta": beta, "weight_decay": weight_decay})


def adam(b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, *, weight_decay: float = 0.0) -> Optimizer:
    """Adam: steps of about `lr` in every coordinate.

    `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`, then
    `p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)` at step `t` from 1.
    Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Parameters
    ----------
    b1, b2 : float in [0, 1)
    eps : float
    weight_decay : float
        As in `sgd`: added to the gradient, before the moments. See `adamw` for the other way.
    """
    _check("adam", b1=b1, b2=b2, weight_decay=weight_decay)
    settings = {"b1": b1, "b2": b2, "eps": eps, "weight_decay": weight_decay}

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        grads = _with_decay(grads, params, weight_decay)
        return _adam_step(params, grads, state, lr, b1=b1, b2=b2, eps=eps, decay=0.0)

    return Optimizer(_moments, update, "adam", settings)


def adamw(b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, *, weight_decay: float = 0.01) -> Optimizer:
    """Adam with decoupled weight decay: `lr weight_decay p` is taken off `p` beside Adam's step.

    Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2, with the decay
    multiplied by `lr` as well as by its schedule.

    Parameters
    ----------
    b1, b2, eps
        As in `adam`.
    weight_decay : float
    """
    _check("adamw", b1=b1, b2=b2, weight_decay=weight_decay)
    settings = {"b1": b1, "b2": b2, "eps": eps, "weight_decay": weight_decay}

    def update(params: Tree, grads: Tree, state: Tree, lr: Any) -> tuple[Tree, Tree]:
        return _adam_step(params, grads, state, lr, b1=b1, b2=b2, eps=eps, decay=weight_decay)

    return Optimizer(_moments, update, "adamw", settings)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": sgd, "momentum": momentum, "nesterov": nesterov, "adam": adam, "adamw": adamw,
}  # fmt: skip
"""The optimisers that `fit` knows by name."""


def global_norm(t: Tree) -> Array:
    """The Euclidean norm of all leaves of a tree together, a float64.

    Examples
    --------
    >>> print(global_norm({"W": np.array([3.0]), "b": np.array([4.0])}))
    5.0
    """
    total: Any = 0.0
    for x in tree.leaves(t):
        total = total + np.sum(x * x).astype(np.float64)
    return np.sqrt(total)


def clip_gradients(grads: Tree, max_norm: float) -> Tree:
    """Scale gradients down, all by one factor, to a global norm of `max_norm` at most.

    Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Parameters
    ----------
    grads : tree of arrays
    max_norm : float

    Returns
    -------
    tree of arrays
        The same where their norm is `max_norm` or less.

    Examples
    --------
    >>> clip_gradients([np.array([3.0, 4.0])], 1.0)
    [array([0.6, 0.8])]
    """
    factor = Cast(max_norm / np.maximum(global_norm(grads), max_norm))
    return tree.map(lambda g: factor(g) * g, grads)


def _velocity(params: Tree) -> Tree:
    return {"v": tree.map(np.zeros_like, params)}


def _moments(params: Tree) -> Tree:
    """The step count is a float64 whatever the parameters: float32 cannot count beyond 2^24."""
    zeros = [tree.map(np.zeros_like, params) for _ in range(2)]
    return {"m": zeros[0], "t": np.zeros(()), "v": zeros[1]}


def _adam_step(
    params: Tree, grads: Tree, state: Tree, lr: Any, *, b1: float, b2: float, eps: float, decay: float
) -> tuple[Tree, Tree]:
    t = state["t"] + 1.0
    m = tree.map(lambda m, g: b1 * m + (1 - b1) * g, state["m"], grads)
    v = tree.map(lambda v, g: b2 * v + (1 - b2) * (g * g), state["v"], grads)
    # eps stays outside of the correction: sqrt(v / c2) + eps = (sqrt(v) + eps sqrt(c2)) / sqrt(c2)
    root = np.sqrt(1.0 - b2**t)
    rate, floor = Cast(lr * root / (1.0 - b1**t)), Cast(eps * root)
    kept = Cast(1.0 - lr * decay) if decay else None

    def step(p: Array, m: Array, v: Array) -> Array:
        return (p if kept is None else kept(p) * p) - rate(p) * m / (np.sqrt(v) + floor(p))

    return tree.map(step, params, m, v), {"m": m, "t": t, "v": v}


def _with_decay(grads: Tree, params: Tree, weight_decay: float) -> Tree:
    if not weight_decay:
        return grads
    return tree.map(lambda g, p: g + weight_decay * p, grads, params)


class Cast:
    """A number in the dtype of whom it meets, cast once for each."""

    def __init__(self, x: Any) -> None:
        self.x = x
        self.by_dtype: dict[Any, Any] = {}

    def __call__(self, like: Array) -> Any:
        dtype = like.dtype
        if getattr(self.x, "dtype", dtype) == dtype:
            return self.x
        if dtype not in self.by_dtype:
            self.by_dtype[dtype] = self.x.astype(dtype)
        return self.by_dtype[dtype]


def _check(name: str, **settings: float) -> None:
    for key, x in settings.items():
        top = np.inf if key == "weight_decay" else 1.0
        if not 0 <= x < top:
            raise ArgumentError(
                f"{name}({key}={x})", expected="0 or more" if top == np.inf else "from 0 to below 1"
            )


__all__ = [
    "OPTIMIZERS", "Optimizer", "adam", "adamw", "clip_gradients", "global_norm", "momentum", "nesterov",
    "sgd",
]  # fmt: skip
