"""Digits classifier in pure numpy; optimizers are triples of functions."""
import itertools

import numpy as np
from sklearn.datasets import load_digits

PARAM_SCALE = 0.2
LAYER_SIZES = [64, 40, 40, 10]
STEP_SIZE = 0.05
MASS = 0.9
BATCH_SIZE = 64


def init_random_params(scale, layer_sizes, rng):
    return [(scale * rng.standard_normal((m, n)), np.zeros(n))
            for m, n in zip(layer_sizes[:-1], layer_sizes[1:])]


def logsumexp(logits):
    top = logits.max(axis=1, keepdims=True)
    return top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))


def activations(params, inputs):
    acts = [inputs]
    for w, b in params[:-1]:
        acts.append(np.maximum(acts[-1] @ w + b, 0.0))
    return acts


def predict(params, inputs):
    hidden = activations(params, inputs)[-1]
    w, b = params[-1]
    logits = hidden @ w + b
    return logits - logsumexp(logits)


def loss(params, inputs, targets):
    return -np.mean(np.sum(predict(params, inputs) * targets, axis=1))


def grad(params, inputs, targets):
    acts = activations(params, inputs)
    delta = (np.exp(predict(params, inputs)) - targets) / inputs.shape[0]
    grads = [(np.zeros_like(w), np.zeros_like(b)) for w, b in params]
    for i in range(len(params) - 1, -1, -1):
        w, b = params[i]
        grads[i] = (acts[i].T @ delta, delta.sum(axis=0))
        delta = np.einsum("nj,ij->ni", delta, w) * np.sign(acts[i])
    return grads


def momentum(step_size, mass):
    def init(params):
        return params, [(np.zeros_like(w), np.zeros_like(b)) for w, b in params]

    def update(grads, state):
        params, velocity = state
        velocity = [tuple(mass * v + g for v, g in zip(*pair)) for pair in zip(velocity, grads)]
        params = [tuple(p - step_size * v for p, v in zip(*pair)) for pair in zip(params, velocity)]
        return params, velocity

    def get_params(state):
        return state[0]

    return init, update, get_params


rng = np.random.default_rng(0)
digits = load_digits()
picked = rng.permutation(1797)[:960]
X = digits.data[picked] / 16.0
y = np.eye(10)[digits.target[picked]]

params = init_random_params(PARAM_SCALE, LAYER_SIZES, rng)
opt_init, opt_update, get_params = momentum(STEP_SIZE, MASS)
opt_state = opt_init(params)
itercount = itertools.count()
num_batches = len(X) // BATCH_SIZE

batch_size = BATCH_SIZE
n_steps = 300


def step(params, inputs, targets):
    global opt_state
    i = next(itercount)
    value = loss(params, inputs, targets)
    opt_state = opt_update(grad(params, inputs, targets), (params, opt_state[1]))
    return get_params(opt_state), value
