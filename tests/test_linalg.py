"""Linear algebra: values as NumPy's, derivatives as differences say, conventions as stated."""

from __future__ import annotations

import _differences_shape as check
import numpy as np
import pytest

import pullback.primitives  # noqa: F401 - registers them
from pullback.errors import TraceError
from pullback.transforms import grad, vjp

ORDERS = [None, 1, 2, np.inf, -np.inf, 3, 2.5, 0]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


def symmetric(f):
    """`f` of a positive definite matrix made of any one."""
    return lambda a: f((a + a.mT) / 2 + np.eye(3, dtype=a.dtype) * np.arange(5, 8, dtype=a.dtype))


def regular(f):
    """`f` of a matrix far from singular, made of any one."""
    return lambda a, *rest: f(a + 3 * np.eye(a.shape[-1], dtype=a.dtype), *rest)


def signless(decomposition):
    """Vectors whose signs LAPACK chooses, times their first elements."""

    def f(a):
        w, V = decomposition(a)
        return w, V * V[..., :1, :]

    return f


CASES = [
    ("inv", regular(np.linalg.inv), [(3, 3)]),
    ("inv of batch", regular(np.linalg.inv), [(2, 3, 3)]),
    ("solve vector", regular(np.linalg.solve), [(3, 3), (3,)]),
    ("solve matrix", regular(np.linalg.solve), [(3, 3), (3, 2)]),
    ("solve batch", regular(np.linalg.solve), [(2, 3, 3), (2, 3, 2)]),
    ("solve batch by one vector", regular(np.linalg.solve), [(2, 3, 3), (3,)]),
    ("solve one by batch", regular(np.linalg.solve), [(3, 3), (2, 3, 1)]),
    ("det", np.linalg.det, [(3, 3)]),
    ("det of batch", np.linalg.det, [(2, 3, 3)]),
    ("slogdet", lambda a: np.linalg.slogdet(a)[1], [(2, 3, 3)]),
    ("slogdet by name", lambda a: np.linalg.slogdet(a).logabsdet, [(3, 3)]),
    ("slogdet of both", np.linalg.slogdet, [(3, 3)]),
    ("cholesky", symmetric(np.linalg.cholesky), [(3, 3)]),
    ("cholesky of batch", symmetric(np.linalg.cholesky), [(2, 3, 3)]),
    ("cholesky upper", symmetric(lambda a: np.linalg.cholesky(a, upper=True)), [(3, 3)]),
    ("eigh", symmetric(signless(np.linalg.eigh)), [(3, 3)]),
    ("eigh of batch", symmetric(signless(np.linalg.eigh)), [(2, 3, 3)]),
    ("eigh values", symmetric(lambda a: np.linalg.eigh(a)[0]), [(3, 3)]),
    ("eigh vectors", symmetric(lambda a: np.linalg.eigh(a).eigenvectors ** 2), [(3, 3)]),
    ("eigh upper", symmetric(lambda a: np.linalg.eigh(a, "U")[0]), [(3, 3)]),
    ("eigvalsh", symmetric(np.linalg.eigvalsh), [(2, 3, 3)]),
    *[
        (
            f"svd {shape}",
            lambda a: (lambda U, s, V: (s, U * U[:1], V * U[:1].T))(*np.linalg.svd(a, False)),
            [shape],
        )
        for shape in [(3, 3), (4, 3), (3, 4)]
    ],
    ("svd square in full", lambda a: np.linalg.svd(a)[1], [(3, 3)]),
    ("svd of batch", lambda a: np.linalg.svd(a, full_matrices=False).S, [(2, 3, 2)]),
    ("svd values", lambda a: np.linalg.svd(a, compute_uv=False), [(2, 3, 4)]),
    ("svdvals", np.linalg.svdvals, [(3, 2)]),
    ("pinv tall", np.linalg.pinv, [(4, 2)]),
    ("pinv wide", np.linalg.pinv, [(2, 2, 3)]),
    ("pinv of less rank", lambda a, b: np.linalg.pinv(a @ b), [(4, 2), (2, 3)]),
    ("qr", np.linalg.qr, [(4, 3)]),
    ("qr square of batch", lambda a: tuple(np.linalg.qr(a)), [(2, 3, 3)]),
    *[(f"norm {o}", lambda a, o=o: np.linalg.norm(a, o), [(5,)]) for o in ORDERS],
    *[(f"norm {o} of rows", lambda a, o=o: np.linalg.norm(a, o, axis=1), [(3, 4)]) for o in ORDERS],
    *[(f"norm {o} of matrix", lambda a, o=o: np.linalg.norm(a, o), [(3, 4)]) for o in MATRIX_ORDERS],
    *[
        (f"norm {o} of batch", lambda a, o=o: np.linalg.norm(a, o, axis=(2, 0), keepdims=True), [(3, 2, 4)])
        for o in MATRIX_ORDERS
    ],
    ("norm of all", lambda a: np.linalg.norm(a, keepdims=True), [(2, 3, 2)]),
    ("norm of a column", lambda a: np.linalg.norm(a, axis=0, keepdims=True), [(2, 3)]),
    ("vector_norm", lambda a: np.linalg.vector_norm(a, ord=3), [(2, 3)]),
    ("matrix_norm", lambda a: np.linalg.matrix_norm(a, keepdims=True), [(2, 3, 2)]),
    ("trace", lambda a: np.trace(a, 1), [(3, 4)]),
    ("trace axes", lambda a: np.trace(a, -1, 2, 0), [(3, 2, 3)]),
    ("method trace", lambda a: a.trace(), [(3, 3)]),
    ("linalg.trace", lambda a: np.linalg.trace(a, offset=1), [(2, 3, 3)]),
    ("linalg.diagonal", np.linalg.diagonal, [(2, 3, 3)]),
    ("linalg.matrix_transpose", np.linalg.matrix_transpose, [(2, 3, 4)]),
]
ROUNDED = {"svd square in full", *(name for name, *_ in CASES if name.startswith(("norm", "vector_norm")))}

IDS = [name for name, *_ in CASES]


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_value_is_numpys(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.has_numpys_value(f, check.arrays(shapes, dtype), exact=name not in ROUNDED)


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(f, check.arrays(shapes))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_second_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(check.gradient(f), check.arrays(shapes), tol=1e-5)


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_laws(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.keeps_the_laws(f, check.arrays(shapes, dtype))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_program_replays(name, f, shapes):
    check.replays(f, check.arrays(shapes))


TRIANGLES = [
    ("cholesky", np.linalg.cholesky, np.tril),
    ("cholesky upper", lambda a: np.linalg.cholesky(a, upper=True), np.triu),
    ("eigh", lambda a: np.linalg.eigh(a)[1] ** 2, np.tril),
    ("eigh upper", lambda a: np.linalg.eigh(a, "U")[1] ** 2, np.triu),
    ("eigvalsh", np.linalg.eigvalsh, np.tril),
    ("eigvalsh upper", lambda a: np.linalg.eigvalsh(a, "U"), np.triu),
]


@pytest.mark.parametrize(("name", "f", "triangle"), TRIANGLES)
def test_the_cotangent_lies_in_the_triangle_that_numpy_reads(name, f, triangle):
    a = np.diag([5.0, 6.0, 7.0]) + check.arrays([(3, 3)])[0] / 4
    check.agrees_with_differences(f, [a])
    value, pull = vjp(f, a)
    (g,) = pull(check.arrays([value.shape])[0])
    np.testing.assert_array_equal(g, triangle(g))


def test_equal_eigenvalues_give_finite_gradients():
    for f in (np.linalg.eigh, lambda a: np.linalg.svd(a, full_matrices=False)):
        value, pull = vjp(f, np.eye(3))
        (g,) = pull(type(value)(*(np.ones(x.shape) for x in value)))
        assert np.isfinite(g).all()


def test_a_function_of_a_space_is_right_where_its_eigenvalues_are_equal():
    def projector(a):
        V = np.linalg.eigh((a + a.T) / 2)[1][:, 1:]
        return V @ V.T

    check.agrees_with_differences(projector, [np.diag([1.0, 4.0, 4.0])])


@pytest.mark.parametrize("order", [None, 1, 2, np.inf, 3])
def test_the_norm_at_zero_has_gradient_zero(order):
    np.testing.assert_array_equal(grad(lambda x: np.linalg.norm(x, order))(np.zeros(3)), np.zeros(3))


@pytest.mark.parametrize(
    ("f", "shape", "error", "text"),
    [
        (
            np.linalg.svd,
            (2, 3),
            TraceError,
            "full_matrices=True) has no derivative: some of its vectors are arbitrary",
        ),
        (np.linalg.qr, (2, 3), TraceError, "np.linalg.qr has a derivative here for mode='reduced'"),
        (lambda a: np.linalg.norm(a, "odd"), (2, 2), ValueError, "Invalid norm order"),
        (lambda a: np.linalg.norm(a, 2), (2, 2, 2), ValueError, "Improper number of dimensions to norm."),
        (lambda a: np.linalg.norm(a, axis=4), (2, 2), ValueError, "axis 4 is out of bounds"),
        (lambda a: np.linalg.inv(0 * a), (2, 2), np.linalg.LinAlgError, "Singular matrix"),
    ],
)
def test_errors(f, shape, error, text):
    with pytest.raises(error) as caught:
        vjp(f, np.ones(shape))
    assert text in str(caught.value)
