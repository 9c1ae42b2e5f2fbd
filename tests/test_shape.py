"""Shapes, joins and indexing: values as NumPy's, derivatives as differences say."""

from __future__ import annotations

import _differences_shape as check
import numpy as np
import pytest

import pullback.primitives  # noqa: F401 - registers them
from pullback.errors import TraceError
from pullback.transforms import grad, vjp

ROWS = np.array([2, 0, 2])
MASK = np.array([True, False, True])
ORDER = np.array([[2, 0, 1, 1], [0, 0, 2, 1]])

CASES = [
    ("reshape", lambda a: np.reshape(a, (3, -1)), [(2, 3)]),
    ("reshape F", lambda a: np.reshape(a, (3, 2), order="F"), [(2, 3)]),
    ("method", lambda a: a.reshape(3, 2), [(2, 3)]),
    ("ravel", np.ravel, [(2, 3)]),
    ("ravel F", lambda a: np.ravel(a, "F"), [(2, 3)]),
    ("flatten", lambda a: a.flatten(), [(2, 3)]),
    ("expand_dims", lambda a: np.expand_dims(a, (0, -1)), [(2, 3)]),
    ("squeeze", np.squeeze, [(2, 1, 3, 1)]),
    ("squeeze axis", lambda a: np.squeeze(a, -1), [(2, 1, 3, 1)]),
    ("transpose", np.transpose, [(2, 3, 4)]),
    ("transpose axes", lambda a: np.transpose(a, (1, -1, 0)), [(2, 3, 4)]),
    ("matrix_transpose", np.matrix_transpose, [(2, 3, 4)]),
    ("permute_dims", lambda a: np.permute_dims(a, (2, 0, 1)), [(2, 3, 4)]),
    ("swapaxes", lambda a: np.swapaxes(a, 0, -1), [(2, 3, 4)]),
    ("moveaxis", lambda a: np.moveaxis(a, (0, 1), (-1, 0)), [(2, 3, 4)]),
    ("rollaxis", lambda a: np.rollaxis(a, 2), [(2, 3, 4)]),
    ("broadcast_to", lambda a: np.broadcast_to(a, (4, 2, 3)), [(2, 1)]),
    ("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b), [(2, 1), (3,)]),
    ("atleast_1d", np.atleast_1d, [()]),
    ("atleast_2d", np.atleast_2d, [(3,)]),
    ("atleast_3d", lambda a, b: np.atleast_3d(a, b), [(3,), (2, 2)]),
    ("tile", lambda a: np.tile(a, (2, 1, 3)), [(2, 3)]),
    ("tile int", lambda a: np.tile(a, 2), [(2, 3)]),
    ("meshgrid", lambda a, b: np.meshgrid(a, b), [(2,), (3,)]),
    ("meshgrid ij", lambda a, b, c: np.meshgrid(a, b, c, indexing="ij", sparse=True), [(2,), (3,), (1,)]),
    ("copy", np.copy, [(2, 3)]),
    ("concatenate", lambda a, b: np.concatenate([a, b], 1), [(2, 3), (2, 1)]),
    ("concatenate flat", lambda a, b: np.concatenate([a, b], None), [(2, 3), (2, 1)]),
    ("concatenate with constants", lambda a: np.concatenate([a, np.zeros((1, 3)), a]), [(2, 3)]),
    ("stack", lambda a, b: np.stack([a, b], axis=-1), [(2, 3), (2, 3)]),
    ("vstack", lambda a, b: np.vstack([a, b]), [(3,), (2, 3)]),
    ("hstack", lambda a, b: np.hstack([a, b]), [(2, 3), (2, 1)]),
    ("hstack vectors", lambda a, b: np.hstack([a, b]), [(2,), (3,)]),
    ("dstack", lambda a, b: np.dstack([a, b]), [(2, 3), (2, 3)]),
    ("column_stack", lambda a, b: np.column_stack([a, b]), [(3,), (3, 2)]),
    ("append", lambda a, b: np.append(a, b), [(2, 3), (4,)]),
    ("append axis", lambda a, b: np.append(a, b, axis=0), [(2, 3), (1, 3)]),
    ("block", lambda a, b: np.block([[a, b], [np.ones((1, 3))]]), [(2, 2), (2, 1)]),
    ("split", lambda a: np.split(a, 2, axis=1), [(2, 4)]),
    ("split at", lambda a: np.split(a, [1, 1, 3]), [(4, 2)]),
    ("array_split", lambda a: np.array_split(a, 3), [(4, 2)]),
    ("hsplit", lambda a: np.hsplit(a, 2), [(4, 2)]),
    ("vsplit", lambda a: np.vsplit(a, 2), [(4, 2)]),
    ("dsplit", lambda a: np.dsplit(a, 2), [(1, 2, 2)]),
    ("unstack", lambda a: np.unstack(a, axis=1), [(2, 3)]),
    ("index", lambda a: a[1], [(2, 3)]),
    ("slice", lambda a: a[::-1, None, 1:], [(2, 3)]),
    ("ellipsis", lambda a: a[..., 0], [(2, 3)]),
    ("rows", lambda a: a[ROWS], [(3, 2)]),
    ("list", lambda a: a[[0, 0, -1]], [(3, 2)]),
    ("points", lambda a: a[ROWS, ROWS], [(3, 3)]),
    ("mask", lambda a: a[MASK], [(3, 2)]),
    ("mask and rows", lambda a: a[1:, MASK][:, [0, 0]], [(3, 3)]),
    ("apart", lambda a: a[ROWS, :, 1], [(3, 2, 2)]),
    ("iteration", lambda a: sum(row * i for i, row in enumerate(a)), [(3, 2)]),
    ("take", lambda a: np.take(a, ROWS, axis=1), [(2, 3)]),
    ("take flat", lambda a: np.take(a, [[0, 5], [1, 1]]), [(2, 3)]),
    ("take wrap", lambda a: np.take(a, [-4, 7], axis=0, mode="wrap"), [(3, 2)]),
    ("take clip", lambda a: np.take(a, [-4, 7], axis=0, mode="clip"), [(3, 2)]),
    ("take_along_axis", lambda a: np.take_along_axis(a, ORDER, axis=0), [(3, 4)]),
    ("take_along_axis flat", lambda a: np.take_along_axis(a, ROWS, axis=None), [(3, 4)]),
    ("compress", lambda a: np.compress(MASK, a, axis=0), [(3, 2)]),
    ("delete", lambda a: np.delete(a, 1, axis=0), [(3, 2)]),
    ("insert", lambda a, b: np.insert(a, 1, b, axis=1), [(2, 3), (2,)]),
    ("insert many", lambda a, b: np.insert(a, [0, 2], b), [(3,), (2,)]),
    ("repeat", lambda a: np.repeat(a, 2, axis=1), [(2, 3)]),
    ("repeat flat", lambda a: np.repeat(a, 2), [(2, 3)]),
    ("repeat each", lambda a: np.repeat(a, [0, 2, 1], axis=-1), [(2, 3)]),
    ("sort", np.sort, [(3, 4)]),
    ("sort axis", lambda a: np.sort(a, axis=0), [(3, 4)]),
    ("sort flat", lambda a: np.sort(a, axis=None), [(3, 4)]),
    ("flip", np.flip, [(2, 3)]),
    ("flip axis", lambda a: np.flip(a, -1), [(2, 3)]),
    ("fliplr", np.fliplr, [(2, 3)]),
    ("flipud", np.flipud, [(2, 3)]),
    ("rot90", np.rot90, [(2, 3)]),
    ("rot90 twice", lambda a: np.rot90(a, 2), [(2, 3)]),
    ("rot90 back", lambda a: np.rot90(a, -1, axes=(2, 0)), [(2, 3, 4)]),
    ("roll", lambda a: np.roll(a, 2), [(2, 3)]),
    ("roll axes", lambda a: np.roll(a, (1, -1), axis=(0, 1)), [(2, 3)]),
    ("pad", lambda a: np.pad(a, 1), [(2, 3)]),
    ("pad sides", lambda a: np.pad(a, ((0, 1), (2, 0)), constant_values=3.0), [(2, 3)]),
    ("pad edge", lambda a: np.pad(a, 2, mode="edge"), [(2, 3)]),
    ("pad reflect", lambda a: np.pad(a, ((0, 0), (2, 1)), mode="reflect"), [(2, 3)]),
    ("pad symmetric", lambda a: np.pad(a, 1, mode="symmetric"), [(2, 3)]),
    ("pad wrap", lambda a: np.pad(a, 1, mode="wrap"), [(2, 3)]),
    ("diag", np.diag, [(3,)]),
    ("diag above", lambda a: np.diag(a, 2), [(3,)]),
    ("diag below", lambda a: np.diag(a, -1), [(3,)]),
    ("diag of matrix", lambda a: np.diag(a, -1), [(4, 3)]),
    ("diagonal", lambda a: np.diagonal(a, 1), [(3, 4)]),
    ("diagonal of batch", lambda a: np.diagonal(a, 0, -1, 0), [(3, 2, 4)]),
    ("diagonal outside", lambda a: np.diagonal(a, 9), [(3, 4)]),
    ("diagflat", lambda a: np.diagflat(a, 1), [(2, 2)]),
    ("tril", np.tril, [(2, 3, 4)]),
    ("triu", lambda a: np.triu(a, 1), [(3, 3)]),
    ("tril of vector", np.tril, [(3,)]),
    ("no rows", lambda a: np.concatenate([a.T, a.T], 1), [(0, 3)]),
    ("no rows taken", lambda a: a[np.zeros(0, int)], [(3, 2)]),
]
IDS = [name for name, *_ in CASES]


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_value_is_numpys(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.has_numpys_value(f, check.arrays(shapes, dtype))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(f, check.arrays(shapes))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_second_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(check.gradient(f), check.arrays(shapes))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_laws(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.keeps_the_laws(f, check.arrays(shapes, dtype))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_program_replays(name, f, shapes):
    check.replays(f, check.arrays(shapes))


def test_astype_takes_the_cotangent_back_to_the_dtype_of_x():
    g = grad(lambda x: np.sum(x.astype(np.float64) ** 2))(np.ones(2, np.float32))
    assert g.dtype == np.float32


def test_sort_is_stable_at_ties():
    _, pull = vjp(np.sort, np.array([2.0, 1.0, 2.0, 1.0]))
    np.testing.assert_array_equal(pull(np.array([1.0, 2.0, 3.0, 4.0]))[0], [3.0, 1.0, 4.0, 2.0])


def test_an_index_may_be_an_argument_of_a_program():
    from pullback.program import program

    def f(W, rows):
        return grad(lambda W: np.sum(W[rows] ** 2))(W)

    W, rows = np.ones((4, 2)), np.array([1, 1, 3])
    np.testing.assert_array_equal(program(f, W, rows)(W, rows), f(W, rows))
    constant = program(lambda rows: grad(lambda W: np.sum(W[rows] ** 2))(W), rows)
    np.testing.assert_array_equal(constant(rows), f(W, rows))


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda a: np.pad(a, 1, mode="mean"), TraceError, "np.pad(..., mode='mean') has no derivative here"),
        (lambda a: np.ravel(a, order="K"), TraceError, "order='K' depends on how an array lies in memory"),
        (lambda a: np.split(a, 4), ValueError, "array split does not result in an equal division"),
        (lambda a: np.stack([a, a[0]]), ValueError, "all input arrays must have the same shape"),
        (lambda a: np.take(a, [0], axis=5), ValueError, "axis 5 is out of bounds"),
        (lambda a: a[7], IndexError, "index 7 is out of bounds"),
    ],
)
def test_errors(f, error, text):
    with pytest.raises(error) as caught:
        vjp(f, np.ones((3, 2)))
    assert text in str(caught.value)
