"""What a PyTorch loop has beside its model's parameters and its optimiser: unlisted tensors, and state.

Layers in a plain Python list are trained by nobody, and no `parameters()` says so: they are met where the
loss rests on them. Schedulers, counters and buffers that a step closes over go on from run to run unless they
are put back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import numpy as np

Keeper = tuple[Callable[[], Any], Callable[[Any], None]]
"""How something is copied, and how a copy is put back."""

PLAIN = (int, float, bool, complex, str, type(None))


def leaves_of(loss: Any) -> list[Any]:
    """The tensors that may be trained and that a loss rests on."""
    found, seen, todo = [], set(), [loss.grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.append(node.variable)
        todo += [parent for parent, _ in node.next_functions]
    return found


def lasting(first: list[Any], second: list[Any]) -> tuple[list[Any], list[tuple[int, ...]]]:
    """Of the tensors of two calls those that both rest on, and the shapes of those that each draws anew.

    Rows that are differentiated and states that begin at zero are other tensors of the same numbers.
    """
    ids = {id(p) for p in second}
    kept = [p for p in first if id(p) in ids]
    others = [p for p in first if id(p) not in ids]
    return kept, [tuple(p.shape) for p in others if not any(_alike(p, q) for q in second)]


def _alike(p: Any, q: Any) -> bool:
    return bool(p.shape == q.shape and (p == q).all())


def names_of(model: Any, optimizer: Any) -> dict[int, str]:
    """How tensors that are no parameters of the model are called: by their place in either."""
    names: dict[int, str] = {}
    for i, group in enumerate(optimizer.param_groups):
        names.update(_named(list(group["params"]), f"optimizer.param_groups[{i}]['params']"))
    for path, module in model.named_modules():
        for key, value in vars(module).items():
            if not key.startswith("_"):
                names.update(_named(value, f"{path}.{key}" if path else key))
    return names


def _named(x: Any, path: str) -> Iterator[tuple[int, str]]:
    if isinstance(x, (list, tuple)):
        for i, part in enumerate(x):
            yield from _named(part, f"{path}[{i}]")
    elif isinstance(x, dict):
        for key, part in x.items():
            yield from _named(part, f"{path}[{key!r}]")
    elif hasattr(x, "named_parameters"):
        yield from ((id(p), f"{path}.{name}") for name, p in x.named_parameters())
    elif hasattr(x, "grad_fn"):
        yield id(x), path


def keepers(functions: list[Any], known: list[Any], most: int = 0) -> list[Keeper]:
    """Of all that these functions close over, how it is kept: what has a `state_dict`, and plain values.

    So are tensors of up to `most` numbers, such as a momentum that is added up by hand: larger ones are data.
    """
    found = _Found(most)
    seen = {id(x) for x in known}
    for f in functions:
        _look(f, found, seen)
    return found


class _Found(list[Keeper]):
    """The ways found so far, and how many numbers a tensor may have that an update keeps."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


def _look(f: Any, found: _Found, seen: set[int]) -> None:
    """What a function, or the object that a method belongs to, takes from around it."""
    if id(f) in seen:
        return
    seen.add(id(f))
    if isinstance(f, MethodType):
        _look(f.__func__, found, seen)
        _kept_in(f.__self__.__dict__ if hasattr(f.__self__, "__dict__") else {}, found, seen)
    elif isinstance(f, FunctionType) and not (f.__module__ or "").startswith("torch."):
        for cell in f.__closure__ or ():
            _kept_in_cell(cell, found, seen)
        used = {name: f.__globals__[name] for name in f.__code__.co_names if name in f.__globals__}
        _kept_in(f.__globals__, found, seen, used)


def _kept_in(names: dict[str, Any], found: _Found, seen: set[int], used: Any = None) -> None:
    for name, x in list((names if used is None else used).items()):
        if isinstance(x, PLAIN):
            found.append((partial(names.__getitem__, name), partial(names.__setitem__, name)))
        else:
            _kept(x, found, seen)


def _kept_in_cell(cell: Any, found: _Found, seen: set[int]) -> None:
    try:
        x = cell.cell_contents
    except ValueError:  # nothing in it yet
        return
    if isinstance(x, PLAIN):
        found.append((lambda: cell.cell_contents, partial(setattr, cell, "cell_contents")))
    else:
        _kept(x, found, seen)


def _kept(x: Any, found: _Found, seen: set[int]) -> None:
    if isinstance(x, (FunctionType, MethodType)):
        _look(x, found, seen)
        return
    if id(x) in seen or isinstance(x, type):
        return
    seen.add(id(x))
    if hasattr(x, "named_parameters"):  # its parameters are the loop's, where the loss rests on them
        found.append((lambda: [b.clone() for b in x.buffers()], partial(_into_buffers, x)))
    elif hasattr(x, "state_dict") and hasattr(x, "load_state_dict"):
        found.append((lambda: copy.deepcopy(x.state_dict()), partial(_into_object, x)))
    elif isinstance(x, (list, dict)):
        inside = list(x.values() if isinstance(x, dict) else x)
        found.append((x.copy, partial(_into_dict, x) if isinstance(x, dict) else partial(_into_list, x)))
        for part in inside:
            if isinstance(part, (list, dict)) or hasattr(part, "grad_fn"):
                _kept(part, found, seen)
    elif hasattr(x, "grad_fn"):
        if not x.requires_grad and x.numel() <= found.most:
            found.append((lambda: x.detach().clone(), partial(_into_tensor, x)))
    elif isinstance(x, np.random.Generator):
        found.append((lambda: x.bit_generator.state, partial(setattr, x.bit_generator, "state")))


def _into_buffers(module: Any, kept: list[Any]) -> None:
    for b, x in zip(module.buffers(), kept, strict=True):
        b.data = x.clone()


def _into_object(x: Any, kept: Any) -> None:
    x.load_state_dict(copy.deepcopy(kept))


def _into_list(x: list[Any], kept: Any) -> None:
    x[:] = kept


def _into_tensor(x: Any, kept: Any) -> None:
    x.data = kept.clone()


def _into_dict(x: dict[Any, Any], kept: dict[Any, Any]) -> None:
    x.clear()
    x.update(kept)


__all__ = ["Keeper", "keepers", "lasting", "leaves_of", "names_of"]
