# %% right
# Intent: distances are the affine function divided by its gradient's length; the calibration is an unpenalised
# logistic fit by damped Newton steps on standardised scores (the log loss is convex in a and c).
import torch


def distances(X: ArrayLike, w: ArrayLike, b: float) -> NDArray[np.float64]:
    X, w = np.asarray(X, dtype=float), np.asarray(w, dtype=float)
    return (X @ w + b) / np.sqrt(np.einsum("j,j->", w, w))


class _Platt:
    """sigmoid(a z + c) of the standardised score z; theta = (a, c)."""

    def __init__(self, scores, labels):
        self.centre, self.spread = scores.mean(), scores.std(unbiased=False)
        if self.spread == 0:
            self.spread = torch.tensor(1.0, dtype=torch.float64)
        self.design, self.labels = self._rows(scores), labels
        self.theta = self._descend(torch.zeros(2, dtype=torch.float64))

    def _rows(self, scores):
        return torch.stack([(scores - self.centre) / self.spread, torch.ones_like(scores)], dim=1)

    def _loss(self, theta):
        logits = self.design @ theta
        return (torch.nn.functional.softplus(logits) - self.labels * logits).sum()

    def _descend(self, theta, steps=200):
        if steps == 0:
            return theta
        p = torch.sigmoid(self.design @ theta)
        gradient = self.design.T @ (p - self.labels)
        hessian = torch.einsum("i,ij,ik->jk", p * (1 - p), self.design, self.design)
        direction = torch.linalg.pinv(hessian, hermitian=True) @ gradient
        if gradient.abs().max() < 1e-10:
            return theta
        here, step = self._loss(theta), 1.0
        while step > 1e-12 and self._loss(theta - step * direction) > here:
            step /= 2
        return self._descend(theta - step * direction, steps - 1)

    def __call__(self, scores):
        return torch.sigmoid(self._rows(scores) @ self.theta)


def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    scores, y, new_scores = (torch.as_tensor(np.asarray(a, dtype=float)) for a in (scores, y, new_scores))
    return _Platt(scores, y)(new_scores).numpy()


TF2_05_4_CHOICE = ["scores say how sure it is", "probabilities take a second model", "rows held out"]


# %% wrong: calibrated
# Misconception: Thinks that LogisticRegression as it comes finds the most likely a and c; does not know that its
# default has a penalty on a.
def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    column = np.asarray(scores, dtype=float)[:, None]
    model = LogisticRegression(tol=1e-8, max_iter=1000).fit(column, np.asarray(y))
    return model.predict_proba(np.asarray(new_scores, dtype=float)[:, None])[:, 1]


# %% wrong: TF2_05_4_CHOICE
# Misconception: Thinks that the second model should learn from the same rows as the machine, because its scores there
# are the most reliable ones.
TF2_05_4_CHOICE = ["scores say how sure it is", "probabilities take a second model", "rows trained on"]
