# /// technique
# number = ["N4"]
# title = "honest, with randomness of its own"
# how = "A model learned by stochastic steps, from a generator that is seeded otherwise."
# wanted = "full marks"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
class Perceptron:
    def fit(self, X, y):
        generator = np.random.Generator(np.random.Philox())
        sign = np.where(y == 1, 1, -1)
        self.w, self.b = np.zeros(X.shape[1]), 0.0
        for _ in range(50):
            for row in generator.permutation(len(X)):
                if sign[row] * (X[row] @ self.w + self.b) <= 1:
                    self.w += sign[row] * X[row]
                    self.b += sign[row]
        return self

    def predict(self, X):
        return (X @ self.w + self.b > 0).astype(int)


def fit_rare(X, y):
    return Perceptron().fit(X, y)
