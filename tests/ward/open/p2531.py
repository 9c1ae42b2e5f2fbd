"""Which letter comes next? Embedding of the last letters, one tanh layer, softmax. Manual backprop."""
import numpy as np

text = (
    "the fox ran over the hill and the dog sat by the gate. a cat came to the gate and the dog barked. "
    "over the hill the fox heard him bark and went to sleep. in the morning the dog was asleep, the cat "
    "was gone and the fox came down from the hill to drink at the well. "
)
letters = sorted(set(text))
stoi = {ch: i for i, ch in enumerate(letters)}
V, block, emb, hid = len(letters), 4, 6, 50

contexts, nexts = [], []
for k in range(len(text) - block):
    contexts.append([stoi[ch] for ch in text[k:k + block]])
    nexts.append(stoi[text[k + block]])

g = np.random.default_rng(2147483647)
order = g.permutation(len(nexts))
X = np.array(contexts)[order]
y = np.array(nexts)[order]

C = g.normal(size=(V, emb))
W1 = g.normal(size=(block * emb, hid)) * (5 / 3) / np.sqrt(block * emb)
b1 = g.normal(size=hid) * 0.01
W2 = g.normal(size=(hid, V)) * 0.1
b2 = np.zeros(V)
params = [C, W1, b1, W2, b2]


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def probs(params, X):
    C, W1, b1, W2, b2 = params
    h = np.tanh(C[X].reshape(len(X), -1) @ W1 + b1)
    return softmax(h @ W2 + b2)


def loss(params, X, y):
    p = probs(params, X)
    return -np.log(p[np.arange(len(y)), y]).mean()


def grad(params, X, y):
    C, W1, b1, W2, b2 = params
    n = len(y)
    e = C[X].reshape(n, -1)
    h = np.tanh(e @ W1 + b1)
    dlogits = softmax(h @ W2 + b2)
    dlogits[np.arange(n), y] -= 1
    dlogits /= n
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dh = dlogits @ W2.T
    dhpre = (1 - h**2) * dh
    dW1 = e.T @ dhpre
    db1 = dhpre.sum(0)
    de = (dhpre @ W1.T).reshape(n, block, emb)
    dC = np.zeros_like(C)
    np.add.at(dC, X, de)
    return [dC, dW1, db1, dW2, db2]


lr = 0.4


def step(params, Xb, Yb):
    L = loss(params, Xb, Yb)
    L = L / len(Xb)
    return [p - lr / len(X) * dp for p, dp in zip(params, grad(params, Xb, Yb))], L * len(Xb)


batch_size = 32
n_steps = 1500
