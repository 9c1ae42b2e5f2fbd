import numpy as np

# Bài 14: Mạng nơ-ron một lớp ẩn, phân loại hai hình trăng khuyết
np.random.seed(14)

N = 200                                  # số điểm mỗi lớp
goc = np.pi * np.random.rand(2 * N)
lop = np.arange(2 * N) % 2
diem = np.where(lop == 0, [np.cos(goc), np.sin(goc)], [1 - np.cos(goc), 0.35 - np.sin(goc)])
diem = diem + 0.1 * np.random.randn(2, 2 * N)

X = diem.T
y = lop

d0, d1, d2 = 2, 12, 1
W1 = np.random.randn(d1, d0)
b1 = np.zeros((d1, 1))
W2 = 0.5 * np.random.randn(d2, d1)
b2 = np.zeros((d2, 1))
params = (W1, b1, W2, b2)

eta = 0.5                                # tốc độ học


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def lan_truyen(params, A0):
    W1, b1, W2, b2 = params
    Z1 = W1.dot(A0) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = sigmoid(Z2)
    return Z1, A1, Z2, A2


def du_doan(params, X):
    return lan_truyen(params, X.T)[-1]


def mat_mat(A2, Y):
    return -np.mean(Y * np.log(A2 + 1e-12) + (1 - Y) * np.log(1 - A2 + 1e-12))


def loss(params, X, y):
    return mat_mat(du_doan(params, X), y.reshape(1, -1))


def step(params, X, y):
    W1, b1, W2, b2 = params
    A0, Y = X.T, y.reshape(1, -1)
    n = A0.shape[1]

    # lan truyền xuôi
    Z1, A1, Z2, A2 = lan_truyen(params, A0)
    J = mat_mat(A2, Y)

    # lan truyền ngược
    E2 = (A2 - Y) / n
    dW2 = E2.dot(A1.T)
    db2 = E2.sum(axis=1, keepdims=True)
    E1 = W2.T.dot(E2) / n
    E1[Z1 <= 0] = 0
    dW1 = E1.dot(A0.T)
    db1 = E1.sum(axis=1, keepdims=True)

    # cập nhật
    return (W1 - eta * dW1, b1 - eta * db1, W2 - eta * dW2, b2 - eta * db2), J


batch_size = 40
n_steps = 1500
