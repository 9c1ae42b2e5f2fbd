"""Who is measured: each makes, for one network, `run(n)`, n steps from where it stands, and `weights()`."""

import ctypes
import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np


class Work:
    """A network, its data and its optimiser: what every contestant has to do alike."""

    def __init__(self, sizes, batch, dtype, optimizer, rows=16512):
        self.sizes, self.batch, self.dtype, self.optimizer = sizes, batch, np.dtype(dtype), optimizer
        rng = np.random.default_rng(0)
        self.X = rng.standard_normal((rows, sizes[0])).astype(dtype)
        self.y = rng.standard_normal(rows).astype(dtype)
        self.perm = rng.permutation(rows)
        self.lr = 1e-4
        shapes = list(itertools.pairwise(sizes))
        self.W = [(rng.standard_normal(s) * np.sqrt(2 / s[0])).astype(dtype) for s in shapes]
        self.b = [np.zeros(n, dtype) for n in sizes[1:]]

    def params(self):
        return [x.copy() for pair in zip(self.W, self.b, strict=True) for x in pair]


def recorded_step(work):
    """Our step as a program, and what it carries from one step to the next."""
    from pullback import tree
    from pullback.nn import mlp
    from pullback.program import program
    from pullback.simplify import simplify
    from pullback.train import OPTIMIZERS
    from pullback.transforms import value_and_grad

    def loss(p, X, y):
        return 0.5 * np.mean((mlp(p, X)[:, 0] - y) ** 2)

    optimizer = OPTIMIZERS[work.optimizer]()

    def step(params, state, batch, lr):
        value, grads = value_and_grad(loss)(params, *batch)
        return value, *optimizer.update(params, grads, state, lr)

    flat = work.params()
    params = [{"W": W, "b": b} for W, b in zip(flat[::2], flat[1::2], strict=True)]
    state = optimizer.init(params)
    batch = (work.X[: work.batch], work.y[: work.batch])
    recorded = simplify(program(step, params, state, batch, np.float64(work.lr)))
    return recorded, [np.array(x) for x in [*tree.leaves(params), *tree.leaves(state)]]


def ours(work):
    from pullback.compile import Epoch, Runner

    recorded, carry = recorded_step(work)
    run = Runner(Epoch(recorded, len(carry), [work.X, work.y]), carry, [work.X, work.y])
    n_params = 2 * len(work.W)
    return lambda n: run(work.perm[: n * work.batch], np.full(n, work.lr)), lambda: carry[:n_params]


def ours_in_numpy(work):
    """The reference engine: the same program, replayed in NumPy."""
    if work.batch > 1:
        return None
    recorded, carry = recorded_step(work)

    def run(n):
        for s in range(n):
            rows = work.perm[s * work.batch : (s + 1) * work.batch]
            carry[:] = recorded.run(*carry, work.X[rows], work.y[rows], work.lr)[1:]

    return run, lambda: carry[: 2 * len(work.W)]


def by_hand(work):
    """NumPy, the backward pass written out, as in the notebook but for whole batches."""
    p = work.params()
    m, v, t = [np.zeros_like(x) for x in p], [np.zeros_like(x) for x in p], [0]

    def run(n):
        for s in range(n):
            rows = work.perm[s * work.batch : (s + 1) * work.batch]
            hs = [work.X[rows]]
            for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
                hs.append(np.maximum(hs[-1] @ W + b, 0))
            d = ((hs[-1] @ p[-2] + p[-1])[:, 0] - work.y[rows])[:, None] / work.dtype.type(work.batch)
            grads = [None] * len(p)
            for layer in range(len(hs) - 1, -1, -1):
                grads[2 * layer], grads[2 * layer + 1] = hs[layer].T @ d, d.sum(0)
                if layer:
                    d = (d @ p[2 * layer].T) * (hs[layer] > 0)
            update(grads)

    def update(grads):
        t[0] += 1
        for i, g in enumerate(grads):
            if work.optimizer == "sgd":
                p[i] -= work.dtype.type(work.lr) * g
                continue
            m[i] += np.float32(0.1) * (g - m[i])
            v[i] += np.float32(0.001) * (g * g - v[i])
            scale = work.dtype.type(work.lr / (1 - 0.9 ** t[0]))
            p[i] -= (
                scale * m[i] / (np.sqrt(v[i] / work.dtype.type(1 - 0.999 ** t[0])) + work.dtype.type(1e-8))
            )

    return run, lambda: p


def torch_eager(work):
    import torch

    p = [torch.tensor(x, requires_grad=True) for x in work.params()]
    X, y, perm = torch.from_numpy(work.X), torch.from_numpy(work.y), torch.from_numpy(work.perm)
    kind = torch.optim.SGD if work.optimizer == "sgd" else torch.optim.Adam
    optimizer = kind(p, lr=work.lr)

    def run(n):
        for s in range(n):
            rows = perm[s * work.batch : (s + 1) * work.batch]
            h = X[rows]
            for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
                h = torch.relu(h @ W + b)
            loss = 0.5 * torch.mean(((h @ p[-2] + p[-1])[:, 0] - y[rows]) ** 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run, lambda: [x.detach().numpy() for x in p]


def jax_scan(work):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", work.dtype == np.float64)
    X, y = jnp.asarray(work.X), jnp.asarray(work.y)

    def loss(p, X, y):
        h = X
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = jnp.maximum(h @ W + b, 0)
        return 0.5 * jnp.mean(((h @ p[-2] + p[-1])[:, 0] - y) ** 2)

    def sgd(state, g):
        p, m, v, t = state
        return [a - work.lr * b for a, b in zip(p, g, strict=True)], m, v, t

    def adam(state, g):
        p, m, v, t = state
        t = t + 1
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        rate = work.lr * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        new = [a - rate * b / (jnp.sqrt(c) + 1e-8) for a, b, c in zip(p, m, v, strict=True)]
        return new, m, v, t

    update = sgd if work.optimizer == "sgd" else adam

    def step(state, rows):
        value, g = jax.value_and_grad(loss)(state[0], X[rows], y[rows])
        return update(state, g), value

    epoch = jax.jit(lambda state, perm: jax.lax.scan(step, state, perm))
    zeros = [jnp.zeros_like(x) for x in work.params()]
    held = [([jnp.asarray(x) for x in work.params()], zeros, zeros, jnp.zeros((), work.dtype))]

    def run(n):
        perm = work.perm[: n * work.batch].reshape(n, work.batch)
        held[0], losses = epoch(held[0], perm)
        jax.block_until_ready((held[0], losses))

    return run, lambda: [np.asarray(x) for x in held[0][0]]


def autograd_loop(work):
    import autograd
    import autograd.numpy as anp

    def loss(p, X, y):
        h = X
        for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
            h = anp.maximum(anp.dot(h, W) + b, 0)
        return 0.5 * anp.mean(((anp.dot(h, p[-2]) + p[-1])[:, 0] - y) ** 2)

    slope = autograd.grad(loss)
    p = work.params()
    if work.optimizer != "sgd":
        return None

    def run(n):
        for s in range(n):
            rows = work.perm[s * work.batch : (s + 1) * work.batch]
            for x, g in zip(p, slope(p, work.X[rows], work.y[rows]), strict=True):
                x -= work.dtype.type(work.lr) * g

    return run, lambda: p


def scikit_learn(work):
    from sklearn.neural_network import MLPRegressor

    model = MLPRegressor(
        hidden_layer_sizes=work.sizes[1:-1], solver=work.optimizer, alpha=0, batch_size=work.batch,
        learning_rate_init=work.lr,
        momentum=0, nesterovs_momentum=False, shuffle=False, random_state=0,
    )  # fmt: skip
    model.partial_fit(work.X[: work.batch], work.y[: work.batch])
    p = work.params()
    for mine, theirs in ((p[::2], model.coefs_), (p[1::2], model.intercepts_)):
        for x, slot in zip(mine, theirs, strict=True):
            slot[...] = x
    if work.optimizer == "adam":
        o = model._optimizer
        o.t, o.ms, o.vs = 0, [np.zeros_like(x) for x in o.ms], [np.zeros_like(x) for x in o.vs]

    def run(n):
        rows = work.perm[: n * work.batch]
        model.partial_fit(work.X[rows], work.y[rows])

    return run, lambda: [x for pair in zip(model.coefs_, model.intercepts_, strict=True) for x in pair]


def c_loop(work):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if (work.sizes, work.batch, work.dtype) != ([9, 5, 5, 1], 1, np.float64) or compiler is None:
        return None
    library = Path(tempfile.mkdtemp()) / "step.so"
    source = Path(__file__).with_name("step.c")
    flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(source), "-o", str(library)], check=True)
    epoch = ctypes.CDLL(str(library)).epoch
    p, losses = work.params(), np.empty(len(work.X))
    arrays = (work.X, work.y, *p, losses)

    def run(n):
        address = [ctypes.c_void_p(x.ctypes.data) for x in arrays]
        epoch(ctypes.c_long(n), ctypes.c_void_p(work.perm.ctypes.data), ctypes.c_double(work.lr), *address)

    return run, lambda: p


CONTESTANTS = {
    "pullback": ours,
    "pullback, in NumPy": ours_in_numpy,
    "NumPy by hand": by_hand,
    "PyTorch eager": torch_eager,
    "JAX jit + scan": jax_scan,
    "autograd": autograd_loop,
    "scikit-learn": scikit_learn,
    "C, -O3 -march=native -ffast-math": c_loop,
}
