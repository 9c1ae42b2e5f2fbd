import numpy as np

rng = np.random.RandomState(5)
BLADES, PER = 5, 130


def pinwheel():
    radial, tangential, swirl = 0.3, 0.05, 0.25
    pts = rng.randn(BLADES * PER, 2) * [radial, tangential]
    pts[:, 0] += 1.0
    blade = np.arange(BLADES * PER) % BLADES
    turn = 2 * np.pi * blade / BLADES + swirl * np.exp(pts[:, 0]) * 2
    c, s = np.cos(turn), np.sin(turn)
    return np.c_[c * pts[:, 0] - s * pts[:, 1], s * pts[:, 0] + c * pts[:, 1]], np.eye(BLADES)[blade]


X, y = pinwheel()

WIDTH, DEPTH = 16, 3


def linear(i, o, scale=1.0):
    return {"w": rng.randn(i, o) * scale / np.sqrt(i), "b": np.zeros(o)}


params = {
    "body": [linear(2, WIDTH, 1.5)] + [linear(WIDTH, WIDTH, 1.2) for _ in range(DEPTH - 1)],
    "head": linear(WIDTH, BLADES),
}


def body(params, x):
    acts = [x]
    for layer in params["body"]:
        acts.append(np.tanh(acts[-1] @ layer["w"] + layer["b"]))
    return acts


def probabilities(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def scores(params, x):
    return body(params, x)[-1] @ params["head"]["w"] + params["head"]["b"]


def classify(params, x):
    return scores(params, x).argmax(axis=1)


def loss(params, x, y):
    return -np.mean(np.sum(y * np.log(probabilities(scores(params, x)) + 1e-12), axis=1))


state = {}
t = 0
peak, beta1, beta2 = 0.01, 0.9, 0.98


def adam(path, w, g, lr):
    if path not in state:
        state[path] = [0.0, 0.0]
    m, v = state[path]
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    state[path] = [m, v]
    return w - lr * (m / (1 - beta1 ** t)) / (np.sqrt(v / (1 - beta2 ** t)) + 1e-8)


def update(name, layer, x, delta, lr):
    return {
        "w": adam((name, "w"), layer["w"], x.T @ delta, lr),
        "b": adam((name, "b"), layer["b"], delta.sum(axis=0), lr),
    }


def step(params, x, y):
    global t
    t += 1
    lr = peak * min(t / 20, 1.0) * 0.5 * (1 + np.cos(np.pi * min(t / n_steps, 1.0)))
    acts = body(params, x)
    p = probabilities(acts[-1] @ params["head"]["w"] + params["head"]["b"])
    value = -np.mean(np.sum(y * np.log(p + 1e-12), axis=1))

    delta = (p - y) / len(y)
    above = params["head"]["w"].copy()
    head = update("head", params["head"], acts[-1], delta, lr)
    new_body = []
    for i in reversed(range(DEPTH)):
        delta = (delta @ above.T) * (1 - acts[i + 1] ** 2)
        new_body.insert(0, update(i, params["body"][i], acts[i], delta, lr))
        above = params["body"][i]["w"]
    return {"body": new_body, "head": head}, value


batch_size = 65
n_steps = 500
