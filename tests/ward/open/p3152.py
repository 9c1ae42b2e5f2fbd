import numpy as np

rng = np.random.default_rng(2024)


def arm(q):
    x = np.cos(q[:, 0]) + 0.8 * np.cos(q[:, 0] + q[:, 1])
    y = np.sin(q[:, 0]) + 0.8 * np.sin(q[:, 0] + q[:, 1])
    return np.stack([x, y], axis=1)


angles = rng.uniform(-1.5, 1.5, size=(360, 2))
X = angles
y = arm(angles)

sizes = [2, 18, 18, 2]
acts = ["tanh"] * (len(sizes) - 2) + ["linear"]
params = [{"W": rng.normal(scale=np.sqrt(1 / a), size=(a, b)), "b": np.zeros(b)} for a, b in zip(sizes[:-1], sizes[1:])]
velocity = [{"W": np.zeros_like(l["W"]), "b": np.zeros_like(l["b"])} for l in params]
eta, mom = 0.05, 0.9

FUNCS = {
    "tanh": (np.tanh, lambda a: 1 - a ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "linear": (lambda z: z, lambda a: np.ones_like(a)),
}


def run_net(net, X):
    outs = [X]
    for layer, name in zip(net, acts):
        outs.append(FUNCS[name][0](outs[-1] @ layer["W"] + layer["b"]))
    return outs


def loss(net, X, y):
    diff = run_net(net, X)[-1] - y
    return 0.5 * np.sum(diff ** 2) / len(X)


def gradients(net, X, y):
    outs = run_net(net, X)
    grads = [None] * len(net)
    err = (outs[-1] - y) / len(X)
    for k in reversed(range(len(net))):
        err = err * FUNCS[acts[k]][1](outs[k + 1])
        grads[k] = {"W": outs[k].T @ err, "b": err.sum(axis=0)}
        err = err @ net[k]["W"].T
    return grads


def step(net, X, y):
    cost = loss(net, X, y)
    ahead = [{k: l[k] + mom * v[k] for k in l} for l, v in zip(net, velocity)]
    grads = gradients(ahead, X, y)
    new = [dict(l) for l in net]
    for i in range(len(net)):
        for k in ("W", "b"):
            velocity[i][k] = mom * velocity[i][k] - eta * grads[i][k]
            new[i][k] = net[i][k] + velocity[i][k]
    return new, cost


batch_size = 60
n_steps = 900
