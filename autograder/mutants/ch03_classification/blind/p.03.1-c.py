# %% right
# Intent: tune_knn computes all distances once and reads the votes of every k off a cumulated sum of one-hot labels,
# over repeated stratified folds; fit_mnist is a least-squares kernel machine whose settings come from the closed-form
# leave-one-out residuals, and whose weights are solved over all rows with (at most 4,000) landmarks.
import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin


def stratified_colours(codes, folds, repeats):
    """Yield fold numbers, each class dealt out evenly, after a new shuffle each time."""
    rng = np.random.default_rng(20)
    for _ in range(repeats):
        deck = rng.permutation(len(codes))
        deck = deck[np.argsort(codes[deck], kind="stable")]
        colour = np.empty(len(codes), dtype=int)
        colour[deck] = np.arange(len(codes)) % folds
        yield torch.from_numpy(colour)


def tune_knn(X, y):
    points = torch.from_numpy(np.asarray(X, dtype=np.float64))
    _, codes = np.unique(np.asarray(y), return_inverse=True)
    truth = torch.from_numpy(codes)
    n = len(points)
    folds = min(5, n)
    deepest = max(1, min(10, n - -(-n // folds)))
    one_hot = torch.nn.functional.one_hot(truth).double()
    distance = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
    repeats = 10 if n <= 500 else 3 if n <= 1500 else 1

    hits = torch.zeros(2, deepest, dtype=torch.double)
    for colour in stratified_colours(codes, folds, repeats):
        hidden = colour[:, None] == colour[None, :]
        near, who = distance.masked_fill(hidden, torch.inf).topk(deepest, largest=False)
        same_place = (near == 0).any(1, keepdim=True)
        nearness = torch.where(same_place, (near == 0).double(), 1 / near)
        for row, weight in enumerate((torch.ones_like(near), nearness)):
            votes = torch.einsum("nk,nkc->nkc", weight, one_hot[who]).cumsum(1)
            hits[row] += (votes.argmax(2) == truth[:, None]).double().mean(0)
    row, column = divmod(int(hits.argmax()), deepest)
    return {"n_neighbors": column + 1, "weights": ("uniform", "distance")[row]}


def squared_distances(A, B):
    return (A.square().sum(1)[:, None] + B.square().sum(1)[None, :] - 2 * A @ B.T).clamp_min(0)


def as_points(pixels):
    return torch.from_numpy(np.asarray(pixels, dtype=np.float64).reshape(len(pixels), -1) / 255)


class LandmarkMachine(ClassifierMixin, BaseEstimator):
    """Regularised least squares on one-hot labels in the space of a Gaussian kernel."""

    def __init__(self, landmarks=4000, probe=1500, seed=0):
        self.landmarks = landmarks
        self.probe = probe
        self.seed = seed

    def _settings(self, Z, T):
        """The pair (width, ridge) with the fewest leave-one-out errors: e = (A T) / diag(A), A = (K + ridge)^-1."""
        D = squared_distances(Z, Z)
        unit = float(D.sum() / max(1, len(Z) * (len(Z) - 1))) or 1.0

        def candidates():
            for factor in (0.5, 1, 2, 4, 8, 16):
                values, Q = torch.linalg.eigh(torch.exp(-D * factor / unit))
                QT = Q.T @ T
                for ridge in (1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0):
                    inverse = 1 / (values.clamp_min(0) + ridge)
                    alpha = torch.einsum("nk,k,kc->nc", Q, inverse, QT)
                    left_out = T - alpha / torch.einsum("nk,k,nk->n", Q, inverse, Q)[:, None]
                    wrong = (left_out.argmax(1) != T.argmax(1)).double().mean()
                    yield float(wrong), float((T - left_out).square().mean()), factor / unit, ridge

        return min(candidates())[2:]

    def fit(self, X, y):
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        Z = as_points(X)
        T = torch.nn.functional.one_hot(torch.from_numpy(codes), len(self.classes_)).double()
        order = torch.from_numpy(np.random.default_rng(self.seed).permutation(len(Z)))
        few = order[: self.probe]
        self.width_, self.ridge_ = self._settings(Z[few], T[few])
        self.centres_ = Z[order[: self.landmarks]]
        K = self._kernel(self.centres_)
        if len(self.centres_) == len(Z):
            left, right = K, T[order]
        else:
            left, right = self.ridge_ * K, 0
            for block, target in zip(Z.split(4000), T.split(4000)):
                B = self._kernel(block)
                left, right = left + B.T @ B, right + B.T @ target
        shift = self.ridge_ if len(self.centres_) == len(Z) else 1e-8 * len(Z)
        self.weights_ = torch.linalg.solve(left + shift * torch.eye(len(K), dtype=K.dtype), right)
        return self

    def _kernel(self, Z):
        return torch.exp(-self.width_ * squared_distances(Z, self.centres_))

    def predict(self, X):
        scores = torch.cat([self._kernel(block) @ self.weights_ for block in as_points(X).split(2000)])
        return self.classes_[scores.argmax(1).numpy()]


def fit_mnist(X_train, y_train):
    return LandmarkMachine().fit(X_train, y_train)


# %% wrong: tune_knn
# Misconception: Thinks that cross-validation cuts the table into consecutive blocks and that this is all there is to
# it; does not see that with sorted rows a block holds out (nearly) a whole class.
def stratified_colours(codes, folds, repeats):
    yield torch.arange(len(codes)) * folds // len(codes)


# %% wrong: fit_mnist
# Misconception: Thinks that new images have to be standardised with the mean and spread of the batch they come in, "as
# was done with the training images", so that an image is read differently alone and among others.
class SelfScaled(LandmarkMachine):
    @staticmethod
    def _level(X):
        X = np.asarray(X, dtype=np.float64)
        return (X - X.mean()) / (X.std() or 1.0) * 80

    def fit(self, X, y):
        return super().fit(self._level(X), y)

    def predict(self, X):
        return super().predict(self._level(X))


def fit_mnist(X_train, y_train):
    return SelfScaled().fit(X_train, y_train)
