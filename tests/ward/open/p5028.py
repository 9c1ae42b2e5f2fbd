import numpy as np

# -----------------------------------------------------------------
#  PICKING FIRST BREAKS: DOES A WINDOW OF 16 SAMPLES HOLD AN ONSET?
# -----------------------------------------------------------------
np.random.seed(1906)
NTRACE, NSAMP = 500, 16

ONSET = np.random.rand(NTRACE) < 0.5
TRACES = np.abs(np.random.randn(NTRACE, NSAMP))
for K in range(NTRACE):
    if ONSET[K]:
        FIRST = np.random.randint(5, 12)
        TRACES[K, FIRST:] *= 5.0
    elif np.random.rand() < 0.5:
        TRACES[K] *= 5.0 * np.exp(-np.arange(NSAMP) / 12.0)      # CODA
TRACES = np.log(TRACES + 0.1)

X = (TRACES - TRACES.mean(axis=0)) / TRACES.std(axis=0)
y = ONSET.astype(float)

NUNITS = [NSAMP, 16, 16, 1]
NLAYER = len(NUNITS) - 1
ETA = 0.3
XMU = 0.9
BIAS0 = 14.0

W = [np.random.randn(NUNITS[L + 1], NUNITS[L]) * 2.0 / np.sqrt(NUNITS[L]) for L in range(NLAYER)]
B = [np.full((NUNITS[L + 1], 1), BIAS0) for L in range(NLAYER)]
VW = [np.zeros(w.shape) for w in W]
VB = [np.zeros(b.shape) for b in B]
params = (W, B)


def SIGM(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def FORWARD(W, B, XT):
    A = [XT]
    for L in range(NLAYER):
        A.append(SIGM(W[L] @ A[L] + B[L]))
    return A


def MISFIT(P, Y):
    P = np.clip(P, 1e-9, 1 - 1e-9)
    return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / Y.size


def loss(params, X, y):
    return MISFIT(FORWARD(params[0], params[1], X.T)[-1][0], y)


def step(params, X, y):
    W, B = params
    M = X.shape[0]
    E = loss(params, X, y)
    # LOOK AHEAD
    WA = [W[L] + XMU * VW[L] for L in range(NLAYER)]
    BA = [B[L] + XMU * VB[L] for L in range(NLAYER)]
    A = FORWARD(WA, BA, X.T)
    D = (A[-1] - y) / M
    NW, NB = list(W), list(B)
    for L in range(NLAYER - 1, -1, -1):
        GW = D @ A[L].T
        GB = D.sum(axis=1, keepdims=True)
        D = WA[L].T @ D * A[L] * (1.0 - A[L])
        VW[L][:] = XMU * VW[L] - ETA * GW
        VB[L][:] = XMU * VB[L] - ETA * GB
        NW[L] = W[L] + VW[L]
        NB[L] = B[L] + VB[L]
    return (NW, NB), E


batch_size = 50
n_steps = 500
