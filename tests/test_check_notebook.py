"""The founding notebook's pairs, its own finite-difference tests as checks, and each operation spoilt."""

import numpy as np
import pytest

from pullback.check import check

RNG = np.random.default_rng(3)
D = 9


def make(spoil=None):
    """The notebook's operations as it writes them; `spoil` names one mistake."""

    def dot(W, x):
        value = np.dot(W, x)

        def vjp(u):
            vjp_W, vjp_x = np.outer(u, x), W.T.dot(u)
            if spoil == "dot: the matrix for its transpose":
                vjp_x = W.dot(u)
            if spoil == "dot: sign":
                vjp_W = -vjp_W
            return vjp_x, vjp_W

        return value, vjp

    def relu(x):
        mask = x > 0
        if spoil == "relu: the mask on the wrong side":
            mask = x < 0
        if spoil == "relu: the mask missing":
            mask = np.ones_like(x)
        return np.maximum(0, x), lambda u: (u * mask,)

    def mlp2(x, W):
        W2, W1 = W
        a, vjp_dot1 = dot(W1, x)
        b, vjp_relu = relu(a)
        value, vjp_dot2 = dot(W2, b)

        def vjp(u):
            vjp_b, vjp_W2 = vjp_dot2(u)
            (vjp_a,) = vjp_relu(vjp_b)
            vjp_x, vjp_W1 = vjp_dot1(vjp_a)
            return vjp_x, [vjp_W2, vjp_W1]

        return value, vjp

    def mlpk(x, W):
        if len(W) < 3:
            return mlp2(x, [W[-2], W[-1]])
        value, vjp_1 = mlpk(x, W[1:])
        value, vjp_2 = relu(value)
        value, vjp_3 = dot(W[0], value)

        def vjp(u):
            vjp_x, vjp_Wk = vjp_3(u)
            (vjp_x,) = vjp_2(vjp_x)
            vjp_x, *vjp_W = vjp_1(vjp_x)
            if spoil == "mlpk: the last matrix left out":
                vjp_Wk = np.zeros_like(vjp_Wk)
            return vjp_x, [vjp_Wk, *vjp_W[0]]

        return value, vjp

    def squared_loss(y_pred, y):
        residual = y_pred - y
        half = 1 if spoil == "squared_loss: a stray 2" else 0.5

        def vjp(u):
            both = u * residual / D, -u * residual / D
            return both[::-1] if spoil == "squared_loss: swapped" else both

        value = 0.5 * np.sum(residual**2) / D
        return value, (lambda u: tuple(2 * half * g for g in vjp(u)))

    return {"dot": dot, "relu": relu, "mlpk": mlpk, "squared_loss": squared_loss}


def network():
    return RNG.normal(size=D), [RNG.normal(size=s) for s in ((1, 5), (5, 5), (5, D))]


def test_the_notebooks_own_tests():
    """`findiff_mlp` and `findiff_sq`."""
    ops = make()
    assert check(ops["mlpk"], *network()).verdict == "right"
    assert check(ops["squared_loss"], RNG.uniform(size=D), RNG.uniform(size=D)).verdict == "right"


def test_dot_returns_its_cotangents_the_wrong_way_round():
    report = check(make()["dot"], RNG.normal(size=(5, D)), RNG.normal(size=D))
    assert report.line() == "dot: wrong: the cotangents of W and x are swapped"


@pytest.mark.parametrize(
    ("name", "spoil", "kinds"),
    [
        ("mlpk", "dot: sign", {"sign"}),
        ("mlpk", "mlpk: the last matrix left out", {"zero"}),
        ("mlpk", "relu: the mask missing", {"mask_missing"}),
        ("mlpk", "dot: the matrix for its transpose", {"raises"}),
        ("relu", "relu: the mask on the wrong side", {"mask_wrong_side"}),
        ("relu", "relu: the mask missing", {"mask_missing"}),
        ("squared_loss", "squared_loss: a stray 2", {"factor"}),
        ("squared_loss", "squared_loss: swapped", {"swapped", "sign"}),
    ],
)
def test_each_operation_spoilt(name, spoil, kinds):
    args = {"mlpk": network(), "relu": (RNG.normal(size=5),)}.get(
        name, (RNG.uniform(size=D), RNG.uniform(size=D))
    )
    report = check(make(spoil)[name], *args)
    assert report.verdict == "wrong"
    assert report.mistake.kind in kinds
