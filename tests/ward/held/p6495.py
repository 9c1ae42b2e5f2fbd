import numpy as np

rng = np.random.default_rng(1879)

# mıknatısın konumu (cm) ve altı Hall sondasının alanı (mT)
ADET = 500
yer = rng.uniform(-1, 1, (ADET, 2))
sonda = np.array([[-1, -0.6], [0, -0.6], [1, -0.6], [-1, 0.6], [0, 0.6], [1, 0.6]])
uzak2 = ((yer[:, None, :] - sonda[None]) ** 2).sum(axis=2)
alan = 12.0 / (uzak2 + 0.3) ** 1.5 + 0.1 * rng.normal(0, 1, (ADET, 6))

olcum = np.log(np.maximum(alan, 0.5))
X = (olcum - olcum.mean(axis=0)) / olcum.std(axis=0)
y = yer

GIRIS, GIZLI, CIKIS = 6, 16, 2
BOYLAR = [(GIRIS, GIZLI), (GIZLI,), (GIZLI, GIZLI), (GIZLI,), (GIZLI, CIKIS), (CIKIS,)]


def parcala(theta):
    parcalar, bas = [], 0
    for boy in BOYLAR:
        adet = int(np.prod(boy))
        parcalar.append(theta[bas:bas + adet].reshape(boy))
        bas += adet
    return parcalar


params = np.concatenate([
    rng.normal(0, 1 / np.sqrt(boy[0]), boy).ravel() if len(boy) == 2 else np.zeros(boy) for boy in BOYLAR
])
birikim = np.zeros_like(params)
HIZ = 0.1


def konum(theta, X):
    W1, b1, W2, b2, W3, b3 = parcala(theta)
    h1 = np.tanh(X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    return h1, h2, h2 @ W3 + b3


def loss(theta, X, y):
    return np.mean((konum(theta, X)[-1] - y) ** 2)


def turev(theta, X, y):
    W1, b1, W2, b2, W3, b3 = parcala(theta)
    h1, h2, o = konum(theta, X)
    do = 2 * (o - y) / y.size
    gW3 = h2.T @ do
    dh2 = (do @ W3.T) * (1 - h2 ** 2)
    gW2 = h1.T @ dh2
    dh1 = (dh2 @ W2.T) * (1 - h1 ** 2)
    gW1 = X.T @ dh1
    return np.concatenate([gW1.ravel(), dh1.sum(0), gW2.ravel(), dh2.sum(0), gW3.ravel(), do.sum(0)])


def step(theta, X, y):
    global birikim
    hata = loss(theta, X, y)
    g = turev(theta, X, y)
    birikim = birikim + g ** 2
    for parca, adim in zip(parcala(theta), parcala(HIZ * g / (np.sqrt(birikim) + 1e-8))):
        parca -= adim
    return theta, hata


batch_size = 50
n_steps = 500
