"""What the loop's functions return, read as it is meant: parameters, gradients, a number.

People return a loss before the gradient or behind it, the new parameters with or without the loss, and more
besides. What has the parameters' number of leaves, of the parameters' sizes, is what is looked for.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten

PARAMS = "the new parameters, as params has them, alone or with the reported loss: (params, loss)"
GRADIENT = "one array for each parameter, as params has them"


class Returned(TypeError):  # noqa: N818 - the patient's failure, not an error of ours
    """A function of the loop ran, and what it returned is of no use.

    Attributes
    ----------
    fix : str
        What to return instead.
    """

    def __init__(self, text: str, fix: str) -> None:
        self.fix = fix
        super().__init__(text)


def _unfit(name: str, out: Any, expected: str, fix: str, more: str = "") -> Returned:
    """What came in place of what was expected."""
    if inspect.isawaitable(out):
        fix = f"write {name} with def, not with async def"
    elif out is None:
        fix = f"add the missing return to {name}: {fix}"
    return Returned(f"{name} returns {said(out)}{more}, expected {expected}", fix)


def as_number(out: Any) -> Any:
    """What `loss` returned, where it is one real number.

    Raises
    ------
    Returned
        With what it is instead.
    """
    if isinstance(out, (list, tuple)) and len(out) == 1:
        out = out[0]
    kind = getattr(getattr(out, "dtype", None), "kind", "f")
    several = isinstance(out, np.ndarray) and out.size != 1
    none = out is None or isinstance(out, (str, Mapping, list, tuple, complex)) or inspect.isawaitable(out)
    if none or several or kind not in "fiub":
        raise _unfit("loss", out, "one number such as a mean", _one_number(out))
    return out


def _one_number(out: Any) -> str:
    """How to make one number of what `loss` returned."""
    rows = isinstance(out, (list, tuple)) and len(out) > 2 and all(map(is_number, out))
    if rows or (isinstance(out, np.ndarray) and out.size > 1):
        return "return the mean over the rows, as np.mean does"
    if isinstance(out, (tuple, list, Mapping)):
        return "return the loss alone, and nothing beside it"
    return "return the loss itself, as a float"


def gradient(out: Any, like: Any, sizes: list[int]) -> list[Any]:
    """The leaves of the gradient in what `grad` returned, which may hold the loss and more besides."""
    out = _listed(out)
    parts = [out, *(part for part, numbers in _parts(out) if numbers)]
    found = [leaves for leaves in (_leaves(part, like) for part in parts) if leaves is not None]
    for leaves in found:
        if [_size(x) for x in leaves] == sizes:
            return leaves
    same = [leaves for leaves in found if len(leaves) == len(sizes)]
    if same:
        return same[0]
    pair = isinstance(out, tuple) and len(out) == 2 and is_number(out[0])
    return _leaves(out[1] if pair else out, like) or []


def update(out: Any, params: Any, like: Any, sizes: list[int]) -> tuple[Any, Any]:
    """The new parameters and the reported loss, if any, in what `step` returned."""
    if out is None or (is_number(out) and not is_number(like)):
        return params, out
    pair = isinstance(out, tuple) and len(out) == 2
    if (
        pair
        and is_number(out[1])
        and not _ends_in_a_number(like)
        and (not is_number(out[0]) or is_number(like))
    ):
        return in_order(out[0], like), out[1]
    if pair and out[1] is None:
        return in_order(out[0], like), None
    return _sorted_out(_listed(out), like, sizes)


def _sorted_out(out: Any, like: Any, sizes: list[int]) -> tuple[Any, Any]:
    """The same where more is returned than a pair, or the loss first, or parameters that end in a number."""
    if not _fits(out, like, sizes):
        for part, numbers in _parts(out):
            if _fits(part, like, sizes):
                return in_order(_of_kind(part, like), like), next(iter(numbers), None)
        if isinstance(out, tuple) and len(out) == 2 and is_number(out[1]):
            return in_order(out[0], like), out[1]
    return in_order(out, like), None


def _parts(out: Any) -> Iterator[tuple[Any, list[Any]]]:
    """What may be meant of several things returned, and the numbers beside it: one, or all but an end."""
    if not isinstance(out, (tuple, list)) or len(out) < 2:
        return
    for k, part in enumerate(out):
        yield _listed(part), [x for j, x in enumerate(out) if j != k and is_number(x)]
    for rest, end in ((out[:-1], out[-1]), (out[1:], out[0])):
        if len(rest) > 1 and is_number(end):
            yield rest, [end]


def _of_kind(part: Any, like: Any) -> Any:
    """A list for a tuple, and the other way round, where the parameters are the one and the other came."""
    plain = type(part) in (list, tuple) and type(like) in (list, tuple)
    return type(like)(part) if plain else part


def check_update(params: Any, like: Any) -> None:
    """Whether what was taken for the new parameters are parameters at all.

    Raises
    ------
    Returned
        With what came and what was expected.
    """
    new, old = flatten(params), flatten(like)
    fix = "return the new parameters in the structure that params has"
    if not all(map(_numeric, new)):
        raise _unfit("step", params, PARAMS, fix)
    if len(new) != len(old):
        more = f" with {len(new)} arrays and numbers where params has {len(old)}"
        raise _unfit("step", params, PARAMS, fix, more)
    for k, (a, b) in enumerate(zip(map(np.shape, new), map(np.shape, old), strict=True)):
        if math.prod(a) != math.prod(b) != 1:  # one number may become one for each unit
            text = f"step makes an array of shape {a} of parameter {k}, which has shape {b}"
            raise Returned(text, f"keep its shape {b}: what is subtracted must have it too, or be one number")


def check_gradient(out: Any, leaves: list[Any], sizes: list[int]) -> None:
    """Whether what `grad` returned, and was read as these leaves, are gradients at all.

    Raises
    ------
    Returned
        With what came and what was expected.
    """
    fix = "return the gradients in the structure that params has"
    if not leaves or not all(map(_numeric, leaves)):
        raise _unfit("grad", out, GRADIENT, fix)
    if len(leaves) < len(sizes) and _holds_none(out):
        fix = "return zeros for a parameter on which the loss does not depend"
        raise _unfit("grad", out, GRADIENT, fix, " with None in it")


def _numeric(leaf: Any) -> bool:
    return bool(np.asarray(leaf).dtype.kind in "biufc")


def _holds_none(x: Any) -> bool:
    parts = x.values() if isinstance(x, Mapping) else x if isinstance(x, (list, tuple)) else ()
    return x is None or any(map(_holds_none, parts))


def in_order(x: Any, like: Any) -> Any:
    """What stands in a dict is taken by its keys, whatever order it was put in."""
    if isinstance(x, Mapping) and isinstance(like, Mapping) and set(like) <= set(x):
        return {k: in_order(x[k], like[k]) for k in like}
    return x


def is_number(x: Any) -> bool:
    return isinstance(x, (int, float, np.generic)) or (isinstance(x, np.ndarray) and x.size == 1)


def said(x: Any) -> str:
    """What something is, for an error message."""
    if x is None:
        return "None"
    if isinstance(x, np.ndarray):
        return f"an array of shape {x.shape}" + (f" and dtype {x.dtype}" if x.dtype.kind not in "fiu" else "")
    name = type(x).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _listed(x: Any) -> Any:
    """A generator, or an array of arrays, as a list."""
    return list(x) if isinstance(x, Iterator) or (isinstance(x, np.ndarray) and x.dtype == object) else x


def _leaves(x: Any, like: Any) -> list[Any] | None:
    try:
        return flatten(in_order(x, like))
    except (TypeError, ValueError):
        return None


def _fits(x: Any, like: Any, sizes: list[int]) -> bool:
    leaves = _leaves(x, like)
    return leaves is not None and [_size(leaf) for leaf in leaves] == sizes


def _size(leaf: Any) -> int:
    return int(np.size(leaf)) if isinstance(leaf, (np.ndarray, np.generic, float, int)) else -1


def _ends_in_a_number(like: Any) -> bool:
    """Whether parameters are a pair whose second is a number: alone they look like parameters and a loss."""
    return isinstance(like, (tuple, list)) and len(like) == 2 and is_number(like[1])
