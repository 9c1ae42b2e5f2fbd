/* One epoch of SGD for a 9-5-5-1 ReLU network, batch 1, written by hand: what a C compiler makes of it. */
#define N0 9
#define N1 5
#define N2 5

void epoch(long n, const long *perm, double lr, const double *X, const double *y, double *W0, double *b0,
           double *W1, double *b1, double *W2, double *b2, double *losses) {
    double w0[N0][N1], c0[N1], w1[N1][N2], c1[N2], w2[N2], c2 = b2[0];
    for (int i = 0; i < N0; i++) for (int j = 0; j < N1; j++) w0[i][j] = W0[i * N1 + j];
    for (int i = 0; i < N1; i++) for (int j = 0; j < N2; j++) w1[i][j] = W1[i * N2 + j];
    for (int j = 0; j < N1; j++) c0[j] = b0[j];
    for (int j = 0; j < N2; j++) { c1[j] = b1[j]; w2[j] = W2[j]; }
    for (long s = 0; s < n; s++) {
        const double *x = X + perm[s] * N0;
        double h1[N1], h2[N2], d1[N1], d2[N2], out = c2;
        for (int j = 0; j < N1; j++) h1[j] = c0[j];
        for (int i = 0; i < N0; i++) for (int j = 0; j < N1; j++) h1[j] += x[i] * w0[i][j];
        for (int j = 0; j < N1; j++) h1[j] = h1[j] > 0 ? h1[j] : 0;
        for (int j = 0; j < N2; j++) h2[j] = c1[j];
        for (int i = 0; i < N1; i++) for (int j = 0; j < N2; j++) h2[j] += h1[i] * w1[i][j];
        for (int j = 0; j < N2; j++) h2[j] = h2[j] > 0 ? h2[j] : 0;
        for (int j = 0; j < N2; j++) out += h2[j] * w2[j];
        double d = out - y[perm[s]];
        losses[s] = 0.5 * d * d;
        for (int j = 0; j < N2; j++) { d2[j] = h2[j] > 0 ? d * w2[j] : 0; w2[j] -= lr * d * h2[j]; }
        c2 -= lr * d;
        for (int i = 0; i < N1; i++) {
            double sum = 0;
            for (int j = 0; j < N2; j++) sum += w1[i][j] * d2[j];
            d1[i] = h1[i] > 0 ? sum : 0;
            for (int j = 0; j < N2; j++) w1[i][j] -= lr * h1[i] * d2[j];
        }
        for (int j = 0; j < N2; j++) c1[j] -= lr * d2[j];
        for (int i = 0; i < N0; i++) for (int j = 0; j < N1; j++) w0[i][j] -= lr * x[i] * d1[j];
        for (int j = 0; j < N1; j++) c0[j] -= lr * d1[j];
    }
    for (int i = 0; i < N0; i++) for (int j = 0; j < N1; j++) W0[i * N1 + j] = w0[i][j];
    for (int i = 0; i < N1; i++) for (int j = 0; j < N2; j++) W1[i * N2 + j] = w1[i][j];
    for (int j = 0; j < N1; j++) b0[j] = c0[j];
    for (int j = 0; j < N2; j++) { b1[j] = c1[j]; W2[j] = w2[j]; }
    b2[0] = c2;
}
