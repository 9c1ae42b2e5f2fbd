"""The laws of a pair, tested without differences: exact, instant, and the same in float32.

Each law is a function from an `Exam` to the breaches it found.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from pullback import tree
from pullback.check._subject import Points, Pulled, Subject, floats_of
from pullback.debug import debug
from pullback.errors import PairError, PullbackError
from pullback.pair import Primitive


class Breach(NamedTuple):
    """One law that does not hold: which, of which input (-1: of the whole), and the fact."""

    law: str
    leaf: int
    text: str


class Exam:
    """A pair taken once, with what its vjp gave for a few `u`."""

    def __init__(self, subject: Subject, rng: np.random.Generator, us: Points | None = None) -> None:
        self.subject, self.rng = subject, rng
        self.points = [x.copy() for x in subject.points]
        self.given = [x.copy() for x in self.points]
        self.value, self.pull = subject.pair(self.given)
        self.outputs = floats_of(self.value)
        self.us = us or [random_u(y, rng) for y in self.outputs]
        self.sent = [u.copy() for u in self.us]
        self.first = self.pull(self.sent)
        self.parts = [None if g is None else np.array(g) for g in self.first.parts]

    def again(self, factor: float = 1.0) -> list[Any]:
        """The cotangents of `factor * u`."""
        return arrays(self.pull([(factor * u).astype(u.dtype) for u in self.us]))


def arrays(pulled: Pulled) -> list[Any]:
    """Copies of the cotangents."""
    return [None if g is None else np.array(g) for g in pulled.parts]


def random_u(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A `u` of the value's shape and dtype, every entry between 1/2 and 3/2 or its negative."""
    return (rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1.0, 1.0], y.shape)).astype(y.dtype)


def broken(exam: Exam) -> list[Breach]:
    """Every breach of every law."""
    found: list[Breach] = []
    for law in LAWS:
        with np.errstate(all="ignore"):
            try:
                found += law(exam)
            except PullbackError as error:
                found.append(Breach("structure", -1, str(error).splitlines()[0]))
            if found and found[-1].law in ("structure", "shape", "saved"):
                break
    return found


def _value(exam: Exam) -> Iterator[Breach]:
    f = exam.subject.f
    if not isinstance(f, Primitive) or f.numpy is None:
        return
    try:
        plain = f.numpy(*exam.subject.fill(exam.points), **exam.subject.settings)
    except TypeError:  # the function names its inputs otherwise
        return
    for y, v in zip(floats_of(plain), exam.outputs, strict=False):
        if y.shape != v.shape or not _close(v, y, 64):
            yield Breach("value", -1, f"the value differs from that of {f.name} in NumPy")


def _unchanged(exam: Exam) -> Iterator[Breach]:
    names = exam.subject.labels
    for i, (x, x0) in enumerate(zip(exam.given, exam.points, strict=True)):
        if not np.array_equal(x, x0, equal_nan=True):
            yield Breach("inputs changed", i, f"{names[i]} is changed in place")
    for u, u0 in zip(exam.sent, exam.us, strict=True):
        if not np.array_equal(u, u0):
            yield Breach("u changed", -1, "u is changed in place by the vjp")


def _saved(exam: Exam) -> Iterator[Breach]:
    """No pair inside finds its arrays changed between its value and its vjp."""
    try:
        with debug():
            _, pull = exam.subject.pair([x.copy() for x in exam.points])
            pull([u.copy() for u in exam.us])
    except PairError as error:
        if "was changed in place" in str(error):
            lines = str(error).splitlines()
            where = lines[1].strip() if len(lines) > 1 and "where" in lines[1] else ""
            yield Breach("saved", -1, lines[0] + (f" ({where})" if where else ""))


def _shapes(exam: Exam) -> Iterator[Breach]:
    for i, (g, x) in enumerate(zip(exam.first.parts, exam.points, strict=True)):
        if g is not None and np.shape(g) != x.shape:
            name = exam.subject.labels[i]
            text = f"the cotangent of {name} has shape {np.shape(g)}, {name} has {x.shape}"
            yield Breach("shape", i, text)


def _dtypes(exam: Exam) -> Iterator[Breach]:
    for i, (g, x) in enumerate(zip(exam.first.parts, exam.points, strict=True)):
        dtype = getattr(g, "dtype", None)
        if dtype is not None and dtype != x.dtype and isinstance(exam.subject.flat[i], np.ndarray):
            name = exam.subject.labels[i]
            yield Breach("dtype", i, f"the cotangent of {name} is {dtype}, {name} is {x.dtype}")


def _shares_memory(exam: Exam) -> Iterator[Breach]:
    owners = [("u", u) for u in exam.sent] + list(zip(exam.subject.labels, exam.given, strict=True))
    owners += [("what the vjp keeps", x) for x in kept(exam.pull, exam.subject)]
    for i, g in enumerate(exam.first.parts):
        for name, x in owners:
            if isinstance(g, np.ndarray) and g.size and _overlap(g, x):
                yield Breach(
                    "memory", i, f"the cotangent of {exam.subject.labels[i]} shares memory with {name}"
                )
                break


def _repeatable(exam: Exam) -> Iterator[Breach]:
    for i, (a, b) in enumerate(zip(exam.parts, exam.again(), strict=True)):
        if a is not None and not _close(b, a, 16):
            yield Breach("repeat", i, f"the same u gives another cotangent of {exam.subject.labels[i]}")


def _history(exam: Exam) -> Iterator[Breach]:
    """Another call, elsewhere, between value and vjp, and before a second value, changes nothing."""
    other = [(x * 1.25 + 0.125).astype(x.dtype) for x in exam.points]
    try:
        _, pull = exam.subject.pair([x.copy() for x in other])
        pull([u.copy() for u in exam.us])
    except Exception:
        return
    for label, parts in (("then", exam.again()), ("fresh", _fresh(exam))):
        for i, (a, b) in enumerate(zip(exam.parts, parts, strict=True)):
            if a is not None and not _close(b, a, 64):
                name = exam.subject.labels[i]
                when = (
                    "changes once the function is called elsewhere"
                    if label == "then"
                    else ("depends on where the function was called before")
                )
                yield Breach("stale", i, f"the cotangent of {name} {when}")


def _fresh(exam: Exam) -> list[Any]:
    _, pull = exam.subject.pair([x.copy() for x in exam.points])
    return arrays(pull([u.copy() for u in exam.us]))


def _linear(exam: Exam) -> Iterator[Breach]:
    """Powers of two and signs pass through arithmetic exactly, so homogeneity needs no tolerance."""
    if exam.subject.kind == "gradient" or not exam.us:
        return
    for factor in (2.0, -1.0):
        for i, (a, b) in enumerate(zip(exam.parts, exam.again(factor), strict=True)):
            if a is not None and not _close(b, a * a.dtype.type(factor), 16):
                yield Breach("linear", i, _how(exam, i, a))
                return
    yield from _additive(exam)


def _how(exam: Exam, i: int, a: np.ndarray) -> str:
    name = exam.subject.labels[i]
    twice = exam.again(2.0)[i]
    if _close(twice, a, 16):
        return f"u is not multiplied in: the cotangent of {name} is the same for u and 2u"
    if _close(twice, a * a.dtype.type(4), 64):
        return f"u is multiplied in twice: the cotangent of {name} is 4 times as large for 2u"
    return f"the cotangent of {name} is not linear in u"


def _additive(exam: Exam) -> Iterator[Breach]:
    vs = [random_u(y, exam.rng) for y in exam.outputs]
    second = arrays(exam.pull([v.copy() for v in vs]))
    both = arrays(exam.pull([(u + v).astype(u.dtype) for u, v in zip(exam.us, vs, strict=True)]))
    nudged = arrays(exam.pull([_nudge(u, exam.rng) for u in exam.us]))
    for i, (a, b, c, n) in enumerate(zip(exam.parts, second, both, nudged, strict=True)):
        if a is None or not a.size:
            continue
        eps = np.finfo(a.dtype).eps
        size = np.max(np.abs(a)) + np.max(np.abs(b)) + np.max(np.abs(c))
        bound = 16 * np.max(np.abs(n - a)) + 256 * eps * size
        if np.isfinite(size) and np.max(np.abs(a + b - c)) > bound:
            text = f"the cotangent of {exam.subject.labels[i]} is not additive in u"
            yield Breach("linear", i, text)


def _nudge(u: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (u * (1 + np.finfo(u.dtype).eps * rng.choice([-1, 1], u.shape))).astype(u.dtype)


def _zero(exam: Exam) -> Iterator[Breach]:
    if exam.subject.kind == "gradient":
        return
    zeros = [np.zeros_like(u) for u in exam.us]
    for i, g in enumerate(arrays(exam.pull(zeros))):
        if g is not None and np.any(g[np.isfinite(g)] != 0):
            yield Breach("zero", i, f"the cotangent of {exam.subject.labels[i]} is not zero for u = 0")


LAWS: list[Callable[[Exam], Any]] = [
    _unchanged, _saved, _shapes, _value, _dtypes, _shares_memory, _repeatable, _history, _linear, _zero,
]  # fmt: skip


def _close(a: Any, b: Any, ulps: float) -> bool:
    """Equal but for rounding: `ulps` units in the last place of the largest entry."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    top = np.max(np.abs(b), initial=0.0, where=np.isfinite(b))
    eps = np.finfo(b.dtype if b.dtype.kind == "f" else float).eps
    tiny = np.finfo(b.dtype if b.dtype.kind == "f" else float).smallest_normal
    unlike = ~((a == b) | (np.isnan(a) & np.isnan(b)))
    both = np.isfinite(a) & np.isfinite(b)
    if not np.any(unlike):
        return True
    off = np.abs(np.where(both, a, 0).astype(float) - np.where(both, b, 0).astype(float))
    over = ~both & (top > 1e-3 * np.finfo(eps.dtype).max) | ~both & ~np.isfinite(b)
    return bool(np.all(~unlike | over | (both & (off <= ulps * eps * top + 16 * tiny))))


def _overlap(a: np.ndarray, b: Any) -> bool:
    if not isinstance(b, np.ndarray) or not np.may_share_memory(a, b):
        return False
    try:
        return np.shares_memory(a, b, max_work=10_000)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return False


def kept(pull: Any, subject: Subject) -> list[np.ndarray]:
    """The arrays in the closure of a pair written by hand."""
    cells = inspect.getclosurevars(pull).nonlocals.get("pull_raw") if inspect.isfunction(pull) else None
    found: list[np.ndarray] = []
    for cell in getattr(cells, "__closure__", None) or ():
        try:
            content = cell.cell_contents
        except ValueError:  # the variable was deleted
            continue
        if isinstance(content, np.ndarray):
            found.append(content)
        elif tree.is_container(content):
            found += [x for x in tree.leaves(content) if isinstance(x, np.ndarray)]
    return found if isinstance(subject.f, Primitive) else []
