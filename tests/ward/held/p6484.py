import numpy as np

rng = np.random.default_rng(1905)

# modeli trupa: Fr, L/B, B/T, koef. prizme, polozaj istisnine (%), trim
BROJ = 500
froude = rng.uniform(0.1, 0.45, BROJ)
lb = rng.uniform(2.7, 3.6, BROJ)
bt = rng.uniform(2.8, 5.3, BROJ)
cp = rng.uniform(0.53, 0.60, BROJ)
lcb = rng.uniform(-5.0, 0.0, BROJ)
trim = rng.normal(0, 0.5, BROJ)
valovi = np.exp(9 * (froude - 0.25)) * (1 + 4 * (cp - 0.56)) * (1 + 0.15 * np.sin(30 * froude))
mjereno = np.log(valovi) - 0.5 * (lb - 3.1) + 0.1 * bt + 0.03 * (lcb + 2.5) ** 2 + 0.1 * trim ** 2
mjereno += 0.04 * rng.normal(0, 1, BROJ)

tablica = np.stack([froude, lb, bt, cp, lcb, trim], axis=1)
X = (tablica - tablica.mean(axis=0)) / tablica.std(axis=0)
y = ((mjereno - mjereno.mean()) / mjereno.std()).reshape(-1, 1)

SLOJEVI = [6, 24, 24, 24, 1]
POJACANJE = 1.0
params = {
    "matrice": [rng.normal(0, POJACANJE / np.sqrt(a), (a, b)) for a, b in zip(SLOJEVI, SLOJEVI[1:])],
    "pomaci": [np.zeros(b) for b in SLOJEVI[1:]],
}
params["matrice"][-1] *= 0
brzine = {ime: [np.zeros_like(a) for a in polja] for ime, polja in params.items()}
STOPA, ZALET, GREBEN = 0.03, 0.9, 1e-5


def aktivacija(z):
    return np.tanh(z)


def nagib(a):
    return 1 - a ** 2


def otpor(p, X):
    a = [X]
    for i, (W, b) in enumerate(zip(p["matrice"], p["pomaci"])):
        z = a[-1] @ W + b
        a.append(z if i == len(p["matrice"]) - 1 else aktivacija(z))
    return a


def loss(p, X, y):
    return np.mean((otpor(p, X)[-1] - y) ** 2) + GREBEN * sum(np.sum(W ** 2) for W in p["matrice"])


def grad(p, X, y):
    a = otpor(p, X)
    d = 2 * (a[-1] - y) / len(y)
    dW, db = [], []
    for i in reversed(range(len(p["matrice"]))):
        dW.insert(0, a[i].T @ d + 2 * GREBEN * p["matrice"][i])
        db.insert(0, d.sum(axis=0))
        if i > 0:
            d = (d @ p["matrice"][i].T) * nagib(a[i])
    return {"matrice": dW, "pomaci": db}


def step(p, X, y):
    vrijednost = loss(p, X, y)
    g = grad(p, X, y)
    novi = {}
    for ime in p:
        brzine[ime] = [ZALET * v - STOPA * d for v, d in zip(brzine[ime], g[ime])]
        novi[ime] = [a + v for a, v in zip(p[ime], brzine[ime])]
    return novi, vrijednost


batch_size = 50
n_steps = 500
