"""A PyTorch loss recorded as NumPy calls, so that experiments that look inside a loss can look into it.

The loss runs as it is; every call that reaches PyTorch's lowest level is made a second time in NumPy on the
recording's arrays. A call that has no counterpart here, such as a convolution, is noted as it is, and PyTorch
differentiates it; where that cannot be done either, so is the whole loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.pytorch._alone import as_of_a_batch
from pullback.diagnose.pytorch._call import Call, UnknownCallError, noted
from pullback.diagnose.pytorch._drawn import draws
from pullback.diagnose.recording._recorded import Rec, current


def recorded(loop: Any, params: list[Any], X: Any, y: Any) -> Any:
    """The loss of recorded arrays, call by call; or as one call."""
    tape = current()
    kept = len(tape.nodes) if tape is not None else 0
    try:
        return _mirrored(loop, params, X, y)
    except UnknownCallError:
        if tape is not None:
            del tape.nodes[kept:]
        return _whole(loop, params, X, y)


def _plain(x: Any) -> Any:
    return x.view(np.ndarray) if isinstance(x, Rec) else np.asarray(x)


def _mirrored(loop: Any, params: list[Any], X: Any, y: Any) -> Any:
    torch = loop.torch
    from torch.utils._python_dispatch import TorchDispatchMode

    known: dict[int, tuple[Any, Any]] = {}

    def note(tensor: Any, rec: Any) -> None:
        known[id(tensor)] = (tensor, rec)

    def there(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return known[id(x)][1] if id(x) in known else x.detach().numpy()
        return [there(a) for a in x] if isinstance(x, (list, tuple)) else x

    class Mirror(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            out, drew = draws(torch, func, args, kwargs)
            if drew or not any(id(x) in known for x in _tensors(torch, args)):
                return out  # noise is a number like any other
            name = func.overloadpacket.__name__
            in_place = name.endswith("_") and not name.startswith("_")
            given = [there(a) for a in args], {k: there(v) for k, v in kwargs.items()}
            try:
                made = _counterpart(name[:-1] if in_place else name)(*given[0], **given[1])
            except UnknownCallError:
                if in_place or func._schema.is_mutable:
                    raise
                for i, x in enumerate(out if isinstance(out, (tuple, list)) else [out]):
                    if isinstance(x, torch.Tensor):
                        note(x, noted(torch, func, i, *given, x, _kinds(torch, args)))
                return out
            note(out[0] if isinstance(out, tuple) else out, made)
            if in_place:
                note(args[0], made)
            return out

    loop.put([_plain(p) for p in params])
    loop.start.load(loop)
    rows = loop.rows(_plain(X)), loop.rows(_plain(y))
    for tensor, rec in zip((*loop.ours, *rows), (*params, X, y), strict=True):
        note(tensor, rec)
    with loop.still(), as_of_a_batch(loop, len(rows[0])), Mirror():
        out = loop.loss_fn(loop.model(rows[0]), rows[1])
    if id(out) not in known:
        raise UnknownCallError("the loss takes nothing from the model")
    made = known[id(out)][1]
    if not np.allclose(_plain(made), float(out), rtol=1e-6, equal_nan=True):
        raise UnknownCallError("a counterpart gives another value")
    return made


def _kinds(torch: Any, args: Any) -> list[Any]:
    """The dtypes of tensors that hold no floats, as those of an index; None for the other arguments."""
    return [a.dtype if isinstance(a, torch.Tensor) and not a.is_floating_point() else None for a in args]


def _tensors(torch: Any, args: Any) -> Any:
    for a in args:
        if isinstance(a, torch.Tensor):
            yield a
        elif isinstance(a, (list, tuple)):
            yield from _tensors(torch, a)


def _whole(loop: Any, params: list[Any], X: Any, y: Any) -> Any:
    """One call: the value, and PyTorch's gradient as its way back."""
    plain = [_plain(p) for p in params]
    value = np.asarray(loop.loss(plain, _plain(X), _plain(y)))
    tape, given = current(), (plain, _plain(X), _plain(y))
    call = Call("torch", lambda u, *params: [u * g for g in loop.gradient(*given)])
    return value if tape is None else tape.add(call, tuple(params), {}, value)


def _counterpart(name: str) -> Any:
    if name not in CALLS:
        raise UnknownCallError(name)
    return CALLS[name]


def _linear(b: Any, x: Any, w: Any, beta: float = 1, alpha: float = 1) -> Any:
    return np.add(np.matmul(x, w), b)


def _softmax(x: Any, dim: int, half: bool = False) -> Any:
    e = np.exp(x - np.max(x, axis=dim, keepdims=True))
    return e / np.sum(e, axis=dim, keepdims=True)


def _log_softmax(x: Any, dim: int, half: bool = False) -> Any:
    s = x - np.max(x, axis=dim, keepdims=True)
    return s - np.log(np.sum(np.exp(s), axis=dim, keepdims=True))


def _reduce(x: Any, reduction: int) -> Any:
    return np.mean(x) if reduction == 1 else np.sum(x) if reduction == 2 else x


def _nll(logp: Any, labels: Any, weight: Any = None, reduction: int = 1, ignore: int = -100) -> Any:
    if weight is not None:
        raise UnknownCallError("weighted classes")
    hot = np.eye(logp.shape[1])[np.asarray(_plain(labels)).astype(int)]
    return _reduce(-np.sum(logp * hot, axis=1), reduction)


def _bce(p: Any, t: Any, weight: Any = None, reduction: int = 1) -> Any:
    return _reduce(-(t * _log(p) + (1 - t) * _log(1 - p)), reduction)


def _log(p: Any) -> Any:
    """The logarithm of a cross-entropy: PyTorch lets it go no lower than -100."""
    return np.log(np.maximum(p, np.exp(-100.0)))


def _bce_logits(z: Any, t: Any, weight: Any = None, pos: Any = None, reduction: int = 1) -> Any:
    if weight is not None or pos is not None:
        raise UnknownCallError("weighted rows")
    return _reduce(np.maximum(z, 0) - z * t + np.log(1 + np.exp(-np.abs(z))), reduction)


def _huber(p: Any, t: Any, reduction: int = 1, delta: float = 1.0) -> Any:
    r = np.abs(p - t)
    return _reduce(np.where(r <= delta, 0.5 * r * r, delta * (r - 0.5 * delta)), reduction)


def _axes(axes: Any) -> Any:
    return None if axes is None or axes == [] else tuple(axes) if isinstance(axes, (list, tuple)) else axes


def _sum(x: Any, axes: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return np.sum(x, axis=_axes(axes), keepdims=keepdim)


def _mean(x: Any, axes: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return np.mean(x, axis=_axes(axes), keepdims=keepdim)


def _clamp(x: Any, low: Any = None, high: Any = None) -> Any:
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _squeeze(x: Any, dim: Any = None) -> Any:
    dims = range(x.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    return np.squeeze(x, axis=tuple(d for d in dims if x.shape[d] == 1))


def _select(x: Any, dim: int, index: int) -> Any:
    return x[(slice(None),) * (dim % x.ndim) + (index,)]


def _slice(x: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Any:
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, end, step),)]


def _same(x: Any, *ignored: Any, **settings: Any) -> Any:
    return x


def _gelu(x: Any, approximate: str = "none") -> Any:
    if approximate != "tanh":
        raise UnknownCallError("the error function")
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)))


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _batch_norm(
    x: Any, w: Any, b: Any, mean: Any, var: Any, training: bool, momentum: float, eps: float
) -> Any:
    """By the batch's own mean and variance, or by those kept; a channel's other axes are rows as well."""
    rows, channel = (0, *range(2, x.ndim)), (-1, *(1,) * (x.ndim - 2))
    shift = np.mean(x, axis=rows, keepdims=True) if training else _plain(mean).reshape(channel)
    centred = x - shift
    spread = (
        np.mean(centred * centred, axis=rows, keepdims=True) if training else _plain(var).reshape(channel)
    )
    out = centred / np.sqrt(spread + eps)
    out = out if w is None else out * (w if x.ndim == 2 else np.reshape(w, channel))
    return out if b is None else out + (b if x.ndim == 2 else np.reshape(b, channel))


CALLS: dict[str, Any] = {
    "addmm": _linear, "mm": np.matmul, "bmm": np.matmul, "mv": np.matmul, "dot": np.matmul,
    "t": np.transpose, "transpose": np.swapaxes, "permute": np.transpose,
    "view": lambda x, shape: np.reshape(x, tuple(shape)),
    "_unsafe_view": lambda x, shape: np.reshape(x, tuple(shape)),
    "reshape": lambda x, shape: np.reshape(x, tuple(shape)),
    "expand": _same,  # NumPy spreads an array where it meets a larger one
    "unsqueeze": np.expand_dims, "squeeze": _squeeze, "select": _select, "slice": _slice,
    "detach": _same, "alias": _same, "clone": _same, "_to_copy": _same, "contiguous": _same, "dropout": _same,
    "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": _sigmoid,
    "native_batch_norm": _batch_norm, "_native_batch_norm_legit": _batch_norm,
    "leaky_relu": lambda x, slope=0.01: np.where(x > 0, x, slope * x),
    "elu": lambda x, alpha=1, *rest: np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1)),
    "silu": lambda x: x * _sigmoid(x), "gelu": _gelu,
    "softplus": lambda x, beta=1, top=20: np.logaddexp(0, x),
    "_softmax": _softmax, "_log_softmax": _log_softmax,
    "nll_loss_forward": _nll, "mse_loss": lambda p, t, reduction=1: _reduce(np.square(p - t), reduction),
    "binary_cross_entropy": _bce, "binary_cross_entropy_with_logits": _bce_logits,
    "huber_loss": _huber, "smooth_l1_loss": _huber,
    "add": lambda a, b, alpha=1: a + b if alpha == 1 else a + alpha * b,
    "sub": lambda a, b, alpha=1: a - b if alpha == 1 else a - alpha * b,
    "rsub": lambda a, b, alpha=1: b - a, "mul": np.multiply, "div": np.divide, "neg": np.negative,
    "abs": np.abs, "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "square": np.square,
    "sin": np.sin, "cos": np.cos, "pow": np.power, "maximum": np.maximum, "minimum": np.minimum,
    "clamp": _clamp, "clamp_min": lambda x, low: np.maximum(x, low), "sum": _sum, "mean": _mean,
    "cat": lambda xs, dim=0: np.concatenate(xs, axis=dim), "stack": lambda xs, dim=0: np.stack(xs, axis=dim),
}  # fmt: skip

__all__ = ["recorded"]
