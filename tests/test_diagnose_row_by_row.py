"""Steps that go row by row over a table as small as XOR: what their updates say together."""

import numpy as np

from pullback.diagnose._points import in_floats

X = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])


def test_whole_numbers_are_followed_as_floats_unless_they_are_places():
    table = np.array([0.5, 1.5, 2.5])
    assert in_floats(lambda X: float(np.sum(X * 0.5)), X).dtype == float
    assert in_floats(lambda X: float(table[X[:, 0]].sum()), X).dtype == X.dtype
