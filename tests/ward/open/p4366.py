import numpy as np

# ペンギンの体の測定値から種類を当てる (勾配だけ。更新は scipy に任せる)
rng = np.random.default_rng(344)
counts = [80, 40, 65]
mean = np.array([[38.8, 18.3, 190.0, 3700.0], [48.8, 18.4, 196.0, 3730.0], [47.5, 15.0, 217.0, 5080.0]])
std = np.array([[2.7, 1.2, 6.5, 460.0], [3.3, 1.1, 7.1, 380.0], [3.1, 1.0, 6.5, 500.0]])

y = np.repeat([0, 1, 2], counts)
body = mean[y] + std[y] * rng.standard_normal((len(y), 4))
male = (rng.random(len(y)) < 0.5).astype(float)
body[:, 3] += 600 * (male - 0.5)
shuffle = rng.permutation(len(y))
X = np.column_stack([(body - body.mean(0)) / body.std(0), male])[shuffle]
y = y[shuffle]

sizes = [5, 8, 8, 3]
params = [(rng.standard_normal((i, o)) * np.sqrt(2 / i), np.full(o, 0.05)) for i, o in zip(sizes, sizes[1:])]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def relu(z):
    return np.maximum(z, 0)


def predict(params, X):
    (W1, b1), (W2, b2), (W3, b3) = params
    return softmax(relu(relu(X @ W1 + b1) @ W2 + b2) @ W3 + b3)


# 損失: 平均クロスエントロピー
def loss(params, X, y):
    p = predict(params, X)
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean()


def grad(params, X, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    n = len(y)
    # 順伝播
    h1 = relu(X @ W1 + b1)
    h2 = relu(h1 @ W2 + b2)
    p = softmax(h2 @ W3 + b3)
    # 逆伝播
    d3 = (p - np.eye(3)[y]) / n
    d2 = d3 @ W3.T
    d1 = (d2 @ W2.T) * (h1 > 0)
    return [(X.T @ d1, d1.sum(0)), (h1.T @ d2, d2.sum(0)), (h2.T @ d3, d3.sum(0))]


batch_size = 185
n_steps = 300
