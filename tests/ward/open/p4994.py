import numpy as np

# 用基频曲线 (12 个点) 识别普通话的四个声调
np.random.seed(88)
shijian = np.linspace(0, 1, 12)
moban = [
    0.8 + 0 * shijian,                        # 一声 高平
    0.2 + 0.7 * shijian,                      # 二声 上升
    0.5 - 1.6 * shijian + 1.5 * shijian ** 2,  # 三声 先降后升
    0.9 - 0.8 * shijian,                      # 四声 下降
]
quxian, biaoqian = [], []
for k in range(4):
    for _ in range(100):
        gaodi = 0.15 * np.random.randn()
        kuan = 1 + 0.2 * np.random.randn()
        quxian.append(moban[k] * kuan + gaodi + 0.12 * np.random.randn(12))
        biaoqian.append(k)
quxian = np.array(quxian)
biaoqian = np.array(biaoqian)

daluan = np.random.permutation(400)
X = quxian[daluan] - 0.5
y = np.eye(4)[biaoqian[daluan]]

params = {
    "W1": np.random.randn(12, 20) * np.sqrt(2.0 / 12),
    "b1": np.zeros((1, 20)),
    "W2": np.random.randn(20, 4) * np.sqrt(1.0 / 20),
    "b2": np.zeros((1, 4)),
}


class Adam:
    def __init__(self, lr=0.01, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.iter = 0
        self.m = {}
        self.v = {}

    def update(self, params, grads):
        self.iter += 1
        new = {}
        for key in params:
            if key not in self.m:
                self.m[key] = np.zeros_like(params[key])
                self.v[key] = np.zeros_like(params[key])
            self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * grads[key]
            self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * grads[key] ** 2
            mhat = self.m[key] / (1 - self.beta1 ** self.iter)
            vhat = self.v[key] / (1 - self.beta2 ** self.iter)
            new[key] = params[key] - self.lr * mhat / (np.sqrt(vhat) + 1e-8)
        return new


youhuaqi = Adam(lr=0.00001)


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def forward(params, X):
    h = np.maximum(0, X @ params["W1"] + params["b1"])
    p = softmax(h @ params["W2"] + params["b2"])
    return h, p


def jiaochashang(p, y):
    return -np.sum(y * np.log(p + 1e-12)) / len(y)


def loss(params, X, y):
    return jiaochashang(forward(params, X)[1], y)


def step(params, X, y):
    h, p = forward(params, X)
    sunshi = jiaochashang(p, y)
    grads = {}
    dz2 = (p - y) / len(y)
    grads["W2"] = h.T @ dz2
    grads["b2"] = dz2.sum(axis=0, keepdims=True)
    dz1 = (dz2 @ params["W2"].T) * (h > 0)
    grads["W1"] = X.T @ dz1
    grads["b1"] = dz1.sum(axis=0, keepdims=True)
    return youhuaqi.update(params, grads), sunshi


batch_size = 40
n_steps = 400
