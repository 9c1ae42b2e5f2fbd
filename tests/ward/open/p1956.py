import numpy as np

random = np.random.default_rng(11)

# mixture of a concrete-like material: eight parts, strength in MPa
n = 500
raw = random.gamma(4.0, [70, 20, 15, 45, 2, 240, 190, 12], (n, 8))
raw = raw / raw.max(axis=0)
strength = 18 + 45 * raw[:, 0] - 30 * raw[:, 3] + 40 * np.sqrt(raw[:, 7]) + 35 * raw[:, 1] * raw[:, 7]
strength += random.normal(0, 2, n)

X = raw
y = (strength - strength.mean()) / strength.std()

layers = [8, 16, 16, 16, 16, 16, 16, 1]
depth = len(layers) - 1
lr = 0.02
beta = 0.9


def init_weights():
    W, b = [], []
    for fan_in, fan_out in zip(layers, layers[1:]):
        W.append(random.standard_normal((fan_in, fan_out)))
        b.append(np.zeros(fan_out))
    return W + b


def unpack(params):
    return params[:depth], params[depth:]


def act(z):
    return np.maximum(z, 0)


def act_prime(z):
    return (z > 0).astype(float)


def predict(x, W, b):
    zs, hs = [], [x]
    for i in range(depth):
        z = hs[-1] @ W[i] + b[i]
        zs.append(z)
        hs.append(z if i == depth - 1 else act(z))
    return hs[-1].ravel(), zs, hs


def loss(params, X, y):
    return 0.5 * np.mean((predict(X, *unpack(params))[0] - y) ** 2)


def grad(params, X, y):
    W, b = unpack(params)
    out, zs, hs = predict(X, W, b)
    dW, db = [0] * depth, [0] * depth
    delta = ((out - y) / len(y)).reshape(-1, 1)
    for i in range(depth - 1, -1, -1):
        dW[i] = hs[i].T @ delta
        db[i] = delta.sum(0)
        if i > 0:
            delta = delta @ W[i].T * act_prime(zs[i - 1])
    return dW + db


memory = [0.0] * (2 * depth)


def step(params, xb, yb):
    before = loss(params, xb, yb)
    g = grad(params, xb, yb)
    for k in range(len(g)):
        memory[k] = beta * memory[k] + (1 - beta) * g[k]
    return [p - lr * v for p, v in zip(params, memory)], before


params = init_weights()
batch_size = 50
n_steps = 1500
