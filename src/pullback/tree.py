"""Trees: nested lists, tuples, dicts, named tuples and dataclasses with arrays at their leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

_NAMESPACE = "pullback"
_CONTAINERS = (list, tuple, dict)
_seen: set[type] = set()


def is_container(x: object) -> bool:
    """Whether `x` is a node of a tree rather than a leaf."""
    return isinstance(x, _CONTAINERS) or (dataclasses.is_dataclass(x) and not isinstance(x, type))


def flatten(tree: Any, *, none_is_leaf: bool = False) -> tuple[list[Any], Any]:
    """Take a tree apart: its leaves in order, and the structure that `unflatten` wants back.

    Examples
    --------
    >>> leaves, structure = flatten({"W": 1.0, "b": [2.0, None]})
    >>> leaves
    [1.0, 2.0]
    """
    import optree

    leaves, structure = optree.tree_flatten(
        tree, is_leaf=_meets_dataclass, none_is_leaf=none_is_leaf, namespace=_NAMESPACE
    )
    return leaves, structure


def unflatten(structure: Any, leaves: Iterable[Any]) -> Any:
    """Build the tree of this structure from its leaves."""
    return structure.unflatten(leaves)


def leaves(tree: Any) -> list[Any]:
    """The leaves of a tree, in order; `None` is an empty subtree."""
    return flatten(tree)[0]


def map(f: Callable[..., Any], tree: Any, *others: Any) -> Any:  # noqa: A001 - read as tree.map
    """Apply `f` to the leaves of trees of one structure."""
    first, structure = flatten(tree)
    rest = [structure.flatten_up_to(other) for other in others]
    return unflatten(structure, [f(*row) for row in zip(first, *rest, strict=True)])


def paths(tree: Any) -> list[str]:
    """The way to each leaf, written as Python would: `['W']`, `[0].weight`.

    Examples
    --------
    >>> paths({"W": 1.0, "b": [2.0, 3.0]})
    ["['W']", "['b'][0]", "['b'][1]"]
    """
    structure = flatten(tree)[1]
    return [accessor.codify("") for accessor in structure.accessors()]


def align(tree: Any, like: Any) -> list[Any]:
    """Flatten `tree` along `like`, where `None` in `tree` stands for a whole missing branch."""
    if not is_container(like):
        return [tree]
    count = len(flatten(like, none_is_leaf=True)[0])
    if tree is None:
        return [None] * count
    children, structure = _children(like)
    parts = structure.flatten_up_to(tree)
    return [leaf for part, child in zip(parts, children, strict=True) for leaf in align(part, child)]


def _children(tree: Any) -> tuple[list[Any], Any]:
    import optree

    _meets_dataclass(tree)
    children, structure = optree.tree_flatten(
        tree, is_leaf=lambda x: x is not tree, none_is_leaf=True, namespace=_NAMESPACE
    )
    return children, structure


def _meets_dataclass(x: object) -> bool:
    """Register a dataclass the first time one is met; never itself a leaf."""
    kind = type(x)
    if kind not in _seen and hasattr(kind, "__dataclass_fields__"):
        _register(kind)
        _seen.add(kind)
    return False


def _register(kind: type) -> None:
    import optree

    names = [field.name for field in dataclasses.fields(kind)]

    def take_apart(x: Any) -> tuple[list[Any], None, tuple[str, ...]]:
        return [getattr(x, name) for name in names], None, tuple(names)

    def put_together(_: Any, children: Iterable[Any]) -> Any:
        fresh: Any = object.__new__(kind)
        for name, child in zip(names, children, strict=True):
            object.__setattr__(fresh, name, child)
        return fresh

    optree.register_pytree_node(
        kind,
        take_apart,
        put_together,
        path_entry_type=optree.GetAttrEntry,
        namespace=_NAMESPACE,
    )
