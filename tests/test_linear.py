"""Products: values as NumPy's, derivatives as differences say, for every shape NumPy takes."""

from __future__ import annotations

import _differences_shape as check
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pullback.primitives  # noqa: F401 - registers them
from pullback.program import program
from pullback.transforms import grad, vjp

MATMUL = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((6, 1, 2, 3), (5, 3, 4)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
    ((1, 2, 3), (5, 3, 4)),
    ((0, 2, 3), (3, 4)),
]
EINSUM = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("...ij,jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,...jk", (5, 2, 3), (1, 3, 4)),
    ("i,j,k->kij", (2,), (3,), (4,)),
    ("iij,jk->k", (2, 2, 3), (3, 4)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("bij,bjk->bik", (1, 2, 3), (5, 3, 4)),
    ("i,i", (1,), (3,)),
    ("...->...", (2, 3)),
    ("ij,ij->", (0, 3), (0, 3)),
    ("ba", (2, 3)),
    (",->", (), ()),
    ("...i,...i->...", (4, 2, 3), (2, 3)),
    ("iji->j", (2, 3, 2)),
]
CASES = [
    *[(f"matmul {a} {b}", np.matmul, [a, b]) for a, b in MATMUL],
    *[(f"einsum {spec} {s}", lambda *xs, spec=spec: np.einsum(spec, *xs), s) for spec, *s in EINSUM],
    ("operator", lambda a, b: a @ b @ np.ones(2, a.dtype), [(2, 3), (3, 2)]),
    ("einsum optimize", lambda a, b, c: np.einsum("ij,jk,k", a, b, c, optimize=True), [(2, 3), (3, 4), (4,)]),
    ("einsum in numbers", lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), [(2, 3), (3, 4)]),
    ("einsum in numbers and dots", lambda a, b: np.einsum(a, [..., 1], b, [1]), [(4, 2, 3), (3,)]),
    *[
        (f"dot {a} {b}", np.dot, [a, b])
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((2, 3), (3, 4)),
            ((), (2, 3)),
            ((2, 3), ()),
            ((2, 3), (5, 3, 4)),
            ((5, 2, 3), (3,)),
            ((3,), (5, 3, 4)),
            ((0, 3), (3,)),
        ]
    ],
    ("method dot", lambda a, b: a.dot(b), [(2, 3), (3,)]),
    ("vdot", np.vdot, [(2, 3), (3, 2)]),
    *[
        (f"inner {a} {b}", np.inner, [a, b])
        for a, b in [
            ((3,), (3,)),
            ((2, 3), (4, 3)),
            ((), (3,)),
            ((5, 2, 3), (3,)),
        ]
    ],
    ("outer", np.outer, [(2, 2), (3,)]),
    ("tensordot", np.tensordot, [(2, 3, 4), (3, 4, 2)]),
    ("tensordot axes", lambda a, b: np.tensordot(a, b, axes=([2, 0], [0, -1])), [(2, 3, 4), (4, 5, 2)]),
    ("tensordot none", lambda a, b: np.tensordot(a, b, axes=0), [(2, 3), (4,)]),
    ("kron", np.kron, [(2, 3), (3, 2)]),
    ("kron of unlike", np.kron, [(2,), (2, 3)]),
    ("cross", np.cross, [(2, 3), (3,)]),
    ("cross axes", lambda a, b: np.cross(a, b, axisa=0, axisc=0), [(3, 2), (2, 3)]),
    ("linalg.cross", lambda a, b: np.linalg.cross(a, b, axis=0), [(3, 2), (3, 2)]),
    ("vecdot", np.vecdot, [(5, 3), (3,)]),
    ("linalg.vecdot", lambda a, b: np.linalg.vecdot(a, b, axis=0), [(3, 2), (3, 2)]),
    ("matvec", np.matvec, [(5, 2, 3), (3,)]),
    ("vecmat", np.vecmat, [(5, 3), (3, 2)]),
    ("multi_dot", lambda a, b, c: np.linalg.multi_dot([a, b, c]), [(2, 3), (3, 4), (4, 2)]),
    ("multi_dot vectors", lambda a, b, c: np.linalg.multi_dot([a, b, c]), [(3,), (3, 4), (4,)]),
    *[(f"power {n}", lambda a, n=n: np.linalg.matrix_power(a, n), [(2, 3, 3)]) for n in (0, 1, 2, 5, -2)],
    ("linalg.outer", np.linalg.outer, [(2,), (3,)]),
    ("linalg.matmul", np.linalg.matmul, [(2, 3), (3, 2)]),
    ("linalg.tensordot", lambda a, b: np.linalg.tensordot(a, b, axes=1), [(2, 3), (3, 2)]),
]
ROUNDED = {name for name, *_ in CASES}  # BLAS may round another way from one shape of a call to the next


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


@settings(deadline=None, max_examples=40)
@given(hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3))
def test_matmul_of_any_shapes(found):
    check.agrees_with_differences(np.matmul, check.arrays(found.input_shapes))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_einsum_of_any_letters(data):
    sizes = dict(zip("abcd", (2, 3, 1, 2), strict=True))
    terms = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    used = sorted(set("".join(terms)))
    out = data.draw(st.permutations(used)) if used else []
    out = out[: data.draw(st.integers(0, len(out)))]
    spec = ",".join(terms) + "->" + "".join(out)
    xs = check.arrays([tuple(sizes[c] for c in term) for term in terms])
    check.agrees_with_differences(lambda *xs: np.einsum(spec, *xs), xs)


def test_a_program_of_a_layer_holds_products_alone():
    text = str(program(grad(lambda W, x: np.sum(x @ W)), np.ones((3, 2)), np.ones((4, 3))))
    assert text.count("@") == 2
    assert "np.copy(v" in text or "np.broadcast_to" in text


@pytest.mark.parametrize(
    "f", [np.matmul, np.dot, np.tensordot, np.inner, lambda a, b: np.einsum("ij,jk", a, b)]
)
def test_shapes_that_do_not_fit_are_refused(f):
    with pytest.raises(ValueError):
        vjp(f, np.ones((2, 3)), np.ones((2, 4)))
