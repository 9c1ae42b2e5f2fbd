"""What a step keeps between calls: the numbers that its functions, closures and objects can reach."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from pullback.diagnose.loops._clone import clone, is_library, names_in
from pullback.diagnose.loops._leaves import flatten, joined
from pullback.diagnose.loops._patient import Patient

Leaves = list[np.ndarray]
_DEEPEST = 8


def kept_after(patient: Patient, leaves: Leaves, count: int = 1) -> list[np.ndarray]:
    """All arrays and numbers within reach of a step that was taken once, or a few times, from `leaves`."""
    body = patient.begun()
    params = body.parameters(leaves)
    for t in range(count):
        rows = patient.batch(t)
        params = body.step(params, body.X[rows], body.y[rows])
    return [np.asarray(x, float) for x in _reach(body.function("step"), set(), 0)]


def numbers_named(patient: Patient) -> list[float]:
    """The fractions that stand in what a step can reach: in names, attributes and the code itself."""
    seen: set[int] = set()
    step = patient.fresh().function("step")
    codes: list[CodeType] = []
    kept = [float(x) for x in _reach(step, seen, 0, codes) if x.ndim == 0]
    return kept + [x for code in codes for x in _written(code)]


def _written(code: CodeType) -> Iterator[float]:
    for x in code.co_consts:
        if isinstance(x, CodeType):
            yield from _written(x)
        elif isinstance(x, float):
            yield x


def _reach(x: Any, seen: set[int], depth: int, codes: list[CodeType] | None = None) -> Iterator[np.ndarray]:
    """The fractions in reach of `x`; the code of the functions on the way is added to `codes`."""
    if isinstance(x, (float, np.floating, np.ndarray)):
        if isinstance(x, float) or x.dtype.kind == "f":
            yield np.asarray(x)
        return
    if id(x) in seen or depth > _DEEPEST:
        return
    seen.add(id(x))
    if codes is not None and isinstance(x, FunctionType) and not is_library(x.__globals__.get("__file__")):
        codes.append(x.__code__)
    for part in parts_of(x):
        yield from _reach(part, seen, depth + 1, codes)


def parts_of(x: Any) -> list[Any]:
    if isinstance(x, (list, tuple, set)):
        return list(x)
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, FunctionType):
        if is_library(x.__globals__.get("__file__")):
            return []
        cells = [c.cell_contents for c in x.__closure__ or () if _filled(c)]
        named = [x.__globals__[n] for n in names_in(x.__code__) if n in x.__globals__]
        return [*cells, *named, x.__defaults__, x.__dict__]
    if isinstance(x, (type, ModuleType)) or not hasattr(x, "__dict__"):
        return []
    return list(vars(x).values())


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell has none
    except ValueError:
        return False
    return True


def never_written(patient: Patient, leaves: Leaves) -> float | None:
    """The multiple of some arrays that a step adds to the parameters, though it only ever finds zeros there.

    They are filled once an epoch has left them as they were, one of each parameter's shape. None where there
    are no such arrays, a step does not go by them, or it writes into them after all.
    """
    steps = min(max(4, patient.n // patient.batch_size + 2), _LONGEST)
    if not _empty(patient, leaves, 2)[1]:
        return None
    usual, _ = _empty(patient, leaves, steps)
    filled, held = _empty(patient, leaves, steps, fill=True)
    factors: list[float] = []
    for a, b in zip(filled, usual, strict=True):
        same = [x for x, was in held if x.shape == a.shape and np.array_equal(x, was)]
        told = [float(np.vdot(x, a - b) / np.vdot(x, x)) for x in same]
        fits = [c for c, x in zip(told, same, strict=True) if np.abs(a - b - c * x).max() < 1e-4 * abs(c)]
        if not fits or (factors and abs(fits[0] / factors[0] - 1) > 1e-3):
            return None
        factors.append(fits[0])
    return factors[0] if factors else None


_LONGEST = 40
Filled = list[tuple[np.ndarray, np.ndarray]]
"""Arrays, and what had been written into them."""


def _empty(patient: Patient, leaves: Leaves, steps: int, fill: bool = False) -> tuple[Leaves, Filled]:
    """The parameters after some steps and one more, before which the arrays of zeros may be filled."""
    body = patient.begun()
    params = body.parameters(leaves)
    shapes = {np.shape(x) for x in leaves}
    held: Filled = []
    for t in range(steps + 1):
        if t == steps:
            found = [
                x
                for x in _reach(body.function("step"), set(), 0)
                if x.shape in shapes and not x.any() and x.flags.writeable
            ]
            rng = np.random.default_rng(0)
            for x in found:
                x[...] = rng.uniform(0.5, 1.0, x.shape) if fill else 0.0
            held = [(x, x.copy()) for x in found]
        rows = patient.batch(t)
        params = body.step(params, body.X[rows], body.y[rows])
    return [np.array(x, float) for x in flatten(params)], held


def one_array_twice(patient: Patient, leaves: Leaves) -> bool:
    """Whether two places of one list, object or function hold the same array, which a step writes into.

    Or the same list or dict of arrays, whether it writes into these or puts others in their place, be they
    the first in it.
    """
    body = patient.fresh()
    shapes = {np.shape(x) for x in leaves}
    twice = [x for x in _held_twice(body.function("step"), set(), 0) if _arrays(x, shapes) or _to_fill(x)]
    empty = [not any(a.any() for a in _arrays(x, shapes)) for x in twice]
    np.random.set_state(patient.random)
    rows = patient.batch(0)
    start = [np.array(x) if np.ndim(x) else float(x) for x in leaves]
    body.step(body.tree(start), body.X[rows], body.y[rows])
    filled = [any(a.any() for a in _arrays(x, shapes)) for x in twice]
    return any(none and some for none, some in zip(empty, filled, strict=True))


def _to_fill(holder: Any) -> bool:
    return isinstance(holder, (dict, list)) and not holder


def _arrays(holder: Any, shapes: set[Any]) -> list[np.ndarray]:
    return [a for a in flatten(holder) if isinstance(a, np.ndarray) and a.shape in shapes]


def _held_twice(x: Any, seen: set[int], depth: int) -> Iterator[Any]:
    """The arrays, lists and dicts that one holder in reach of `x` has in two places."""
    if id(x) in seen or depth > _DEEPEST or isinstance(x, (float, np.floating, np.ndarray)):
        return
    seen.add(id(x))
    met: set[int] = set()
    for part in parts_of(x):
        if id(part) in met and isinstance(part, (np.ndarray, list, dict, tuple)):
            yield part
        met.add(id(part))
        yield from _held_twice(part, seen, depth + 1)


def with_own_arrays(patient: Patient, leaves: Leaves) -> Patient:
    """The loop whose arrays of zeros of the parameters' shapes are in one place each, of one holder.

    A second place has a copy of what both held.
    """
    shapes = {np.shape(x) for x in leaves}

    def part(step: Any) -> None:
        for holder, key, again in list(_all_places(step, set(), 0)):
            held = _arrays(holder[key], shapes) if again else []
            if held and not any(a.any() for a in held):
                holder[key] = clone(holder[key])

    return patient.changed(part)


def with_fractions(patient: Patient, leaves: Leaves) -> tuple[Patient, int]:
    """The loop whose arrays of zeros of the parameters' shapes all hold fractions; and how many did not."""
    shapes, widened = {np.shape(x) for x in leaves}, []

    def widen(step: Any) -> None:
        for holder, key, _ in list(_all_places(step, set(), 0)):
            x = holder[key]
            if isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.shape in shapes and not x.any():
                holder[key] = x.astype(float)
                widened.append(key)

    return patient.changed(widen), len(widened)


def _all_places(x: Any, seen: set[int], depth: int) -> Iterator[tuple[Any, Any, bool]]:
    """The places of arrays, lists and dicts in reach of `x`; and whether their holder has had it before."""
    if id(x) in seen or depth > _DEEPEST or isinstance(x, (float, np.floating, np.ndarray)):
        return
    seen.add(id(x))
    met: set[int] = set()
    for holder, key in places_of(x):
        part = holder[key]
        if isinstance(part, (np.ndarray, list, dict)):
            yield holder, key, id(part) in met
        met.add(id(part))
    for part in parts_of(x):
        yield from _all_places(part, seen, depth + 1)


def places_of(x: Any) -> list[tuple[Any, Any]]:
    """The places of a list, a dict, a function or an object that can be filled with something else."""
    if isinstance(x, (list, dict)):
        return [(x, key) for key in (range(len(x)) if isinstance(x, list) else x)]
    return [(names, name) for names, used in _named(x) for name in used]


def share_of_move(patient: Patient, leaves: Leaves, value: float, times: float = 2.0) -> list[float]:
    """By what factor the first move grows when a number of this value that a step goes by is changed so.

    One factor for each place that holds it: doubled, two says that it enters once, four that it does twice.
    """
    (usual,) = _moves(patient, leaves, 1) or [np.zeros(1)]
    size = float(np.linalg.norm(usual))
    return [float(np.linalg.norm(moves[0])) / size for moves in _changed(patient, leaves, 1, value, times)
            ] if size else []  # fmt: skip


def fades_by(patient: Patient, leaves: Leaves, value: float) -> bool:
    """Whether a number of this value that a step goes by says how much of what was is kept.

    Halved, it leaves the first move as it is and turns the second.
    """
    first, second = _moves(patient, leaves, 2) or [np.zeros(1)] * 2
    for one, two in _changed(patient, leaves, 2, value, 0.5):
        sizes = float(np.linalg.norm(two) * np.linalg.norm(second))
        if np.array_equal(one, first) and abs(float(two @ second)) < (1 - 1e-6) * sizes:
            return True
    return False


_MOST_PLACES = 6


def _changed(
    patient: Patient, leaves: Leaves, count: int, value: float, times: float
) -> Iterator[list[np.ndarray]]:
    """The first moves with the number changed at one of the places that hold it, place by place."""
    for place in range(_MOST_PLACES):
        moves = _moves(patient, leaves, count, (place, value, times))
        if moves is None:
            return
        yield moves


def _moves(
    patient: Patient, leaves: Leaves, count: int, change: tuple[int, float, float] | None = None
) -> list[np.ndarray] | None:
    """The first steps' moves, the number at one place changed; None where there is no such place."""
    body = patient.begun()
    if change is not None:
        place, value, times = change
        places = [p for p in _holders(body.function("step"), set(), 0) if abs(p[0][p[1]] / value - 1) < 1e-6]
        if place >= len(places):
            return None
        names, name = places[place]
        names[name] = times * names[name]
    params = body.parameters(leaves)
    out, before = [], joined(leaves)
    for t in range(count):
        rows = patient.batch(t)
        params = body.step(params, body.X[rows], body.y[rows])
        after = np.concatenate([np.array(x, float).ravel() for x in flatten(params)])
        out.append(after - before)
        before = after
    return out


class _Cells(dict[str, Any]):
    """The variables that a function has from around it, by name; what is written here is written there."""

    def __init__(self, function: FunctionType) -> None:
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        self.cells = {name: cell for name, cell in cells if _filled(cell)}
        super().__init__({name: cell.cell_contents for name, cell in self.cells.items()})

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self.cells[name].cell_contents = value


def _holders(x: Any, seen: set[Any], depth: int) -> Iterator[tuple[dict[str, Any], str]]:
    """The names in reach of `x`, of functions, what is around them and objects, that hold a fraction."""
    if id(x) in seen or depth > _DEEPEST or isinstance(x, (float, np.floating, np.ndarray)):
        return
    seen.add(id(x))
    for names, used in _named(x):
        for n in used:
            if isinstance(names[n], (float, np.floating)) and (id(names), n) not in seen:
                seen.add((id(names), n))
                yield names, n
    for part in parts_of(x):
        yield from _holders(part, seen, depth + 1)


def _named(x: Any) -> list[tuple[dict[str, Any], list[str]]]:
    """The names that a function, a dict or an object goes by, in what holds them."""
    if isinstance(x, FunctionType):
        if is_library(x.__globals__.get("__file__")):
            return []
        around = _Cells(x)
        return [
            (x.__globals__, [n for n in names_in(x.__code__) if n in x.__globals__]),
            (around, list(around)),
        ]
    if isinstance(x, dict):
        return [(x, [n for n in x if isinstance(n, str)])]
    if isinstance(x, (type, ModuleType, MethodType)) or not hasattr(x, "__dict__"):
        return []
    return [(vars(x), list(vars(x)))]


def factor_kept(kept: list[np.ndarray], wanted: Leaves) -> list[float]:
    """The factors `a` for which an array `a x` is kept of every `x`, to what single precision can hold."""
    found: list[list[float]] = []
    for x in sorted(wanted, key=lambda x: -x.size):
        flat, power = x.ravel(), float(np.sum(x * x))
        fitting = [v.ravel() for v in kept if v.size == x.size and power]
        same = [a for a, v in ((float(v @ flat) / power, v) for v in fitting)
                if a and np.linalg.norm(v - a * flat) <= 1e-5 * abs(a) * np.sqrt(power)]  # fmt: skip
        found.append(same)
    first = found[0] if found else []
    common = [a for a in first if all(any(abs(b / a - 1) < 1e-5 for b in other) for other in found[1:])]
    return sorted({float(f"{a:.6g}") for a in common})
