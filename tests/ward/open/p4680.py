# Initial rates of an esterase with a competitive inhibitor.
#   v = Vmax * S / (Km * (1 + I / Ki) + S)
# All three constants are positive, so the fit is done on their logarithms.
import numpy as np

rng = np.random.default_rng(31)

S = np.repeat([5, 10, 20, 40, 80, 160, 320], 16).astype(float) / 50.0    # substrate, 50 uM
I = np.tile(np.repeat([0.0, 5.0, 15.0, 40.0], 4), 7) / 10.0              # inhibitor, 10 uM
Vmax_true, Km_true, Ki_true = 3.1, 0.9, 0.7
v = Vmax_true * S / (Km_true * (1 + I / Ki_true) + S)
v = v * (1 + 0.05 * rng.standard_normal(v.size))

order = rng.permutation(v.size)
X = np.stack([S, I], axis=1)[order]
y = v

# log Vmax, log Km, log Ki
params = (np.array(np.log(1.0)), np.array(np.log(2.5)), np.array(np.log(2.5)))

alpha0, tau = 0.3, 400.0
done = [0]
n_steps = 800


def rate(p, X):
    Vmax, Km, Ki = np.exp(p[0]), np.exp(p[1]), np.exp(p[2])
    S, I = X[:, 0], X[:, 1]
    return Vmax * S / (Km * (1 + I / Ki) + S)


def loss(p, X, y):
    return np.mean((rate(p, X) - y) ** 2)


def grad(p, X, y):
    Vmax, Km, Ki = np.exp(p[0]), np.exp(p[1]), np.exp(p[2])
    S, I = X[:, 0], X[:, 1]
    bottom = Km * (1 + I / Ki) + S
    fitted = Vmax * S / bottom
    e = 2 * (fitted - y) / len(y)
    dv_dbottom = -Vmax * S / bottom**2
    g_vmax = np.sum(e * fitted)                                   # dv/dlogVmax = v
    g_km = np.sum(e * dv_dbottom * Km * (1 + I / Ki))
    g_ki = np.sum(e * dv_dbottom * -Km * I / Ki)
    return (np.array(g_vmax), np.array(g_km), np.array(g_ki))


def step(p, X, y):
    sse = loss(p, X, y)
    alpha = alpha0 / (1 + done[0] / tau)
    done[0] += 1
    return tuple(q - alpha * g for q, g in zip(p, grad(p, X, y))), sse
