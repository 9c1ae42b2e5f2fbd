"""Parts of the objective experiment: values that sum to one, over what, how often, and where none do."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, Recording

_NORMALISED = {"divide", "multiply", "exp", "softmax", "_softmax"}
_PRODUCTS = ("matmul", "dot", "einsum")
_SUMS = ("add", "matmul", "dot", "subtract")


def _class_axis(node: Node, size: int) -> int | None:
    v = node.value
    if v.ndim != 2 or v.dtype.kind != "f" or size not in v.shape:
        return None
    return 1 - v.shape.index(size)


def softmax(case: Case, tape: Recording, size: int) -> list[Finding]:
    """Findings about what sums to one in a recorded loss on `size` rows, and what should."""
    params = (1 << len(case.leaves)) - 1
    nodes = [n for n in tape.nodes if n.deps & params and np.size(n.value) and np.isfinite(n.value).all()]
    right, wrong, single = [], [], []
    for node in nodes:
        axis = _class_axis(node, size)
        v = node.value
        if axis is None or node.name not in _NORMALISED or (v < 0).any() or not v.any():
            continue
        by_class, by_row = v.sum(axis), v.sum(1 - axis)
        if v.shape[axis] == 1:
            if np.allclose(v, 1.0) and node.name in _NORMALISED - {"multiply", "exp"}:
                single.append(node)
        elif np.allclose(by_class, 1, atol=1e-6):
            right.append(node)
        elif (np.allclose(by_row, 1, atol=1e-6) and not np.allclose(by_class, 1, atol=1e-3)) or (
            np.isclose(v.sum(), 1) and size > 1
        ):
            wrong.append(node)
    spread = None if single or wrong or right else _over_rows(case, tape, size)
    if spread is not None:
        return [Finding(
            "softmax_wrong_axis", "output", "the softmax is normalised over the rows, not the classes",
            f"the logarithm of the sum of exponentials runs over the rows of {spread}",
            "sum over the axis of the classes", 1.0, 93)]  # fmt: skip
    if single or _over_one(case, tape, size):
        return [Finding(
            "softmax_single_output", "output", "softmax over a single unit is 1 whatever the network says",
            "the output is 1 on every row", "use a sigmoid, or one unit per class", 1.0, 93)]  # fmt: skip
    if wrong:
        return [Finding(
            "softmax_wrong_axis", "output", "the softmax is normalised over the rows, not the classes",
            f"the classes of one row sum to {number(float(np.min(_sums(wrong[0], size))))} .. "
            f"{number(float(np.max(_sums(wrong[0], size))))}; the rows of one class to 1",
            "sum over the axis of the classes", 1.0, 93)]  # fmt: skip
    return _twice(right, nodes) or _logits(case, tape, right)


def _sums(node: Node, size: int) -> Any:
    return node.value.sum(_class_axis(node, size))


def _twice(right: list[Node], nodes: list[Node]) -> list[Finding]:
    for p in right:
        axis = 1 if np.allclose(p.value.sum(1), 1, atol=1e-6) else 0
        again = fn.softmax(p.value, axis)
        if any(_is_again(node, p, again, axis) for node in nodes):
            return [
                Finding(
                    "double_softmax",
                    "output",
                    "the softmax is applied twice: probabilities are squashed again",
                    f"the largest probability the loss can see is {number(float(again.max()))}",
                    "give the loss the logits, or drop its own softmax",
                    1.0,
                    93,
                )
            ]
    return []


def squashed_twice(case: Case) -> list[Finding]:
    """The finding that a sigmoid's probabilities are squashed again, as by the model and then by the loss."""
    known = case.head
    if known is None or known.output not in TWICE or known.own:
        return []
    return squashed(known.output)


def squashed(output: str) -> list[Finding]:
    """The finding that an output is squashed twice."""
    low, high = TWICE[output]
    return [Finding(
        "double_softmax", "output", f"the output is squashed twice: it is a {output}",
        f"whatever the network says, the loss sees {low} .. {high}",
        "give the loss the last sums themselves, or drop its own squashing", 1.0, 93)]  # fmt: skip


TWICE = {"sigmoid twice": ("a probability of 0.5", "0.731")}


def _is_again(node: Node, p: Node, again: Any, axis: int) -> bool:
    """Whether a value is the softmax of probabilities, its logarithm, or that of its denominator."""
    v = node.value
    alike = node is not p and v.shape == p.value.shape
    if alike and any(np.allclose(v, x, atol=1e-9) for x in (again, np.log(again))):
        return True
    return node.name == "log" and _is_lse(v, p.value, axis)


def _is_lse(v: Any, z: Any, axis: int | None) -> bool:
    """Whether `v` is the logarithm of the sum of exponentials, or what is left of it past the largest one."""
    largest = np.ravel(z.max(axis))
    lse = np.ravel(np.log(np.exp(z - z.max()).sum(axis)) + z.max())
    return bool(v.size == lse.size and any(
        np.allclose(v.ravel(), lse - taken, atol=1e-9) for taken in (0.0, largest, z.max())))  # fmt: skip


def _over_one(case: Case, tape: Recording, size: int) -> bool:
    """Whether a logarithm of the sum of exponentials is of one unit a row, and so takes all of it away."""
    slopes = tape.backward()
    heeded = (slopes.get(id(leaf)) for leaf in tape.leaves[: len(case.leaves)])
    if any(slope is not None and np.abs(slope).max(initial=0) > 1e-9 for slope in heeded):
        return False
    sums = (n.value for n in tape.nodes if n.name in _SUMS and n.value.shape in ((size, 1), (1, size)))
    logs = [n.value for n in tape.nodes if n.name == "log" and _of_exponentials(n)]
    return any(_is_lse(v, z.reshape(size, 1), 1) for z in sums for v in logs)


def _of_exponentials(node: Node) -> bool:
    """Whether a value is made of exponentials of this layer: of an output of zeros the log is 0, too."""
    todo, seen = list(node.parents), 0
    while todo and seen < 30:
        p = todo.pop()
        seen += 1
        if p.name == "exp":
            return True
        todo += [] if p.name in _PRODUCTS else p.parents
    return False


def _over_rows(case: Case, tape: Recording, size: int) -> str | None:
    """Whether a logarithm of sums of exponentials runs over the rows of the last sums: of what, if so.

    One sum over rows and classes alike is a slip where y has a class a row: each row is then held against
    all others.
    """
    sums = [
        n
        for n in tape.nodes
        if n.value.ndim == 2
        and size in n.value.shape
        and n.value.shape[0] != n.value.shape[1]
        and n.name in _SUMS
    ]
    for node in tape.nodes:
        if node.name != "log":
            continue
        for z in sums:
            rows = z.value.shape.index(size)
            k = z.value.shape[1 - rows]
            if k < 2 or k == size:
                continue
            if _is_lse(node.value, z.value, rows):
                return "one class"
            if _is_lse(node.value, z.value, None) and _of_classes(case):
                return "all classes together"
    return None


_THROUGH = {
    "add", "subtract", "clip", "maximum", "minimum", "getitem", "copy", "reshape", "ravel", "squeeze",
    "transpose", "item", "abs", "absolute", "max", "sum", "negative", "where",
}  # fmt: skip


def _logits(case: Case, tape: Recording, right: list[Node]) -> list[Finding]:
    """A logarithm taken of the output's sums themselves, where the targets are classes."""
    if right or not _of_classes(case):
        return []
    products = [n for n in tape.nodes if n.name in _PRODUCTS]
    if not products:
        return []
    last = products[-1].value.size
    ends, params = {id(n) for n in products}, (1 << len(case.leaves)) - 1
    for node in tape.nodes:
        if node.name not in ("log", "log2", "log10", "log1p") or node.value.size > last * 2:
            continue
        todo, seen = list(node.parents), 0
        while todo and seen < 30:
            p = todo.pop()
            seen += 1
            if id(p) in ends:
                return [_raw(p)]
            if p.name in _THROUGH or _picked(p, params):
                todo += p.parents
    return []


def _picked(node: Node, params: int) -> bool:
    """Outputs times what rests on no parameter, such as one-hot targets, or divided by it or their own sum.

    Divided by something of their own shape they may be squashed, and raw no more.
    """
    mine = [p for p in node.parents if p.deps & params]
    if node.name == "divide" and len(mine) == 2:
        return bool(mine[1].value.size < node.value.size)
    return node.name in ("multiply", "einsum", "divide") and len(mine) == 1


def _of_classes(case: Case) -> bool:
    """Whether y names classes that this many outputs can tell apart."""
    y = np.asarray(case.y)
    if set(np.unique(y)) <= {-1, 0, 1}:
        return True
    whole = y.dtype.kind in "iub" or np.array_equal(y, np.round(y))
    return bool(whole and y.min() >= 0 and case.net is not None and case.leaves_out > y.max() > 0)


def _raw(node: Node) -> Finding:
    low, high = number(float(np.min(node.value))), number(float(np.max(node.value)))
    return Finding(
        "missing_softmax", "output",
        "the loss takes the logarithm of raw outputs: probabilities are expected, logits given",
        f"the argument of the log is a sum of weighted inputs, {low} .. {high}",
        "put a softmax (or sigmoid) before the loss", 1.0, 93)  # fmt: skip
