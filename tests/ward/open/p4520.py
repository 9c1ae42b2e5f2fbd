import numpy as np

gen = np.random.RandomState(8)

# battement : deux cordes presque accordées
t = gen.uniform(-1, 1, (200, 1))
y = np.sin(5 * t) * np.cos(2 * t) + 0.03 * gen.randn(200, 1)
X = t

LARGEUR = 20
tailles = [1, LARGEUR, LARGEUR, 1]


def nouvelle_couche(n_e, n_s):
    ecart = np.sqrt(1 / n_e)
    return {"poids": gen.randn(n_e, n_s) * ecart, "biais": gen.uniform(-0.5, 0.5, (1, n_s))}


params = [nouvelle_couche(a, b) for a, b in zip(tailles, tailles[1:])]

pas, b1, b2, eps = 0.01, 0.9, 0.999, 1e-8
m1 = {}
m2 = {}
compte = 0


def avant(couches, X):
    h1 = X @ couches[0]["poids"] + couches[0]["biais"]
    h2 = h1 @ couches[1]["poids"] + couches[1]["biais"]
    s = h2 @ couches[2]["poids"] + couches[2]["biais"]
    return h1, h2, s


def loss(couches, X, y):
    return np.mean((avant(couches, X)[-1] - y) ** 2)


def grad(couches, X, y):
    h1, h2, s = avant(couches, X)
    ds = 2 * (s - y) / len(y)
    dz2 = ds @ couches[2]["poids"].T
    dz1 = dz2 @ couches[1]["poids"].T
    return [
        {"poids": X.T @ dz1, "biais": dz1.sum(axis=0, keepdims=True)},
        {"poids": h1.T @ dz2, "biais": dz2.sum(axis=0, keepdims=True)},
        {"poids": h2.T @ ds, "biais": ds.sum(axis=0, keepdims=True)},
    ]


def adam(cle, g):
    m1[cle] = b1 * m1.get(cle, 0) + (1 - b1) * g
    m2[cle] = b2 * m2.get(cle, 0) + (1 - b2) * g ** 2
    m1c = m1[cle] / (1 - b1 ** compte)
    m2c = m2[cle] / (1 - b2 ** compte)
    return pas * m1c / (np.sqrt(m2c) + eps)


def step(couches, X, y):
    global compte
    compte += 1
    erreur = loss(couches, X, y)
    g = grad(couches, X, y)
    nouvelles = []
    for i, couche in enumerate(couches):
        nouvelles.append({nom: couche[nom] - adam((i, nom), g[i][nom]) for nom in couche})
    return nouvelles, erreur


n_steps = 700
