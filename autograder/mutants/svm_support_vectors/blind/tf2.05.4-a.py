# %% right
# Intent: distance is the score divided by the length of w. The calibration is Newton's method by hand on the log loss
# of two numbers, with standardised scores and halved steps where a whole one goes too far.
TF2_05_4_CHOICE = ["scores say how sure it is", "probabilities take a second model", "rows held out"]


def distances(X: ArrayLike, w: ArrayLike, b: float) -> NDArray[np.float64]:
    weights = np.asarray(w, dtype=float)
    return (np.asarray(X, dtype=float) @ weights + b) / float(np.linalg.norm(weights))


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def log_loss_sum(z: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    return float(np.sum(np.logaddexp(0.0, z) - labels * z))


def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    raw = np.asarray(scores, dtype=float)
    labels = np.asarray(y, dtype=float)
    centre = float(raw.mean())
    spread = float(raw.std())
    if spread == 0:
        spread = 1.0
    s = (raw - centre) / spread
    design = np.column_stack([s, np.ones(len(s))])
    theta = np.zeros(2)
    loss = log_loss_sum(design @ theta, labels)
    for _ in range(200):
        p = sigmoid(design @ theta)
        gradient = design.T @ (p - labels)
        if np.abs(gradient).max() < 1e-10 * len(s):
            break
        hessian = (design * (p * (1 - p))[:, None]).T @ design
        hessian += 1e-12 * np.eye(2)  # only a guard against a singular matrix
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-10:
            attempt = theta - length * step
            new_loss = log_loss_sum(design @ attempt, labels)
            if new_loss <= loss:
                break
            length /= 2
        else:
            break
        theta, loss = attempt, new_loss
    new = (np.asarray(new_scores, dtype=float) - centre) / spread
    return sigmoid(theta[0] * new + theta[1])


# %% wrong: calibrated
# Misconception: Thinks that a logistic regression as it comes out of the box is nothing but the most likely a and c,
# and does not know that it shrinks a by a penalty.
def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(np.asarray(scores, dtype=float).reshape(-1, 1), np.asarray(y))
    return model.predict_proba(np.asarray(new_scores, dtype=float).reshape(-1, 1))[:, 1]


# %% wrong: calibrated
# Misconception: Thinks that a score of 0 lies on the boundary and so must mean one half: only the steepness a has to be
# found, c is 0.
def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    s, labels = np.asarray(scores, dtype=float), np.asarray(y, dtype=float)
    spread = float(np.sqrt(np.mean(s * s))) or 1.0
    s = s / spread
    found = minimize(lambda a: log_loss_sum(a[0] * s, labels), np.zeros(1))
    return sigmoid(found.x[0] * np.asarray(new_scores, dtype=float) / spread)
