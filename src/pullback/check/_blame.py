"""The guilty primitive of a composition: each pair inside is judged where it really stands.

The composition runs once, at the user's arguments. Every pair it calls is kept with its intermediate values
and the `u` that really arrives there, and is judged alone, in the order of the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback import pair, tree
from pullback._where import user_line
from pullback.check._evidence import ERRORS, shadow
from pullback.check._fit import Mistake
from pullback.check._judge import WRONG, judge
from pullback.check._laws import random_u
from pullback.check._subject import Subject, floats_of, where_of
from pullback.check._terms import Recording, record
from pullback.errors import PullbackError
from pullback.pair import Primitive
from pullback.trace import is_float


@dataclass
class Guilty:
    """The first pair that is wrong in a composition.

    Attributes
    ----------
    name, where, called : str
        The primitive, where it is defined, and the line that calls it.
    path : list of str
        The calls that lead from the inputs to it.
    right : int
        How many other pairs were judged and are right.
    """

    name: str
    where: str | None
    called: str | None
    path: list[str]
    right: int
    mistakes: list[Mistake]


@dataclass
class Step:
    """One pair inside: what was called on what, and the `u` that arrived."""

    primitive: Primitive
    args: tuple[Any, ...]
    settings: dict[str, Any]
    called: Any
    path: list[str]
    us: list[np.ndarray] | None = None


def blame(subject: Subject, seed: int = 0) -> tuple[Guilty | None, int, bool]:
    """The guilty pair, how many pairs were judged, and whether any of them stands at a kink."""
    with np.errstate(all="ignore"):
        steps = steps_of(subject)
    guilty, right, kink = None, 0, False
    for step in steps:
        inner = Subject(step.primitive, step.args, step.settings, "primitive")
        if not inner.points:
            continue
        verdict = judge(inner, seed, naming=guilty is None, us=step.us)
        kink = kink or any(leaf.kink.any() for leaf in (verdict.evidence.leaves if verdict.evidence else []))
        if verdict.status != WRONG:
            right += 1
        elif guilty is None:
            called = str(step.called) if step.called else None
            guilty = Guilty(inner.name, where_of(step.primitive), called, step.path, 0, verdict.mistakes)
    if guilty is not None:
        guilty.right = right
    return guilty, len(steps), kink


def steps_of(subject: Subject) -> list[Step]:
    """The pairs a composition calls: traced ones from its tape, hand-called ones by watching them."""
    if subject.kind != "function":
        return _watched(subject)
    made = record(shadow(subject))
    return [] if made is None else _taped(made)


def _taped(made: Recording) -> list[Step]:
    rng = np.random.default_rng(0)
    steps: list[Step] = []
    names: dict[int, list[str]] = {}
    for node in made.tape.nodes:
        before = next((names[id(p.node)] for p in node.parents if p is not None and p.node is not None), [])
        names[id(node)] = [*before, node.primitive.name]
        step = Step(node.primitive, node.args, node.settings, node.where, names[id(node)])
        steps.append(step)
        node.vjp = _noting(node.vjp, step)
    try:
        made.pull([random_u(np.asarray(y), rng) for y in made.values])
    except (*ERRORS, PullbackError, TypeError):
        pass
    return steps


def _noting(vjp: Callable[[Any], Any], step: Step) -> Callable[[Any], Any]:
    def noting(u: Any) -> Any:
        leaves = [u] if isinstance(u, (np.ndarray, np.generic, float)) else tree.leaves(u)
        step.us = [np.array(x) for x in leaves if is_float(x)]
        return vjp(u)

    return noting


class _Watch:
    """Stands where `debug()` puts its guard, and notes every pair that is made."""

    def __init__(self, outer: Any) -> None:
        self.steps: list[Step] = []
        self.outer = outer

    def guard(self, primitive: Primitive, args: Any, settings: dict[str, Any], made: Any) -> Any:
        if primitive is self.outer:
            return made[1]
        step = Step(primitive, args, settings, user_line(), [primitive.name])
        self.steps.append(step)
        return _noting(made[1], step)


def _watched(subject: Subject) -> list[Step]:
    """The pairs that a hand-written one calls."""
    before, watch = pair.DEBUG, _Watch(subject.f)
    pair.DEBUG = watch
    try:
        value, pull = subject.pair([x.copy() for x in subject.points])
        rng = np.random.default_rng(0)
        pull([random_u(y, rng) for y in floats_of(value)])
    except Exception:  # what is wrong has been reported; here only the steps count
        pass
    finally:
        pair.DEBUG = before
    return [step for step in watch.steps if step.us is not None]
