import numpy as np

np.random.seed(0)
N, D, K = 90, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 50
params = {
    'W': 0.1 * np.random.randn(D, h),
    'b': np.zeros((1, h)),
    'W2': 0.1 * np.random.randn(h, K),
    'b2': np.zeros((1, K)),
}
learning_rate = 3.0
reg = 1e-4
beta1, beta2, eps = 0.9, 0.999, 1e-8
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(p) for k, p in params.items()}
t = 0


def scores(p, X):
    hidden_layer = np.maximum(0, X @ p['W'] + p['b'])
    return hidden_layer, hidden_layer @ p['W2'] + p['b2']


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(p, X, y):
    probs = softmax(scores(p, X)[1])
    data_loss = -np.log(probs[range(len(X)), y]).mean()
    reg_loss = 0.5 * reg * (np.sum(p['W'] ** 2) + np.sum(p['W2'] ** 2))
    return data_loss + reg_loss


def grad(p, X, y):
    num_examples = X.shape[0]
    hidden_layer, s = scores(p, X)
    dscores = softmax(s)
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, p['W2'].T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += reg * p['W2']
    dW += reg * p['W']
    return {'W': dW, 'b': db, 'W2': dW2, 'b2': db2}


def step(p, X, y):
    global t
    cost = loss(p, X, y)
    grads = grad(p, X, y)
    t += 1
    new = {}
    for k in p:
        m[k] = beta1 * m[k] + (1 - beta1) * grads[k]
        v[k] = beta2 * v[k] + (1 - beta2) * grads[k] ** 2
        m_hat = m[k] / (1 - beta1 ** t)
        v_hat = v[k] / (1 - beta2 ** t)
        new[k] = p[k] - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return new, cost


n_steps = 500
