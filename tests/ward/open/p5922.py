"""Аппроксимация затухающих биений сетью с тремя слоями tanh (вопрос с форума)."""
import numpy as np

rng = np.random.RandomState(55)

t = rng.uniform(0, 8, 300)                       # секунды
signal = np.exp(-0.2 * t) * (np.cos(3 * t) + 0.6 * np.sin(1.7 * t)) + 0.02 * rng.randn(300)
X = (t / 4 - 1)[:, None]
y = (signal / signal.std())[:, None]

shiriny = [1, 20, 20, 20, 1]
params = {}
for i, (vhod, vyhod) in enumerate(zip(shiriny, shiriny[1:])):
    params[f"sloy{i}"] = {"W": rng.randn(vhod, vyhod) / np.sqrt(vhod), "b": 0.5 * rng.randn(vyhod)}
params["sloy0"]["W"] *= 3

skorost = 0.01
beta1, beta2 = 0.9, 0.99
moment = {s: {k: np.zeros_like(v) for k, v in d.items()} for s, d in params.items()}
kvadrat = {s: {k: np.zeros_like(v) for k, v in d.items()} for s, d in params.items()}
takt = 0


def f(z):
    return np.tanh(z)


def vyhod_seti(z):
    return z


def set_vpered(params, X):
    zs, hs = [], [X]
    for i in range(4):
        s = params[f"sloy{i}"]
        zs.append(hs[-1] @ s["W"] + s["b"])
        hs.append(f(zs[-1]) if i < 3 else vyhod_seti(zs[-1]))
    return zs, hs[:-1], hs[-1]


def loss(params, X, y):
    return np.mean((set_vpered(params, X)[-1] - y) ** 2)


def step(params, X, y):
    global takt
    zs, hs, otvet = set_vpered(params, X)
    oshibka = np.mean((otvet - y) ** 2)
    delta = 2 * (otvet - y) / y.size
    takt += 1
    novye = {}
    for i in (3, 2, 1, 0):
        s = params[f"sloy{i}"]
        g = {"W": hs[i].T @ delta, "b": delta.sum(axis=0)}
        if i > 0:
            delta = delta @ s["W"].T * (1 - zs[i - 1] ** 2)
        novye[f"sloy{i}"] = {}
        for k in ("W", "b"):
            m, v = moment[f"sloy{i}"], kvadrat[f"sloy{i}"]
            m[k] = beta1 * m[k] + (1 - beta1) * g[k]
            v[k] = beta2 * v[k] + (1 - beta2) * g[k] ** 2
            m_ = m[k] / (1 - beta1 ** takt)
            v_ = v[k] / (1 - beta2 ** takt)
            novye[f"sloy{i}"][k] = s[k] - skorost * m_ / (np.sqrt(v_) + 1e-8)
    return novye, oshibka


batch_size = 50
n_steps = 1500
