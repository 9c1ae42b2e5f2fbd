import numpy as np

rng = np.random.RandomState(11)
T = 420
tt = np.arange(T)
demand = 5200 + 900 * np.sin(2 * np.pi * tt / 24) + 400 * np.sin(2 * np.pi * tt / 7) + 80 * rng.randn(T)

LAG = 12
scaled = (demand - demand.mean()) / demand.std()
X = np.array([scaled[i:i + LAG] for i in range(T - LAG)])
y = np.array([demand[i + LAG] for i in range(T - LAG)]).reshape(-1, 1)
order = rng.permutation(len(X))
X, y = X[order], y[order]

HID = 16
w1 = rng.randn(LAG, HID) * np.sqrt(1 / LAG)
c1 = np.zeros(HID)
w2 = rng.randn(HID, 1) * np.sqrt(1 / HID)
c2 = np.zeros(1)
params = [w1, c1, w2, c2]

lr, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8
m_t = [np.zeros_like(p) for p in params]
v_t = [np.zeros_like(p) for p in params]
t = 0


def forward(params, x):
    w1, c1, w2, c2 = params
    a = np.tanh(x @ w1 + c1)
    return a, a @ w2 + c2


def loss(params, x, y):
    return np.mean((forward(params, x)[-1] - y) ** 2)


def grad(params, x, y):
    w1, c1, w2, c2 = params
    a, out = forward(params, x)
    d = 2 * (out - y) / len(x)
    gw2, gc2 = a.T @ d, d.sum(0)
    da = d @ w2.T * (1 - a * a)
    return [x.T @ da, da.sum(0), gw2, gc2]


def step(params, x, y):
    global t
    value = loss(params, x, y)
    grads = grad(params, x, y)
    t += 1
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        m_t[i] = beta1 * m_t[i] + (1 - beta1) * g
        v_t[i] = beta2 * v_t[i] + (1 - beta2) * g ** 2
        m_hat = m_t[i] / (1 - beta1 ** t)
        v_hat = v_t[i] / (1 - beta2 ** t)
        new.append(p - lr * m_hat / (np.sqrt(v_hat) + eps))
    return new, value


batch_size = 32
n_steps = 500
