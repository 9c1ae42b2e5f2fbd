import numpy as np

rs = np.random.RandomState(271828)
N = 200
X = rs.uniform(-1, 1, (N, 1))
y = np.sin(3 * np.pi * X) * np.exp(-X) / 1.5

params = [
    rs.normal(size=(1, 20)) * 3.0, np.sign(rs.normal(size=(1, 20))) * 40.0,
    rs.normal(size=(20, 20)) / np.sqrt(20), np.zeros((1, 20)),
    rs.normal(size=(20, 1)) / np.sqrt(20), np.zeros((1, 1)),
]  # fmt: skip
alpha, beta1, beta2, tiny = 0.01, 0.9, 0.999, 1e-8
first = [np.zeros_like(p) for p in params]
second = [np.zeros_like(p) for p in params]
tau = 0


def phi(a):
    return np.tanh(a)


def dphi(a):
    return 1.0 - np.tanh(a) ** 2


def f(theta, x):
    a1 = x @ theta[0] + theta[1]
    a2 = phi(a1) @ theta[2] + theta[3]
    return phi(a2) @ theta[4] + theta[5]


def loss(theta, x, t):
    return float(np.mean((f(theta, x) - t) ** 2))


def grad(theta, x, t):
    a1 = x @ theta[0] + theta[1]
    z1 = phi(a1)
    a2 = z1 @ theta[2] + theta[3]
    z2 = phi(a2)
    eps3 = 2 * (z2 @ theta[4] + theta[5] - t) / len(x)
    eps2 = eps3 @ theta[4].T * dphi(a2)
    eps1 = eps2 @ theta[2].T * dphi(a1)
    ones = np.ones((1, len(x)))
    return [x.T @ eps1, ones @ eps1, z1.T @ eps2, ones @ eps2, z2.T @ eps3, ones @ eps3]


def step(theta, x, t):
    global tau
    E = loss(theta, x, t)
    tau += 1
    updated = []
    for i, g in enumerate(grad(theta, x, t)):
        first[i] = beta1 * first[i] + (1 - beta1) * g
        second[i] = beta2 * second[i] + (1 - beta2) * g * g
        m_hat = first[i] / (1 - beta1**tau)
        v_hat = second[i] / (1 - beta2**tau)
        updated.append(theta[i] - alpha * m_hat / (np.sqrt(v_hat) + tiny))
    return updated, E


batch_size = N
n_steps = 1000
