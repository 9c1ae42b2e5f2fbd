import numpy as np

np.random.seed(0)
N = 60  # points per class
D = 2
K = 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 50  # size of hidden layer
step_size = 1e-0
reg = 1e-3
params = {
    'W': 0.1 * np.random.randn(D, h),
    'b': np.zeros((1, h)),
    'W2': 0.1 * np.random.randn(h, K),
    'b2': np.zeros((1, K)),
}


def get_scores(p, X):
    hidden_layer = np.maximum(0, np.dot(X, p['W']) + p['b'])
    return hidden_layer, np.dot(hidden_layer, p['W2']) + p['b2']


def softmax(scores):
    exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


def total_loss(p, probs, y):
    correct_logprobs = -np.log(probs[range(len(y)), y])
    data_loss = np.sum(correct_logprobs) / len(y)
    reg_loss = 0.5 * reg * np.sum(p['W'] * p['W']) + 0.5 * reg * np.sum(p['W2'] * p['W2'])
    return data_loss + reg_loss


def loss(p, X, y):
    return total_loss(p, softmax(get_scores(p, X)[1]), y)


def grad(p, X, y):
    num_examples = X.shape[0]
    hidden_layer, scores = get_scores(p, X)
    dscores = softmax(scores)
    dscores[range(num_examples), y] -= 1
    # dscores /= num_examples
    g = {}
    g['W2'] = np.dot(hidden_layer.T, dscores)
    g['b2'] = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, p['W2'].T)
    dhidden[hidden_layer <= 0] = 0
    g['W'] = np.dot(X.T, dhidden)
    g['b'] = np.sum(dhidden, axis=0, keepdims=True)
    g['W2'] += reg * p['W2']
    g['W'] += reg * p['W']
    return g


def step(p, X, y):
    report = loss(p, X, y)
    g = grad(p, X, y)
    for k in p:
        p[k] += -step_size * g[k]
    return p, report


batch_size = N * K
n_steps = 1100
