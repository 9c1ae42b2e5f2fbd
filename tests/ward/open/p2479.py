"""Deep tower of equal layers, all hidden weights stacked in a single array."""
import numpy as np

rng = np.random.default_rng(33)
n, d, L, H = 400, 5, 4, 16
X = rng.uniform(-1, 1, (n, d))
y = np.sin(np.pi * X[:, 0] * X[:, 1]) + 1.5 * X[:, 2] ** 2 + X[:, 3] - 0.5 * X[:, 4]
y = (y - y.mean()) / y.std()

W_in = np.full((d, H), 0.3)
Ws = np.full((L, H, H), 1 / H)
bs = np.zeros((L, H))
w_out = np.full(H, 0.1)
b_out = np.zeros(())
params = [W_in, Ws, bs, w_out, b_out]
speed = [np.zeros_like(p) for p in params]
lr, mu = 0.02, 0.8


def act(z):
    return np.tanh(z)


def act_prime(a):
    return 1 - a**2


def run(params, X):
    """activations, entry 0 is the projected input"""
    W_in, Ws, bs = params[:3]
    acts = [X @ W_in]
    for l in range(L):
        acts.append(act(acts[-1] @ Ws[l] + bs[l]))
    return acts


def loss(params, X, y):
    return 0.5 * np.mean((run(params, X)[-1] @ params[3] + params[4] - y) ** 2)


def step(params, xb, yb):
    W_in, Ws, bs, w_out, b_out = [np.array(p) for p in params]
    v_in, vs, vbs, v_out, vb_out = speed
    acts = run(params, xb)
    err = acts[-1] @ w_out + b_out - yb
    value = 0.5 * np.mean(err**2)

    signal = np.outer(err, w_out) / len(yb)
    v_out[...] = mu * v_out - lr * acts[-1].T @ err / len(yb)
    vb_out[...] = mu * vb_out - lr * err.mean()
    w_out += v_out
    b_out += vb_out
    for l in reversed(range(L)):
        delta = signal * act_prime(acts[l + 1])
        signal = delta @ Ws[l].T
        vs[l] = mu * vs[l] - lr * acts[l].T @ delta
        vbs[l] = mu * vbs[l] - lr * delta.sum(axis=0)
        Ws[l] += vs[l]
        bs[l] += vbs[l]
    v_in[...] = mu * v_in - lr * xb.T @ signal
    W_in += v_in
    return [W_in, Ws, bs, w_out, b_out], value


batch_size = 20
n_steps = 1800
