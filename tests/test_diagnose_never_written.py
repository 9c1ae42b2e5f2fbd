"""Velocities that a step reads, but never writes back: plain steps, though a memory was meant."""

import numpy as np
import pytest
from _one_layer import X, grad, loss, start, y

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient

RATES = (0.05, 0.07, 0.1, 0.13, 0.2)


def told(enters):
    """What is said of steps that go by a list of arrays of zeros beside the gradient."""
    kept = [np.zeros_like(w) for w in start]

    def step(p, X, y):
        new = []
        for w, v, g in zip(p, kept, grad(p, X, y), strict=True):
            new.append(enters(w, v, g))
        return new, loss(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20, "n_steps": 50}
    return [f.id for f in update.experiment(Case(Patient(given), 10.0))]


def plain_after(w, v, g):
    v[...] = g
    return w - 0.1 * v


@pytest.mark.parametrize(
    "enters",
    [lambda w, v, g: w - 0.1 * (0.9 * v + g), lambda w, v, g: w + (0.9 * v - 0.1 * g)],
    ids=["sum of gradients", "last move"],
)
def test_a_velocity_that_is_read_and_never_written_is_told(enters):
    assert told(enters) == ["momentum_state_wrong"]


@pytest.mark.parametrize(
    "enters",
    [
        lambda w, v, g: w - 0.1 * g,
        lambda w, v, g: w - 0.1 * g - 0.01 * (w - v),
        lambda w, v, g: w - 0.1 * (0.0 * v + g),
        plain_after,
        *(lambda w, v, g, rate=rate: w - rate * (v + g) for rate in RATES),
    ],
    ids=[
        "not read",
        "an anchor of the weights",
        "nothing is to be kept",
        "a buffer of gradients",
        *(f"added whole, at a rate of {rate}" for rate in RATES),
    ],
)
def test_zeros_that_steps_have_for_other_ends_are_no_velocity(enters):
    assert told(enters) == []


def kept_as(made, enters):
    """A step that writes a list of arrays, and moves by what it has written."""

    def move(w, v, g):
        v[...] = made(w, g)
        return enters(w, v)

    return move


@pytest.mark.parametrize(
    ("made", "enters", "said"),
    [
        (lambda w, g: 0.9 * w - 0.1 * g, lambda w, v: w + v, ["momentum_state_wrong"]),
        (lambda w, g: 0.8 * w + g, lambda w, v: w - 0.1 * v, ["momentum_state_wrong"]),
        (lambda w, g: 0.01 * w + g, lambda w, v: w - 0.1 * v, []),
        (lambda w, g: -0.05 * w - 0.1 * g, lambda w, v: w + v, []),
        (lambda w, g: 0.05 * w - 0.1 * g, lambda w, v: w + v, ["grad_sign_flipped"]),
    ],
    ids=["last move", "sum of gradients", "a decay", "a decay of moves", "a decay with a minus"],
)
def test_a_velocity_made_of_the_weights_is_told_from_a_decay(made, enters, said):
    assert told(kept_as(made, enters)) == said
