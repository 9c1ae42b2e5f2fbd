import numpy as np

# Riesgo de impago: ingresos (euros), edad, deuda / ingresos, retrasos en el ultimo ano
gen = np.random.default_rng(8)


def cartera(n_buenos, n_malos):
    buenos = np.c_[gen.normal(31000, 8000, n_buenos), gen.normal(46, 11, n_buenos),
                   gen.beta(2, 6, n_buenos), gen.poisson(0.5, n_buenos)]
    malos = np.c_[gen.normal(22000, 7000, n_malos), gen.normal(36, 10, n_malos),
                  gen.beta(4, 5, n_malos), gen.poisson(2.2, n_malos)]
    return np.r_[buenos, malos], np.r_[np.zeros(n_buenos), np.ones(n_malos)]


datos, impago = cartera(584, 16)
orden = gen.permutation(len(datos))
datos, impago = datos[orden], impago[orden]
X = (datos - datos.mean(axis=0)) / datos.std(axis=0)
y = impago


class RegresionLogistica:
    def __init__(self, tasa=0.1, alfa=0.001):
        self.tasa = tasa
        self.alfa = alfa
        self.coef = np.zeros(4)
        self.intercepto = np.zeros(1)

    @staticmethod
    def sigmoide(z):
        return 1.0 / (1.0 + np.exp(-np.clip(z, -30, 30)))

    def probabilidad(self, params, X):
        coef, intercepto = params
        return self.sigmoide(X @ coef + intercepto)

    def perdida(self, params, X, y):
        p = np.clip(self.probabilidad(params, X), 1e-12, 1 - 1e-12)
        entropia = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return entropia + 0.5 * self.alfa * np.sum(params[0] ** 2)

    def gradiente(self, params, X, y):
        resto = self.probabilidad(params, X) - y
        g_coef = X.T @ resto / len(y) + self.alfa * params[0]
        g_intercepto = np.array([resto.mean()])
        return g_coef, g_intercepto

    def paso(self, params, X, y):
        coef, intercepto = params
        g_coef, g_intercepto = self.gradiente(params, X, y)
        self.coef = coef - self.tasa * g_coef
        self.intercepto = intercepto - self.tasa * g_intercepto
        return self.coef, self.intercepto


modelo = RegresionLogistica(tasa=0.3)
params = (modelo.coef, modelo.intercepto)


def loss(params, X, y):
    return modelo.perdida(params, X, y)


def step(params, X, y):
    coste = modelo.perdida(params, X, y)
    return modelo.paso(params, X, y), coste


batch_size = 100
n_steps = 300
