import numpy as np

# Reconnaître la langue d'un texte par la fréquence de ses lettres
hasard = np.random.default_rng(1515)
LANGUES = ["fr", "en", "de", "it", "es", "pt"]
K, LETTRES = len(LANGUES), 26

commun = hasard.dirichlet(np.full(LETTRES, 1.2))
lignes, etiquettes = [], []
for k in range(K):
    profil = 0.75 * commun + 0.25 * hasard.dirichlet(np.full(LETTRES, 0.7))
    lignes.append(hasard.multinomial(150, profil, 60))
    etiquettes.append(np.full(60, k))
compte = np.concatenate(lignes)
frequence = compte / compte.sum(axis=1, keepdims=True)
ordre = hasard.permutation(len(compte))
X = (frequence * 100)[ordre]
y = np.concatenate(etiquettes)[ordre]
moyenne, ecart = X.mean(axis=0), X.std(axis=0)

precision = np.float32
params = {"W": np.full((K, LETTRES), 0.5, dtype=precision), "b": np.zeros((K, 1), dtype=precision)}
pas = 0.3


def centrer(x):
    x = x - moyenne
    return x / ecart


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def probas(p, x):
    return softmax(p["W"] @ centrer(x).T + p["b"])


def loss(p, x, y):
    return -np.mean(np.log(probas(p, x)[y, np.arange(len(y))] + 1e-12))


def step(p, x, y):
    m = len(y)
    a = probas(p, x)
    cout = -np.mean(np.log(a[y, np.arange(m)] + 1e-12))
    dz = a - np.eye(K)[y].T
    dW = dz @ centrer(x) / m
    db = dz.sum(axis=1, keepdims=True) / m
    return {"W": (p["W"] - pas * dW).astype(precision),
            "b": (p["b"] - pas * db).astype(precision)}, cout


batch_size = 60
n_steps = 300
