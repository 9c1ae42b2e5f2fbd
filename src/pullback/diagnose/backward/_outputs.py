"""Wrong backward passes of the output: the derivative of a function that it does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, pull_back


def outputs(tape: Tape) -> Iterator[Wrong]:
    """The output's error signal multiplied by the derivative of a function it lacks, or twice."""
    if not tape.products:
        return
    tops = tape.tops()
    ends = [node for z in tops for node in _exponential(tape, z)]
    if len(ends) == len(tops):
        past = {id(a): partial(_handed_on, a.parents[0]) for a in ends}
        yield Wrong("grad_missing_activation_derivative", "the derivative of the output's exp left out",
                    tape.rec.gradient(len(tape.leaves), instead=past))  # fmt: skip
    for words, slope in _EXTRA.items():
        instead = {id(z): (lambda u, z=z, slope=slope: pull_back(z, u * slope(z.value))) for z in tops}
        yield Wrong(
            "grad_activation_derivative_wrong", f"the output's error signal times {words} of its sum",
            tape.rec.gradient(len(tape.leaves), instead=instead),
        )  # fmt: skip


def _handed_on(below: Node, u: Any) -> list[tuple[Node, Any]]:
    return [(below, u)]


def _exponential(tape: Tape, z: Node) -> list[Node]:
    """The exponential of the last sums, where it is all that is made of them."""
    users = [n for n in tape.rec.nodes if any(p is z for p in n.parents)]
    return users if len(users) == 1 and users[0].name == "exp" else []


def _spread(p: Any) -> Any:
    return p * (1 - p)


_EXTRA: dict[str, Callable[[Any], Any]] = {
    "the sigmoid's derivative": lambda z: _spread(fn.sigmoid(z)),
    "s(a)(1 - s(a)), a the sigmoid,": lambda z: _spread(fn.sigmoid(fn.sigmoid(z))),
    "p(1 - p), p the softmax over columns,": lambda z: _spread(fn.softmax(z, -1)),
    "p(1 - p), p the softmax over rows,": lambda z: _spread(fn.softmax(z, 0)),
    "the ReLU's mask": lambda z: z > 0,
    "the tanh's derivative": lambda z: 1 - np.tanh(z) ** 2,
    "z(1 - z)": lambda z: z * (1 - z),
    "1 - z**2": lambda z: 1 - z * z,
}
