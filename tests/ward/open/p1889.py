import numpy as np

np.random.seed(12)
x = np.linspace(-1, 1, 60)
np.random.shuffle(x)
y = 1.5 - 2 * x + 3 * x ** 3 - 2 * x ** 5 + 2 * x ** 2 + np.random.normal(0, 0.1, 60)

degree = 5
X = np.stack([x ** d for d in range(1, degree + 1)], axis=1)
X = (X - X.mean(axis=0)) / X.std(axis=0)

w = np.zeros(degree)
b = np.zeros(1)
params = [w, b]

lr = 0.05
beta = 0.9
vw, vb = 0.0, 0.0


def predict(params, X):
    w, b = params
    return np.dot(X, w) + b


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def gradients(w, b, X, y):
    diff = predict([w, b], X) - y
    dw = 2 * np.dot(X.T, diff) / len(y)
    db = np.array([2 * np.mean(dw)])
    return dw, db


def grad(params, X, y):
    return list(gradients(*params, X, y))


def step(params, X, y):
    global vw, vb
    w, b = params
    mse = loss(params, X, y)
    dw, db = gradients(w, b, X, y)
    vw = beta * vw + (1 - beta) * dw
    vb = beta * vb + (1 - beta) * db
    w = w - lr * vw
    b = b - lr * vb
    return [w, b], mse


batch_size = 60
n_steps = 2000
