"""Self-attention by hand. First get the backward pass right, then train."""
import numpy as np

rng = np.random.default_rng(77)
n, T, d = 64, 6, 8
X = rng.normal(size=(n, T, d))
y = np.sum(X[:, :, 0] * np.exp(X[:, :, 1]), axis=1) / np.sum(np.exp(X[:, :, 1]), axis=1)

params = {name: rng.normal(size=(d, d)) / np.sqrt(d) for name in ("Wq", "Wk", "Wv")}
params["wo"] = rng.normal(size=d) / np.sqrt(d)
params["b"] = np.zeros(1)


def forward(p, x):
    q, k, v = x @ p["Wq"], x @ p["Wk"], x @ p["Wv"]
    scores = np.einsum("nid,njd->nij", q, k) / np.sqrt(d)
    w = np.exp(scores - scores.max(axis=-1, keepdims=True))
    w /= w.sum(axis=-1, keepdims=True)
    mixed = w @ v
    pooled = mixed.mean(axis=1)
    return {"q": q, "k": k, "v": v, "w": w, "pooled": pooled, "out": pooled @ p["wo"] + p["b"]}


def loss(p, x, t):
    return 0.5 * np.mean((forward(p, x)["out"] - t) ** 2)


def grad(p, x, t):
    f = forward(p, x)
    q, k, v, w = f["q"], f["k"], f["v"], f["w"]
    d_out = (f["out"] - t) / len(x)
    g = {"wo": f["pooled"].T @ d_out, "b": np.array([d_out.sum()])}
    d_pooled = np.outer(d_out, p["wo"])
    d_mixed = np.repeat(d_pooled[:, None, :], T, axis=1) / T
    d_v = np.swapaxes(w, 1, 2) @ d_mixed
    d_w = d_mixed @ np.swapaxes(v, 1, 2)
    d_scores = w * (d_w - np.sum(d_w * w, axis=-1, keepdims=True))
    d_scores = d_scores / np.sqrt(d)
    d_q = d_scores @ v
    d_k = np.swapaxes(d_scores, 1, 2) @ q
    g["Wq"] = np.einsum("nti,ntj->ij", x, d_q)
    g["Wk"] = np.einsum("nti,ntj->ij", x, d_k)
    g["Wv"] = np.einsum("nti,ntj->ij", x, d_v)
    return {name: g[name] for name in p}


batch_size = 64
n_steps = 500
