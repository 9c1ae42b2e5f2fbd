import numpy as np

gen = np.random.default_rng(5366)

# magnitudine di una cefeide: salita rapida, discesa lenta
N = 160
fase = gen.uniform(0, 1, N)
mag = 7.2 - 0.42 * np.cos(2 * np.pi * fase) - 0.18 * np.cos(4 * np.pi * fase + 0.9) - 0.08 * np.sin(6 * np.pi * fase)
mag = mag + gen.normal(0, 0.03, N)
segnale = (mag - mag.mean()) / mag.std()
X = np.column_stack([np.cos(2 * np.pi * fase), np.sin(2 * np.pi * fase)])
y = segnale.reshape(-1, 1)

H = 20
theta = np.concatenate([gen.normal(0, 1.0, 2 * H), gen.normal(0, 0.5, H), gen.normal(0, 0.2, H), np.zeros(1)])
params = theta
lam, eta0, mu = 1e-4, 0.05, 0.9
conta = 0
vel = np.zeros_like(theta)


def spacchetta(theta):
    W = theta[:2 * H].reshape(2, H)
    b = theta[2 * H:3 * H]
    v = theta[3 * H:4 * H].reshape(H, 1)
    c = theta[4 * H:]
    return W, b, v, c


def uscita(s):
    return s


def uscita_primo(o):
    return 1.0


def modello(theta, X):
    W, b, v, c = spacchetta(theta)
    return uscita(np.tanh(X @ W + b) @ v + c)


def loss(theta, X, y):
    W, _, v, _ = spacchetta(theta)
    return np.mean((modello(theta, X) - y) ** 2) + lam * (np.sum(W ** 2) + np.sum(v ** 2))


def grad(theta, X, y):
    W, b, v, c = spacchetta(theta)
    a = np.tanh(X @ W + b)
    o = uscita(a @ v + c)
    do = 2 * (o - y) / len(y) * uscita_primo(o)
    dz = do @ v.T * (1 - a ** 2)
    dW = X.T @ dz + 2 * lam * W
    dv = a.T @ do + 2 * lam * v
    return np.concatenate([dW.ravel(), dz.sum(axis=0), dv.ravel(), do.sum(axis=0)])


def step(theta, X, y):
    global vel, conta
    valore = loss(theta, X, y)
    eta = eta0 * 0.9995 ** conta
    conta += 1
    vel = mu * vel - eta * grad(theta + mu * vel, X, y)
    theta + vel
    return theta, valore


n_steps = 1500
