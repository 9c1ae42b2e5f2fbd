"""scipy.special: derivatives, and SciPy's plain functions answering to traced arrays."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest
import scipy.special as sp
from differences import check_derivatives, check_float32, check_laws, check_pair, check_program
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, logsumexp, softmax  # before anything of ours has adopted them

from pullback._dispatch import meet_scipy
from pullback.errors import ArgumentError
from pullback.pair import ANSWERS
from pullback.transforms import grad, value_and_grad

meet_scipy()
special = sys.modules["pullback.primitives.special"]

UNARY = [
    (sp.expit, -4, 4), (sp.log_expit, -4, 4), (sp.logit, 0.1, 0.9), (sp.erf, -2, 2), (sp.erfc, -2, 2),
    (sp.erfcx, -2, 5),
    (sp.ndtr, -3, 3), (sp.log_ndtr, -5, 3), (sp.gammaln, 0.5, 5), (sp.digamma, 0.6, 5), (sp.psi, 0.6, 5),
]  # fmt: skip
PLAIN = [softmax, log_softmax, logsumexp]


def all_checks(f, *args, **tolerances):
    check_derivatives(f, *args, **tolerances)
    check_laws(f, *args)
    check_float32(f, *args)
    check_program(f, *args)


@pytest.mark.parametrize("case", UNARY, ids=lambda case: case[0].__name__)
def test_of_one_array(case):
    f, low, high = case
    x = np.linspace(low, high, 7)[1:-1]
    all_checks(f, x, scale=0.3)
    check_pair(ANSWERS[f], x.astype(np.float32))
    check_pair(ANSWERS[f], np.float32(x[0]))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_polygamma(n):
    x = np.linspace(0.8, 4, 5)
    check_derivatives(lambda x: sp.polygamma(n, x), x, scale=0.3)
    check_laws(lambda x: sp.polygamma(n, x), x)
    check_program(lambda x: sp.polygamma(n, x), x)


@pytest.mark.parametrize("f", [sp.xlogy, sp.xlog1py])
def test_products_with_a_logarithm(f):
    all_checks(f, np.array([[-1.0], [0.0], [2.0]]), np.array([0.3, 2.5]))
    zero = -1.0 if f is sp.xlog1py else 0.0
    assert grad(f, argnums=(0, 1))(0.0, zero) == (0.0, 0.0)


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("f", [softmax, log_softmax])
def test_over_an_axis(f, axis):
    all_checks(lambda x: f(x, axis=axis), np.linspace(-2, 2, 6).reshape(2, 3) ** 3)
    check_pair(ANSWERS[f], np.linspace(-2, 2, 6, dtype=np.float32).reshape(2, 3), axis=axis)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_logsumexp(axis, keepdims):
    a, b = np.linspace(-2, 2, 6).reshape(2, 3), np.array([0.5, 2.0, 1.0])
    all_checks(lambda a: logsumexp(a, axis=axis, keepdims=keepdims), a)
    all_checks(lambda a, b: logsumexp(a, axis, b, keepdims), a, b)
    a32, b32 = a.astype(np.float32), b.astype(np.float32)
    check_pair(special.logsumexp, a32, axis=axis, keepdims=keepdims)
    check_pair(special.weighted_logsumexp, a32, b32, axis=axis, keepdims=keepdims)


def test_logsumexp_of_nothing_and_of_signs():
    assert grad(logsumexp)(np.full(2, -np.inf)).tolist() == [0, 0]
    np.testing.assert_allclose(grad(logsumexp)(np.array([1e4, 1e4])), [0.5, 0.5], rtol=1e-12)
    assert logsumexp(np.array([0.0]), b=np.array([-1.0]), return_sign=True)[1] == -1
    with pytest.raises(ArgumentError, match="leave out return_sign="):
        grad(lambda a: logsumexp(a, return_sign=True)[0])(np.ones(2))


def test_log_ndtr_holds_far_to_the_left():
    np.testing.assert_allclose(grad(sp.log_ndtr)(-100.0), 100.00999800, rtol=1e-8)


def fresh(code: str) -> str:
    """What a new Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAD = "import numpy as np; x = np.array([0.0, 1.0]); "
CALL = "print(grad(lambda x: np.sum(softmax(x) * x))(x).tolist())"


def test_wherever_it_was_imported_from():
    late = "import pullback.primitives; from pullback.transforms import grad; "
    early = "from scipy.special import softmax; "
    module = "import scipy.special; softmax = lambda x: scipy.special.softmax(x); "
    printed = {fresh(HEAD + a + b + CALL) for a, b in ((early, late), (late, early), (late, module))}
    assert len(printed) == 1


def test_scipy_is_imported_only_when_needed():
    code = "import pullback.primitives, pullback.transforms, sys; print('scipy' in sys.modules)"
    assert fresh(code) == "False"


def test_adopted_functions_look_as_before():
    for f in (*PLAIN, sp.polygamma):
        assert "__route" not in str(inspect.signature(f))
        assert pickle.loads(pickle.dumps(f)) is f
    assert str(inspect.signature(softmax)) == "(x, axis=None)"
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        softmax(np.ones(2), axes=0)


@settings(deadline=None, max_examples=3)
@given(st.integers(0, 2**32 - 1))
def test_plain_arrays_get_the_results_of_scipy_to_the_bit(seed):
    code = (
        "import sys, numpy as np; from scipy.special import *; "
        "x = np.random.default_rng(int(sys.argv[1])).normal(size=(20, 3)) * 50; "
        "outs = [softmax(x), softmax(x, axis=1), log_softmax(x, 1), logsumexp(x), logsumexp(x, axis=0, b=x, "
        "return_sign=True), polygamma(1, abs(x)), softmax([1, 2]), logsumexp(1 + 2j), "
        "softmax(x.astype('f4'))]; "
    )
    show = "print([np.asarray(o).tobytes().hex() for o in outs])"
    run = [sys.executable, "-c", code + show, str(seed)]
    scope = {"sys": type("sys", (), {"argv": ["", str(seed)]})}
    exec(code.partition("; ")[0].replace("sys, ", "") + "; " + code.partition("; ")[2], scope)
    ours = [np.asarray(o).tobytes().hex() for o in scope["outs"]]
    theirs = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    assert str(ours) == theirs


def test_under_value_and_grad_with_plain_settings():
    value, g = value_and_grad(lambda x: logsumexp(x))(np.array([0.0, 0.0]))
    assert value == np.log(2)
    assert g.tolist() == [0.5, 0.5]


def test_the_scaled_error_function_keeps_its_derivative_where_the_formula_cancels():
    """At 1e6 it is -1 / (x^2 sqrt(pi)) to twelve digits; 2 x erfcx x - 2 / sqrt(pi) has none left."""
    slope = grad(lambda x: np.sum(sp.erfcx(x)))
    assert slope(np.array(1e6)) == pytest.approx(-1 / (1e12 * np.sqrt(np.pi)), rel=1e-11)
    below, above = slope(np.array(np.nextafter(30, 0))), slope(np.array(np.nextafter(30, 40)))
    assert above == pytest.approx(below, rel=1e-12)


@pytest.mark.parametrize("x", [-1e8, -1e4, -40.0])
def test_the_logarithm_of_the_normal_distribution_far_to_the_left(x):
    """There the ratio density / ndtr is -x + 1/-x - 2/-x^3 + ..."""
    t = -x
    assert grad(sp.log_ndtr)(np.array(x)) == pytest.approx(t + 1 / t - 2 / t**3 + 10 / t**5, rel=1e-9)
    assert grad(grad(sp.log_ndtr))(np.array(x)) == pytest.approx(-1 + 1 / t**2, abs=1e-4)
