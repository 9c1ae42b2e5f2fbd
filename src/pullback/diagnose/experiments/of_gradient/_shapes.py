"""Part of the gradient experiment: gradients that are not even arrays like their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.backward._tapes import Tape

MADE = {
    "grad_wrong_input": "use the input that this very layer had in the forward pass",
    "grad_wrong_delta": "use the error signal of this very layer",
    "grad_transposed": "transpose what is multiplied: the product has to have the shape of the layer",
    "grad_bias_wrong": "sum the error signal over the rows, one number per unit, as for the weights",
}
"""The faults by which a gradient of another shape comes about, and their cures."""


def unlike_parameters(case: Case, returned: list[Any]) -> Finding | None:
    """The first thing that no step could subtract: too many or too few arrays, or one of another shape."""
    shapes, sizes = [np.shape(g) for g in returned], [x.size for x in case.leaves]
    told = f"gradients of shapes {_listed(shapes)}, parameters of {_listed([x.shape for x in case.leaves])}"
    if len(shapes) != len(sizes):
        words = "grad returns another number of arrays than there are parameters"
        fix = "return one gradient for each parameter, in the order of params"
        return Finding("exception", "grad", words, told, fix, 1.0, 82)
    unlike = [k for k, g in enumerate(returned) if np.size(g) != sizes[k]]
    if len(unlike) > 1 and sorted(map(np.size, returned)) == sorted(sizes):
        words = "the gradients stand in another order than the parameters"
        return Finding("exception", "grad", words, told, "return them in the order of params", 1.0, 82)
    return _unlike(case, unlike[0], np.asarray(returned[unlike[0]], float)) if unlike else None


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes[:6])) + (", ..." if len(shapes) > 6 else "")


def _unlike(case: Case, k: int, gradient: np.ndarray) -> Finding:
    """A gradient of another shape than its parameter: of what it was made, where that can be told."""
    made = _of_others(case.tape, k, gradient) if case.tape is not None else None
    shape = case.leaves[k].shape
    mixed = "grad_transposed" if gradient.ndim == len(shape) == 2 else "exception"
    fault = made or ("grad_bias_wrong" if case.is_bias(k) else mixed)
    words = f"the gradient of parameter {k} has another shape than the parameter"
    fix = f"return one number for each of the parameter's: an array of shape {shape}"
    if gradient.shape == (case.size, *shape):
        fix = f"reduce it over the rows, as the loss does: axis 0 holds one gradient for each of {case.size}"
    told = f"gradient {gradient.shape}, parameter {shape}"
    return Finding(fault, k, words, told, MADE.get(fault, fix), 0.95, 82)


def shaped(returned: list[Any], leaves: Leaves) -> Leaves:
    """Gradients of as many numbers as their parameters, in their shapes."""
    pairs = zip((np.asarray(g, float) for g in returned), leaves, strict=True)
    return [
        g if g.shape == x.shape else (g if 1 in g.shape or 1 in x.shape else g.T).reshape(x.shape)
        for g, x in pairs
    ]


def no_numbers(case: Case, leaves: Leaves, observed: Leaves) -> Finding | None:
    """NaN or inf in a gradient, at a place where the loss is finite."""
    bad = [k for k, g in enumerate(observed) if not np.isfinite(g).all()]
    if not bad or not np.isfinite(case.truth.value(leaves, *case.batch())):
        return None
    lost, size = (sum(f(observed[k]) for k in bad) for f in (lambda g: int(np.sum(~np.isfinite(g))), np.size))
    return Finding(
        "loss_unstable", "grad", "the gradient holds NaN or inf where the loss is finite",
        f"{lost} of {size} numbers of parameters {', '.join(map(str, bad))}",
        "look in grad for 0 / 0, for log or a root of 0, and for exp of large sums", 0.95, 82)  # fmt: skip


def _of_others(tape: Tape, k: int, o: np.ndarray) -> str | None:
    """The fault where a gradient, whatever its shape, is the product of another layer's input or signal."""
    for product in (p for p in tape.products if p.leaf == k and len(p.nodes) == 1):
        delta = np.asarray(tape.sums.get(id(product.nodes[0]), 0.0))
        rows = tape.rec.leaves[len(tape.leaves)]
        for fault, left, rights in (
            ("grad_wrong_input", delta, [rows.value, *(n.value for n in tape.rec.nodes)]),
            ("grad_wrong_delta", product.inputs[0].value, [tape.sums.get(id(n)) for n in tape.rec.nodes]),
        ):
            if any(_is_product(o, np.asarray(left), np.asarray(right)) for right in rights):
                return fault
    return None


def _is_product(o: np.ndarray, a: np.ndarray, b: np.ndarray) -> bool:
    if not a.ndim == b.ndim == 2 or a.dtype == object or b.dtype == object:
        return False
    pairs = [(p, q) for x, z in ((a, b), (b, a)) for p, q in ((x.T, z), (x, z.T)) if p.shape[1] == q.shape[0]]
    return any((p.shape[0], q.shape[1]) == o.shape and np.allclose(p @ q, o, rtol=1e-5, atol=1e-14)
               for p, q in pairs)  # fmt: skip
