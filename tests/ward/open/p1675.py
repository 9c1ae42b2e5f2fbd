import numpy as np


class ThreeLayerNet(object):
    def __init__(self, input_dim=12, hidden=12, classes=5, weight_scale=0.5, reg=0.05):
        rs = np.random.RandomState(231)
        self.reg = reg
        self.params = {}
        dims = [input_dim, hidden, hidden, classes]
        for i in range(3):
            self.params["W%d" % (i + 1)] = weight_scale * rs.randn(dims[i], dims[i + 1])
            self.params["b%d" % (i + 1)] = np.zeros(dims[i + 1])

    def scores(self, params, X):
        return self.activations(params, X)[-1]

    def activations(self, params, X):
        z1 = X.dot(params["W1"]) + params["b1"]
        h1 = 1.0 / (1.0 + np.exp(-z1))
        z2 = h1.dot(params["W2"]) + params["b2"]
        h2 = 1.0 / (1.0 + np.exp(-z2))
        return z1, h1, z2, h2, h2.dot(params["W3"]) + params["b3"]

    def loss(self, params, X, y):
        N = X.shape[0]
        z1, h1, z2, h2, scores = self.activations(params, X)
        scores = scores - scores.max(axis=1, keepdims=True)
        probs = np.exp(scores)
        probs /= probs.sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).sum() / N
        for i in "123":
            loss += 0.5 * self.reg * np.sum(params["W" + i] ** 2)

        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads["W3"] = h2.T.dot(dscores) + self.reg * params["W3"]
        grads["b3"] = dscores.sum(axis=0)
        dz2 = dscores.dot(params["W3"].T) * h2 * (1 - h2)
        grads["W2"] = h2.T.dot(dz2) + self.reg * params["W2"]
        grads["b2"] = dz2.sum(axis=0)
        dz1 = dz2.dot(params["W2"].T) * h1 * (1 - h1)
        grads["W1"] = X.T.dot(dz1) + self.reg * params["W1"]
        grads["b1"] = dz1.sum(axis=0)
        return loss, grads


rs = np.random.RandomState(0)
X = rs.randn(80, 12)
y = rs.randint(5, size=80)
net = ThreeLayerNet()
params = net.params


def loss(params, X, y):
    return net.loss(params, X, y)[0]


def grad(params, X, y):
    return net.loss(params, X, y)[1]


batch_size = 20
n_steps = 100
