"""Linear algebra of square systems, decompositions and norms; every matrix may have batch axes in front.

Rules after M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), where no other source is named.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import TraceError
from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import axes_of, dtype_of, unbroadcast
from pullback.primitives.reduction import root
from pullback.typing import Array


@primitive(answers=np.linalg.inv)
def inv(a: Array) -> tuple[Array, Vjp]:
    """`a^-1`; vjp: -a^-T u a^-T."""
    value = np.linalg.inv(a)
    return value, lambda u: (-_t(value) @ u @ _t(value),)


@primitive(answers=np.linalg.solve)
def solve(a: Array, b: Array) -> tuple[Array, Vjp]:
    """The x of `a x = b`; vjp: to b, v = a^-T u; to a, -v x'. A one-dimensional b is one vector."""
    x = np.linalg.solve(a, b)
    vector = np.ndim(b) == 1

    def vjp(u: Array) -> tuple[Array, Array]:
        u, columns = (np.expand_dims(z, -1) if vector else z for z in (u, x))
        v = np.linalg.solve(_t(a), u)
        return unbroadcast(-v @ _t(columns), a), unbroadcast(np.squeeze(v, -1) if vector else v, b)

    return x, vjp


@primitive(answers=np.linalg.det)
def det(a: Array) -> tuple[Array, Vjp]:
    """`det a`; vjp: u det(a) a^-T, so that a singular matrix raises NumPy's LinAlgError."""
    value = np.linalg.det(a)
    return value, lambda u: (_wide(u * value) * _t(np.linalg.inv(a)),)


@primitive(answers=np.linalg.slogdet)
def slogdet(a: Array) -> tuple[Any, Vjp]:
    """Sign and logarithm of `|det a|`; vjp: u a^-T of the logarithm, nothing of the sign."""
    return np.linalg.slogdet(a), lambda u: (_wide(u[1]) * _t(np.linalg.inv(a)),)


# Symmetric matrices. NumPy reads one triangle of them, and so the cotangent lies in that triangle:
# a symmetric change of both counts once, as in the function NumPy computes. After S = (A + A')/2 the
# gradient in A is symmetric.


@primitive(answers=np.linalg.cholesky)
def cholesky(a: Array, *, upper: bool = False) -> tuple[Array, Vjp]:
    """`L` with a = L L' (or `L'`, upper); vjp: L^-T P(L' u) L^-1, P the lower half, diagonal halved.

    Reads, and gives a cotangent in, the lower triangle (or the upper). Source: I. Murray, "Differentiation
    of the Cholesky decomposition" (2016).
    """
    value = np.linalg.cholesky(a, upper=upper)

    def vjp(u: Array) -> tuple[Array]:
        low, u = (_t(value), _t(u)) if upper else (value, u)
        half = (_t(low) @ u) * _half(a)
        g = np.linalg.solve(_t(low), _t(np.linalg.solve(_t(low), half)))
        return (_as_read(g, a, "U" if upper else "L"),)

    return value, vjp


@primitive(answers=np.linalg.eigh)
def eigh(a: Array, *, UPLO: Any = "L") -> tuple[Any, Vjp]:
    """`w, V` with a = V diag(w) V'; vjp: V (diag(u_w) + F * V' u_V) V', F_ij = 1 / (w_j - w_i).

    F is 0 on the diagonal, and at equal eigenvalues, whose vectors have no derivative (those of a
    function of the space they span are right). Reads, and gives a cotangent in, the triangle UPLO.
    """
    value = np.linalg.eigh(a, UPLO)
    w, V = value

    def vjp(u: Any) -> tuple[Array]:
        turned = _inverse_gaps(w) * (_t(V) @ u[1])
        return (_as_read((V * _row(u[0]) + V @ turned) @ _t(V), a, UPLO),)

    return value, vjp


@primitive(answers=np.linalg.eigvalsh)
def eigvalsh(a: Array, *, UPLO: Any = "L") -> tuple[Array, Vjp]:
    """The eigenvalues of a symmetric matrix; vjp: V diag(u) V', in the triangle UPLO."""

    def vjp(u: Array) -> tuple[Array]:
        V = np.linalg.eigh(a, UPLO)[1]
        return (_as_read((V * _row(u)) @ _t(V), a, UPLO),)

    return np.linalg.eigvalsh(a, UPLO), vjp


def _as_read(g: Array, a: Array, uplo: str) -> Array:
    """`g + g'` in the triangle that was read, the diagonal once."""
    half = _half(a)
    return (g + _t(g)) * (half if uplo.upper() == "L" else _t(half))


def _half(a: Array) -> Array:
    """Ones in the lower triangle, halves on the diagonal, zeros above."""
    n, dtype = np.shape(a)[-1], dtype_of(a)
    return np.tril(np.ones((n, n), dtype)) - np.eye(n, dtype=dtype) / 2


def _inverse_gaps(x: Array) -> Array:
    """`1 / (x_j - x_i)`, 0 where they are equal."""
    gap = _row(x) - np.expand_dims(x, -1)
    return _inverse(gap)


def _inverse(x: Array) -> Array:
    """`1 / x`, 0 where x is."""
    zero = np.equal(x, 0)
    return np.logical_not(zero) / (x + zero)


# Matrices of any shape.


@primitive(answers=np.linalg.svd)
def thin_svd(a: Array, *, full_matrices: bool) -> tuple[Any, Vjp]:
    """`U, s, V'` with a = U diag(s) V'; its vjp after J. Townsend, "Differentiating the SVD" (2016).

    U [(F * (U' u_U - u_U' U)) s + s (F * (V' u_V - u_V' V)) + diag(u_s)] V' + (1 - U U') u_U s^-1 V'
    + U s^-1 u_V' (1 - V V'), with F_ij = 1 / (s_j^2 - s_i^2), which is 0 at equal singular values, and s^-1
    0 at zero ones: there the singular vectors have no derivative.
    """
    value = np.linalg.svd(a, full_matrices=full_matrices)
    U, s, Vt = value

    def vjp(u: Any) -> tuple[Array]:
        u_U, u_s, u_V = u[0], u[1], _t(u[2])
        F, V, inverse = _inverse_gaps(s * s), _t(Vt), _row(_inverse(s))
        left, right = _t(U) @ u_U, Vt @ u_V
        core = F * (left - _t(left)) * _row(s) + np.expand_dims(s, -1) * (F * (right - _t(right)))
        g = (U @ core + U * _row(u_s)) @ Vt
        g = g + ((u_U - U @ left) * inverse) @ Vt
        return (g + (U * inverse) @ _t(u_V - V @ right),)

    return value, vjp


@primitive(answers=np.linalg.svdvals)
def svdvals(x: Array) -> tuple[Array, Vjp]:
    """The singular values; vjp: U diag(u) V'."""

    def vjp(u: Array) -> tuple[Array]:
        U, _, Vt = np.linalg.svd(x, full_matrices=False)
        return ((U * _row(u)) @ Vt,)

    return np.linalg.svdvals(x), vjp


@derived(np.linalg.svd)
def svd(a: Array, *, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The thin decomposition, or the singular values alone."""
    if not compute_uv:
        return np.linalg.svdvals(a)
    if full_matrices and np.shape(a)[-1] != np.shape(a)[-2]:
        raise TraceError(
            "np.linalg.svd(..., full_matrices=True) has no derivative: some of its vectors are arbitrary",
            expected="a square matrix, or full_matrices=False",
            got=f"shape {np.shape(a)}",
        )
    return thin_svd(a, full_matrices=False)


@primitive(answers=np.linalg.pinv)
def pinv(a: Array, *, rcond: Any = None) -> tuple[Array, Vjp]:
    """`P`, the pseudo-inverse; vjp: -P' u P' + (1 - a P) u' P P' + P' P u' (1 - P a), while the rank stays.

    Source: G. Golub and V. Pereyra, "The differentiation of pseudo-inverses" (1973).
    """
    P = np.linalg.pinv(a, rcond)

    def vjp(u: Array) -> tuple[Array]:
        Pt, ut = _t(P), _t(u)
        first, last = ut @ P @ Pt, Pt @ P @ ut
        return (first - a @ (P @ first) + last - last @ P @ a - Pt @ u @ Pt,)

    return P, vjp


@primitive(answers=np.linalg.qr)
def qr(a: Array, *, mode: str = "reduced") -> tuple[Any, Vjp]:
    """`Q, R` with a = Q R, for no more columns than rows; vjp: (u_Q + Q sym(R u_R' - u_Q' Q)) R^-T.

    sym mirrors the lower triangle. Source: M. Seeger et al., "Auto-differentiating linear algebra" (2017).
    """
    if mode != "reduced" or np.shape(a)[-2] < np.shape(a)[-1]:
        raise TraceError(
            "np.linalg.qr has a derivative here for mode='reduced' and no more columns than rows",
            expected="a tall or square matrix",
            got=f"shape {np.shape(a)}, mode={mode!r}",
        )
    value = np.linalg.qr(a)
    Q, R = value

    def vjp(u: Any) -> tuple[Array]:
        m = (R @ _t(u[1]) - _t(u[0]) @ Q) * _half(R)
        return (_t(np.linalg.solve(R, _t(u[0] + Q @ (m + _t(m))))),)

    return value, vjp


def _t(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def _row(x: Array) -> Array:
    return np.expand_dims(x, -2)


def _wide(x: Array) -> Array:
    return np.expand_dims(x, (-2, -1))


# Norms. Their gradient is 0 where they are 0, and shared evenly where several elements are the largest.


@derived(np.linalg.norm)
def norm(x: Array, *, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Array:  # noqa: A002
    """The norm of vectors, or of matrices where two axes are meant; without `ord` the Euclidean of all."""
    if axis is None and (ord is None or (np.ndim(x), ord) in ((1, 2), (2, "fro"), (2, "f"))):
        flat = np.ravel(x)
        length = root(np.matmul(flat, flat))
        return np.reshape(length, (1,) * np.ndim(x)) if keepdims else length
    axes = axes_of(axis, np.ndim(x))
    if len(axes) > 2 or not axes:
        raise ValueError("Improper number of dimensions to norm.")
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    value = _matrix_norm(np.moveaxis(x, axes, (-2, -1)), ord)
    return np.expand_dims(value, axes) if keepdims else value


_FROBENIUS = ("fro", "f")


def _vector_norm(x: Array, ord: Any, axis: Any, keepdims: bool) -> Array:  # noqa: A002
    if ord is None or ord == 2:
        return root(np.sum(x * x, axis=axis, keepdims=keepdims))
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order {ord!r} for vectors")
    size = np.abs(x)
    if abs(ord) == np.inf:
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.sum(np.astype(np.not_equal(x, 0), dtype_of(x)), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return root(np.sum(size**ord, axis=axis, keepdims=keepdims), ord)


def _matrix_norm(x: Array, ord: Any) -> Array:  # noqa: A002
    """A norm of the last two axes."""
    if ord is None or ord in _FROBENIUS:
        return root(np.sum(x * x, axis=(-2, -1)))
    if ord == "nuc":
        return np.sum(np.linalg.svdvals(x), axis=-1)
    if ord not in (1, -1, 2, -2, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    extreme = np.max if ord > 0 else np.min
    if abs(ord) == 2:
        return extreme(np.linalg.svdvals(x), axis=-1)
    return extreme(np.sum(np.abs(x), axis=-2 if abs(ord) == 1 else -1), axis=-1)


@derived(np.linalg.vector_norm)
def vector_norm(x: Array, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Array:  # noqa: A002
    """The norm over all the axes meant, as of one vector."""
    return _vector_norm(x, ord, axes_of(axis, np.ndim(x)), keepdims)


@derived(np.linalg.matrix_norm)
def matrix_norm(x: Array, *, keepdims: bool = False, ord: Any = "fro") -> Array:  # noqa: A002
    """The norm of the last two axes."""
    value = _matrix_norm(x, ord)
    return _wide(value) if keepdims else value


# NumPy's second names.


@derived(np.trace)
def trace(a: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Sum of a diagonal."""
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


@derived(np.linalg.trace)
def trace_of_last(x: Array, *, offset: int = 0) -> Array:
    """Sum of a diagonal of the last two axes."""
    return np.trace(x, offset, -2, -1)


@derived(np.linalg.diagonal)
def diagonal_of_last(x: Array, *, offset: int = 0) -> Array:
    """A diagonal of the last two axes."""
    return np.diagonal(x, offset, -2, -1)


@derived(np.linalg.matrix_transpose)
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)
