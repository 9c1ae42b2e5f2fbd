"""What a loss draws at random: the masks of a dropout that is left on, or noise that is meant.

A dropout that heeds the mode is off where predictions are made, whether a layer or a function draws it. Noise
that a model adds by itself, such as a variational autoencoder's, is part of it: drawn alike in every call it
leaves a loss that can be examined.
"""

from __future__ import annotations

from typing import Any

from pullback.diagnose._findings import Finding

MASK = "bernoulli"


def draws(torch: Any, func: Any, args: Any, kwargs: Any) -> tuple[Any, bool]:
    """What a call gives, and whether it drew at random: attention without dropout may, and does not."""
    if torch.Tag.nondeterministic_seeded not in func.tags:
        return func(*args, **kwargs), False
    before = torch.get_rng_state()
    out = func(*args, **kwargs)
    return out, not torch.equal(before, torch.get_rng_state())


def settle(loop: Any, X: Any, y: Any) -> None:
    """Switch off what dropout can be switched off by modes; repeat the noise where noise is all there is."""
    for m in loop.model.modules():
        if "Dropout" in type(m).__name__:
            m.training = False
    drawn = _drawn(loop, X, y)
    if _masks(drawn):
        modes = [(m, m.training) for m in loop.model.modules()]
        for m in loop.model.modules():
            m.training = m.training and hasattr(m, "track_running_stats")
        switched = _drawn(loop, X, y)
        if _masks(switched) or switched is None:
            for m, mode in modes:
                m.training = mode
        else:
            drawn = switched
    loop.noisy = bool(drawn) and not _masks(drawn)


def _masks(drawn: set[str] | None) -> bool:
    return any(MASK in name for name in drawn or ())


def _drawn(loop: Any, X: Any, y: Any) -> set[str] | None:
    """The names of the random calls that one loss makes; None where it fails, which is met again."""
    from torch.utils._python_dispatch import TorchDispatchMode

    torch, names = loop.torch, set()

    class Listen(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out, drew = draws(torch, func, args, kwargs or {})
            if drew:
                names.add(func.overloadpacket.__name__)
            return out

    try:
        with Listen():
            loop.loss(loop.leaves(), X, y)
    except Exception:  # the loop's own error
        return None
    return names


def passing(found: Any, loop: Any) -> None:
    """Name weights that every call of the model draws anew: no update can last in them."""
    if not loop.passing:
        return
    shapes = ", ".join(map(str, loop.passing))
    found.faults.insert(0, Finding(
        "layer_not_updated", "model", "every call of the model makes weights anew, which nobody trains",
        f"every call has other tensors of shape {shapes}", "make layers in __init__, use them in forward",
        0.95, 95))  # fmt: skip
    found.verdict = "faulty"


__all__ = ["draws", "passing", "settle"]
