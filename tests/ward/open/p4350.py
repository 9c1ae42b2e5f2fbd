import numpy as np

gen = np.random.default_rng(1851)

# angle of a damped pendulum, read off a film
gamma, omega = 0.25, 2.2
n = 200
t = gen.uniform(0.0, 10.0, n)
theta = np.exp(-gamma * t) * np.cos(omega * t) + 0.02 * gen.normal(size=n)

t.sort()  # so that the curve can be drawn
X = (t[:, None] - 5.0) / 2.5
y = theta[:, None]


def affine(x, W, b):
    def pull(g):
        return g @ W.T, x.T @ g, g.sum(axis=0)
    return x @ W + b, pull


def tanh(x):
    out = np.tanh(x)
    return out, lambda g: g * (1 - out * out)


def identity(x):
    return x, lambda g: g


def relu(x):
    return np.maximum(x, 0), lambda g: g * (x > 0)


def sigmoid(x):
    out = 1 / (1 + np.exp(-x))
    return out, lambda g: g * out * (1 - out)


n_units = 24
sizes = [1, n_units, n_units, 1]
acts = [tanh, tanh, identity]

params = []
for n_in, n_out in zip(sizes[:-1], sizes[1:]):
    params.append(gen.normal(size=(n_in, n_out)) * (1.5 if n_in == 1 else 1.0) / np.sqrt(n_in))
    params.append(gen.normal(size=n_out) * (1.0 if n_in == 1 else 0.0))


def run(params, x):
    pulls = []
    for W, b, act in zip(params[::2], params[1::2], acts):
        x, pull_affine = affine(x, W, b)
        x, pull_act = act(x)
        pulls.append((pull_affine, pull_act))
    return x, pulls


def theta_of_t(params, x):
    return run(params, x)[0]


def loss(params, x, y):
    return np.mean((theta_of_t(params, x) - y) ** 2)


eta0, k = 0.01, 0.002
beta1, beta2, eps = 0.9, 0.999, 1e-8
m = [np.zeros_like(p) for p in params]
v = [np.zeros_like(p) for p in params]
it = 0


def step(params, x, y):
    global it
    out, pulls = run(params, x)
    value = np.mean((out - y) ** 2)
    g = 2 * (out - y) / len(y)
    grads = []
    for pull_affine, pull_act in reversed(pulls):
        g, gW, gb = pull_affine(pull_act(g))
        grads = [gW, gb] + grads
    it += 1
    eta = eta0 / (1 + k * it)
    new = []
    for i, (p, gp) in enumerate(zip(params, grads)):
        m[i] = beta1 * m[i] + (1 - beta1) * gp
        v[i] = beta2 * v[i] + (1 - beta2) * gp**2
        m_hat = m[i] / (1 - beta1**it)
        v_hat = v[i] / (1 - beta2**it)
        new.append(p - eta * m_hat / (np.sqrt(v_hat) + eps))
    return new, value


batch_size = n
n_steps = 1500
