import numpy as np

np.random.seed(21)

# visor de sete segmentos: a b c d e f g
VISOR = np.array([
    [1, 1, 1, 1, 1, 1, 0], [0, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 1, 0, 1], [1, 1, 1, 1, 0, 0, 1],
    [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 1, 0, 1, 1], [1, 0, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 1, 1],
], dtype=float)

n = 400
y = np.random.randint(0, 10, n)
X = VISOR[y] + 0.15 * np.random.randn(n, 7)

E, H, S = 7, 20, 10
lambd = 1e-4
taxa, momento = 0.5, 0.9

theta = np.concatenate([
    np.full(E * H, 0.5), np.zeros(H),
    np.full(H * S, 0.3), np.zeros(S),
])
params = [theta]
vel = np.zeros_like(theta)


def abrir(theta):
    i, j, k = E * H, E * H + H, E * H + H + H * S
    return theta[:i].reshape(E, H), theta[i:j], theta[j:k].reshape(H, S), theta[k:]


def adiante(params, X):
    W1, b1, W2, b2 = abrir(params[0])
    h = 1 / (1 + np.exp(-(X @ W1 + b1)))
    z = h @ W2 + b2
    e = np.exp(z - z.max(1, keepdims=True))
    return h, e / e.sum(1, keepdims=True)


def loss(params, X, y):
    W1, _, W2, _ = abrir(params[0])
    _, p = adiante(params, X)
    custo = -np.log(p[np.arange(len(y)), y]).mean()
    return custo + lambd / 2 * ((W1**2).sum() + (W2**2).sum())


def grad(params, X, y):
    W1, b1, W2, b2 = abrir(params[0])
    m = len(y)
    h, p = adiante(params, X)
    d2 = p.copy()
    d2[np.arange(m), y] -= 1
    d2 /= m
    # camada escondida
    d1 = d2 @ W2.T
    d1 *= h * (1 - h)
    gW2 = h.T @ d2 + lambd * W2
    gW1 = X.T @ d1 + lambd * W1
    return [np.concatenate([gW1.ravel(), d1.sum(0), gW2.ravel(), d2.sum(0)])]


def step(params, X, y):
    global vel
    c = loss(params, X, y)
    g = grad(params, X, y)[0]
    vel = momento * vel - taxa * g
    return [params[0] + vel], c


batch_size = 40
n_steps = 600
