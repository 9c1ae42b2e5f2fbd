"""Parts of the gradient experiment: whether some function stands in place of an activation's derivative.

What a layer is handed is linear in that function, so that it can be fitted to the gradient of the layer's own
weights, and has to give the gradients of all others then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._findings import number
from pullback.diagnose.backward._inner import inner_values
from pullback.diagnose.backward._tapes import Segment, Tape
from pullback.diagnose.experiments.of_gradient._match import Seen

Fits = Callable[[np.ndarray, Any, float | None], bool]
Term = Callable[[Segment, Any], Any]
"""A number for each of an activation's units, of its values and of the error signal that reaches it."""
Family = tuple[list[Term], Callable[[np.ndarray], str]]
DEGREE, FEW = 11, 3
ENOUGH = 3
"""Numbers of a gradient for each term that is fitted to it."""


def own_slopes(seen: Seen, tape: Tape, fits: Fits) -> tuple[str, str, float] | None:
    """The finding that some function of a unit's sum is taken for the derivative of its activation."""
    hidden = [s for s in tape.segments if s.depth < len(tape.products) - 1 or "relu" in s.name]
    if not hidden:
        return None
    last = max(s.depth for s in hidden)
    top = [s for s in hidden if s.depth == last]
    for terms, said in _families(top[0].name, hidden):
        parts = [tape.spoiled(partial(_times, term), top) for term in terms]
        for k in seen.bad:
            c = _fitted(seen.observed[k] / seen.common, [g[k] for g in parts])
            if c is None:
                continue
            summed = partial(_combined, terms, c)
            for group in (top, hidden):
                grads = tape.spoiled(summed, group)
                if all(fits(o, g, seen.common) for o, g in zip(seen.observed, grads, strict=True)):
                    words = f"{said(c)} in place of the derivative of {top[0].name}"
                    return "grad_activation_derivative_wrong", words, 1.0
    return None


def _families(name: str, hidden: list[Segment]) -> Iterator[Family]:
    """Terms that a wrong derivative may be a sum of, and how it is said."""
    for of, at in (lambda s, u: s.sums, ""), (lambda s, u: u, " by the sign of the error signal"):
        sides: list[Term] = [partial(_positive, of), partial(_negative, of)]
        yield sides, partial(_two_slopes, at)
    if "relu" in name:
        return
    for value in (lambda s, u: s.a.value, lambda s, u: np.abs(s.a.value)):  # a few tell it on few numbers
        yield [partial(_power, value, j) for j in range(FEW + 1)], lambda _: "another function of the value"
    for value in (lambda s, u: s.a.value, lambda s, u: np.tanh(s.sums), lambda s, u: np.tanh(0.5 * s.sums)):
        yield [partial(_power, value, j) for j in range(DEGREE + 1)], lambda _: "another function of the sum"
    squashed = {id(s.a): np.tanh(0.5 * s.sums) for s in hidden}  # a sigmoid may be written as a quotient
    for inside, values in (*inner_values(hidden), ("sigmoid", squashed)):
        mixed: list[Term] = [partial(_mixed, values, i, j) for i in range(4) for j in range(3)]
        yield mixed, partial(_of_the, inside)
    yield [partial(_of_signal, j) for j in range(3)], lambda _: "a function of the error signal"


def _positive(of: Term, s: Segment, u: Any) -> Any:
    return of(s, u) > 0


def _negative(of: Term, s: Segment, u: Any) -> Any:
    return of(s, u) <= 0


def _two_slopes(at: str, c: np.ndarray) -> str:
    return f"slopes {number(c[0])} and {number(c[1])}{at}"


def _power(of: Term, j: int, s: Segment, u: Any) -> Any:
    """A polynomial of values between -1 and 1; of others none of these is any use."""
    return np.cos(j * np.arccos(np.clip(of(s, u), -1, 1)))


def _mixed(values: dict[int, Any], i: int, j: int, s: Segment, u: Any) -> Any:
    """What is left of a product rule when a part is forgotten: powers of the sum and of what is inside."""
    return s.sums**i * values[id(s.a)] ** j


def _of_the(inside: str, c: np.ndarray) -> str:
    return f"another function of the sum and of the {inside} inside"


def _of_signal(j: int, s: Segment, u: Any) -> Any:
    """The derivative's formula given what came down, not the value that the activation had."""
    return np.asarray(u, float) ** j


def _times(term: Term, s: Segment, u: Any) -> Any:
    return u * term(s, u)


def _combined(terms: list[Term], c: np.ndarray, s: Segment, u: Any) -> Any:
    return u * sum(x * term(s, u) for x, term in zip(c, terms, strict=True))


def _fitted(observed: np.ndarray, parts: list[np.ndarray]) -> np.ndarray | None:
    """How much of each part a gradient is made of; None where it is not, or is too small to tell."""
    A, o = np.stack([np.ravel(g) for g in parts], 1), np.ravel(observed)
    if not A.any(0).all() or len(A) < min(ENOUGH * A.shape[1], A.shape[1] + ENOUGH * 8) or len(A) < 3:
        return None
    c = np.asarray(np.linalg.lstsq(A, o, rcond=1e-12)[0])
    gap = float(np.linalg.norm(o - A @ c))
    return c if gap <= 1e-4 * float(np.linalg.norm(o)) or A.shape[1] == 2 else None
