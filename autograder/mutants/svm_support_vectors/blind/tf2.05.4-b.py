# %% right
# Intent: Divide the score by the norm of w; calibrate with scikit-learn's LogisticRegression without a penalty
# (Platt).
from sklearn.linear_model import LogisticRegression


def distances(X, w, b):
    return (np.asarray(X) @ np.asarray(w) + b) / np.linalg.norm(w)


def calibrated(scores, y, new_scores):
    scores, new_scores = np.reshape(scores, (-1, 1)), np.reshape(new_scores, (-1, 1))
    scaler = StandardScaler().fit(scores)
    platt = LogisticRegression(C=np.inf, tol=1e-8, max_iter=10_000).fit(scaler.transform(scores), y)
    return platt.predict_proba(scaler.transform(new_scores))[:, 1]


TF2_05_4_CHOICE = ["scores say how sure it is", "probabilities take a second model", "rows held out"]


# %% wrong: calibrated
# Misconception: Thinks that the boundary must stay where the machine has put it: a score of 0 always means 50%, so
# only the slope has to be learned.
def calibrated(scores, y, new_scores):
    scores, new_scores = np.reshape(scores, (-1, 1)), np.reshape(new_scores, (-1, 1))
    platt = LogisticRegression(C=np.inf, tol=1e-8, max_iter=10_000, fit_intercept=False).fit(scores, y)
    return platt.predict_proba(new_scores)[:, 1]


# %% wrong: calibrated
# Misconception: Thinks that LogisticRegression with its default values is the plain maximum-likelihood fit, and
# doesn't know that it has a penalty on the slope.
def calibrated(scores, y, new_scores):
    platt = LogisticRegression().fit(np.reshape(scores, (-1, 1)), y)
    return platt.predict_proba(np.reshape(new_scores, (-1, 1)))[:, 1]
