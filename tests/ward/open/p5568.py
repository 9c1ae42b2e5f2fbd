import numpy as np

# C     NOX EMISSION OF A GAS TURBINE FROM SIX PLANT SIGNALS
# C     translated from NOXNET.F (1993)
RNG = np.random.RandomState(1993)

NOBS = 360
LOAD = RNG.uniform(0.5, 1.0, NOBS)
TAMB = RNG.uniform(-5, 35, NOBS)
HUM = RNG.uniform(0.2, 0.95, NOBS)
PAMB = RNG.normal(1013, 8, NOBS)
STEAM = RNG.uniform(0, 1.2, NOBS)
FUELH = RNG.normal(50, 1.0, NOBS)
NOX = (180 * np.exp(2.2 * (LOAD - 0.75)) * np.exp(-1.1 * STEAM) * (1 - 0.35 * HUM) + 0.1 * (TAMB - 15) ** 2
       + 45 * np.exp(-((LOAD - 0.74) / 0.07) ** 2) + 3 * (FUELH - 50) + RNG.normal(0, 4, NOBS))

XIN = np.stack([LOAD, TAMB, HUM, PAMB, STEAM, FUELH], axis=1)
X = (XIN - XIN.mean(axis=0)) / XIN.std(axis=0)
YMEAN, YSTD = NOX.mean(), NOX.std()
y = (NOX - YMEAN) / YSTD

NIN, N1, N2 = 6, 8, 8
# C     OFFSETS INTO THE WEIGHT VECTOR
I1 = NIN * N1
I2 = I1 + N1
I3 = I2 + N1 * N2
I4 = I3 + N2
I5 = I4 + N2
NTOT = I5 + 1

params = np.zeros(NTOT)
params[:I1] = RNG.normal(0, 1.0, I1)
params[I2:I3] = RNG.normal(0, 1.0, I3 - I2)
params[I4:I5] = RNG.normal(0, 0.5, I5 - I4)
DWOLD = np.zeros(NTOT)
ETA, ALPHA = 15.0, 0.9


def UNPACK(W):
    return (W[:I1].reshape(NIN, N1), W[I1:I2], W[I2:I3].reshape(N1, N2), W[I3:I4], W[I4:I5], W[I5])


def SIGMO(A):
    return 1.0 / (1.0 + np.exp(-A))


def LAYERS(W, X):
    W1, B1, W2, B2, W3, B3 = UNPACK(W)
    H1 = SIGMO(X @ W1 + B1)
    H2 = SIGMO(H1 @ W2 + B2)
    return H1, H2, H2 @ W3 + B3


def NOXNET(W, X):
    return LAYERS(W, X)[2]


def loss(W, X, y):
    return np.sum((NOXNET(W, X) - y) ** 2) / len(y)


def step(W, X, y):
    global DWOLD
    W1, B1, W2, B2, W3, B3 = UNPACK(W)
    H1, H2, OUT = LAYERS(W, X)
    RES = OUT - y
    EPS = np.sum(RES ** 2) / len(y)
    # C     BACKWARD SWEEP
    D3 = 2.0 * RES / len(y)
    D2 = np.outer(D3, W3) * H2 * (1.0 - H2)
    D1 = (D2 @ W2.T) * H1 * (1.0 - H1)
    G = np.zeros(NTOT)
    G[:I1] = (X.T @ D1).ravel()
    G[I1:I2] = D1.sum(axis=0)
    G[I2:I3] = (H1.T @ D2).ravel()
    G[I3:I4] = D2.sum(axis=0)
    G[I4:I5] = H2.T @ D3
    G[I5] = D3.sum()
    DW = ALPHA * DWOLD - ETA * G
    DWOLD = DW
    return W + DW, EPS


n_steps = 900
