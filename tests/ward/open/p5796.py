import numpy as np

rng = np.random.default_rng(27)

# four blades of a fan, opposite ones of the same colour
N = 400
blade = np.arange(N) % 4
radius = rng.uniform(0.2, 2.0, N)
angle = blade * np.pi / 2 + 0.8 * radius + rng.normal(0, 0.22, N)
X = np.c_[radius * np.cos(angle), radius * np.sin(angle)]
y = (blade % 2)[:, None]

WIDTH = 24
LEAK = 0.1


def init(n_in, n_out):
    return {"w": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), "b": np.zeros(n_out)}


params = [init(2, WIDTH), init(WIDTH, WIDTH), init(WIDTH, WIDTH), init(WIDTH, 1)]


def linear(p, x):
    w_then = p["w"]
    return x @ p["w"] + p["b"], lambda g: ({"w": x.T @ g, "b": g.sum(0)}, g @ w_then.T)


def leaky(x):
    slope = np.where(x > 0, 1.0, LEAK)
    return x * slope, lambda g: g * slope


def net(params, x):
    backs = []
    for p in params[:-1]:
        x, back_linear = linear(p, x)
        x, back_leaky = leaky(x)
        backs.append((back_linear, back_leaky))
    x, last = linear(params[-1], x)

    def back(g):
        grads, rest = [None] * len(params), g
        grads[-1], rest = last(rest)
        for i in reversed(range(len(backs))):
            grads[i], rest = backs[i][0](backs[i][1](rest))
        return grads

    return x, back


def bce(logit, y):
    value = np.mean(np.logaddexp(0, logit) - y * logit)
    return value, lambda: (1 / (1 + np.exp(-logit)) - y) / len(y)


def nesterov(lr, mu, like):
    vel = [{k: np.zeros_like(a) for k, a in p.items()} for p in like]

    def update(params, grads):
        out = []
        for p, g, v in zip(params, grads, vel):
            new = {}
            for k in p:
                v[k] = mu * v[k] - lr * g[k]
                new[k] = p[k] + mu * v[k] - lr * g[k]
            out.append(new)
        return out

    return update


update = nesterov(0.2, 0.9, params)


def loss(params, X, y):
    return bce(net(params, X)[0], y)[0]


def step(params, X, y):
    logit, back = net(params, X)
    value, start = bce(logit, y)
    return update(params, back(start())), value


n_steps = 400
