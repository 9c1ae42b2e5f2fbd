"""One hand-written pair for each mistake, and the line that its report must print.

The mistakes that are seeded into every primitive and network, thousands of them, stand in
`pullback.check._seeds`, since `pullback check --self-test` ships with the library.
"""

import numpy as np

X = np.array([[0.5, -1.5, 0.25], [1.25, -0.75, 2.0], [-0.4, 0.9, -2.2], [0.3, 1.1, -0.6], [-1.0, 0.7, 1.6]])
V = np.array([0.7, -1.2, 0.4])
W = np.array([[1.0, -2.0, 0.5], [0.3, 0.8, -1.1], [-0.6, 1.4, 0.2]])


def sign(x):
    return np.tanh(x), lambda u: (-u * (1 - np.tanh(x) ** 2),)


def factor(x):
    return x**2, lambda u: (4 * u * x,)


def factor_of_rows(x):
    return np.sin(x), lambda u: (u * np.cos(x) * 5,)


def mean_for_sum(x, b):
    return x + b, lambda u: (u.copy(), np.mean(u, axis=0))


def sum_for_mean(x):
    return np.mean(x, axis=0), lambda u: (np.broadcast_to(u, x.shape).copy(),)


def transposed(W, v):
    return W @ v, lambda u: (np.outer(v, u), W.T @ u)


def transposed_matrix(W, v):
    return W @ v, lambda u: (np.outer(u, v), W @ u)


def swapped(W, v):
    return W @ v, lambda u: (W.T @ u, np.outer(u, v))


def swapped_of_one_shape(a, b):
    return a * b, lambda u: (u * a, u * b)


def missing_sum(x, b):
    return x * b, lambda u: (u * b, u * x)


def extra_sum(x):
    return np.exp(x), lambda u: (np.broadcast_to(np.sum(u * np.exp(x), axis=0), x.shape).copy(),)


def u_not_multiplied(x):
    return np.exp(x), lambda u: (np.exp(x),)


def u_twice(x):
    return np.exp(x), lambda u: (u * u * np.exp(x),)


def mask_missing(x):
    return np.maximum(x, 0), lambda u: (u.copy(),)


def mask_wrong_side(x):
    return np.maximum(x, 0), lambda u: (u * (x < 0),)


def shifted(x):
    return np.cumsum(x, axis=0), lambda u: (np.roll(np.cumsum(u[::-1], axis=0)[::-1], 1, axis=1),)


def missing_term(x):
    return x * np.tanh(x), lambda u: (u * np.tanh(x),)


def zero(x):
    return np.sin(x), lambda u: (np.zeros_like(x),)


def other_derivative(x):
    return np.tanh(x), lambda u: (u * (1 - x**2),)


def forgotten_derivative(x):
    return np.sinh(x), lambda u: (u.copy(),)


_kept = {}


def stale(x):
    _kept["y"] = np.exp(x)
    return _kept["y"].copy(), lambda u: (u * _kept["y"],)


def wrong_row(x):
    return np.sin(x), lambda u: (u * np.cos(x) * np.array([[1], [1], [-1], [1], [1]]),)


def wrong_column(x):
    return np.sin(x), lambda u: (u * np.cos(x) * np.array([1, 3, 1]),)


def wrong_element(x):
    g = np.cos(x)
    g[3, 1] = 0
    return np.sin(x), lambda u: (u * g,)


def changes_input(x):
    y = np.exp(x)
    x *= 2
    return y, lambda u: (u * y,)


def changes_u(x):
    def vjp(u):
        u *= np.cos(x)
        return (u.copy(),)

    return np.sin(x), vjp


def shares_memory(x):
    return x + 1, lambda u: (u,)


def promotes(x):
    return np.sin(x), lambda u: ((u * np.cos(x)).astype(np.float64),)


def raises(W, v):
    return W @ v, lambda u: (np.outer(u, v), W @ u)


def no_tuple(x):
    return np.sin(x), lambda u: u * np.cos(x)


# ruff: noqa: E501 - reports are one line each
MISTAKES = [
    (sign, (X,), "sign",
     'sign: wrong: the sign of the cotangent of x is flipped'),
    (factor, (X,), "factor",
     'factor: wrong: the cotangent of x is too large by a constant factor, 2'),
    (factor_of_rows, (X,), "factor",
     'factor_of_rows: wrong: the cotangent of x is too large by a constant factor, 5, axis 0 of the value'),
    (mean_for_sum, (X, V,), "mean_for_sum",
     'mean_for_sum: wrong: the cotangent of b is a mean where the sum is meant: divided by 5, the number of outputs each element of the input reaches'),
    (sum_for_mean, (X,), "sum_for_mean",
     'sum_for_mean: wrong: the cotangent of x is a sum where the mean is meant: multiplied by 5, the number of elements summed to each output'),
    (transposed, (W, V,), "transposed",
     'transposed: wrong: the cotangent of W is transposed'),
    (transposed_matrix, (W, V,), "transposed",
     'transposed_matrix: wrong: the cotangent of v uses a matrix where its transpose is meant'),
    (swapped, (W, V,), "swapped",
     'swapped: wrong: the cotangents of W and v are swapped'),
    (swapped_of_one_shape, (V, W[0],), "swapped",
     'swapped_of_one_shape: wrong: the cotangents of a and b are swapped'),
    (missing_sum, (X, V,), "missing_sum",
     'missing_sum: wrong: the cotangent of b is not summed over axis 0, along which b is broadcast'),
    (extra_sum, (X,), "extra_sum",
     'extra_sum: wrong: the cotangent of x is summed over axis 0, which the input has'),
    (u_not_multiplied, (X,), "u_not_multiplied",
     'u_not_multiplied: wrong: u is not multiplied in: the cotangent of x is the same for u and 2u'),
    (u_twice, (X,), "u_twice",
     'u_twice: wrong: u is multiplied in twice: the cotangent of x is 4 times as large for 2u'),
    (mask_missing, (X,), "mask_missing",
     'mask_missing: wrong: the mask is missing: the cotangent of x is let through where the slope is zero'),
    (mask_wrong_side, (X,), "mask_wrong_side",
     'mask_wrong_side: wrong: the mask is on the wrong side: the cotangent of x is let through where the slope is zero, and stopped where it is not'),
    (shifted, (X,), "shifted",
     'shifted: wrong: the cotangent of x is shifted by +1 along axis 1'),
    (missing_term, (X,), "missing_term",
     'missing_term: wrong: a term is missing: the one through tanh at mistakes.py'),
    (zero, (X,), "zero",
     'zero: wrong: the cotangent of x is zero everywhere, as if it were detached'),
    (other_derivative, (X,), "other_derivative",
     'other_derivative: wrong: the cotangent of x uses the derivative of another function: tanh, as 1 - t^2 of what is already t, at x'),
    (forgotten_derivative, (X,), "other_derivative",
     'forgotten_derivative: wrong: the derivative is forgotten: the cotangent of x is u itself'),
    (stale, (X,), "stale",
     'stale: wrong: the cotangent of x changes once the function is called elsewhere'),
    (wrong_row, (X,), "some_rows",
     'wrong_row: wrong: the cotangent of x is wrong in row 2 only, where the sign is flipped'),
    (wrong_column, (X,), "some_columns",
     'wrong_column: wrong: the cotangent of x is wrong in column 1 only, where it is 3 times what it should be'),
    (wrong_element, (X,), "some_elements",
     'wrong_element: wrong: the cotangent of x is wrong in 1 of 15 elements only ([3, 1]), where it is zero'),
    (changes_input, (X,), "inputs changed",
     'changes_input: wrong: x is changed in place'),
    (changes_u, (X,), "u changed",
     'changes_u: wrong: u is changed in place by the vjp'),
    (shares_memory, (X,), "memory",
     'shares_memory: wrong: the cotangent of x shares memory with u'),
    (promotes, (X.astype(np.float32),), "dtype",
     'promotes: wrong: the cotangent of x is float64, x is float32'),
    (raises, (W[:, :2], V[:2],), "raises",
     'raises: wrong: the pair raises ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 3 is different from 2)'),
    (no_tuple, (X,), "structure",
     'no_tuple: wrong: the vjp of no_tuple returned a ndarray'),
]  # fmt: skip
"""The pair, where it is judged, the mistake's kind, and the line."""
