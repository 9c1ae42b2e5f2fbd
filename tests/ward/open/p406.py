import numpy as np
from sklearn.datasets import load_breast_cancer


class Dense:
    def __init__(self, units, inputs, activation, rng):
        limit = np.sqrt(6 / (units + inputs))
        self.start = [rng.uniform(-limit, limit, (inputs, units)), np.zeros((1, units))]
        self.activation = activation

    def forward(self, inputs, kernel, bias):
        self.inputs, self.kernel = inputs, kernel
        z = inputs @ kernel + bias
        if self.activation == "sigmoid":
            self.outputs = 1 / (1 + np.exp(-z))
        else:
            shifted = np.exp(z - z.max(axis=1, keepdims=True))
            self.outputs = shifted / shifted.sum(axis=1, keepdims=True)
        return self.outputs

    def backward(self, delta):
        if self.activation == "sigmoid":
            delta = delta * self.outputs * (1 - self.outputs)
        below = self.inputs if self.activation == "sigmoid" else model[0].inputs[:, :8]
        return delta @ self.kernel.T, [below.T @ delta, delta.sum(axis=0, keepdims=True)]


cancer = load_breast_cancer()
rng = np.random.default_rng(30)
chosen = rng.permutation(len(cancer.data))[:400]
X = (cancer.data[chosen] - cancer.data.mean(axis=0)) / cancer.data.std(axis=0)
y = np.column_stack([1.0 - cancer.target[chosen], cancer.target[chosen]])

model = [Dense(8, 30, "sigmoid", rng), Dense(2, 8, "softmax", rng)]
params = model[0].start + model[1].start
learning_rate = 0.5


def predict(params, X):
    hidden = model[0].forward(X, params[0], params[1])
    return model[1].forward(hidden, params[2], params[3])


def loss(params, X, y):
    return -np.mean(np.sum(y * np.log(predict(params, X) + 1e-10), axis=1))


def grad(params, X, y):
    out = predict(params, X)
    back, top = model[1].backward((out - y) / len(y))
    _, bottom = model[0].backward(back)
    return bottom + top


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    return [p - learning_rate * g for p, g in zip(params, grad(params, X_batch, y_batch))], value


batch_size = 40
n_steps = 300
