"""Tables of many numbers: what is looked at once is neither copied nor gone through again and again."""

import tracemalloc

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._points import untied
from pullback.diagnose.experiments import purity, reporting
from pullback.diagnose.experiments._doubled import doubled
from pullback.diagnose.experiments.model import measure
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._moves import watch

ROWS, COLUMNS = 40_000, 100


def _loss(params, X, y):
    return np.mean((X @ params[0] - y) ** 2)


def _step(params, X, y):
    slope = 2 * X.T @ (X @ params[0] - y) / len(y)
    return [params[0] - 0.01 * slope], _loss(params, X, y)


@pytest.fixture(scope="module")
def case():
    gen = np.random.default_rng(0)
    X = gen.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    given = {"params": [np.zeros(COLUMNS)], "X": X, "y": X @ gen.normal(size=COLUMNS).astype(np.float32)}
    return Case(Patient({**given, "loss": _loss, "step": _step, "batch_size": 32, "n_steps": 100}), 4.5)


def uneven_anew(case):
    case.kept.clear()
    return uneven(case)


@pytest.mark.parametrize(
    ("look", "most"),
    [
        (lambda case: watch(case.patient, None, 6), 1.5),
        (purity.experiment, 2.5),
        (doubled, 1.0),
        (uneven_anew, 1.5),
        (measure, 1.0),
        (lambda case: untied(case.leaves, case.X), 1.0),
    ],
)
def test_a_look_at_the_rows_takes_little_more_memory_than_the_copies_it_works_on(case, look, most):
    look(case)  # whatever is measured once is measured by now
    tracemalloc.start()
    look(case)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < most * case.X.nbytes


def test_all_rows_are_asked_only_where_the_reported_loss_is_not_its_batchs(case, monkeypatch):
    asked, value = set(), case.truth.value
    monkeypatch.setattr(case.truth, "value", lambda p, X, y: asked.add(len(X)) or value(p, X, y))
    assert reporting.experiment(case) == []
    assert asked == {32}


def test_rows_are_alike_by_their_numbers_whatever_the_sign_of_a_zero():
    gen = np.random.default_rng(1)
    kinds = gen.normal(size=(300, 5)) * (gen.random((300, 5)) < 0.9)
    picked = gen.integers(0, 300, 600)
    X = kinds[picked]
    X[X == 0] = np.where(gen.random((X == 0).sum()) < 0.5, 0.0, -0.0)
    y = gen.normal(size=600)
    given = {"params": [np.zeros(5)], "X": X, "y": y, "loss": _loss, "step": _step}
    found = doubled(Case(Patient(given), 4.5))
    assert [f.id for f in found] == ["labels_misaligned"]
