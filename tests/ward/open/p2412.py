import numpy as np

np.random.seed(4)
n_docs, n_words, n_tags, n_hidden = 600, 40, 5, 24

# every tag has its own words; a document carries any number of tags
topic = (np.random.rand(n_tags, n_words) < 0.2) * 1.0
has_tag = (np.random.rand(n_docs, n_tags) < 0.35).astype(np.float32)
counts = np.random.poisson(0.25 + 1.6 * has_tag @ topic)
X = np.log1p(counts).astype(np.float32)
y = has_tag

params = {
    "W1": (np.random.randn(n_hidden, n_words) * np.sqrt(2.0 / n_words)).astype(np.float32),
    "b1": np.full((n_hidden, 1), -9, dtype=np.float32),
    "W2": (np.random.randn(n_tags, n_hidden) * np.sqrt(1.0 / n_hidden)).astype(np.float32),
    "b2": np.zeros((n_tags, 1), dtype=np.float32),
}
learning_rate = np.float32(0.3)
lambd = 1e-4
tiny = 1e-6


def forward(params, A0):
    Z1 = np.dot(params["W1"], A0) + params["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(params["W2"], A1) + params["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    A2 = np.clip(A2, tiny, 1 - tiny)
    return A2, A1, Z1


def cost_function(params, A0, Y):
    m = Y.shape[1]
    A2 = forward(params, A0)[0]
    cross_entropy = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    return cross_entropy + lambd / 2 * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))


def backward(params, A0, Y):
    m = Y.shape[1]
    A2, A1, Z1 = forward(params, A0)
    dA2 = -(Y / A2) + (1 - Y) / (1 - A2)
    dZ2 = dA2 * A2 * (1 - A2)
    dA1 = np.dot(params["W2"].T, dZ2)
    dZ1 = dA1 * (Z1 > 0)
    return {
        "W1": np.dot(dZ1, A0.T) / m + lambd * params["W1"],
        "b1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "W2": np.dot(dZ2, A1.T) / m + lambd * params["W2"],
        "b2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


def loss(params, X, y):
    return float(cost_function({k: np.asarray(v, dtype=np.float64) for k, v in params.items()}, X.T, y.T))


def step(params, X_mini, Y_mini):
    J = loss(params, X_mini, Y_mini)
    grads = backward(params, X_mini.T, Y_mini.T)
    return {k: params[k] - learning_rate * grads[k].astype(np.float32) for k in params}, J


batch_size = 60
n_steps = 700
