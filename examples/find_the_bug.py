"""Find the bugs: gradients of two published libraries, judged in one run each.

1. scikit-learn's MLPRegressor with k outputs (scikit-learn issue 8349, open since 2017): the gradient that
   its L-BFGS minimises with is k times the gradient of the loss that it reports.
2. thinc's `residual` around `with_array2d(Relu)` on padded sequences: the sum is written into the array from
   which Relu takes its mask. This part is skipped where thinc is not installed.

    python examples/find_the_bug.py
"""

from __future__ import annotations

import warnings

import numpy as np

import pullback as pb


def scikit_learn(k: int = 4):
    """The report on the gradient of an MLPRegressor with k outputs."""
    from sklearn.neural_network import MLPRegressor

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, k))
    net = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", alpha=0.0, solver="lbfgs", max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged after one step, and need not
        net.fit(X, y)

    def both(params, X, y):
        """Loss and gradient, computed by scikit-learn itself."""
        net.coefs_, net.intercepts_ = list(params["coefs"]), list(params["intercepts"])
        sizes = [X.shape[1], 5, k]
        activations = [X, *(np.empty((len(X), n)) for n in sizes[1:])]
        deltas = [np.empty((len(X), n)) for n in sizes[1:]]
        grads = [np.empty_like(W) for W in net.coefs_], [np.empty_like(b) for b in net.intercepts_]
        loss, coefs, intercepts = net._backprop(X, y, None, activations, deltas, *grads)
        return loss, {"coefs": coefs, "intercepts": intercepts}

    params = {"coefs": [W.copy() for W in net.coefs_], "intercepts": [b.copy() for b in net.intercepts_]}
    return pb.check_gradient(lambda *a: both(*a)[0], lambda *a: both(*a)[1], params, X, y)


def thinc():
    """The report on thinc's residual around a layer that keeps its value, or None without thinc."""
    try:
        from thinc.api import Relu, residual, with_array2d
        from thinc.types import Padded
    except ImportError:
        return None
    model = residual(with_array2d(Relu(4, 4)))
    model.initialize()
    count = np.array([3, 3], "int32")

    def padded(x):
        return Padded(np.array(x, "float32"), count, count, count)

    def pair(x):
        value, back = model(padded(x), is_train=True)
        return value.data.copy(), lambda u: (back(padded(u)).data.astype(x.dtype),)

    return pb.check(pair, np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32"))


if __name__ == "__main__":
    import sklearn

    print(f"scikit-learn {sklearn.__version__}")
    print(scikit_learn())
    found = thinc()
    print("\nthinc is not installed: skipped" if found is None else f"\nthinc\n{found}")
