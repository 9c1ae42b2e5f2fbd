"""What the rows tell of their labels: traces of lost labels, plateaus of wrong ones, numbers cut to zero."""

import numpy as np
import pytest

from pullback.diagnose.experiments._dependence import beyond_chance


def arms(n=60, seed=0):
    """Three arms of a spiral, which no line tells apart."""
    rng = np.random.default_rng(seed)
    t, y = np.tile(np.linspace(0.2, 1, n), 3), np.repeat(np.arange(3), n)
    turn = 4 * (t + y) + 0.1 * rng.standard_normal(3 * n)
    return np.column_stack([t * np.sin(turn), t * np.cos(turn)]), y, rng


@pytest.mark.parametrize(("kept", "traced"), [(1.0, True), (0.4, True), (0.0, False)])
def test_a_trace_of_the_labels_is_told_from_the_labels_of_other_rows(kept, traced):
    X, y, rng = arms()
    y = np.where(rng.random(len(y)) < kept, y, rng.permutation(y))
    assert (beyond_chance(X, np.eye(3)[y]) > 0) == traced
