"""A PyTorch loop as a patient: the model's and the optimiser's own objects, their state put aside and back.

Nothing is copied whole, since a loss or a step may close over the model: every call of the loop first loads
the state of the run it belongs to into the user's objects; what they held before is put back at the end.
"""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.pytorch._alone import as_of_a_batch
from pullback.diagnose.pytorch._beside import keepers, lasting, leaves_of, names_of
from pullback.diagnose.pytorch._given import number
from pullback.diagnose.recording._record import Rec


class State:
    """What one run has changed: buffers, gradients, the optimiser's memory and settings, the step's own."""

    def __init__(self, loop: TorchLoop) -> None:
        self.buffers = [b.detach().clone() for b in loop.model.buffers()]
        self.grads = [None if p.grad is None else p.grad.detach().clone() for p in loop.held]
        self.memory = {p: _copied(kept) for p, kept in loop.optimizer.state.items()}
        self.groups = [dict(group) for group in loop.optimizer.param_groups]
        self.beside = [take() for take, _ in loop.beside]

    def load(self, loop: TorchLoop) -> None:
        """Put it into the user's objects; noise that is part of the loss is drawn alike in every call."""
        if loop.noisy:
            loop.torch.default_generator.manual_seed(0)  # the other devices' cost more than a loss
        for b, x in zip(loop.model.buffers(), self.buffers, strict=True):
            b.data = x.clone()
        for p, g in zip(loop.held, self.grads, strict=True):
            p.grad = None if g is None else g.clone()
        loop.optimizer.state.clear()
        loop.optimizer.state.update({p: _copied(kept) for p, kept in self.memory.items()})
        for group, kept in zip(loop.optimizer.param_groups, self.groups, strict=True):
            group.update(kept)
        for (_, put), kept in zip(loop.beside, self.beside, strict=True):
            put(kept)


def _copied(kept: Any) -> Any:
    return {k: v.clone() if hasattr(v, "clone") else copy.copy(v) for k, v in kept.items()}


class TorchLoop:
    """One PyTorch loop; copies of it share the user's objects and have a state each."""

    def __init__(self, model: Any, loss_fn: Any, optimizer: Any, step: Callable[..., Any] | None) -> None:
        import torch

        self.torch = torch
        self.model, self.loss_fn, self.optimizer = model, loss_fn, optimizer
        named = list(model.named_parameters())
        self.names = [name for name, _ in named]
        self.ours = [p for _, p in named]
        others = [p for group in optimizer.param_groups for p in group["params"]]
        self.held = self.ours + [p for p in others if all(p is not q for q in self.ours)]
        self.update = step or self._usual
        self.dtype, self.noisy, self.inner = torch.float64, False, False
        self.first: Any = None  # the first batch's rows
        self.passing: list[tuple[int, ...]] = []  # the shapes of weights that every call makes anew
        functions, known = [f for f in (step, loss_fn) if f is not None], [*model.modules(), optimizer]
        most = max((p.numel() for p in self.held), default=0)
        self.beside = keepers(functions, known + self.held, most)
        self.state = State(self)
        self.start = self.state

    def __deepcopy__(self, memo: dict[int, Any]) -> TorchLoop:
        return copy.copy(self)  # a state is replaced, never changed

    def _usual(self, X: Any, y: Any) -> Any:
        def closure() -> Any:
            self.optimizer.zero_grad()
            value = self.loss_fn(self.model(X), y)
            value.backward()
            return value

        return self.optimizer.step(closure)

    def take_in(self, X: Any, y: Any) -> None:
        """Take tensors among the parameters on which the loss rests, though the model does not list them."""
        plain, self.dtype, self.first = self.dtype, self.own(), X
        try:
            with self.torch.random.fork_rng([]):
                found, again = (leaves_of(self.loss_fn(self.model(self.rows(X)), self.rows(y))) for _ in "12")
        except Exception:  # the loop's own error: it is met again, and reported
            found = again = []
        found, self.passing = lasting(found, again)
        self.inner = bool(found) and not self._runs_without_slopes(X, y)
        self.dtype = plain
        self.start.load(self)
        known, names = set(map(id, self.ours)), names_of(self.model, self.optimizer)
        order = {place: i for i, place in enumerate(names)}
        more = sorted((p for p in found if id(p) not in known), key=lambda p: order.get(id(p), len(order)))
        self.ours = self.ours + more
        self.held = self.held + [p for p in more if all(p is not q for q in self.held)]
        self.names = self.names + [names.get(id(p), f"tensor of shape {tuple(p.shape)}") for p in more]
        self.state = self.start = State(self)

    def _runs_without_slopes(self, X: Any, y: Any) -> bool:
        try:
            with self.torch.no_grad(), self.torch.random.fork_rng([]):
                self.loss_fn(self.model(self.rows(X)), self.rows(y))
        except Exception:  # a model or a loss that differentiates by itself
            return False
        return True

    def still(self) -> Any:
        """PyTorch keeps no slopes, unless the loss holds slopes of its own, as of a differential equation."""
        return self.torch.set_grad_enabled(self.inner)

    def own(self) -> Any:
        """The dtype the user's model has."""
        return self.ours[0].dtype if self.ours else self.torch.get_default_dtype()

    def put(self, params: Any) -> None:
        for p, x in zip(
            self.ours, params, strict=True
        ):  # laid out as before: a transposed one has no flat view
            p.data = self.torch.empty_like(p.data).copy_(self.torch.as_tensor(np.array(x)))

    def rows(self, a: Any) -> Any:
        """Rows as a tensor; floats in the dtype the model has while it is examined."""
        x = self.torch.as_tensor(np.array(a))
        return x.to(self.dtype) if x.is_floating_point() else x

    def loss(self, params: Any, X: Any, y: Any) -> Any:
        """The objective: the loss of the model's outputs, its randomness switched off."""
        if any(isinstance(a, Rec) for a in (*params, X, y)):
            from pullback.diagnose.pytorch._record import recorded

            return recorded(self, list(params), X, y)
        self.put(params)
        self.start.load(self)
        with self.still(), as_of_a_batch(self, len(X)):
            return number(self.loss_fn(self.model(self.rows(X)), self.rows(y)), "loss_fn")

    def gradient(self, params: Any, X: Any, y: Any) -> list[np.ndarray]:
        """By PyTorch's own differentiation."""
        self.put(params)
        self.start.load(self)
        frozen = [p for p in self.ours if not p.requires_grad]
        for p in frozen:
            p.requires_grad_(True)
        try:
            with as_of_a_batch(self, len(X)):
                value = self.loss_fn(self.model(self.rows(X)), self.rows(y))
            found = self.torch.autograd.grad(value, self.ours, allow_unused=True)
        finally:
            for p in frozen:
                p.requires_grad_(False)
        return [np.zeros(tuple(p.shape)) if g is None else g.detach().numpy().astype(float)
                for p, g in zip(self.ours, found, strict=True)]  # fmt: skip

    def step(self, params: Any, X: Any, y: Any) -> tuple[list[np.ndarray], float | None]:
        """One update as the user wrote it, from the state this run is in."""
        self.put(params)
        self.state.load(self)
        value = self.update(self.rows(X), self.rows(y))
        self.state = State(self)
        return self.leaves(), None if value is None else number(value, "step")

    def fed(self, params: Any, X: Any, y: Any) -> list[np.ndarray] | None:
        """The gradients that the optimiser is given in the first step; None where it is given none."""
        met: list[list[np.ndarray]] = []
        hook = self.optimizer.register_step_post_hook(lambda *unused: met.append(self.grads()))
        try:
            fresh = copy.copy(self)
            fresh.state = self.start
            fresh.step(params, X, y)
        finally:
            hook.remove()
        return met[0] if met else None

    def grads(self) -> list[np.ndarray]:
        """What `.grad` holds now."""
        return [np.zeros(tuple(p.shape)) if p.grad is None else p.grad.detach().numpy().astype(float)
                for p in self.ours]  # fmt: skip

    def leaves(self) -> list[np.ndarray]:
        return [p.detach().numpy().astype(float) for p in self.ours]

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[None]:
        """Examine the user's objects; put everything back at the end."""
        torch, before = self.torch, State(self)
        grads = [p.grad for p in self.held]
        params, weights = [p.data for p in self.ours], self._loss_buffers()
        modes = [(m, m.training) for m in self.model.modules()]
        random = torch.get_rng_state()
        try:
            yield
        finally:
            for p, x in zip(self.ours, params, strict=True):
                p.grad = None
                p.data = x
            before.load(self)
            for p, g in zip(self.held, grads, strict=True):
                p.grad = g
            for b, x in weights:
                b.data = x
            for m, mode in modes:
                m.training = mode
            torch.set_rng_state(random)

    def widen(self, X: Any, y: Any) -> None:
        """Go over to float64, unless the loop does not run in it, or not even in its own precision."""
        own, weights = [p.data for p in self.ours], self._loss_buffers()
        start, plain = self.state, self.dtype
        self.dtype = self.own()
        try:
            self._try(X, y)
            for p in self.ours:
                p.grad, p.data = None, p.data.double()
            for b in self.model.buffers():
                b.data = b.data.double() if b.is_floating_point() else b.data
            for b, x in weights:
                b.data = x.double() if x.is_floating_point() else x
            for kept in self.optimizer.state.values():
                kept.update({k: v.double() for k, v in kept.items() if _is_moment(v)})
            for take, put in self.beside:
                kept = take()
                if _is_moment(kept):
                    put(kept.double())
            narrow, self.dtype = self.dtype, plain
            self.state = self.start = State(self)
            self._try(X, y)
        except Exception:  # the loop's own error: it is met again, and reported, in its own precision
            self.dtype = narrow if self.dtype is plain else self.dtype
            start.load(self)
            for p, x in zip(self.ours, own, strict=True):
                p.data = x
            for b, x in weights:
                b.data = x
            self.state = self.start = start

    def _loss_buffers(self) -> list[tuple[Any, Any]]:
        """What a loss keeps, such as the weights of classes, and what it holds."""
        buffers = getattr(self.loss_fn, "buffers", None)
        return [(b, b.data) for b in buffers()] if callable(buffers) else []

    def _try(self, X: Any, y: Any) -> None:
        kept, state = [p.data.clone() for p in self.ours], self.state
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.step(self.leaves(), X, y)
        finally:
            for p, x in zip(self.ours, kept, strict=True):
                p.data = x
            self.state = state
            state.load(self)


def _is_moment(v: Any) -> bool:
    return bool(hasattr(v, "is_floating_point") and v.is_floating_point() and v.dim() > 0)


__all__ = ["TorchLoop"]
