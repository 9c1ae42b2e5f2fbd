"""The verdict: right, wrong or cannot tell, from the laws, the differences and float32's own rounding."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.check import _terms
from pullback.check._differences import derive
from pullback.check._evidence import (
    ERRORS,
    Evidence,
    LeafEvidence,
    direction,
    flat_value,
    gather,
    shadow,
)  # fmt: skip
from pullback.check._fit import Mistake
from pullback.check._kept import changed_after
from pullback.check._laws import Breach, Exam, arrays, broken
from pullback.check._mistakes import SIMPLE, WEAK, case_of, factor_mistake, name_leaf, subset
from pullback.check._second import confirmed_by_complex_step, taylor
from pullback.check._shapes import name_shapes
from pullback.check._stated import contradicted
from pullback.check._subject import GradientSubject, Subject, floats_of
from pullback.errors import PullbackError

EPS = float(np.finfo(float).eps)
RIGHT, WRONG, UNKNOWN = "right", "wrong", "cannot tell"


@dataclass
class Verdict:
    """What the judge found, before it is put into words."""

    subject: Subject
    status: str
    reason: str = ""
    breaches: list[Breach] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    evidence: Evidence | None = None
    notes: list[str] = field(default_factory=list)


def judge(subject: Subject, seed: int = 0, naming: bool = True, us: Any = None) -> Verdict:
    """The verdict on a subject at its points.

    `naming` also says which mistake it is; `us` are the cotangents to test the laws with, else random ones.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _judge(subject, np.random.default_rng(seed), naming, us)


def _judge(subject: Subject, rng: np.random.Generator, naming: bool, us: Any) -> Verdict:
    early = _before(subject)
    if early is not None:
        return early
    try:
        breaches = broken(Exam(subject, rng, us))
        if any(b.law == "shape" for b in breaches):
            return _of_shapes(subject, breaches, rng)
        if any(b.law == "structure" for b in breaches):
            return Verdict(subject, WRONG, breaches[-1].text, breaches, _of_breaches(breaches))
        found = gather(shadow(subject), rng)
    except np.linalg.LinAlgError as error:
        return Verdict(subject, UNKNOWN, f"the pair has no cotangents at this point: {error}")
    except PullbackError as error:
        mistake = Mistake("structure", str(error).splitlines()[0], FIXES["structure"])
        return Verdict(subject, WRONG, mistake.text, mistakes=[mistake])
    except (*ERRORS, TypeError, KeyError, AttributeError) as error:
        return _raised(subject, f"{type(error).__name__}: {error}")
    return _weigh(subject, breaches, found, rng, naming)


def _before(subject: Subject) -> Verdict | None:
    """What can be said without the vjp: nothing to differentiate, not repeatable, not finite."""
    if not subject.points:
        return Verdict(subject, UNKNOWN, "no input is a float or a float array")
    first = subject.value([x.copy() for x in subject.points])
    again = subject.value([x.copy() for x in subject.points])
    if any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(first, again, strict=True)):
        same = [np.allclose(a, b, rtol=1e-13, equal_nan=True) for a, b in zip(first, again, strict=True)]
        if not all(same):
            return Verdict(subject, UNKNOWN, "the function is not repeatable: two calls give two values")
    if not first:
        return Verdict(subject, UNKNOWN, "no output is a float or a float array")
    if all(y.size and not np.isfinite(y).any() for y in first):
        return Verdict(subject, UNKNOWN, "the value is not finite at this point")
    return None


def _raised(subject: Subject, text: str) -> Verdict:
    mistake = Mistake("raises", f"the pair raises {text}", "mend the shapes in the vjp")
    return Verdict(subject, WRONG, mistake.text, mistakes=[mistake])


def _of_shapes(subject: Subject, breaches: list[Breach], rng: np.random.Generator) -> Verdict:
    mistake, _ = name_shapes(shadow(subject), rng)
    mistakes = [mistake] if mistake else _of_breaches([b for b in breaches if b.law == "shape"])
    return Verdict(subject, WRONG, breaches[-1].text, breaches, mistakes)


def _of_breaches(breaches: list[Breach]) -> list[Mistake]:
    out = []
    for breach in breaches:
        kind, fix = breach.law, FIXES.get(breach.law, "")
        if kind == "linear" and "same for u and 2u" in breach.text:
            kind, fix = "u_not_multiplied", "multiply the local derivative by u"
        elif kind == "linear" and "4 times" in breach.text:
            kind, fix = "u_twice", "multiply by u once"
        out.append(Mistake(kind, breach.text, fix, 0.0, breach.leaf))
    return out


FIXES = {
    "linear": "every term of the vjp holds u exactly once",
    "zero": "every term of the vjp holds u exactly once",
    "stale": "let each call keep arrays of its own in the closure, not in a module, a buffer or self",
    "repeat": "change nothing that the closure keeps when the vjp runs",
    "inputs changed": "make new arrays instead of writing into the inputs",
    "saved": "make a new array instead of writing into one that a pair keeps",
    "u changed": "make new arrays instead of writing into u",
    "memory": "return np.copy(...) of it",
    "dtype": "keep the input's dtype: np.astype(g, x.dtype)",
    "value": "return the function's own value",
    "shape": "return a cotangent of the input's shape",
    "convention": "give at the kink what the docstring says, or say there what is given",
    "structure": "return a tuple with one cotangent for each input",
}


def _weigh(
    subject: Subject, breaches: list[Breach], found: Evidence, rng: np.random.Generator, naming: bool
) -> Verdict:
    verdict = Verdict(subject, RIGHT, "", breaches, [], found)
    if found.wrong and _only_conventions(found):
        for leaf in found.leaves:
            leaf.wrong[:] = False
        verdict.notes.append("at a kink: as the conventions of its steps give")
    ties = bool(found.wrong) and _drop_ties(found, rng)
    if ties and not found.wrong and not breaches:
        verdict.status = UNKNOWN
        verdict.reason = (
            "at a tie or a kink of several inputs together, where slopes along each do not add up"
        )
        return verdict
    if found.wrong or breaches:
        verdict.status = WRONG
        if naming or breaches:
            verdict.mistakes = name(found, breaches)
            verdict.notes += [note for note in [_taylor(found)] if note]
        return verdict
    other = contradicted(found)
    if other is not None:
        breaches.append(Breach("convention", *other))
        verdict.status, verdict.mistakes = WRONG, _of_breaches(breaches)
        return verdict
    reason = _undecided(found)
    if reason and found.mode == "whole" and confirmed_by_complex_step(found):
        verdict.notes.append(f"{reason}; the complex step, which has none, confirms it")
    elif reason:
        verdict.status, verdict.reason = UNKNOWN, reason
        return verdict
    if any(x.dtype != np.float64 for x in subject.points):
        late = _single(subject, rng)
        if late is not None:
            verdict.status, verdict.reason = UNKNOWN, late
    verdict.notes += _kinks(found)
    return verdict


def _taylor(found: Evidence) -> str:
    return taylor(found) if found.mode == "whole" and found.wrong else ""


def _only_conventions(found: Evidence) -> bool:
    """All that is wrong is at kinks of a composition, and is what its own steps give there."""
    if found.mode != "whole" or found.subject.kind == "function":
        return False
    if not all(np.all(leaf.kink | ~leaf.wrong) for leaf in found.wrong):
        return False
    made = _terms.record(found.subject)
    if made is None or len(made.tape.nodes) < 2:
        return False
    rows = [made.pull(u) for u in _terms.units(made)]
    return all(_rows_match(rows, leaf, 1e-12) for leaf in found.leaves)


def _drop_ties(found: Evidence, rng: np.random.Generator) -> bool:
    """Forget what is wrong in outputs without a derivative here, though each input alone moves them smoothly.

    Where a derivative exists, the slope along a direction is the sum of those along its parts.
    """
    if found.mode != "whole":
        return False
    points, m = found.subject.points, found.value.size
    F = flat_value(found.subject, m)
    torn = np.zeros(m, bool)
    for _ in range(2):
        d = [direction(x, rng) if x.size else x for x in points]
        s = derive(F, points, [(-1, d)], found.base, EPS, unit=True)
        parts = np.array([leaf.true @ d[leaf.index].reshape(-1) for leaf in found.leaves]).sum(axis=0)
        room = np.array([leaf.bound @ np.abs(d[leaf.index].reshape(-1)) for leaf in found.leaves]).sum(axis=0)
        torn |= s.kink[0] | (np.abs(s.value[0] - parts) > s.bound[0] + room)
    for leaf in found.leaves:
        leaf.wrong &= ~(torn[:, None] & ~leaf.kink)
    return bool(torn.any())


def _rows_match(rows: list[list[np.ndarray]], leaf: LeafEvidence, rel: float) -> bool:
    made = np.array([r[leaf.index] for r in rows]).reshape(leaf.got.shape)
    top = np.max(np.abs(leaf.got), initial=0.0)
    return bool(np.all(np.abs(made - leaf.got) <= rel * top + 1e-300))


def name(found: Evidence, breaches: list[Breach]) -> list[Mistake]:
    """The mistakes, one each of: a law, a simple one for each wrong input, or one inside the formula."""
    strong = [
        b
        for b in breaches
        if b.law in ("saved", "linear", "zero", "stale", "repeat", "inputs changed", "u changed")
    ]
    if strong:
        return _of_breaches(strong)[:1]
    wrong = [leaf for leaf in found.leaves if leaf.wrong.any()]
    if found.mode != "whole" or not wrong:
        return _of_breaches(breaches)
    changed = changed_after(found.subject)
    if changed is not None:
        return [Mistake("saved", changed, FIXES["saved"])]
    plain = [name_leaf(leaf, found, SIMPLE) for leaf in wrong]
    if None not in plain:
        return _merged(plain, found)
    inside = _terms.within(found, lambda rows: _explained(rows, found), _terms.dropped)
    if inside is not None:
        return [inside]
    plain = [m or name_leaf(leaf, found, WEAK) for m, leaf in zip(plain, wrong, strict=True)]
    if None not in plain:
        return _merged(plain, found)
    inside = _terms.within(found, lambda rows: _explained(rows, found), _terms.spoilt)
    return (
        [inside] if inside else [m or _last_resort(leaf, found) for m, leaf in zip(plain, wrong, strict=True)]
    )


def _explained(rows: list[list[np.ndarray]], found: Evidence) -> bool:
    return all(_rows_match(rows, leaf, 1e-9) for leaf in found.leaves)


def _last_resort(leaf: LeafEvidence, found: Evidence) -> Mistake:
    case = case_of(leaf)
    some = subset(case, found, leaf.wrong)
    if some is not None:
        return some
    T, G = case.true[case.use], case.got[case.use]
    c = float(np.sum(G * T) / np.sum(T * T)) if np.any(T) else 0.0
    if c and case.fits(c * case.true, (1 + abs(c)) * case.bound):
        return factor_mistake("factor", f"{c:.6g}", case, case.residual(c * case.true))
    text = f"the cotangent of {leaf.label} is wrong, and no simple mistake explains it"
    return Mistake("unknown", text, "derive it again", 1.0, leaf.index)


def _merged(named: list[Mistake | None], found: Evidence) -> list[Mistake]:
    """One mistake where the same one is in several inputs."""
    mistakes = [m for m in named if m is not None]
    if len({m.kind for m in mistakes}) == 1 and mistakes[0].kind == "swapped":
        return mistakes[:1]
    texts = {m.text.replace(found.leaves[m.leaf].label, "*") for m in mistakes if m.leaf >= 0}
    if len(mistakes) < 2 or len(texts) != 1 or any(m.leaf < 0 for m in mistakes):
        return mistakes
    labels = [found.leaves[m.leaf].label for m in mistakes]
    every = len(labels) == len([leaf for leaf in found.leaves if leaf.x.size])
    word = "parameter" if found.subject.kind == "gradient" else "input"
    subject = f"every {word}" if every else ", ".join(labels)
    text = texts.pop().replace("*", subject, 1)
    first = mistakes[0]
    return [Mistake(first.kind, text, first.fix, max(m.residual for m in mistakes), -1, first.fault)]


def _undecided(found: Evidence) -> str:
    """Why nothing can be said, or nothing."""
    said = [leaf for leaf in found.leaves if leaf.got.size]
    if not said:
        return ""
    if all(not np.isfinite(leaf.bound).any() for leaf in said):
        return "the function is not finite, or raises, at every step from this point"
    for leaf in said:
        with np.errstate(all="ignore"):
            live = np.isfinite(leaf.got) & (leaf.got != 0) & np.isfinite(found.base.value)[:, None]
            blind = leaf.bound > 0.3 * np.abs(leaf.got)
        if live.any() and blind[live].all():
            least = float(np.min(leaf.bound[live]))
            if not np.isfinite(least):
                return f"the function is not finite, or raises, at every step of {leaf.label}"
            most = float(np.max(np.abs(leaf.got[live])))
            return f"rounding noise ({least:.1e}) hides the derivative of {leaf.label} ({most:.1e})"
    return ""


def _kinks(found: Evidence) -> list[str]:
    notes = []
    for leaf in found.leaves:
        k = leaf.kink
        if k.any():
            j, i = np.argwhere(k)[0]
            low = min(
                leaf.slopes.value[i, j] - leaf.slopes.jump[i, j] / 2,
                leaf.slopes.value[i, j] + leaf.slopes.jump[i, j] / 2,
            )
            high = low + abs(leaf.slopes.jump[i, j])
            notes.append(
                f"right at a kink of {leaf.label}: one-sided slopes {low:.4g} and {high:.4g}, "
                f"the convention gives {leaf.got[j, i]:.4g}"
            )
    return notes


def _single(subject: Subject, rng: np.random.Generator) -> str | None:
    """float32: the same vjp in float64 is right; is this one within its own rounding of it?"""
    value, pull = subject.pair([x.copy() for x in subject.points])
    us = [rng.choice([-1.0, 1.0], y.shape).astype(y.dtype) * np.ones_like(y) for y in floats_of(value)]
    if not all(np.isfinite(y).all() for y in floats_of(value)):
        return None
    mine = arrays(pull(us))
    wide = shadow(subject)
    wide_value, wide_pull = wide.pair(wide.points)
    wides = [u.astype(y.dtype) for u, y in zip(us, floats_of(wide_value), strict=True)]
    sent = [u if u.ndim else u[()] for u in wides]
    theirs = arrays(wide_pull(sent))
    scatter = _scatter(subject, us, rng)
    for i, (a, b, s) in enumerate(zip(mine, theirs, scatter, strict=True)):
        if a is None or b is None or not a.size or not np.isfinite(a).all() or not np.isfinite(b).all():
            continue
        eps = np.finfo(a.dtype).eps
        room = 16 * s + 64 * eps * (np.max(np.abs(b)) + 1 + a.size**0.5)
        if np.max(np.abs(a - b)) > room + 1e-2 * np.max(np.abs(b)):
            off = float(np.max(np.abs(a - b)) / np.max(np.abs(b))) if np.any(b) else float("inf")
            return (
                f"the cotangent of {subject.labels[i]} is right in float64, "
                f"and off by {off:.1%} in {a.dtype}: "
                "an unstable formula, an overflow, or a constant of that precision"
            )
    return None


def _scatter(subject: Subject, us: Any, rng: np.random.Generator) -> list[float]:
    """How far the cotangents move when inputs move by one unit in the last place."""
    base: list[Any] = []
    top = [0.0] * len(subject.points)
    for k in range(4):
        moved = [
            (x * (1 + (k > 0) * np.finfo(x.dtype).eps * rng.choice([-1, 1], x.shape))).astype(x.dtype)
            for x in subject.points
        ]
        parts = arrays(subject.pair(moved)[1]([u.copy() if u.ndim else u[()] for u in us]))
        base = base or parts
        for i, (a, b) in enumerate(zip(parts, base, strict=True)):
            if a is not None and a.size:
                top[i] = max(top[i], float(np.nan_to_num(np.max(np.abs(a.astype(float) - b)))))
    return top


__all__ = ["GradientSubject", "Verdict", "judge", "name"]
