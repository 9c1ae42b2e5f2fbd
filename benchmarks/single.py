"""One `value_and_grad` call of the 9-5-5-1 loss from Python, batch 1. `python single.py THREADS out.json`."""

import json
import statistics
import sys
import time

import numpy as np
from contestants import Work
from steps import REPEATS


def ours(p, x, y):
    import pullback as pb
    from pullback.compile import compile as to_machine_code

    def loss(p, x, y):
        h = x
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = np.maximum(h @ W + b, 0)
        return 0.5 * np.mean(((h @ p[-2] + p[-1])[:, 0] - y) ** 2)

    both = to_machine_code(pb.value_and_grad(loss))
    return lambda: both(p, x, y)


def by_hand(p, x, y):
    def both():
        hs = [x]
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            hs.append(np.maximum(hs[-1] @ W + b, 0))
        r = (hs[-1] @ p[-2] + p[-1])[:, 0] - y
        d, grads = r[:, None] / len(y), [None] * len(p)
        for layer in range(len(hs) - 1, -1, -1):
            grads[2 * layer], grads[2 * layer + 1] = hs[layer].T @ d, d.sum(0)
            if layer:
                d = (d @ p[2 * layer].T) * (hs[layer] > 0)
        return 0.5 * np.mean(r * r), grads

    return both


def jax_jit(p, x, y):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(p, x, y):
        h = x
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = jnp.maximum(h @ W + b, 0)
        return 0.5 * jnp.mean(((h @ p[-2] + p[-1])[:, 0] - y) ** 2)

    both = jax.jit(jax.value_and_grad(loss))
    p, x, y = [jnp.asarray(a) for a in p], jnp.asarray(x), jnp.asarray(y)
    return lambda: jax.block_until_ready(both(p, x, y))


def torch_eager(p, x, y):
    import torch

    p = [torch.tensor(a, requires_grad=True) for a in p]
    x, y = torch.from_numpy(x), torch.from_numpy(y)

    def both():
        h = x
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = torch.relu(h @ W + b)
        value = 0.5 * torch.mean(((h @ p[-2] + p[-1])[:, 0] - y) ** 2)
        return value.detach(), torch.autograd.grad(value, p)

    return both


def autograd_call(p, x, y):
    import autograd
    import autograd.numpy as anp

    def loss(p):
        h = x
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = anp.maximum(anp.dot(h, W) + b, 0)
        return 0.5 * anp.mean(((anp.dot(h, p[-2]) + p[-1])[:, 0] - y) ** 2)

    both = autograd.value_and_grad(loss)
    return lambda: both(p)


if __name__ == "__main__":
    work = Work([9, 5, 5, 1], 1, "float64", "sgd")
    p, x, y = work.params(), work.X[:1], work.y[:1]
    builders = {"pullback": ours, "NumPy by hand": by_hand, "JAX jit": jax_jit, "PyTorch eager": torch_eager,
                "autograd": autograd_call}  # fmt: skip
    made = {name: build(p, x, y) for name, build in builders.items()}
    expected = made["NumPy by hand"]()
    for name, both in made.items():
        value, grads = both()
        assert np.allclose(value, expected[0], rtol=1e-12), name
        assert all(np.allclose(a, b) for a, b in zip(grads, expected[1], strict=True)), name
    times = {name: [] for name in made}
    for _ in range(REPEATS):
        for name, both in made.items():
            n = 300 if name in ("PyTorch eager", "autograd") else 3000
            started = time.perf_counter()
            for _ in range(n):
                both()
            times[name].append((time.perf_counter() - started) / n * 1e6)
    found = {
        name: {"median": statistics.median(t), "low": min(t), "high": max(t)} for name, t in times.items()
    }
    row = {"work": "one value_and_grad call, 9-5-5-1, float64", "threads": 1, "times": found}
    with open(sys.argv[2], "w") as file:
        json.dump([row], file)
