"""The update rule by itself: the patient's steps, with gradients of our choosing given where they ask `grad`.

Where a step calls the patient's own `grad`, that call can be listened to and answered. What is asked shows
at which weights the gradient is taken; what is answered makes the rule's memory visible without the network:
a gradient in one parameter alone, or the same one in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._patient import Body, Patient

Leaves = list[np.ndarray]
Answer = Callable[[int], Leaves]


@dataclass
class Fed:
    """Steps whose questions to `grad` were heard: by step the weights asked about, and the moves made."""

    asked: list[list[Leaves]] = field(default_factory=list)
    moves: list[Leaves] = field(default_factory=list)
    before: list[Leaves] = field(default_factory=list)


def feed(patient: Patient, leaves: Leaves, count: int, answer: Answer | None = None,
         anew: bool = False) -> Fed | None:  # fmt: skip
    """Some steps on the first batch, or where nothing is answered for them on batch after batch.

    `answer(t)` is what every question of step `t` gets for an answer; `anew` has every step begin at
    `leaves`, so that only what is kept beside the parameters goes on. None where it cannot be done.
    """
    out = Fed()

    def around(grad: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        found = grad(*args, **kwargs)
        asked = next((p for p in (*args, *kwargs.values()) if _shapes(p) == shapes), None)
        if asked is None or body is None:
            raise _NotFollowedError
        out.asked[-1].append([np.array(x, float) for x in flatten(asked)])
        return found if answer is None else _filled(body, found, answer(len(out.asked) - 1))

    shapes = [np.shape(x) for x in leaves]
    body = patient.fresh_around(around) if patient.has_grad and patient.has_step else None
    if body is None:
        return None
    np.random.set_state(patient.random)
    params = body.parameters(leaves)
    for t in range(count):
        params = body.parameters(leaves) if anew else params
        rows = patient.batch(t if answer is None else 0)
        out.before.append([np.array(x, float) for x in flatten(params)])
        out.asked.append([])
        try:
            params = body.step(params, body.X[rows], body.y[rows])
        except Exception:  # a rule that breaks on other gradients than its own tells nothing
            return None
        after = [np.array(x, float) for x in flatten(params)]
        if [x.shape for x in after] != shapes:
            return None
        out.moves.append([a - b for a, b in zip(after, out.before[-1], strict=True)])
    return out


class _NotFollowedError(Exception):
    pass


def _shapes(x: Any) -> list[Any] | None:
    try:
        return [np.shape(leaf) for leaf in flatten(x)]
    except Exception:  # no parameters
        return None


def _filled(body: Body, found: Any, answer: Leaves) -> Any:
    """What `grad` returned, with other numbers in it."""
    old = body.gradients(found)
    if len(old) != len(answer):
        raise _NotFollowedError
    new = [np.broadcast_to(a.ravel()[0], np.shape(o)).copy() if np.shape(o) != a.shape else a.copy()
           for o, a in zip(old, answer, strict=True)]  # fmt: skip
    by_place = {id(o): n for o, n in zip(old, new, strict=True)}
    return _exchanged(found, by_place)


def _exchanged(x: Any, by_place: dict[int, Any]) -> Any:
    """Other arrays in lists, tuples and dicts; those that objects hold are written into."""
    if id(x) in by_place:
        new = by_place[id(x)]
        return float(new) if isinstance(x, float) else new
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(_exchanged(part, by_place) for part in x))
    if isinstance(x, (list, tuple)):
        return type(x)(_exchanged(part, by_place) for part in x)
    if isinstance(x, dict):
        return {k: _exchanged(v, by_place) for k, v in x.items()}
    for held in flatten(x) if hasattr(x, "__dict__") else ():
        if id(held) in by_place:
            held[...] = by_place[id(held)]
    return x


__all__ = ["Fed", "feed"]
