"""The checker checked: mistakes seeded into right pairs must be found and named, right pairs must pass.

A mutant that changes no cotangent where it is taken (the sign of zero, the transpose of a symmetric matrix)
is no mistake there: it is recognised by comparing cotangents, left out, and counted. Where two seeds make the
very same cotangents (the derivative of the identity in a negation is a sign) either name is right.
"""

from __future__ import annotations

import itertools
import os
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from pullback import tree
from pullback.check._blame import blame
from pullback.check._cases import PairCase, ordinary, primitives, right
from pullback.check._judge import RIGHT, WRONG, judge
from pullback.check._scores import Row, SelfTest
from pullback.check._seeds import Mutant, arrays_of, mutants
from pullback.check._subject import Subject
from pullback.pair import Primitive

THREADS = "OPENBLAS_NUM_THREADS"
IN_NETWORKS = {
    "sign", "constant factor 2", "zero", "transposed", "mean for sum", "shifted index", "u not multiplied in",
    "wrong in one row", "missing sum", "mask missing", "mask on the wrong side",
}  # fmt: skip


def self_test(
    part: int = 1,
    rounds: int = 3,
    ticker: Callable[[str], None] | None = None,
    workers: int = 1,
    seed: int = 0,
) -> SelfTest:
    """Run it, or one `part`-th of it.

    Parameters
    ----------
    part : int
        Every `part`-th mutant and right check is taken.
    rounds : int
        How often the right checks are made, at other points each time.
    ticker : callable, optional
        Called with a word on what is being done.
    workers : int
        Processes to share it among.
    seed : int
        Of every point, cotangent and weight that is drawn; another seed is another test.
    """
    start, say = time.perf_counter(), ticker or (lambda text: None)
    say("mistakes are seeded, and right pairs judged")
    if workers == 1:
        done = share(part, 0, rounds, seed)
    else:
        done = _shared(part, rounds, workers, seed)
    done.seconds = time.perf_counter() - start
    return done


def _shared(part: int, rounds: int, workers: int, seed: int) -> SelfTest:
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"  # the arrays are small: threads of each worker would wait for one another
    try:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            jobs = [pool.submit(share, part * workers, part * i, rounds, seed) for i in range(workers)]
            return _together([job.result() for job in jobs])
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def share(part: int, offset: int, rounds: int, seed: int = 0) -> SelfTest:
    """Every `part`-th of the test, from `offset` on."""
    done = SelfTest()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for run in (_all_right, _all_primitives, _all_networks):
            run(done, _Turn(part, offset), rounds, seed)
    return done


class _Turn:
    """Counts, and says whose turn it is."""

    def __init__(self, part: int, offset: int) -> None:
        self.part, self.offset, self.count = part, offset, 0

    def __call__(self) -> bool:
        self.count += 1
        return self.count % self.part == self.offset % self.part


def _together(shares: list[SelfTest]) -> SelfTest:
    done = SelfTest()
    for one in shares:
        done.alarms += one.alarms
        for kind, counts in one.right.items():
            before = done.right.get(kind, [0, 0, 0, 0])
            done.right[kind] = [a + b for a, b in zip(before, counts, strict=True)]
        for name, row in one.mistakes.items():
            mine = done.mistakes.setdefault(name, Row())
            for field_name in ("made", "equivalent", "detected", "named", "missed"):
                setattr(mine, field_name, getattr(mine, field_name) + getattr(row, field_name))
    done.mistakes = dict(sorted(done.mistakes.items()))
    return done


def subject(case: PairCase) -> Subject:
    """A case as the judge takes it."""
    return Subject(case.primitive, case.args, case.settings, "primitive")


def _all_right(done: SelfTest, mine: _Turn, rounds: int, first: int) -> None:
    for seed in range(first * rounds, (first + 1) * rounds):
        for kind, case in right(seed, with_float32_sizes=seed == first * rounds):
            if not mine():
                continue
            try:
                case.primitive.body(*case.args, **case.settings)
            except Exception:  # the primitive itself refuses this shape or point
                continue
            verdict = judge(subject(case), seed, naming=False)
            counts = done.right.setdefault(kind, [0, 0, 0, 0])
            counts[0] += 1
            counts[1 if verdict.status == RIGHT else 3 if verdict.status == WRONG else 2] += 1
            if verdict.status == WRONG:
                facts = (
                    [verdict.reason] + [b.text for b in verdict.breaches] + [m.text for m in verdict.mistakes]
                )
                done.alarms.append(f"{kind}: {case.primitive.name} {case.settings} {facts}")


def _all_primitives(done: SelfTest, mine: _Turn, rounds: int, seed: int) -> None:
    for dtype in (np.float64, np.float32):
        for case in ordinary(np.random.default_rng([seed, 7])):
            cast = case.cast(dtype)
            for which in range(len(arrays_of(cast))):
                family = list(_signed(cast, which))
                for mutant, signature, true in family:
                    if mine():
                        _try(done, mutant, signature, true, family)


Signature = list[np.ndarray]


def _signed(case: PairCase, which: int) -> Iterator[tuple[Mutant, Signature, Signature]]:
    true = signature(case)
    for mutant in mutants(case, which):
        reference = signature(_right_product(mutant, case)) if mutant.case.group == "product" else true
        yield mutant, signature(mutant.case), reference


def _right_product(mutant: Mutant, case: PairCase) -> PairCase:
    f = case.primitive

    def body(x: Any) -> tuple[Any, Any]:
        y, vjp = f.vjp(x)
        return x * y, lambda u: (u * y + vjp(u * x)[0],)

    return PairCase(Primitive(body), mutant.case.args, {}, "product")


def signature(case: PairCase) -> Signature:
    """The cotangents of a few u, one of them asked for after another call."""
    rng = np.random.default_rng(3)
    value, vjp = case.primitive.body(*case.args, **case.settings)
    flat, structure = tree.flatten(value)
    draws = [[rng.uniform(0.5, 1.5, np.shape(y)).astype(np.result_type(y)) for y in flat] for _ in range(2)]
    moved = case.map(lambda x: (x * 1.25 + 0.125).astype(x.dtype))
    out: Signature = []
    for us in [*draws, [2 * u for u in draws[0]]]:
        out += _asked(vjp, tree.unflatten(structure, us))
    try:
        case.primitive.body(*moved.args, **moved.settings)
    except Exception:
        return out
    return out + _asked(vjp, tree.unflatten(structure, draws[0]))


def _asked(vjp: Any, u: Any) -> Signature:
    try:
        return [np.asarray(g) for g in tree.leaves(tuple(vjp(u))) if g is not None]
    except (ValueError, IndexError):
        return []


def same(a: Signature, b: Signature) -> bool:
    """Equal but for rounding."""
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if x.shape != y.shape:
            return False
        eps = np.finfo(x.dtype).eps
        if not np.all(np.abs(x - y) <= 32 * eps * np.max(np.abs(y), initial=0.0)):
            return False
    return True


def _names(mutant: Mutant, made: Signature, true: Signature, family: list[Any]) -> set[str]:
    """The names that are right: the seed's, and those of every simpler mistake that is the same here."""
    alike = [m.names for m, s, _ in family if m.case.group == mutant.case.group and same(s, made)]
    names = {name for names in [mutant.names, *alike] for name in names}
    if _multiple(made, true):
        names |= {"factor", "sign", "mean_for_sum", "sum_for_mean"}
    if sum(int(np.sum(a != b)) for a, b in _pairs(made[: len(made) // 4], true[: len(true) // 4])) == 1:
        names.add("some_elements")
    return names


def _pairs(a: Signature, b: Signature) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(x, y) for x, y in zip(a, b, strict=False) if x.shape == y.shape]


def _multiple(made: Signature, true: Signature) -> bool:
    """Whether one number times the right cotangents gives the spoilt ones: then it is a factor."""
    if [x.shape for x in made] != [x.shape for x in true]:
        return False
    a, b = (
        np.concatenate([x.reshape(-1).astype(float) for x in s]) if s else np.zeros(1) for s in (made, true)
    )
    c = float(a @ b) / (float(b @ b) or 1.0)
    eps = np.finfo(made[0].dtype).eps if made else 0.0
    return bool(np.max(np.abs(a - c * b)) <= 64 * eps * np.max(np.abs(b)))


def _try(done: SelfTest, mutant: Mutant, made: Signature, true: Signature, family: list[Any]) -> None:
    row = done.mistakes.setdefault(mutant.seed, Row())
    row.made += 1
    if same(made, true):
        row.equivalent += 1
        return
    verdict = judge(subject(mutant.case))
    kinds = [m.kind for m in verdict.mistakes]
    _count(
        row, mutant, verdict.status == WRONG, bool(set(kinds[:1]) & _names(mutant, made, true, family)), kinds
    )


def _count(row: Row, mutant: Mutant, found: bool, named: bool, kinds: list[str]) -> None:
    row.detected += found
    row.named += found and named
    if not (found and named):
        shapes = [x.shape for x in arrays_of(mutant.case)]
        row.missed.append(
            f"{mutant.case.primitive.name} {shapes} {mutant.case.settings}: {found} {kinds[:2]}"
        )


# Networks: one call of one layer is spoilt; it must be found, named and blamed.


def _all_networks(done: SelfTest, mine: _Turn, rounds: int, seed: int) -> None:
    for dtype in (np.float64, np.float32):
        for k in range(2, 7):
            weights, X = _weights(k, dtype, seed)
            for layer in range(k):
                for call, which, case in _calls(weights, X, layer):
                    family = [x for x in _signed(case, which) if x[0].seed in IN_NETWORKS]
                    for mutant, made, true in family:
                        if mine():
                            _try_network(done, (weights, X, layer, call), mutant, made, true, family)


def _weights(k: int, dtype: Any, seed: int) -> tuple[list[Any], np.ndarray]:
    """Weights and rows of a living k-layer perceptron: in a dead layer no mistake changes a gradient."""
    sizes = [3, *[4] * (k - 1), 3]
    for draw in itertools.count():
        rng = np.random.default_rng([seed, k, draw])
        pairs = itertools.pairwise(sizes)
        weights = [[rng.normal(size=s) / s[0] ** 0.5, rng.normal(size=s[1]) / 2] for s in pairs]
        weights, X = tree.map(lambda x: x.astype(dtype), weights), rng.normal(size=(5, 3)).astype(dtype)
        if all(_alive(weights, X, layer) for layer in range(k - 1)):
            return weights, X
    raise AssertionError("unreachable: the count has no end")


def _alive(weights: Any, X: np.ndarray, layer: int) -> bool:
    """Whether at least a quarter of the units of this layer pass something on."""
    calls = dict(network(weights, X, layer, {}))
    return bool(np.mean(np.asarray(calls["relu"][0]) > 0) >= 0.25)


def network(weights: Any, X: np.ndarray, layer: int, calls: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The k-layer perceptron, call by call; in one layer its calls may be others."""
    known = primitives()
    h = X.astype(np.result_type(weights[0][0]))
    for i, (W, b) in enumerate(weights):
        mine = calls if i == layer else {}
        for name, extra in (("matmul", (W,)), ("add", (b,)), ("relu", ())):
            if name == "relu" and i == len(weights) - 1:
                break
            f = mine.get(name, known[name])
            before, h = (h, *extra), f(h, *extra)
            if i == layer:
                yield name, before
    yield "value", h


def _calls(weights: Any, X: np.ndarray, layer: int) -> Iterator[tuple[str, int, PairCase]]:
    known = primitives()
    for name, args in network(weights, X, layer, {}):
        if name != "value":
            group = {"matmul": "other", "add": "binary", "relu": "unary"}[name]
            yield name, 0 if name == "relu" else 1, PairCase(known[name], args, {}, group)


def _try_network(done: SelfTest, place: Any, mutant: Mutant, made: Any, true: Any, family: Any) -> None:
    weights, X, layer, call = place
    row = done.mistakes.setdefault(f"in a network: {mutant.seed}", Row())
    row.made += 1
    if same(made, true):
        row.equivalent += 1
        return

    def loss(weights: Any) -> Any:
        *_, (_, value) = network(weights, X, layer, {call: mutant.case.primitive})
        return np.mean(value * value)

    whole = Subject(loss, (weights,), {}, "function")
    verdict = judge(whole, naming=False)
    guilty = blame(whole)[0] if verdict.status == WRONG else None
    kinds = [m.kind for m in guilty.mistakes] if guilty else []
    right_one = guilty is not None and guilty.name == mutant.case.primitive.name
    named = right_one and bool(set(kinds[:1]) & _names(mutant, made, true, family))
    _count(row, mutant, verdict.status == WRONG, named, [f"layer {layer} of {len(weights)}", *kinds])


__all__ = ["Row", "SelfTest", "self_test", "signature"]
