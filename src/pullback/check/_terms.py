"""Mistakes inside a formula, found by making them: the value is traced, its own reverse pass is spoilt at
one place after the other, and what came is compared with what each spoilt pass gives.

This names a term of a product rule that was left out, and a forgotten or spoilt step of a whole network's
hand-written gradient, with the line of the loss where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback import tree
from pullback.check._evidence import Evidence, flat_parts
from pullback.check._fit import Mistake
from pullback.check._subject import Subject
from pullback.pair import Primitive
from pullback.trace import Node, Tape, Traced, is_float, lower

NODES = 80


class Recording:
    """The tape of a subject's value, with its float inputs and outputs."""

    def __init__(self, subject: Subject, points: list[np.ndarray] | None = None) -> None:
        self.subject, self.tape = subject, Tape()
        points = subject.points if points is None else points
        self.inputs = [
            self.tape.enter(x if isinstance(subject.flat[i], np.ndarray) else x[()])
            for i, x in zip(subject.active, points, strict=True)
        ]
        args = subject.fill_traced(self.inputs)
        out = _value_traced(subject, args)
        self.tape.open = False
        self.outputs = [x for x in tree.flatten(out, none_is_leaf=True)[0] if is_float(x)]
        self.values = list(lower(self.tape, tuple(self.outputs)))

    def pull(self, us: list[np.ndarray]) -> list[np.ndarray]:
        """The cotangents of the inputs, flat."""
        sent = [u if u.ndim else u[()] for u in us]
        return flat_parts(self.subject, self.tape.backward(self.outputs, sent, self.inputs))


def _value_traced(subject: Subject, args: Any) -> Any:
    f = subject.f
    if subject.kind == "gradient":
        return subject._plain(args)
    if isinstance(f, Primitive):
        return f.body(*args, **subject.settings)[0]
    return f(*args, **subject.settings)


def record(subject: Subject) -> Recording | None:
    """The recording, or None where the value cannot be traced."""
    try:
        with np.errstate(all="ignore"):
            return Recording(subject)
    except Exception:
        return None


def within(
    found: Evidence,
    matches: Callable[[list[list[np.ndarray]]], bool],
    spoils: Callable[[Recording], Spoils],
) -> Mistake | None:
    """The spoilt step that explains all inputs at once, if one does."""
    made = record(found.subject)
    if made is None or len(made.tape.nodes) > NODES:
        return None
    us = units(made)
    with np.errstate(all="ignore"):
        for spoil, describe in spoils(made):
            try:
                with spoil:
                    rows = [made.pull(u) for u in us]
            except Exception:
                continue
            if matches(rows):
                return describe()
    return None


def units(made: Recording) -> list[list[np.ndarray]]:
    """Every unit `u` of the outputs."""
    out = []
    for j, y in enumerate(made.values):
        for k in range(np.size(y)):
            us = [np.zeros(np.shape(v), np.result_type(v)) for v in made.values]
            us[j].reshape(-1)[k] = 1
            out.append(us)
    return out


class Spoilt:
    """While entered, an attribute of some nodes is another."""

    def __init__(self, name: str, instead: list[tuple[Node, Any]]) -> None:
        self.name, self.instead = name, instead

    def __enter__(self) -> None:
        self.before = [getattr(node, self.name) for node, _ in self.instead]
        for node, value in self.instead:
            setattr(node, self.name, value)

    def __exit__(self, *unused: Any) -> None:
        for (node, _), value in zip(self.instead, self.before, strict=True):
            setattr(node, self.name, value)


Spoils = Iterator[tuple[Spoilt, Callable[[], Mistake]]]


def dropped(made: Recording) -> Spoils:
    """Every way to leave out one term: a value used twice or more, one use of it forgotten."""
    uses: dict[Any, int] = {}
    for node in made.tape.nodes:
        for parent in node.parents:
            if parent is not None:
                uses[_key(parent)] = uses.get(_key(parent), 0) + 1
    for node in made.tape.nodes:
        for i, parent in enumerate(node.parents):
            if parent is not None and uses[_key(parent)] > 1:
                parents = list(node.parents)
                parents[i] = None
                yield Spoilt("parents", [(node, parents)]), _describe([node], "missing_term")


def spoilt(made: Recording) -> Spoils:
    """Every way to spoil one step, or all steps of a kind: derivatives forgotten, negated, transposed, ..."""
    kinds: dict[str, list[Node]] = {}
    for node in made.tape.nodes:
        kinds.setdefault(node.primitive.name, []).append(node)
    several = [nodes for nodes in kinds.values() if len(nodes) > 1]
    for nodes in [*([node] for node in made.tape.nodes), *several]:
        for kind, change in CHANGES.items():
            yield Spoilt("vjp", [(node, _changed(node, change)) for node in nodes]), _describe(nodes, kind)


def _key(x: Traced) -> Any:
    return id(x) if x.node is None else (id(x.node), x.index)


def _changed(node: Node, change: Callable[..., Any]) -> Callable[[Any], Any]:
    def vjp(u: Any, right: Any = node.vjp) -> Any:
        return tuple(change(g, x, u) for g, x in zip(right(u), node.args, strict=False))

    return vjp


def _forgotten(g: Any, x: Any, u: Any) -> Any:
    return u if np.shape(u) == np.shape(g) else g


def _upstream(g: Any, x: Any, u: Any) -> Any:
    if np.shape(u) != np.shape(g):
        return g
    return np.where(np.asarray(u) != 0, np.asarray(g) / np.where(u == 0, 1, u), 0.0)


def _transposed(g: Any, x: Any, u: Any) -> Any:
    square = np.ndim(g) == 2 and np.shape(g)[0] == np.shape(g)[1]
    return np.transpose(g).copy() if square else g


CHANGES: dict[str, Callable[..., Any]] = {
    "sign": lambda g, x, u: None if g is None else -np.asarray(g),
    "zero": lambda g, x, u: None if g is None else np.zeros_like(g),
    "factor": lambda g, x, u: None if g is None else 2.0 * np.asarray(g),
    "half": lambda g, x, u: None if g is None else 0.5 * np.asarray(g),
    "mask_missing": _forgotten,
    "u_not_multiplied": _upstream,
    "transposed": _transposed,
}

_TEXTS = {
    "missing_term": (
        "a term is missing: the one through {step}",
        "add what flows through it (the product rule)",
    ),
    "sign": ("the sign is flipped in the step {step}", "put a minus in front of that step"),
    "zero": ("nothing flows back through {step}", "add what flows through it"),
    "factor": ("a stray factor 2 in the step {step}", "divide that step by 2"),
    "half": ("a stray factor 1/2 in the step {step}", "multiply that step by 2"),
    "mask_missing": ("the derivative of {step} is forgotten", "multiply by it"),
    "u_not_multiplied": (
        "the signal that arrives at {step} is dropped",
        "multiply the local derivative by it",
    ),
    "transposed": ("the cotangent of the step {step} is transposed", "transpose it (.T)"),
}


def _describe(nodes: list[Node], kind: str) -> Callable[[], Mistake]:
    def describe() -> Mistake:
        node = nodes[0]
        step = node.primitive.name + (f" at {node.where}" if node.where else "")
        step += f" (and in the {len(nodes) - 1} others of its kind)" if len(nodes) > 1 else ""
        text, fix = _TEXTS[kind]
        return Mistake("factor" if kind == "half" else kind, text.format(step=step), fix)

    return describe
