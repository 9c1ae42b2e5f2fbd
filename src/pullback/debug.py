"""`debug()`: notice arrays that are changed in place between a value and its vjp."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pullback import pair, tree
from pullback._where import user_line
from pullback.errors import PairError
from pullback.pair import Primitive, Vjp


@contextmanager
def debug() -> Iterator[None]:
    """While on, a vjp whose inputs or kept arrays were changed since its value raises an error.

    The error names the primitive, the variable and the line of the call. It costs a digest of
    every array a pair keeps, so it is off unless asked for.

    Raises
    ------
    PairError
        When such a vjp is called.

    Examples
    --------
    >>> with debug():
    ...     pass
    """
    before, pair.DEBUG = pair.DEBUG, Guard
    try:
        yield
    finally:
        pair.DEBUG = before


class Guard:
    """Wraps the vjp of each pair made while `debug()` is on."""

    @staticmethod
    def guard(
        primitive: Primitive, args: tuple[Any, ...], settings: dict[str, Any], made: tuple[Any, Vjp]
    ) -> Vjp:
        """The same vjp, which first compares what the pair keeps with what it kept."""
        where = user_line()
        kept = dict(_named_arrays(primitive, args, made))
        digests = {name: _digest(array) for name, array in kept.items()}

        def vjp(u: Any) -> Any:
            for name, array in kept.items():
                if _digest(array) != digests[name]:
                    raise PairError(
                        f"{name!r} of {primitive.name} was changed in place between value and vjp, "
                        "so its cotangents would be wrong",
                        where=where,
                        expected="arrays that stay as they were until the vjp has run",
                        hint=f"make a new array instead ({name} = {name} + ..., not +=), or copy it "
                        "before the call",
                    )
            return made[1](u)

        return vjp


def _named_arrays(primitive: Primitive, args: Any, made: Any) -> Iterator[tuple[str, np.ndarray]]:
    yield from _arrays_of(_arguments(primitive, args))
    vjp = inspect.unwrap(made[1])
    names = getattr(getattr(vjp, "__code__", None), "co_freevars", ())
    cells = getattr(vjp, "__closure__", None) or ()
    contents = ((name, cell.cell_contents) for name, cell in zip(names, cells, strict=True) if _full(cell))
    yield from _arrays_of(contents)
    yield from _arrays_of([("the value", made[0])])


def _arguments(primitive: Primitive, args: tuple[Any, ...]) -> list[tuple[str, Any]]:
    names = [p.name for p in primitive.signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
    names += [f"{names[-1] if names else 'input'}[{i}]" for i in range(len(args) - len(names))]
    return list(zip(names, args, strict=False))


def _arrays_of(named: Any) -> Iterator[tuple[str, np.ndarray]]:
    for name, x in named:
        if isinstance(x, np.ndarray):
            yield name, x
        elif tree.is_container(x):
            for path, leaf in zip(tree.paths(x), tree.leaves(x), strict=True):
                if isinstance(leaf, np.ndarray):
                    yield f"{name}{path}", leaf


def _full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # the variable was deleted
        return False


def _digest(array: np.ndarray) -> bytes:
    if array.dtype.hasobject:
        return b""
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).digest()
