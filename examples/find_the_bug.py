"""Find the bugs: gradients of two published libraries, judged in one run each.

1. scikit-learn's MLPRegressor with k outputs (scikit-learn issue 8349, open since 2017): the gradient that
   its L-BFGS minimises with is k times the gradient of the loss that it reports.
2. thinc's `residual` around `with_array2d(Relu)`: an array is changed between value and reverse pass. This
   part is skipped where thinc is not installed.

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
    """The report on thinc's residual around a layer that reuses its array, or None without thinc."""
    try:
        from thinc.api import Relu, residual, with_array2d
    except ImportError:
        return None
    model = residual(with_array2d(Relu(4, 4)))
    X = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    model.initialize(X=X, Y=X)

    def pair(x):
        value, back = model(np.array(x, dtype="float32"), is_train=True)
        return value, lambda u: (back(np.array(u, dtype="float32")),)

    return pb.check(pair, X)


if __name__ == "__main__":
    import sklearn

    print(f"scikit-learn {sklearn.__version__}")
    print(scikit_learn())
    found = thinc()
    print("\nthinc is not installed: skipped" if found is None else f"\nthinc\n{found}")
