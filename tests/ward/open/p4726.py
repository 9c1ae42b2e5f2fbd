# Type K thermocouple: temperature from voltage.
# Reference bath run, 180 points between -20 and 400 degC.
import numpy as np

rng = np.random.default_rng(77)

bath = rng.uniform(-20.0, 400.0, 180)                      # degC, reference probe
mV = 0.0395 * bath + 6.0e-6 * bath**2 - 2.0e-8 * bath**3 + 0.9 * np.sin(bath / 90.0)
mV = mV + rng.normal(0, 0.08, bath.size)                   # ADC noise

# work in units of half the span, so all powers stay within 1
mid, half = 0.5 * (mV.max() + mV.min()), 0.5 * (mV.max() - mV.min())
u = (mV - mid) / half
X = np.column_stack([np.ones_like(u), u, u**2, u**3])
T_mid, T_half = 190.0, 210.0
y = (bath - T_mid) / T_half

coef = np.zeros(4)
params = coef
gain = 1e-4
n_steps = 800


def temperature(c, X):
    return X @ c


def loss(c, X, y):
    residual = temperature(c, X) - y
    return np.mean(residual**2)


def grad(c, X, y):
    residual = temperature(c, X) - y
    return 2.0 * X.T @ residual / len(y)


def step(c, X, y):
    err = loss(c, X, y)
    c = c - gain * grad(c, X, y)
    return c, err


if __name__ == "__main__":
    c = params
    for k in range(n_steps):
        c, err = step(c, X, y)
        if k % 100 == 0:
            print(f"{k:5d}  rms error {T_half * err**0.5:.3f} degC")
