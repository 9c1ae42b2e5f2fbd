import numpy as np

# แบบฝึกหัดที่ 5: อ่านเข็มนาฬิกา 8 ทิศ
np.random.seed(2566)


def waat_khem(thit):
    """วาดเข็มนาฬิกา"""
    mum = thit * np.pi / 4 + np.random.uniform(-0.25, 0.25)
    ruup = np.zeros((9, 9))
    for r in np.linspace(0, 4, 15):
        ruup[int(round(4 - r * np.cos(mum))), int(round(4 + r * np.sin(mum)))] = 1.0
    return ruup + 0.25 * np.random.randn(9, 9)


y = np.random.randint(0, 8, 480)
X = np.array([waat_khem(k).ravel() for k in y])

khanat = [81, 24, 24, 24, 8]
params = {
    "Ws": [np.random.randn(a, b) * np.sqrt(2 / a) for a, b in zip(khanat, khanat[1:])],
    "bs": [np.full(b, -8.0) for b in khanat[1:]],
}

alpha, beta1, beta2 = 0.003, 0.9, 0.999
m1 = {k: [np.zeros_like(a) for a in v] for k, v in params.items()}
m2 = {k: [np.zeros_like(a) for a in v] for k, v in params.items()}
rop = 0


def forward(params, X):
    chan = [X]
    L = len(params["Ws"])
    for l in range(L):
        z = chan[-1] @ params["Ws"][l] + params["bs"][l]
        if l < L - 1:
            chan.append(np.maximum(z, 0))
        else:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            chan.append(e / e.sum(axis=1, keepdims=True))
    return chan


def loss(params, X, y):
    p = forward(params, X)[-1]
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean()


def grad(params, X, y):
    chan = forward(params, X)
    delta = chan[-1].copy()
    delta[np.arange(len(y)), y] -= 1
    delta /= len(y)
    L = len(params["Ws"])
    dWs, dbs = [None] * L, [None] * L
    for l in reversed(range(L)):
        dWs[l] = chan[l].T @ delta
        dbs[l] = delta.sum(axis=0)
        if l > 0:
            delta = (delta @ params["Ws"][l].T) * (chan[l] > 0)
    return {"Ws": dWs, "bs": dbs}


def step(params, X, y):
    global rop
    rop += 1
    g = grad(params, X, y)
    mai = {"Ws": [], "bs": []}
    for k in ("Ws", "bs"):
        for i in range(len(g[k])):
            m1[k][i] = beta1 * m1[k][i] + (1 - beta1) * g[k][i]
            m2[k][i] = beta2 * m2[k][i] + (1 - beta2) * g[k][i] ** 2
            a = m1[k][i] / (1 - beta1 ** rop)
            b = m2[k][i] / (1 - beta2 ** rop)
            mai[k].append(params[k][i] - alpha * a / (np.sqrt(b) + 1e-8))
    return mai, loss(params, X, y)


batch_size = 48
n_steps = 500
